"""How Neutron's clients hear of the profile that a host is to hand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.openstack import Neutron
from tests.stores import MemoryStore
from weft.apps.plugins.nexus import NexusPlugin
from weft.apps.plugins.nexus.items import Profile, Virtual
from weft.controller.model.commands import Create, ObserveInterfaces
from weft.controller.service import Service

Make = Callable[..., NexusPlugin]


def neutron(plugin: NexusPlugin) -> Neutron:
    """Neutron's API over a Nexus ``n1`` with a channel and an interface."""
    service = Service(MemoryStore(), plugins={plugin.name: plugin})
    service.submit([Create("switch", {"id": "n1", "plugin": "nexus"})])
    service.observe(ObserveInterfaces("n1", {"eth1/1.1": (1, True), "eth1/2": (2, True)}))
    return Neutron(service)


def port(api: Neutron, network: str, vnic_type: str, interface: str) -> dict[str, Any]:
    profile = {"interface": interface}
    more = {"binding:host_id": "n1", "binding:vnic_type": vnic_type, "binding:profile": profile}
    return api.make("port", network_id=network, port_security_enabled=False, device_id="vm", **more)


def test_a_host_is_told_the_name_of_the_profile_that_the_switch_has(plugin: Make) -> None:
    one = plugin(channels=1)
    api = neutron(one)
    network = str(api.make("network", name="red")["id"])
    made = port(api, network, "direct", "eth1/1.1")
    assert made["binding:vif_type"] == "802.1qbh"
    profile = made["binding:vif_details"]["profileid"]
    for _ in api.service.compiler.settle():
        pass
    items = (api.service.compiler.wanted("n1") or {}).values()
    assert [item.name for item in items if isinstance(item, Profile)] == [profile]
    assert [item.profile for item in items if isinstance(item, Virtual)] == [profile]


def test_a_physical_machine_is_simply_there(plugin: Make) -> None:
    api = neutron(plugin(channels=1))
    network = str(api.make("network", name="red")["id"])
    made = port(api, network, "baremetal", "eth1/2")
    assert made["binding:vif_type"] == "other"
    assert "profileid" not in made["binding:vif_details"]
