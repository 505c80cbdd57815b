"""The WSGI application of Neutron's API v2.0. It is called from the service's own thread and never waits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import falcon
from falcon.media import JSONHandler

from weft.apps.identity.identity import Identify
from weft.apps.neutron import faults, quotas
from weft.apps.neutron.agents import Agents
from weft.apps.neutron.asking import Asked
from weft.apps.neutron.collection import Collection, Member
from weft.apps.neutron.extensions import EXTENSIONS, Extension, Extensions, OneExtension
from weft.apps.neutron.networks import Networks
from weft.apps.neutron.ports import Ports
from weft.apps.neutron.rbac import RbacPolicies
from weft.apps.neutron.rendering import Renderer
from weft.apps.neutron.resource import Resource
from weft.apps.neutron.security_group_rules import SecurityGroupRules
from weft.apps.neutron.security_groups import SecurityGroups
from weft.apps.neutron.subnets import Subnets
from weft.apps.neutron.tags import Tag, Tags
from weft.apps.neutron.trunks import Trunks
from weft.apps.neutron.zones import AvailabilityZones
from weft.controller.service import Service

BASE = "/v2.0"
RESOURCES: tuple[type[Resource], ...] = (
    *(Networks, Subnets, Ports, SecurityGroups, SecurityGroupRules, Trunks, RbacPolicies, Agents),
)


class Root:
    """``/v2.0/``: which collections there are."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._resources = tuple(resources)

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """List them, with their addresses."""
        resp.media = {"resources": [self._view(req, resource) for resource in self._resources]}

    def _view(self, req: falcon.Request, resource: Resource) -> dict[str, Any]:
        href = f"{req.prefix}{BASE}/{resource.path}"
        return {
            "name": resource.name,
            "collection": resource.collection,
            "links": [{"rel": "self", "href": href}],
        }


def build_neutron(
    service: Service,
    identify: Identify,
    resources: Iterable[type[Resource]] = RESOURCES,
    extensions: tuple[Extension, ...] = EXTENSIONS,
) -> falcon.App[falcon.Request, falcon.Response]:
    """``build_neutron(service, identify)`` returns the API over the service, for whoever ``identify`` knows."""
    app = falcon.App()
    app.add_middleware(Asked(service, identify))
    app.resp_options.media_handlers[falcon.MEDIA_JSON] = JSONHandler(dumps=json.dumps)
    app.req_options.keep_blank_qs_values = True
    app.req_options.auto_parse_qs_csv = False
    faults.install(app)
    made = [resource() for resource in resources]
    app.add_route(f"{BASE}/", Root(made))
    app.add_route(f"{BASE}/extensions", Extensions(extensions))
    app.add_route(f"{BASE}/extensions/{{alias}}", OneExtension(extensions))
    app.add_route(f"{BASE}/availability_zones", AvailabilityZones())
    quotas.add_routes(app, BASE)
    for resource in made:
        renderer = Renderer(resource)
        path = f"{BASE}/{resource.path}"
        app.add_route(path, Collection(renderer))
        app.add_route(f"{path}/{{id}}", Member(renderer))
        for action, answering in resource.routes(renderer):
            app.add_route(f"{path}/{{id}}/{action}", answering)
        if resource.tagged:
            app.add_route(f"{path}/{{id}}/tags", Tags(resource))
            app.add_route(f"{path}/{{id}}/tags/{{tag}}", Tag(resource))
    return app
