"""The extensions that are really there, as ``GET /v2.0/extensions`` lists them. Clients decide by the aliases."""

from __future__ import annotations

from typing import Any, NamedTuple

import falcon

from weft.apps.extensions.discovery import OPENSTACK, extensions_for
from weft.apps.neutron.asking import asking_of
from weft.apps.neutron.faults import not_found


class Extension(NamedTuple):
    """One extension. ``updated`` is the time by which Neutron dates the definition."""

    alias: str
    name: str
    description: str
    updated: str


EXTENSIONS = (
    Extension("agent", "agent", "The switches, as agents", "2013-02-03"),
    Extension("availability_zone", "Availability Zone", "There is one, the fabric", "2015-01-01"),
    Extension("allowed-address-pairs", "Allowed Address Pairs", "More pairs that a port speaks with", "2013-07-23"),
    Extension("binding", "Port Binding", "Where the VIF of a port is, and how it is plugged in", "2014-02-03"),
    Extension("empty-string-filtering", "Empty String Filtering", "Filters for empty values", "2018-05-01"),
    Extension("external-net", "Neutron external network", "router:external, which is always false", "2013-01-14"),
    Extension("extra_dhcp_opt", "Neutron Extra DHCP options", "DHCP options of a port, which are kept", "2013-03-17"),
    Extension("filter-validation", "Filter parameters validation", "Unknown filters are refused", "2018-07-04"),
    Extension("ip_allocation", "IP Allocation", "Whether a port has addresses", "2016-06-10"),
    Extension("l2_adjacency", "L2 Adjacency", "A network is one layer-2 space", "2016-04-12"),
    Extension("net-mtu", "Network MTU", "The MTU of a network", "2015-03-25"),
    Extension("net-mtu-writable", "Network MTU (writable)", "The MTU may be set", "2017-07-12"),
    Extension("network_availability_zone", "Network Availability Zone", "Hints are kept", "2015-01-01"),
    Extension("pagination", "Pagination support", "Lists come in pages", "2016-06-12"),
    Extension(
        "port-mac-address-regenerate", "Neutron Port MAC address regenerate", "A null MAC is a new one", "2018-05-03"
    ),
    Extension("port-security", "Port Security", "A port speaks with its own addresses alone", "2012-07-23"),
    Extension("project-id", "project_id field enabled", "Owners by project_id as by tenant_id", "2016-09-09"),
    Extension("provider", "Provider Network", "The VLAN that a network has on the fabric", "2012-09-07"),
    Extension("quota-check-limit", "Quota engine limit check", "A limit is not below what is used", "2021-07-24"),
    Extension("quota_details", "Quota details management support", "How much of it is used", "2017-02-10"),
    Extension("quotas", "Quota management support", "How much a project may have", "2012-07-29"),
    Extension("rbac-policies", "RBAC Policies", "To whom a network is open", "2015-06-17"),
    Extension("revision-if-match", "If-Match constraints based on revision_number", "412 if changed", "2016-12-11"),
    Extension("security-group", "security-group", "Groups of rules, which switches do not follow yet", "2012-10-05"),
    Extension("security-groups-normalized-cidr", "Normalized CIDR field", "Prefixes as they are kept", "2019-09-04"),
    Extension("sort-key-validation", "Sort keys validation", "Unknown sort keys are refused", "2018-07-04"),
    Extension("sorting", "Sorting support", "Lists are sorted", "2016-06-12"),
    Extension("standard-attr-description", "standard-attr-description", "Descriptions", "2016-02-10"),
    Extension("standard-attr-revisions", "Resource revision numbers", "Each change is a revision", "2016-04-11"),
    Extension("standard-attr-tag", "Tag support for resources with standard attribute", "Tags", "2017-01-01"),
    Extension("standard-attr-timestamp", "Resource timestamps", "Times of making and changing", "2016-09-12"),
    Extension("stateful-security-group", "Stateful security group", "Whether answers are allowed", "2019-11-26"),
    Extension("tag-creation", "Tag creation extension", "Several tags are added at once", "2024-07-23"),
    Extension(
        "tag-ports-during-bulk-creation", "Tag Ports During Bulk Creation", "Ports are made tagged", "2019-12-29"
    ),
    Extension("trunk", "Trunk Extension", "Ports that share a VIF by VLAN tags", "2016-01-01"),
    Extension("trunk-details", "Trunk port details", "What a port's trunk carries", "2016-01-01"),
    Extension("vlan-transparent", "Vlantransparent", "Tags of the VIFs' own pass", "2015-03-23"),
)


def known_to(req: falcon.Request, extensions: tuple[Extension, ...]) -> tuple[Extension, ...]:
    """These, and of Weft's own extensions those that whoever asks may see."""
    asking = asking_of(req)
    found = extensions_for(asking.service, asking.caller)
    return (
        *extensions,
        *(Extension(f"{OPENSTACK}{one.alias}", one.name, one.description, one.updated[:10]) for one in found),
    )


def view(extension: Extension) -> dict[str, Any]:
    """The extension as clients see it."""
    return extension._asdict() | {"updated": f"{extension.updated}T00:00:00-00:00", "links": []}


class Extensions:
    """``/v2.0/extensions``."""

    def __init__(self, extensions: tuple[Extension, ...]) -> None:
        self._extensions = extensions

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of them."""
        resp.media = {"extensions": [view(extension) for extension in known_to(req, self._extensions)]}


class OneExtension:
    """``/v2.0/extensions/<alias>``."""

    def __init__(self, extensions: tuple[Extension, ...]) -> None:
        self._extensions = extensions

    def on_get(self, req: falcon.Request, resp: falcon.Response, alias: str) -> None:
        """One of them."""
        by_alias = {extension.alias: extension for extension in known_to(req, self._extensions)}
        if alias not in by_alias:
            raise not_found("ExtensionNotFound", f"Extension with alias {alias} does not exist")
        resp.media = {"extension": view(by_alias[alias])}
