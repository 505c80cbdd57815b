"""Random histories over a small fabric: four switches in a ring with a chord, so that every link can be missed."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from weft.controller.model.commands import (
    Command,
    Create,
    Delete,
    ObserveClaim,
    ObserveInterfaces,
    ObserveLink,
    Plug,
    Unplug,
    Update,
)
from weft.controller.model.facts import Endpoint, link_id
from weft.controller.model.traits import SECURITY_LEVELS, AllowedAddress, Offer, Subport
from weft.controller.model.trunks import Carried
from weft.controller.pipeline.core import PLANES

SWITCHES = ("s1", "s2", "s3", "s4")
# A name means nothing outside its kind: segments are called like switches, ports and VIFs like both.
SEGMENTS = ("red", "blue", "green", "s2", "island")
MACS = tuple(f"02:00:00:00:00:0{n}" for n in range(3))  # few, so that they clash
SHARED = "00:00:5e:00:01:01"
EDGE = ("e1", "e2", "e3")
CABLES = ("f1", "f2", "f3")
LINKS = (
    (Endpoint("s1", "f1"), Endpoint("s2", "f2")),
    (Endpoint("s2", "f1"), Endpoint("s3", "f2")),
    (Endpoint("s3", "f1"), Endpoint("s4", "f2")),
    (Endpoint("s4", "f1"), Endpoint("s1", "f2")),
    (Endpoint("s1", "f3"), Endpoint("s3", "f3")),
)

# Port and VIF, segment, and where. From s2 to s4 there are two equal ways: red and green take the same one and share
# its flows, and blue takes the other. Red has two VIFs on s1, and the island has one VIF in all, so that a segment is
# soon empty and soon lived on again. One name is left for whoever comes later.
PLACES = (
    *(("s1", "red", "s1", "e1"), ("v1", "red", "s1", "e3"), ("red", "red", "s2", "e1"), ("v3", "red", "s4", "e1")),
    *(("v4", "blue", "s2", "e2"), ("v5", "blue", "s4", "e2"), ("v6", "green", "s2", "e3"), ("v7", "green", "s4", "e3")),
    ("v8", "island", "s3", "e1"),
)
NAMES = (*(name for name, *_ in PLACES), "s3", "open", "under")  # the last two wait for claims, and for a trunk
SKIPPED = [f"skipped{n}" for n in range(PLANES - 3)]  # so that green's plane is red's


def _vif_made(id: str, mac: str, place: dict[str, object]) -> Command:
    return Create("vif", {"id": id, "mac": mac, "project": "p", **place})


FOUNDATION: tuple[Command, ...] = (
    *(Create("switch", {"id": s, "dpid": n, "fabric_interfaces": CABLES}) for n, s in enumerate(SWITCHES, 1)),
    *(ObserveInterfaces(s, {name: (n, True) for n, name in enumerate(EDGE + CABLES, 1)}, whole=True) for s in SWITCHES),
    *(Create("link", {"a": a, "b": b}) for a, b in LINKS),
    Create("segment", {"id": "red", "name": "red", "project": "p"}),
    Create("segment", {"id": "blue", "name": "blue", "project": "p"}),
    Create("segment", {"id": "island", "name": "island", "project": "p", "transport": "local"}),
    *(Create("segment", {"id": skipped, "name": "s", "project": "p"}) for skipped in SKIPPED),
    *(Delete("segment", skipped) for skipped in SKIPPED),
    Create("segment", {"id": "green", "name": "green", "project": "p"}),
    *(
        command
        for n, (name, segment, switch, interface) in enumerate(PLACES)
        for command in (
            Create("port", {"id": name, "name": name, "segment": segment}),
            _vif_made(name, f"02:00:00:00:01:0{n}", {"switch": switch, "interface": interface}),
            Plug(name, name),
        )
    ),
    # Two of red share a MAC, and a VIF of blue speaks on red as well.
    *(Update("port", name, {"allowed_addresses": (AllowedAddress(SHARED),)}) for name in ("s1", "v3")),
    Update("port", "v5", {"trunk": (Subport(7, "red"),)}),
    Create("port", {"id": "open", "name": "open", "segment": "blue"}),
    Create("port", {"id": "under", "name": "under", "segment": "blue"}),
    _vif_made("under", "02:00:00:00:01:1f", {}),
    Plug("under", "under"),
    Create("trunk", {"id": "t", "port": "v1", "subports": (Carried("under", 8),)}),
)

# Traits as somebody may set them, each by itself, since one that is refused takes the others along.
TRAITS: tuple[dict[str, object], ...] = (
    *({"security": level} for level in (None, *SECURITY_LEVELS)),
    *({"isolated": part} for part in (None, "isolated", "isolated", "promiscuous", "community:1", "community:2")),
    *({name: flag} for name in ("router", "dhcp_server", "promiscuous") for flag in (True, False)),
    {"promiscuous": True},
    *({"max_rate": rate} for rate in (None, 100)),
    *({"max_broadcast": rate} for rate in (None, 5)),
    *({"fixed_ips": ips} for ips in ((), ("10.0.0.1",), ("10.0.0.2", "2001:db8::1"))),
    *(
        {"allowed_addresses": allowed}
        for allowed in (
            (),
            (AllowedAddress(SHARED),),
            (AllowedAddress(SHARED, "10.0.0.0/24"), AllowedAddress(MACS[0])),
            (AllowedAddress(prefix="10.0.0.0/31"), AllowedAddress(prefix="2001:db8::/64")),
        )
    ),
    *(
        {"trunk": tuple(map(Subport, (7, 2, 3), segments))}
        for segments in ((), ("red",), ("blue", "green"), ("green", "red"), ("island", "blue", "s2"))
    ),
    {"offer": None},
    {"vif_kinds": ("tap",)},
    {"vif_kinds": ()},
)

CARRIED = ((), (Carried("under", 8),), (Carried("open", 8), Carried("under", 9)), (Carried("v8", 8),))
TRUNKS: tuple[Command, ...] = (
    *(Create("trunk", {"id": "t", "port": port, "subports": CARRIED[1]}) for port in ("v1", "s1", "v4")),
    *(Update("trunk", "t", {"subports": ports}) for ports in CARRIED),
    Delete("trunk", "t"),
    _vif_made("open", "02:00:00:00:01:2f", {}),
    Plug("open", "open"),
)


def _fields(**choices: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=choices)


_switch, _segment, _name = st.sampled_from(SWITCHES), st.sampled_from(SEGMENTS), st.sampled_from(NAMES)
_mac, _edge, _flag = st.sampled_from(MACS), st.sampled_from(EDGE), st.booleans()
_place = st.one_of(
    st.builds(lambda s, e: {"switch": s, "interface": e}, _switch, _edge), st.just({"switch": None, "interface": None})
)


def _segment_made(id: str, transport: str, admin_up: bool) -> Command:
    return Create("segment", {"id": id, "name": id, "project": "p", "transport": transport, "admin_up": admin_up})


_dressing = st.sampled_from([Update("port", name, traits) for name in NAMES for traits in TRAITS])

commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(_segment_made, _segment, st.sampled_from(("vlan", "vlan", "local")), _flag),
    st.builds(
        lambda i, s, up: Create("port", {"id": i, "name": i, "segment": s, "admin_up": up}), _name, _segment, _flag
    ),
    st.builds(
        lambda i, s, whose, traits: Create("port", {"id": i, "name": i, "segment": s, "project": whose, **traits}),
        _name,
        _segment,
        st.sampled_from(("p", "q")),
        st.sampled_from(TRAITS),
    ),
    _dressing,
    st.builds(
        lambda i, f: Update("segment", i, f),
        _segment,
        _fields(
            security=st.sampled_from(SECURITY_LEVELS), vlan_transparent=_flag, shared_with=st.sampled_from(((), ("q",)))
        ),
    ),
    *(
        st.builds(
            lambda s, e, port, mac, whose: ObserveClaim(s, e, port, mac, project=whose),
            _switch,
            _edge,
            ports,
            _mac,
            st.sampled_from((None, "p", "q")),
        )
        for ports in (_name, st.sampled_from(("open", "open", None)))
    ),
    st.sampled_from(
        [
            ObserveClaim(switch, interface, name, f"02:00:00:00:01:0{n}")  # its own place, or nobody's but its own
            for n, (name, _, *place) in enumerate(PLACES)
            for switch, interface in (place, ("s3", "e2"))
        ]
        + [ObserveClaim("s3", "e2", port, "02:00:00:00:01:0f", project="q") for port in ("open", "open", None)]
    ),
    st.sampled_from((Update("port", "open", {"offer": Offer("project:q", "tap", 10)}), Unplug("open"))),
    st.builds(Plug, _name, _name),
    st.builds(lambda name: Plug(name, name), _name),
    st.builds(Unplug, _name),
    st.sampled_from(TRUNKS),
    st.sampled_from((Unplug("v8"), Plug("v8", "v8"))),  # the island is deserted and settled again
    st.builds(lambda i, f: Update("port", i, f), _name, _fields(admin_up=_flag)),
    st.builds(lambda i, f: Update("segment", i, f), _segment, _fields(admin_up=_flag)),
    st.builds(lambda i, m: Update("vif", i, {"mac": m}), _name, _mac),
    st.builds(lambda i, p: Update("vif", i, p), _name, _place),
    st.builds(Delete, st.sampled_from(("segment", "port", "vif")), st.one_of(_name, _segment)),
    st.builds(
        lambda s, name, number, up: ObserveInterfaces(s, {name: (number, up)}),
        _switch,
        st.sampled_from(EDGE + CABLES),
        st.integers(1, 9),
        _flag,
    ),
    st.builds(lambda s, name: ObserveInterfaces(s, {}, gone=(name,)), _switch, st.sampled_from(EDGE + CABLES)),
    st.builds(lambda ends: Delete("link", link_id(*ends)), st.sampled_from(LINKS)),
    st.builds(lambda ends: Create("link", {"a": ends[0], "b": ends[1]}), st.sampled_from(LINKS)),
    st.builds(lambda ends: ObserveLink(*ends), st.sampled_from(LINKS)),
    st.builds(lambda ends, up: Update("link", link_id(*ends), {"admin_up": up}), st.sampled_from(LINKS), _flag),
    st.builds(
        lambda s, f: Update("switch", s, f), _switch, _fields(fabric_interfaces=st.sampled_from([CABLES, ("f1", "f2")]))
    ),
    st.builds(Delete, st.just("switch"), _switch),
    st.builds(
        lambda n: Create("switch", {"id": f"s{n}", "dpid": n + 10, "fabric_interfaces": CABLES}), st.integers(1, 4)
    ),
)

# Each inner list is compiled in one go; the outer one is the history. It begins with traits, which else are rare.
histories = st.builds(
    lambda dressing, history: [dressing, *history],
    st.lists(_dressing, max_size=8),
    st.lists(st.lists(commands, max_size=6), max_size=12),
)

# What happens by chance between the commands: seeded, because to draw each step takes ten times longer.
chances = st.integers(0, 1 << 32).map(Random)
