"""A hypervisor plugs its machines in by itself: a real Open vSwitch, a real controller, real frames."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.openvswitch import open_vswitch
from tests.system.hypervisor import DPIDS, WAY, Hypervisor, run
from tests.wire.databases import RealController, wait_until

pytestmark = pytest.mark.system

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


@pytest.fixture(scope="module")
def hypervisor() -> Iterator[Hypervisor]:
    with open_vswitch(), closing(Hypervisor()) as hypervisor:
        hypervisor.start("tapa", A, "10.0.0.1")
        hypervisor.start("tapb", B, "10.0.0.2")
        yield hypervisor


@pytest.fixture
def controllers(hypervisor: Hypervisor, tmp_path: Path) -> Iterator[ExitStack]:
    """Ends the controllers of a test, and empties the bridges."""
    with ExitStack() as running:
        yield running
        for name in hypervisor.machines:
            run("ovs-vsctl", "--if-exists", "del-port", name)
        run("ovs-vsctl", "del-manager", "--", "del-controller", "br0", "--", "del-controller", "br1")


@pytest.fixture
def controller(hypervisor: Hypervisor, controllers: ExitStack, tmp_path: Path) -> RealController:
    """It knows the first bridge, and two ports for which there is nothing yet."""
    controller = controllers.enter_context(closing(RealController(tmp_path)))
    controller.make(
        ("switch", {"id": "br0", "dpid": DPIDS["br0"], "fabric_interfaces": [WAY[0]]}),
        ("segment", {"id": "red", "name": "red", "project": "shop"}),
        *(("port", {"id": name, "name": name, "segment": "red"}) for name in ("web", "db")),
    )
    hypervisor.connect(controller)
    return controller


def active(controller: RealController, *ports: str) -> bool:
    """Whether frames pass by all of these ports."""
    found = controller.api.get("/v1/ports").json()["ports"]
    return {port["id"] for port in found if port["status"]["state"] == "ACTIVE"} >= set(ports)


def test_machines_that_are_plugged_in_by_their_hypervisor_alone_reach_each_other(
    hypervisor: Hypervisor, controller: RealController
) -> None:
    hypervisor.plug("br0", "tapa", "web", A.upper(), "external_ids:vm-id=vm7")
    hypervisor.plug("br0", "tapb", "db", B, "external_ids:weft-kind=veth")
    took = wait_until(lambda: active(controller, "web", "db"), "both ports are ACTIVE")
    print(f"  from the interfaces to ACTIVE ports: {took:.2f} s")
    wait_until(lambda: hypervisor.reaches("tapa", "10.0.0.2"), "they reach each other")
    vifs = {vif["id"]: vif for vif in controller.api.get("/v1/vifs").json()["vifs"]}
    assert (vifs["web"]["mac"], vifs["web"]["vif_kind"], vifs["web"]["device"]) == (A, "tap", "vm7")
    assert (vifs["db"]["mac"], vifs["db"]["vif_kind"]) == (B, "veth")
    run("ovs-vsctl", "remove", "Interface", "tapb", "external_ids", "iface-id")
    wait_until(lambda: not controller.api.get("/v1/vifs").json()["vifs"][1:], "its VIF is gone")
    wait_until(lambda: not hypervisor.reaches("tapa", "10.0.0.2"), "nobody reaches it any more")


def test_a_refused_claim_says_why_and_is_granted_when_that_is_gone(
    hypervisor: Hypervisor, controller: RealController
) -> None:
    controller.api.patch("/v1/ports/web", json={"vif_kinds": ["veth"]}).raise_for_status()
    hypervisor.plug("br0", "tapa", "web", A)
    wait_until(lambda: controller.claims() == {"tapa": ("web", "refused")}, "it is refused")
    (claim,) = controller.api.get("/v1/claims").json()["claims"]
    assert "vif_kinds" in claim["field"]
    controller.api.patch("/v1/ports/web", json={"vif_kinds": []}).raise_for_status()
    took = wait_until(lambda: active(controller, "web"), "it is granted", 20)
    print(f"  granted {took:.1f} s after the reason was gone")


def test_nothing_is_taken_back_when_the_database_or_the_controller_is_lost(
    hypervisor: Hypervisor, controller: RealController, controllers: ExitStack, tmp_path: Path
) -> None:
    for interface, port, mac in (("tapa", "web", A), ("tapb", "db", B)):
        hypervisor.plug("br0", interface, port, mac)
    wait_until(lambda: active(controller, "web", "db"), "both ports are ACTIVE")
    run("ovs-vsctl", "del-manager")
    wait_until(lambda: any("database's session ends" in line for line in controller.log()), "the session is lost")
    assert active(controller, "web", "db")
    hypervisor.unplug("tapb")  # nobody hears it
    before = controller.api.get("/v1/claims").json()
    assert {claim["interface"] for claim in before["claims"]} == {"tapa", "tapb"}
    controller.process.kill()
    again = controllers.enter_context(closing(RealController(tmp_path)))
    assert set(again.claims()) == {"tapa", "tapb"}
    hypervisor.connect(again)
    wait_until(lambda: again.claims() == {"tapa": ("web", "granted")}, "what is gone meanwhile is told as gone")
    wait_until(lambda: active(again, "web"), "what has stayed is ACTIVE")
    unchanged = [claim for claim in before["claims"] if claim["interface"] == "tapa"]
    assert again.api.get("/v1/claims").json()["claims"] == unchanged


def test_a_switch_that_is_not_known_yet_is_heard_when_it_is(hypervisor: Hypervisor, controller: RealController) -> None:
    hypervisor.plug("br1", "tapa", "web", A)
    hypervisor.plug("br0", "tapb", "db", B)
    wait_until(lambda: controller.claims() == {"tapb": ("db", "granted")}, "the known one is heard")
    controller.make(("switch", {"id": "br1", "dpid": DPIDS["br1"], "fabric_interfaces": [WAY[1]]}))
    wait_until(lambda: active(controller, "web", "db"), "both ports are ACTIVE", 30)
    wait_until(lambda: hypervisor.reaches("tapa", "10.0.0.2"), "they reach each other")


def test_a_machine_that_moves_is_followed(hypervisor: Hypervisor, controller: RealController) -> None:
    controller.make(("switch", {"id": "br1", "dpid": DPIDS["br1"], "fabric_interfaces": [WAY[1]]}))
    hypervisor.plug("br0", "tapa", "web", A)
    hypervisor.plug("br0", "tapb", "db", B)
    wait_until(lambda: active(controller, "web", "db"), "both ports are ACTIVE")
    hypervisor.unplug("tapa")
    hypervisor.plug("br1", "tapa", "web", A)
    place = wait_until(lambda: [c["switch"] for c in claims_of(controller, "web")] == ["br1"], "its claim has moved")
    wait_until(lambda: active(controller, "web"), "its port is ACTIVE", 30)
    print(f"  followed in {place:.2f} s")
    wait_until(lambda: hypervisor.reaches("tapa", "10.0.0.2"), "they reach each other", 30)


def claims_of(controller: RealController, port: str) -> list[dict[str, str]]:
    """The claims to a port."""
    return [claim for claim in controller.api.get("/v1/claims").json()["claims"] if claim["port"] == port]


def test_machines_that_quantum_has_attached_reach_each_other(
    hypervisor: Hypervisor, controller: RealController
) -> None:
    def quantum(method: str, path: str, body: dict[str, dict[str, str]] | None = None) -> Any:
        answer = controller.neutron.request(method, f"/v1.1/tenants/shop/networks{path}", json=body).raise_for_status()
        return answer.json() if answer.content else None

    hypervisor.plug("br0", "tapa", "vm-a", A)  # so early that nobody knows of it yet
    wait_until(lambda: controller.claims() == {"tapa": ("vm-a", "refused")}, "it is refused")
    network = quantum("POST", "", {"network": {"name": "blue"}})["network"]["id"]
    ports = {}
    for name in ("vm-a", "vm-b"):
        ports[name] = quantum("POST", f"/{network}/ports", {"port": {"state": "ACTIVE"}})["port"]["id"]
        quantum("PUT", f"/{network}/ports/{ports[name]}/attachment", {"attachment": {"id": name}})
    hypervisor.plug("br0", "tapb", "vm-b", B)

    def up() -> set[str]:
        return {port["id"] for port in quantum("GET", f"/{network}/ports?op-status=UP")["ports"]}

    took = wait_until(lambda: up() == set(ports.values()), "both ports are up", 20)
    print(f"  from the attachments to ports that are up: {took:.2f} s")
    wait_until(lambda: hypervisor.reaches("tapa", "10.0.0.2"), "they reach each other")
    quantum("PUT", f"/{network}/ports/{ports['vm-b']}", {"port": {"state": "DOWN"}})
    wait_until(lambda: not hypervisor.reaches("tapa", "10.0.0.2"), "a port that is down lets nothing pass")
    quantum("PUT", f"/{network}/ports/{ports['vm-b']}", {"port": {"state": "ACTIVE"}})
    wait_until(lambda: hypervisor.reaches("tapa", "10.0.0.2"), "they reach each other again")
    stats = controller.neutron.get(
        f"/v1.1/extensions/ovs/tenants/shop/networks/{network}/ports/{ports['vm-b']}/stats"
    ).json()["stats"]
    assert stats["rx_packets"] > 0 < stats["tx_packets"]
    quantum("DELETE", f"/{network}/ports/{ports['vm-a']}/attachment")
    wait_until(lambda: not hypervisor.reaches("tapb", "10.0.0.1"), "nobody reaches what is taken out")
