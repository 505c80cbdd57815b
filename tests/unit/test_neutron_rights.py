"""Rights in Neutron's API: the policy says who may set and see what, and what is refused is on record."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openstack import Neutron, fault
from tests.stores import MemoryStore
from weft.controller.model.commands import Create, Plug
from weft.controller.model.policy import BUILTIN, Target
from weft.controller.model.rights import Caller
from weft.controller.model.trunks import Carried
from weft.controller.service import Service

WIRE = {"provider:network_type": "vlan", "provider:segmentation_id": 100}


class Granting:
    """The built-in policy, but for rights that everybody has, and rights that nobody has but operators."""

    def __init__(self, granted: frozenset[str], denied: frozenset[str] = frozenset()) -> None:
        self._granted = granted
        self._denied = denied

    def allows(self, rule: str, target: Target, caller: Caller) -> bool:
        """Whether the caller has that right for that target."""
        if rule in self._denied:
            return caller.operator
        return rule in self._granted or BUILTIN.allows(rule, target, caller)

    def customized(self, rule: str) -> bool:
        """Whether it is one of those."""
        return rule in self._granted | self._denied


def neutron_with(*granted: str, denied: tuple[str, ...] = ()) -> Neutron:
    """The API as a member of project blue sees it, who is granted these rights too."""
    service = Service(MemoryStore(), Granting(frozenset(granted), frozenset(denied)))
    return Neutron(service).of("blue")


def test_a_policy_may_let_members_choose_and_see_the_wire() -> None:
    assert fault(neutron_with().post("network", **WIRE)) == (403, "PolicyNotAuthorized")
    blind = neutron_with("set_segment:segmentation_id").make("network", **WIRE)
    assert not [name for name in blind if name.startswith("provider:")]
    seeing = neutron_with("set_segment:segmentation_id", "get_segment:segmentation_id")
    assert seeing.make("network", **WIRE)["provider:segmentation_id"] == 100
    assert len(seeing.listed("network", "provider:segmentation_id=100")) == 1


def test_a_policy_may_let_members_make_what_they_may_not_see() -> None:
    blue = neutron_with(denied=("get_segment",))
    made = blue.make("network", name="b")
    assert set(made) == {"id"}
    assert fault(blue.get(f"networks/{made['id']}")) == (404, "NetworkNotFound")


@pytest.mark.parametrize(
    ("kind", "asked", "detail"),
    [
        ("network", WIRE, "provider:network_type"),
        ("network", {"shared": True}, "shared"),
        ("network", {"project_id": "red"}, "project"),
        ("port", {"binding:host_id": "s1"}, "binding:host_id"),
        ("port", {"allowed_address_pairs": [{"ip_address": "0.0.0.0/1"}]}, "allowed_addresses"),
    ],
)
def test_what_is_refused_is_on_record(kind: str, asked: dict[str, Any], detail: str) -> None:
    blue = neutron_with()
    network = blue.make("network")["id"]
    within = {"network_id": network} if kind == "port" else {}
    assert fault(blue.post(kind, **within, **asked))[0] in (400, 403)
    (_, line), *_ = blue.service.records({})
    assert (line.user, line.project, line.origin) == ("blue", "blue", "127.0.0.1")
    assert (line.action, line.outcome, line.revision) == ("create", "forbidden", 0)
    assert detail in line.detail


def test_who_comes_to_anothers_port_is_told_nothing_of_what_is_in_it() -> None:
    service = Service(MemoryStore())
    service.submit(
        [
            Create("segment", {"id": "net", "name": "net", "project": "blue", "shared_with": ("red",)}),
            Create("port", {"id": "open", "name": "open", "segment": "net", "connect": ("project:red",)}),
            Create("port", {"id": "carried", "name": "carried", "segment": "net"}),
            Create("vif", {"id": "v", "mac": "02:00:00:00:00:01", "project": "blue", "device": "machine"}),
            Plug("open", "v"),
            Create("trunk", {"id": "t", "name": "t", "port": "open", "subports": (Carried("carried", 7),)}),
        ]
    )
    blue, red = Neutron(service).of("blue"), Neutron(service).of("red")
    assert [port["trunk_details"]["trunk_id"] for port in blue.listed("port", "device_id=machine")] == ["t"]
    assert red.listed("port", "device_id=machine") == []
    shown = red.shown("port", "open")
    assert (shown["mac_address"], shown["device_id"], "trunk_details" in shown) == ("", "", False)
