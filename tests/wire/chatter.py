"""What may come into a switch: frames of its VIFs, honest or not, of the fabric, and of nobody, by chance."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from tests.packets import arp, ethernet, extension, fragment, ipv4, ipv6, link_layer, neighbour, tcp, udp
from tests.unit.test_headers import CASES as HEADERS
from tests.world import World
from weft.controller.compile.seats import link_local
from weft.controller.model.facts import Interface, Vif

STRANGER, BROADCAST = "02:00:00:00:ff:ff", "ff:ff:ff:ff:ff:ff"
GROUPS = ("33:33:00:00:00:01", "01:80:c2:00:00:00", "01:80:c2:00:00:0e", "01:80:c2:00:00:10", "01:00:0c:cc:cc:cd")
ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.0.0.9", "0.0.0.0", "255.255.255.255")
ROUTER, TAGS = "2001:db8::1", (0, 2, 3, 7, 9)
NO_MAC = "00:00:00:00:00:00"
CASES = tuple(octets for octets, _ in HEADERS.values())
TELLING = (0, 1, 2, 3, 4, 5, 6, 8, 17, 20, 40, 43, 44, 51, 58, 60, 64, 69, 96, 128, 129, 134, 135, 136, 221, 255)


def ofports(world: World, switch: str) -> list[int]:
    """The OpenFlow ports of a switch."""
    found = (world.network.interface(end) for end in world.network.interfaces_of(switch))
    return [interface.ofport for interface in found if isinstance(interface, Interface)]


def some_frame(chance: Random, world: World, switch: str) -> tuple[bytes, int]:
    """A frame, and the port that it comes in by: as a VIF of the switch may say it, from the fabric, or anything."""
    vifs = [fact for fact in world.network.of_kind("vif") if isinstance(fact, Vif)]
    macs = [*(vif.mac for vif in vifs), "00:00:5e:00:01:01"]
    dst, sort = chance.choice([*macs, *macs, STRANGER, BROADCAST, BROADCAST, *GROUPS]), chance.random()
    src, in_port = chance.choice([*macs, STRANGER]), chance.choice(ofports(world, switch))
    tags: tuple[int, ...] = chance.choice(((), (), *((tag,) for tag in TAGS), (2, 3), (0, 2)))
    here = [vif for vif in vifs if vif.location is not None and vif.location.switch == switch]
    if sort < 0.6 and here:
        vif = chance.choice(here)
        interface = world.network.interface(vif.location) if vif.location is not None else None
        src, tags = vif.mac, chance.choice(((), (), (), (7,)))
        in_port = interface.ofport if interface is not None else in_port
    elif sort < 0.8:
        in_port, tags = max(ofports(world, switch)), (chance.choice((2, 3)),)
    eth_type, payload = _inside(chance, src, macs)
    return ethernet(dst, src, eth_type, payload, tags).ljust(60, b"\0"), in_port


def _inside(chance: Random, src: str, macs: list[str]) -> tuple[int, bytes]:
    """What a frame carries, mostly of its sender's own."""
    mac = chance.choice((src, src, chance.choice(macs)))
    sort = chance.random()
    if sort < 0.25:
        addresses = chance.choice(ADDRESSES), chance.choice(ADDRESSES)
        kind, operation = chance.choice(((0x0806, 1), (0x0806, 2), (0x0806, 3), (0x8035, 3)))
        return kind, arp(operation, mac, addresses[0], chance.choice((mac, NO_MAC)), addresses[1])
    if sort < 0.5:
        protocol, payload = _transport(chance)
        pieces = chance.choice((0, 0, 0, 0x2000, 0x2001, 1))
        return 0x0800, ipv4(chance.choice(ADDRESSES), chance.choice(ADDRESSES), protocol, payload, pieces)
    if sort < 0.9:
        source = chance.choice((link_local(mac).partition("/")[0], "::", ROUTER, "fe80::1"))
        following, payload = _transport(chance) if chance.random() < 0.3 else (58, _icmpv6(chance, mac, source))
        return 0x86DD, ipv6(source, "ff02::1", *_behind(chance, following, payload))
    return chance.choice((0x88B5, 0x88CC, 0x8847, 0x88A8, 0x9100, 38)), bytes(chance.choice((0, 46)))


def _transport(chance: Random) -> tuple[int, bytes]:
    ports = chance.choice(((68, 67), (67, 68), (547, 546), (53, 53), (0, 0)))
    return chance.choice(((17, udp(*ports)), (17, udp(*ports)), (6, tcp(*ports)), (1, bytes(8))))


def _icmpv6(chance: Random, mac: str, source: str) -> bytes:
    kind = chance.choice((133, 134, 135, 135, 135, 136, 136, 136, 137, 143, 128))
    option = link_layer(chance.choice((1, 2, 1 if kind == 135 else 2)), mac)
    options = chance.choice(((), (option,), (option,), (option, option), (option[:5],)))
    return neighbour(kind, chance.choice((source, "fe80::1", ROUTER)), *options, code=chance.choice((0, 0, 0, 1)))


def _behind(chance: Random, following: int, payload: bytes) -> tuple[int, bytes]:
    """Behind headers of IPv6, or behind none."""
    sort = chance.random()
    if sort < 0.7:
        return following, payload
    if sort < 0.8:
        return 60, extension(following, payload)
    return 44, fragment(following, payload, chance.choice((0, 1, 8, 9)))


def odd_frame(chance: Random, world: World, switch: str, ports: Sequence[int]) -> tuple[bytes, int]:
    """Some frame, as it may come out of a bad cable or of bad hands: changed, cut, longer, in more tags."""
    octets, in_port = some_frame(chance, world, switch)
    if chance.random() < 0.1:
        octets = octets[:12] + chance.choice(CASES)[12:]
    if chance.random() < 0.25:
        octets = b"\xff" * 6 + octets[6:]
    if chance.random() < 0.05:
        in_port = chance.choice(ports)
    if chance.random() < 0.15:
        tag = chance.choice(TAGS) | chance.choice((0, 0, 0x1000, 0x6000, 0xF000))
        octets = octets[:12] + chance.choice((b"\x81\0", b"\x88\xa8")) + tag.to_bytes(2, "big") + octets[12:]
    if chance.random() < 0.25:
        changed = bytearray(octets)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(12, len(changed))] = chance.choice((chance.choice(TELLING), chance.randrange(256)))
        octets = bytes(changed)
    if chance.random() < 0.1:
        octets = octets[: chance.randint(14, len(octets))]
    if chance.random() < 0.1:
        octets += chance.randbytes(chance.randint(1, 40))
    return octets, in_port
