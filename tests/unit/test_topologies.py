"""A fabric is described once: what Mininet builds and what the controller is told are the same."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import networkx
import pytest

from weft.apps.lab.api import document
from weft.controller.model.facts import Interface, Link, Port, Segment, Switch, Vif
from weft.topologies import shapes
from weft.topologies.fabric import Fabric
from weft.topologies.facts import commands, network
from weft.topologies.mininet_topo import topo
from weft.topologies.shapes import SHAPES

FILES = Path(shapes.__file__).parent

# shape, sizes, and how many switches, cables and hosts that makes
SIZES = [
    ("single", {}, (1, 0, 4)),
    ("single", {"hosts": 1}, (1, 0, 1)),
    ("linear", {}, (3, 2, 12)),
    ("linear", {"switches": 1, "hosts": 5}, (1, 0, 5)),
    ("ring", {}, (4, 4, 16)),
    ("ring", {"switches": 20, "hosts": 3}, (20, 20, 60)),
    ("leaf-spine", {}, (5, 6, 12)),
    ("leaf-spine", {"spines": 5, "leaves": 15, "hosts": 4}, (20, 75, 60)),
    ("leaf-spine", {"spines": 1, "leaves": 1, "hosts": 1}, (2, 1, 1)),
    ("fat-tree", {}, (20, 32, 16)),
    ("fat-tree", {"k": 2, "hosts": 1}, (5, 4, 2)),
    ("fat-tree", {"k": 8, "hosts": 4}, (80, 256, 128)),
]
FABRICS = [pytest.param(SHAPES[shape](**sizes), id=f"{shape}-{sizes}") for shape, sizes, _ in SIZES]


@pytest.mark.parametrize(("shape", "sizes", "counts"), SIZES)
def test_sizes_mean_what_they_say(shape: str, sizes: dict[str, int], counts: tuple[int, int, int]) -> None:
    fabric = SHAPES[shape](**sizes)
    assert (len(fabric.switches), len(fabric.cables), len(fabric.hosts)) == counts


@pytest.mark.parametrize("fabric", FABRICS)
def test_every_switch_is_reached_and_no_interface_is_used_twice(fabric: Fabric) -> None:
    graph = networkx.MultiGraph([(cable.a.switch, cable.b.switch) for cable in fabric.cables])
    graph.add_nodes_from(switch.name for switch in fabric.switches)
    assert networkx.is_connected(graph)
    used = Counter([*fabric.ends, *(host.at for host in fabric.hosts)])
    assert set(used.values()) == {1}
    assert {end.switch for end in used} <= {switch.name for switch in fabric.switches}
    assert len({switch.dpid for switch in fabric.switches}) == len(fabric.switches)


@pytest.mark.parametrize("fabric", FABRICS)
def test_names_are_names_that_linux_takes(fabric: Fabric) -> None:
    names = [end.interface for end in fabric.ends]
    names += [name for host in fabric.hosts for name in (host.interface, host.at.interface)]
    names += [switch.name for switch in fabric.switches]
    assert [name for name in names if not re.fullmatch(r"[a-z0-9-]{1,15}", name)] == []


def test_a_ring_is_a_loop() -> None:
    graph = networkx.Graph([(cable.a.switch, cable.b.switch) for cable in SHAPES["ring"](switches=5).cables])
    assert len(networkx.find_cycle(graph)) == 5


def test_leaves_are_apart_by_as_many_ways_as_there_are_spines() -> None:
    graph = networkx.Graph([(c.a.switch, c.b.switch) for c in SHAPES["leaf-spine"](spines=3, leaves=4).cables])
    assert len(list(networkx.all_shortest_paths(graph, "leaf1", "leaf4"))) == 3


def test_pods_of_a_fat_tree_are_apart_by_as_many_ways_as_there_are_cores() -> None:
    graph = networkx.Graph([(cable.a.switch, cable.b.switch) for cable in SHAPES["fat-tree"](k=4).cables])
    assert {degree for name, degree in graph.degree if "edge" not in name} == {4}
    assert len(list(networkx.all_shortest_paths(graph, "p1edge1", "p4edge2"))) == 4


@pytest.mark.parametrize("fabric", [SHAPES[shape]() for shape in SHAPES])
def test_tenants_have_the_same_addresses_and_share_switches(fabric: Fabric) -> None:
    plans = {tenant: [(h.mac, h.ip4) for h in fabric.hosts if h.tenant == tenant] for tenant in fabric.tenants}
    assert fabric.tenants == ("red", "blue")
    assert plans["red"] == plans["blue"]
    assert len(set(plans["red"])) == len(plans["red"]) >= 2
    on_a_switch = Counter((host.at.switch, host.tenant) for host in fabric.hosts)
    assert all(on_a_switch[host.at.switch, tenant] for host in fabric.hosts for tenant in fabric.tenants)


@pytest.mark.parametrize(
    ("shape", "sizes", "message"),
    [
        ("single", {"hosts": 0}, "hosts must be at least 1, not 0"),
        ("ring", {"switches": 2}, "switches must be at least 3, not 2"),
        ("leaf-spine", {"spines": 0}, "spines must be at least 1, not 0"),
        ("fat-tree", {"k": 3}, "k must be even, not 3"),
        ("fat-tree", {"k": 0}, "k must be at least 2, not 0"),
    ],
)
def test_a_size_that_makes_no_fabric_is_refused(shape: str, sizes: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SHAPES[shape](**sizes)


@pytest.mark.parametrize("fabric", FABRICS)
def test_the_model_grants_all_and_knows_the_fabric_afterwards(fabric: Fabric) -> None:
    known = network(fabric)
    assert {(s.id, s.dpid) for s in known.of_kind("switch") if isinstance(s, Switch)} == set(fabric.switches)
    links = {frozenset((link.a, link.b)) for link in known.of_kind("link") if isinstance(link, Link)}
    assert links == {frozenset((cable.a.endpoint, cable.b.endpoint)) for cable in fabric.cables}
    fabric_interfaces = {
        (s.id, name) for s in known.of_kind("switch") if isinstance(s, Switch) for name in s.fabric_interfaces
    }
    assert fabric_interfaces == {end.endpoint for end in fabric.ends}
    for host in fabric.hosts:
        port, vif = known.port(host.name), known.vif(host.interface)
        assert isinstance(port, Port)
        assert isinstance(vif, Vif)
        assert (port.segment, vif.mac, vif.location) == (host.tenant, host.mac, host.at.endpoint)
        assert known.port_of_vif(vif.id) == port.id
        interface = known.interface(host.at.endpoint)
        assert isinstance(interface, Interface)
        assert (interface.ofport, interface.up) == (host.at.port, True)
    assert {s.name for s in known.of_kind("segment") if isinstance(s, Segment)} == set(fabric.tenants)


@pytest.mark.parametrize("fabric", FABRICS)
def test_mininet_builds_what_is_described(fabric: Fabric) -> None:
    built = topo(fabric)
    assert {(name, int(built.nodeInfo(name)["dpid"], 16)) for name in built.switches()} == set(fabric.switches)
    ends = {frozenset(((i["node1"], i["port1"]), (i["node2"], i["port2"]))) for _, _, i in built.links(withInfo=True)}
    cables = {frozenset((tuple(cable.a), tuple(cable.b))) for cable in fabric.cables}
    cords = {frozenset(((host.name, 0), tuple(host.at))) for host in fabric.hosts}
    assert ends == cables | cords
    for host in fabric.hosts:
        assert built.nodeInfo(host.name) == {"mac": host.mac, "ip": f"{host.ip4}/16"}


@pytest.mark.parametrize("shape", SHAPES)
def test_plain_mn_can_load_each_shape(shape: str) -> None:
    name = shape.replace("-", "_")
    loaded: dict[str, object] = {}
    path = FILES / f"{name}.py"
    exec(compile(path.read_text(), str(path), "exec"), loaded, loaded)  # as `mn --custom` does
    topos = loaded["topos"]
    assert isinstance(topos, dict)
    assert sorted(topos[name]().hosts()) == sorted(host.name for host in SHAPES[shape]().hosts)  # mn --topo ring
    assert len(topos[name](hosts=3).hosts()) == len(SHAPES[shape](hosts=3).hosts)  # mn --topo ring,hosts=3


def test_commands_become_plain_documents() -> None:
    asked = [document(command) for command in commands(SHAPES["linear"](switches=2, hosts=1))]
    assert asked[0] == {
        "do": "create",
        "kind": "switch",
        "fields": {"id": "s1", "dpid": "0000000000000001", "fabric_interfaces": ["s1-eth1"]},
    }
    assert asked[2]["fields"] == {
        "a": {"switch": "s1", "interface": "s1-eth1"},
        "b": {"switch": "s2", "interface": "s2-eth1"},
    }
    assert asked[-1] == {"do": "plug", "port": "blue1", "vif": "blue1-eth0"}
