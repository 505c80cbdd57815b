"""Frames go as Neutron's API says: ports are made by openstacksdk, on the switches of a real hypervisor."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from openstack.network.v2._proxy import Proxy

from tests.clients.ways import connect
from tests.openvswitch import open_vswitch
from tests.packets import arp, ethernet
from tests.system.hypervisor import DPIDS, WAY, Hypervisor, run, tag_of
from tests.wire.databases import RealController, wait_until

pytestmark = [pytest.mark.system, pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")]

MACS = {name: f"02:00:00:00:00:0{name[-1]}" for name in ("tapa", "tapb", "tapc")}
ADDRESSES = {"tapa": "10.0.0.10", "tapb": "10.0.0.11", "tapc": "10.0.0.12"}
UNDER = "02:00:00:00:00:1c"  # of tapc's interface for the trunk's tag
TAG = 7


class Lab:
    """A controller, its fabric, three machines, and the SDK of whoever runs it."""

    def __init__(self, hypervisor: Hypervisor, controller: RealController) -> None:
        self.hypervisor = hypervisor
        token, url = controller.neutron.headers["X-Auth-Token"], str(controller.neutron.base_url)
        self.sdk: Proxy = connect(auth_type="admin_token", auth={"endpoint": url, "token": token}).network

    def network(self, name: str) -> Any:
        """A network with a subnet, whose addresses are those of every other one."""
        network = self.sdk.create_network(name=name)
        self.sdk.create_subnet(network_id=network.id, ip_version=4, cidr="10.0.0.0/24")
        return network

    def port(self, network: Any, machine: str, **more: Any) -> Any:
        """A port with the machine's addresses."""
        ip = [{"ip_address": ADDRESSES[machine]}]
        asked = {"network_id": network.id, "mac_address": MACS[machine], "fixed_ips": ip, "name": machine}
        return self.sdk.create_port(**asked | more)

    def active(self, *ports: Any) -> None:
        """Wait until the API says that frames pass by these ports."""
        what = "the ports are ACTIVE"
        wait_until(lambda: {self.sdk.get_port(port.id).status for port in ports} == {"ACTIVE"}, what, 30)

    def reaches(self, machine: str, address: str) -> None:
        """Wait until the machine has an answer from there."""
        wait_until(lambda: self.hypervisor.reaches(machine, address), f"{machine} reaches {address}", 30)

    def reaches_not(self, machine: str, address: str) -> None:
        """Wait until the machine has none."""
        wait_until(lambda: not self.hypervisor.reaches(machine, address), f"{machine} reaches no {address}", 30)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Two switches, three machines, and nothing else."""
    with ExitStack() as running:
        running.enter_context(open_vswitch())
        hypervisor = running.enter_context(closing(Hypervisor()))
        controller = running.enter_context(closing(RealController(tmp_path_factory.mktemp("lab"))))
        switches = zip(DPIDS.items(), WAY, strict=True)
        controller.make(
            *(("switch", {"id": name, "dpid": dpid, "fabric_interfaces": [way]}) for (name, dpid), way in switches)
        )
        hypervisor.connect(controller)
        for machine, mac in MACS.items():
            hypervisor.start(machine, mac, ADDRESSES[machine])
        yield Lab(hypervisor, controller)


@pytest.fixture
def ports(lab: Lab) -> Iterator[tuple[Any, Any, Any]]:
    """Red has tapa on br0, put there by its binding, and tapb on br1, which its interface claims; blue has tapc."""
    red, blue = lab.network("red"), lab.network("blue")
    bound = {"binding:host_id": "br0", "binding:profile": {"interface": "tapa"}}
    ports = (lab.port(red, "tapa", **bound), lab.port(red, "tapb"), lab.port(blue, "tapc"))
    run("ovs-vsctl", "add-port", "br0", "tapa")
    for machine, port in (("tapb", ports[1]), ("tapc", ports[2])):
        lab.hypervisor.plug("br1", machine, port.id, MACS[machine])
    lab.active(*ports)
    yield ports
    for machine in MACS:
        run("ovs-vsctl", "--if-exists", "del-port", machine)
    for trunk in lab.sdk.trunks():
        lab.sdk.delete_trunk(trunk)
    for port in lab.sdk.ports():
        lab.sdk.delete_port(port, ignore_missing=False)
    for network in (red, blue):
        lab.sdk.delete_network(network, ignore_missing=False)


def test_machines_of_a_network_reach_each_other_across_switches_and_nobody_else(
    lab: Lab, ports: tuple[Any, Any, Any]
) -> None:
    lab.reaches("tapa", ADDRESSES["tapb"])
    lab.reaches("tapb", ADDRESSES["tapa"])
    assert not lab.hypervisor.reaches("tapa", ADDRESSES["tapc"])
    assert not lab.hypervisor.reaches("tapc", ADDRESSES["tapb"])
    where = [lab.sdk.get_port(port.id).binding_host_id for port in ports]
    assert where == ["br0", "br1", "br1"]


def test_a_port_that_is_shut_is_silent(lab: Lab, ports: tuple[Any, Any, Any]) -> None:
    lab.reaches("tapa", ADDRESSES["tapb"])
    lab.sdk.update_port(ports[1], admin_state_up=False)
    lab.reaches_not("tapa", ADDRESSES["tapb"])
    assert lab.sdk.get_port(ports[1].id).status == "DOWN"
    lab.sdk.update_port(ports[1], admin_state_up=True)
    lab.active(ports[1])
    lab.reaches("tapa", ADDRESSES["tapb"])
    lab.sdk.update_network(ports[0].network_id, admin_state_up=False)
    lab.reaches_not("tapa", ADDRESSES["tapb"])


def test_other_addresses_speak_where_pairs_allow_them_or_nobody_checks(lab: Lab, ports: tuple[Any, Any, Any]) -> None:
    lab.reaches("tapa", ADDRESSES["tapb"])
    for address in ("10.0.0.98", "10.0.0.99"):
        lab.hypervisor.inside("tapb", "ip", "address", "replace", f"{address}/24", "dev", "eth0")
        assert not lab.hypervisor.reaches("tapa", address)
    lab.sdk.update_port(ports[1], allowed_address_pairs=[{"ip_address": "10.0.0.99"}])
    lab.reaches("tapa", "10.0.0.99")
    assert not lab.hypervisor.reaches("tapa", "10.0.0.98")
    lab.sdk.update_port(ports[1], allowed_address_pairs=[], security_groups=[], port_security_enabled=False)
    lab.reaches("tapa", "10.0.0.98")


def answer(wire: socket.socket, mac: str, address: str, asked: str, tag: int) -> int | None:
    """Ask by ARP with that tag who has an address; the tag of the answer, or None when there is none in time."""
    who = arp(1, mac, address, "00:00:00:00:00:00", asked)
    wire.send(ethernet("ff:ff:ff:ff:ff:ff", mac, 0x0806, who, (tag,)).ljust(60, b"\0"))
    wire.settimeout(1.0)
    reply = bytes.fromhex(mac.replace(":", ""))
    try:
        while True:
            octets, told, _, _ = wire.recvmsg(2048, 64)
            if octets[:6] == reply and octets[12:14] == b"\x08\x06":
                return next((tag_of(auxdata) for _, _, auxdata in told), None)
    except TimeoutError:
        return None


def test_a_trunk_brings_a_machine_to_another_network_by_a_tag(lab: Lab, ports: tuple[Any, Any, Any]) -> None:
    red, parent, address = ports[0].network_id, ports[2], "10.0.0.20"
    under = lab.sdk.create_port(
        network_id=red, name="under", mac_address=UNDER, fixed_ips=[{"ip_address": address}], port_security_enabled=True
    )
    subport = {"port_id": under.id, "segmentation_type": "vlan", "segmentation_id": TAG}
    with closing(lab.hypervisor.wire("tapc")) as wire:

        def hears(machine: str) -> bool:
            return answer(wire, UNDER, address, ADDRESSES[machine], TAG) == TAG

        assert not hears("tapa")
        trunk = lab.sdk.create_trunk(port_id=parent.id, sub_ports=[subport])
        lab.active(parent, under)
        assert lab.sdk.get_trunk(trunk.id).status == "ACTIVE"
        assert lab.sdk.get_port(under.id).binding_host_id == "br1"
        for machine in ("tapa", "tapb"):
            wait_until(lambda: hears(machine), f"{machine} answers by the tag", 30)  # noqa: B023
        assert answer(wire, MACS["tapc"], address, ADDRESSES["tapa"], TAG) is None, "the trunk's own MAC is not there"
        lab.sdk.delete_trunk_subports(trunk, [{"port_id": under.id}])
        wait_until(lambda: not hears("tapa"), "nobody answers any more", 30)
