"""The status of a port, which clients wait for: it is told anew each time, however little else has changed."""

from __future__ import annotations

from typing import Any

from tests.controller import Controller
from tests.openstack import Neutron
from weft.controller.model.commands import Create, ObserveInterfaces

SEEN = {"tap1": (1, True), "tap2": (2, True)}


def at(interface: str) -> dict[str, Any]:
    """What puts a VIF there."""
    return {"binding:host_id": "s1", "binding:profile": {"interface": interface}}


def test_a_port_is_built_and_then_active_and_goes_down_with_its_interface() -> None:
    net = Controller()
    net.do(Create("switch", {"id": "s1", "dpid": 1}), ObserveInterfaces("s1", SEEN))
    net.serve()
    neutron = Neutron(net.service)
    network = neutron.make("network")["id"]
    made = neutron.make("port", network_id=network, **at("tap1"))
    assert made["status"] == "BUILD"
    net.work().serve()
    assert neutron.shown("port", made["id"]) == made | {"status": "ACTIVE"}
    assert [one["id"] for one in neutron.listed("port", "status=ACTIVE")] == [made["id"]]
    net.do(ObserveInterfaces("s1", {"tap1": (1, False)}))
    assert neutron.shown("port", made["id"])["status"] == "DOWN"
    assert neutron.listed("port", "status=ACTIVE") == []
    net.do(ObserveInterfaces("s1", SEEN)).serve()
    assert neutron.listed("port")[0]["status"] == "ACTIVE"
    assert neutron.changed("port", made["id"], admin_state_up=False)["status"] == "DOWN"
    assert neutron.changed("port", made["id"], admin_state_up=True)["status"] == "BUILD"
    net.work().serve()
    neutron.changed("network", network, admin_state_up=False)
    assert [one["status"] for one in neutron.listed("port")] == ["DOWN"]


def test_a_network_that_is_administratively_down_says_so() -> None:
    neutron = Neutron(Controller().service)
    made = neutron.make("network")
    assert made["status"] == "ACTIVE"
    assert neutron.changed("network", made["id"], admin_state_up=False)["status"] == "DOWN"
