"""What ports send is marked, and bounded, where they or their segments say so."""

from __future__ import annotations

import struct

import pytest

from tests.world import World
from weft.apps.extensions.qos import QOS
from weft.apps.extensions.qos.stages import METERS
from weft.controller.compile.stages import STAGES
from weft.controller.extension import compose
from weft.controller.flow.frame import Frame
from weft.controller.flow.headers import seen
from weft.controller.flow.meter import wish_of
from weft.controller.flow.octets import read
from weft.controller.flow.simulate import SimulatedSwitch
from weft.controller.flow.text import named
from weft.controller.model.commands import Create, Plug, Update
from weft.controller.model.rights import MEMBER, Caller
from weft.controller.model.trunks import Carried
from weft.controller.pipeline.core import CORE

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"
IP = {"eth_type": 0x0800, "inner": {"ip_proto": 17, "ipv4_src": 1, "ipv4_dst": 2}}


def net() -> World:
    world = World(compose(CORE, STAGES, QOS)).switch("s1", ["e1", "e2"]).segment("red")
    return world.vif("a", "red", "s1", "e1", A).vif("b", "red", "s1", "e2", B)


def marks(world: World, **frame: object) -> list[int]:
    """The DSCP of what comes out of a frame that a has sent."""
    world.compile()
    assert world.compiler.complaints() == []
    switch = SimulatedSwitch(world.compiler.flows("s1").values(), world.compiler.pipeline)
    sent = Frame(A, B, **{**IP, **frame})  # type: ignore[arg-type]
    return [frame.inner.get("ip_dscp", 0) for _, frame in switch.receive(sent, 1)]


def meters(world: World) -> dict[int, str]:
    """The meters by their ids."""
    world.compile()
    wishes = (wish_of(entry) for entry in world.compiler.flows("s1").values() if entry.table == 255)
    return {wish.id: str(wish) for wish in wishes if wish is not None}


def test_a_port_has_its_own_mark_or_that_of_its_segment() -> None:
    world = net()
    assert marks(world) == [0]
    assert marks(world.do(Update("segment", "red", {"qos:dscp": 10}))) == [10]
    assert marks(world.do(Update("port", "a", {"qos:dscp": 46}))) == [46]
    assert marks(world, eth_type=0x86DD, inner={"ip_proto": 17, "ipv6_src": 1}) == [46]
    assert marks(world, eth_type=0x88B5, inner={}) == [0], "what is no IP passes as it is"
    assert marks(world.do(Update("port", "a", {"qos:dscp": 0}))) == [0]
    assert marks(world.do(Update("port", "a", {"qos:dscp": None}))) == [10]


def test_a_rate_is_a_meter_of_the_interface_behind_those_of_the_core() -> None:
    world = net().do(Update("port", "a", {"qos:rate": 1000, "max_rate": 5000}))
    own = {id: wish for id, wish in meters(world).items() if id in METERS}
    assert own == {METERS.start + 1: "1000 kbit/s, burst 100"}
    assert len(meters(world)) == 3
    world.do(Update("port", "a", {"qos:burst": 1}))
    assert meters(world)[METERS.start + 1] == "1000 kbit/s, burst 13", "one frame in any case"
    lines = [named(entry, world.compiler.pipeline) for entry in world.compiler.flows("s1").values()]
    assert "table=qos priority=100 match=source=1 actions=meter:196609,next:listen" in lines
    world.do(Update("port", "a", {"qos:rate": None}), Update("segment", "red", {"qos:rate": 7}))
    assert sorted(id for id in meters(world) if id in METERS) == [METERS.start + 1, METERS.start + 2]


def test_what_a_trunk_carries_goes_through_the_trunks_meter() -> None:
    world = net().segment("blue").port("c", "blue", **{"qos:dscp": 8})
    world.do(Create("vif", {"id": "c", "mac": C}), Plug("c", "c"), Update("port", "a", {"qos:rate": 1000}))
    world.do(Create("trunk", {"id": "t", "port": "a", "subports": (Carried("c", 7),)})).compile()
    assert world.compiler.complaints() == []
    lines = [named(entry, world.compiler.pipeline) for entry in world.compiler.flows("s1").values()]
    carried = [line for line in lines if line.startswith("table=qos") and "source=3" in line]
    assert carried
    assert all("meter:196609" in line for line in carried)
    assert [id for id in meters(world) if id in METERS] == [METERS.start + 1]


def test_a_mark_is_the_operators_and_a_rate_the_owners() -> None:
    world, red = net(), Caller("red", MEMBER, False, 0)
    assert world.refusal(Update("port", "a", {"qos:dscp": 46}), red) == (
        "forbidden, qos:dscp: only the operator may change it"
    )
    world.do(Update("port", "a", {"qos:dscp": 46}))
    world.do(Update("port", "a", {"qos:rate": 5, "qos:dscp": 46}), caller=red)  # the same is no change
    assert world.refusal(Update("port", "a", {"qos:dscp": None}), red).startswith("forbidden, qos:dscp")


@pytest.mark.parametrize("snap", [b"", bytes.fromhex("0024aaaa03000000")])
@pytest.mark.parametrize("tos", [0, 1, 0xB8, 0xFF])
def test_a_mark_in_octets_keeps_the_checksum_right(tos: int, snap: bytes) -> None:
    header = struct.pack("!BBHHHBBH8s", 0x45, tos, 20, 1, 0, 64, 59, 0, b"12345678")
    header = header[:10] + _sum(header).to_bytes(2, "big") + header[12:]
    octets = bytes.fromhex((B + A).replace(":", "")) + snap + b"\x08\x00" + header
    marked = read(octets, seen(octets)).marked(46).octets
    at = 14 + len(snap)
    assert marked[at + 1] == 46 << 2 | tos & 3
    assert _sum(marked[at:]) == 0
    assert (marked[:at], marked[at + 2 : at + 10], marked[at + 12 :]) == (octets[:at], header[2:10], header[12:])


def test_a_mark_in_octets_of_ipv6_leaves_all_else() -> None:
    octets = bytes.fromhex((B + A).replace(":", "")) + b"\x86\xdd\x6f\xff" + bytes(38)
    assert read(octets, seen(octets)).marked(1).octets == octets[:14] + b"\x60\x7f" + bytes(38)


def _sum(header: bytes) -> int:
    summed = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while summed > 0xFFFF:
        summed = (summed & 0xFFFF) + (summed >> 16)
    return ~summed & 0xFFFF
