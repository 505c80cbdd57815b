"""A model file says what a network is; its tables do what it says; and what is wrong in a file is named."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from tests.frames import Wires
from tests.openvswitch import open_vswitch
from tests.world import World
from weft.apps.compile_model import compile_model, write
from weft.apps.model_file import ModelError, read
from weft.controller.compile.compiler import Compiler
from weft.controller.model.facts import Port
from weft.controller.model.traits import TRAITS

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-model.yaml"
BROADCAST, VIRTUAL = "ff:ff:ff:ff:ff:ff", "00:00:5e:00:01:0a"
OFCTL = ("ovs-ofctl", "-O", "OpenFlow14")


@pytest.fixture
def wires() -> Wires:
    """The example's fabric, as far as frames can tell."""
    world = World()
    world.network = read(EXAMPLE)
    world.compiler = Compiler(world.network)
    return Wires(world.compile())


def ping(source: str) -> dict[str, Any]:
    """An ICMP packet from that address, as the pipeline sees it."""
    return {"eth_type": 0x0800, "inner": {"ipv4_src": int(IPv4Address(source)), "ip_proto": 1}}


@pytest.mark.parametrize(("sender", "hearer"), [("web", "db"), ("db", "web"), ("intruder", "victim")])
def test_in_the_example_each_tenant_hears_itself_alone(wires: Wires, sender: str, hearer: str) -> None:
    vif = wires.world.network.vif(hearer)
    assert vif is not None
    assert wires.send(sender, dst=vif.mac, **ping("10.0.0.2")) == {hearer: 1}
    assert wires.send(sender, dst=BROADCAST, **ping("10.0.0.2")) == {hearer: 1}


def test_in_the_example_a_borrowed_address_is_not_heard(wires: Wires) -> None:
    assert not wires.send("web", dst=BROADCAST, src="02:00:00:00:00:07")


@pytest.mark.parametrize(
    ("mac", "address", "passes"),
    [
        *(("", "10.0.0.2", True), ("", "10.1.2.3", True), ("", "10.0.0.9", False), ("", "10.0.0.3", False)),
        *((VIRTUAL, "10.0.0.9", True), (VIRTUAL, "10.0.0.2", False), (VIRTUAL, "10.1.2.3", False)),
    ],
)
def test_in_the_example_the_traits_of_a_port_hold(wires: Wires, mac: str, address: str, passes: bool) -> None:
    assert wires.send("db", BROADCAST, mac, **ping(address)) == ({"web": 1} if passes else {})


def test_tables_are_the_same_every_time_and_in_both_forms_complete() -> None:
    tables = compile_model(EXAMPLE)
    assert tables == compile_model(EXAMPLE)
    assert sorted(tables) == ["leaf1", "leaf2", "spine"]
    for named, flows in tables.values():
        assert len(named) == len(flows) == len(set(flows))
    admit = "table=admit priority=100 match=eth_src=02:00:00:00:00:01,source=1 actions=next:inspect"
    assert admit in tables["leaf1"].named
    assert "table=admit priority=0 match=* actions=drop(admit:source-mac)" in tables["spine"].named


def test_each_switch_gets_its_two_files(tmp_path: Path) -> None:
    tables = compile_model(EXAMPLE)
    write(tables, tmp_path / "out")
    for switch, (named, flows) in tables.items():
        assert (tmp_path / "out" / f"{switch}.named").read_text().splitlines() == list(named)
        assert (tmp_path / "out" / f"{switch}.flows").read_text().splitlines() == list(flows)


def test_a_file_is_never_written_outside_the_directory(tmp_path: Path) -> None:
    tables = compile_model(EXAMPLE)
    written = write({"../up/leaf1": tables["leaf1"]}, tmp_path / "out")
    assert {path.parent.resolve() for path in written} == {tmp_path / "out"}


def test_a_file_may_be_empty_of_everything(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text("{}")
    assert compile_model(tmp_path / "model.yaml") == {}


def test_words_of_the_network_are_not_taken_for_numbers(tmp_path: Path) -> None:
    model = tmp_path / "model.yaml"
    model.write_text(
        "switches: [{id: no, dpid: 0000000000000010, interfaces: {off: 1}}]\n"
        "vifs: [{name: on, mac: 52:54:00:12:34:56, switch: no, interface: off}]\n"
    )
    network = read(model)
    switch, vif = network.switch("no"), network.vif("on")
    assert switch is not None
    assert vif is not None
    assert (switch.dpid, vif.mac) == (16, "52:54:00:12:34:56")


EVERY_TRAIT = """
switches:
  - {id: s1, dpid: '1', interfaces: {a: 1}}
segments:
  - {name: red, project: p, security: mac+ip, vlan_transparent: true}
  - {name: sea, project: p}
vifs:
  - {name: v, mac: 02:00:00:00:00:01, vif_kind: tap, switch: s1, interface: a}
ports:
  - name: p
    segment: red
    vif: v
    vif_kinds: [tap, veth]
    connect: [owner, "project:q", "role:tester"]
    offer: {to: "project:q", vif_kind: tap, expires: 2030-01-01T00:00:00Z}
    security: mac+inner
    fixed_ips: [10.0.0.1, 2001:DB8::1]
    allowed_addresses: [{mac: 00:00:5E:00:01:01}, {prefix: 10.1.0.0/16}, {mac: 02-00-00-00-00-01, prefix: 10.2.0.1}]
    router: true
    dhcp_server: true
    promiscuous: true
    trunk: [{tag: 7, segment: sea}]
    isolated: community:7
    max_rate: 1000
    burst: 100
    max_broadcast: 50
"""


def test_a_file_may_say_every_trait(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(EVERY_TRAIT)
    network = read(tmp_path / "model.yaml")
    segment, port = network.segment("red"), network.port("p")
    assert segment is not None
    assert port is not None
    assert (segment.security, segment.vlan_transparent) == ("mac+ip", True)
    nobody_says = Port(id="p", number=1, name="p", project="p", segment="red")
    assert [trait.name for trait in TRAITS if getattr(port, trait.name) == getattr(nobody_says, trait.name)] == []
    assert port.offer == ("project:q", "tap", 1893456000)
    assert port.fixed_ips == ("10.0.0.1", "2001:db8::1")
    assert port.allowed_addresses == (
        ("00:00:5e:00:01:01", None),
        (None, "10.1.0.0/16"),
        ("02:00:00:00:00:01", "10.2.0.1/32"),
    )
    assert port.trunk == ((7, "sea"),)


def test_a_rate_is_a_meter(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(EVERY_TRAIT)
    (tables,) = compile_model(tmp_path / "model.yaml").values()
    assert [flow for flow in tables.flows if flow.startswith("#")] == [
        "# add-meter: meter=3,kbps,burst,stats,band=type=drop,rate=1000,burst_size=100",
        "# add-meter: meter=4,pktps,burst,stats,band=type=drop,rate=50,burst_size=5",
        "# add-meter: meter=5,kbps,burst,stats,band=type=drop,rate=1000,burst_size=100",
    ]
    assert {id for id in "345" if any(f"meter:{id}," in flow for flow in tables.flows)} == set("345")


def test_names_stand_for_what_is_called_so_in_the_own_project(tmp_path: Path) -> None:
    (tmp_path / "model.yaml").write_text(
        "segments: [{name: a b, project: p}, {name: lan, project: p}, {name: lan, id: lan-of-q, project: q}]\n"
        "vifs: [{id: v1, name: eth 0, mac: 02:00:00:00:00:01}]\n"
        "ports: [{name: web, segment: a b, vif: eth 0, trunk: [{tag: 7, segment: lan}], project: p},"
        " {id: db, name: web, project: q, segment: lan}]\n"
    )
    network = read(tmp_path / "model.yaml")
    web, db = network.port("web"), network.port("db")
    assert web is not None
    assert db is not None
    assert (web.segment, web.trunk, network.port_of_vif("v1")) == ("segments.0", ((7, "lan"),), "web")
    assert db.segment == "lan-of-q"


SWITCH = "switches: [{id: s1, dpid: '1', interfaces: {a: 1, b: 2}}]\n"
RED = "segments: [{name: red, project: p}]\n"
WRONG = {
    "not YAML": ("segments: [", "line 1"),
    "not a mapping": ("- a", "must be an object"),
    "nothing at all": ("", "must be an object"),
    "unknown section": ("segment: []", "segment: is not a field"),
    "a section twice": (RED + RED, "'segments' is given twice"),
    "unknown field": ("segments: [{name: red, project: p, vlan: 7}]", "segments[0].vlan: is not a field"),
    "missing field": ("segments: [{name: red}]", "segments[0].project: a segment needs one"),
    "wrong type": ("segments: [{name: red, project: p, mtu: big}]", "segments[0].mtu: must be a whole number"),
    "wrong value": ("segments: [{name: red, project: p, mtu: 7}]", "segments[0].mtu: must be a whole number from 68"),
    "wrong trait": (RED + "ports: [{name: a, segment: red, burst: 5}]", "ports[0].burst: goes with max_rate"),
    "wrong part of a trait": (
        RED + "ports: [{name: a, segment: red, trunk: [{tag: x, segment: red}]}]",
        "ports[0].trunk[0].tag: must be a whole number",
    ),
    "no id": ("segments: [{id: a b, name: a, project: p}]", "segments[0].id: must be 1 to 64"),
    "a name that two have": (
        "segments: [{name: red, project: p}, {name: red, id: r, project: q}]\n"
        "ports: [{name: a, segment: red, project: z}]",
        "ports[0].segment: 2 segments are called 'red'; name one by its id: r, red",
    ),
    "no such segment": ("ports: [{name: a, segment: red}]", "ports[0].segment: there is no segment 'red'"),
    "no such VIF": (RED + "ports: [{name: a, segment: red, vif: v}]", "ports[0].vif: there is no vif 'v'"),
    "no such switch": ("vifs: [{name: v, mac: '02:00:00:00:00:01', switch: s, interface: i}]", "vifs[0].switch"),
    "no such interface": (
        SWITCH + "vifs: [{name: v, mac: '02:00:00:00:00:01', switch: s1, interface: c}]",
        "vifs[0].interface: 'c' is not among the interfaces of s1",
    ),
    "no such cable end": (
        "switches: [{id: s1, dpid: '1', fabric_interfaces: [up], interfaces: {a: 1}}]",
        "switches[0].fabric_interfaces: 'up' is not among the interfaces of s1",
    ),
    "one number twice": ("switches: [{id: s1, dpid: '1', interfaces: {a: 1, b: 1}}]", "switches[0].interfaces: two"),
    "one address twice": (
        SWITCH
        + RED
        + "vifs: [{name: v, mac: '02:00:00:00:00:01', switch: s1, interface: a}, {name: w, mac: '02:00:00:00:00:01'}]\n"
        + "ports: [{name: a, segment: red, vif: v}, {name: b, segment: red, vif: w}]",
        "ports[1].vif: 02:00:00:00:00:01 is on this segment already, in port 'a' at a of s1",
    ),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "model.yaml").write_text(text)
    with pytest.raises(ModelError, match=re.escape(said)):
        compile_model(tmp_path / "model.yaml")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.yaml"):
        compile_model(tmp_path / "none.yaml")


@pytest.fixture
def bridge() -> Iterator[str]:
    """A bridge that no controller looks after."""
    with open_vswitch():
        options = ("datapath_type=netdev", "fail_mode=secure", "protocols=OpenFlow14")
        subprocess.run(["ovs-vsctl", "add-br", "br0", "--", "set", "Bridge", "br0", *options], check=True)
        yield "br0"


@pytest.mark.system
@pytest.mark.parametrize("switch", ["leaf1", "leaf2", "spine"])
def test_a_real_switch_takes_every_flow(bridge: str, switch: str, tmp_path: Path) -> None:
    tables = compile_model(EXAMPLE)
    write(tables, tmp_path)
    subprocess.run([*OFCTL, "add-flows", bridge, str(tmp_path / f"{switch}.flows")], check=True)
    dump = subprocess.run([*OFCTL, "dump-flows", bridge], check=True, capture_output=True, text=True).stdout
    given = [re.findall(r"cookie=(\w+)", flow)[0] for flow in tables[switch].flows]
    assert sorted(re.findall(r"cookie=(\w+)", dump)) == sorted(given)
