"""No change of a trait opens a window: what is forbidden before and after is so at every instant between."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.attacks.ears import ears_of
from tests.attacks.society import VIRTUAL_MAC
from tests.attacks.watch import EXPERIMENT, FORBIDDEN, Watch
from tests.system.held_lab import HeldLab, held_lab, wait_until
from weft.conformance.octets import arp, dhcp, ipv4, ipv6
from weft.conformance.octets import neighbours as nd
from weft.conformance.octets.ethernet import BROADCAST, NOBODY, Tag, ethernet, tagged
from weft.conformance.octets.ipv6 import group_mac, link_local
from weft.topologies.fabric import Fabric
from weft.topologies.ring import ring

pytestmark = pytest.mark.system

SWITCHES, HOSTS = 3, 4
ATTACKER, NEAR, FAR = "red1", "red2", "red6"
CALM = 0.1  # seconds of watching before, between and after two changes
OFFER = {"to": "project:blue", "vif_kind": "veth", "expires": 4_000_000_000}
TRUNK = [{"tag": 100, "segment": "green"}]


LIKE_ALL: dict[str, Any] = {}


class Turn(NamedTuple):
    """A change of a trait, forth and back: whose it is, what holds throughout, and what is forbidden all the time."""

    what: str
    before: dict[str, Any]
    after: dict[str, Any]
    forbidden: tuple[str, ...]
    always: dict[str, Any] = LIKE_ALL
    whose: str = f"ports/{ATTACKER}"
    but: frozenset[str] = frozenset()


MAC_LEVEL = ("stolen source", "tag", "LLDP")
INNER = (*MAC_LEVEL, "false ARP MAC", "false router", "MPLS")
STRICT = (*INNER, "false ARP address", "false IPv4", "false IPv6", "false target", "later piece", "false DHCP server")
LEVEL = {"security": "mac+ip", "fixed_ips": ["10.0.0.1", "2001:db8::1"]}
VIRTUAL = [{"mac": VIRTUAL_MAC, "prefix": "10.0.9.9/32"}, {"prefix": "10.1.0.0/24"}]

TURNS = (
    Turn("security none, mac", {"security": "none"}, {"security": "mac"}, ("group source", "tag", "LLDP")),
    Turn("security mac, mac+inner", {"security": "mac"}, {"security": "mac+inner"}, MAC_LEVEL),
    Turn("security mac+inner, mac+ip", {"security": "mac+inner"}, {"security": "mac+ip"}, INNER),
    Turn("security none, mac+ip", {"security": "none"}, {"security": "mac+ip"}, ("group source", "tag", "LLDP")),
    Turn("security of the segment", {"security": "mac"}, {"security": "mac+inner"}, MAC_LEVEL, whose="segments/red"),
    Turn("fixed_ips", {"fixed_ips": ["10.0.0.1"]}, {"fixed_ips": ["10.0.7.7", "2001:db8::1"]}, STRICT, LEVEL),
    Turn("allowed_addresses", {"allowed_addresses": []}, {"allowed_addresses": VIRTUAL}, STRICT, LEVEL),
    Turn("router", {"router": False}, {"router": True}, tuple(x for x in STRICT if x != "false router"), LEVEL),
    Turn("dhcp_server", {"dhcp_server": False}, {"dhcp_server": True}, STRICT[:-1], LEVEL),
    Turn("trunk", {"trunk": []}, {"trunk": TRUNK}, (*INNER, "tag 100, stolen source", "two tags")),
    Turn("trunk tag", {"trunk": TRUNK}, {"trunk": [{"tag": 101, "segment": "green"}]}, (*INNER, "two tags")),
    Turn(
        "vlan_transparent",
        {"vlan_transparent": False},
        {"vlan_transparent": True},
        ("stolen source", "LLDP", "tag 100, stolen source", "two tags"),
        whose="segments/red",
    ),
    Turn("isolated sender", {"isolated": "isolated"}, {"isolated": "community:7"}, ("lawful to all", "lawful to one")),
    Turn(
        "isolated receiver",
        {"isolated": "isolated"},
        {"isolated": "community:8"},
        ("lawful to all", "lawful to one"),
        {"isolated": "community:7"},
        whose=f"ports/{FAR}",
        but=frozenset({FAR}),
    ),
    Turn(
        "promiscuous",
        {"promiscuous": False},
        {"promiscuous": True},
        INNER,
        whose=f"ports/{NEAR}",
        but=frozenset({NEAR}),
    ),
    Turn("max_rate", {"max_rate": None}, {"max_rate": 100_000}, INNER),
    Turn("burst", {"burst": None}, {"burst": 50_000}, INNER, {"max_rate": 100_000}),
    Turn("max_broadcast", {"max_broadcast": None}, {"max_broadcast": 10_000}, INNER),
    Turn("vif_kinds", {"vif_kinds": []}, {"vif_kinds": ["veth"]}, INNER),
    Turn("offer", {"offer": None}, {"offer": OFFER}, INNER),
    Turn("connect", {"connect": ["owner"]}, {"connect": ["owner", "project:blue"]}, INNER),
)
PLAIN: dict[str, Any] = {
    "security": None, "fixed_ips": [], "allowed_addresses": [], "router": False, "dhcp_server": False, "trunk": [],
    "isolated": None, "promiscuous": False, "max_rate": None, "burst": None, "max_broadcast": None, "vif_kinds": [],
    "connect": ["owner"], "offer": None,
}  # fmt: skip
PLAIN_SEGMENT = {"security": "mac+inner", "vlan_transparent": False}


def frames(fabric: Fabric) -> dict[str, bytes]:
    """The attacker's frames, by what is false about them."""
    host = {host.name: host for host in fabric.hosts}
    me, near, far = host[ATTACKER], host[NEAR], host[FAR]
    local = link_local(me.mac)
    everybody = group_mac("ff02::1")

    def plain(source: str, to: str = BROADCAST) -> bytes:
        return ethernet(to, source, EXPERIMENT, FORBIDDEN.ljust(46, b"\0"))

    def packet4(source: str, ports: tuple[int, int] = (4000, 4000), **said: Any) -> bytes:
        datagram = ipv4.udp(source, far.ip4, ports, FORBIDDEN * 2)
        return ethernet(BROADCAST, me.mac, ipv4.IPV4, ipv4.ipv4(source, far.ip4, ipv4.UDP, datagram, **said))

    def packet6(source: str, following: int, payload: bytes) -> bytes:
        return ethernet(everybody, me.mac, ipv6.IPV6, ipv6.ipv6(source, "ff02::1", following, payload) + FORBIDDEN)

    def discovery(kind: int, rest: bytes) -> bytes:
        return packet6(local, ipv6.ICMPV6, ipv6.icmpv6(local, "ff02::1", kind, rest))

    asks = arp.arp(arp.REQUEST, (near.mac, "0.0.0.0"), (NOBODY, far.ip4)) + FORBIDDEN
    answers = arp.arp(arp.REPLY, (me.mac, near.ip4), (far.mac, far.ip4)) + FORBIDDEN
    offer = ipv4.udp(near.ip4, "255.255.255.255", (67, 68), dhcp.dhcp(dhcp.OFFER, far.mac) + FORBIDDEN)
    return {
        "stolen source": plain(near.mac),
        "group source": plain("03:00:00:00:00:01"),
        "tag": tagged(plain(me.mac), Tag(3)),
        "two tags": tagged(plain(me.mac), Tag(100), Tag(3)),
        "tag 100, stolen source": tagged(plain(near.mac), Tag(100)),
        "LLDP": ethernet(BROADCAST, me.mac, 0x88CC, FORBIDDEN),
        "MPLS": ethernet(BROADCAST, me.mac, 0x8847, bytes.fromhex("00064140") + FORBIDDEN),
        "false ARP MAC": ethernet(BROADCAST, me.mac, arp.ARP, asks),
        "false ARP address": ethernet(BROADCAST, me.mac, arp.ARP, answers),
        "false router": discovery(nd.ROUTER_ADVERTISEMENT, nd.router_advertisement()),
        "false target": discovery(nd.ADVERTISEMENT, nd.advertisement(link_local(near.mac))),
        "false IPv4": packet4(near.ip4),
        "later piece": packet4(near.ip4, offset=64),
        "false IPv6": packet6("2001:db8::2", ipv6.NOTHING, b""),
        "false DHCP server": ethernet(
            BROADCAST, me.mac, ipv4.IPV4, ipv4.ipv4(near.ip4, "255.255.255.255", ipv4.UDP, offer)
        ),
        "lawful to all": plain(me.mac),
        "lawful to one": plain(me.mac, far.mac),
    }


class Scene(NamedTuple):
    """A lab, and a watch over it."""

    lab: HeldLab
    watch: Watch
    frames: dict[str, bytes]

    def begin(self, attacker: dict[str, Any], others: dict[str, dict[str, Any]]) -> None:
        """Let all be as in the beginning, but for these traits."""
        self.set("segments/red", PLAIN_SEGMENT)
        for name in (NEAR, FAR):
            self.set(f"ports/{name}", PLAIN)
        self.set(f"ports/{ATTACKER}", PLAIN | attacker)
        for whose, traits in others.items():
            self.set(whose, traits)
        self.lab.forget()

    def set(self, whose: str, traits: dict[str, Any]) -> None:
        """Change traits, and wait until all switches have them."""
        answer = self.lab.api.patch(f"/v1/{whose}", json=traits)
        assert answer.status_code == 200, answer.text
        wait_until(self.lab.settled, "the fabric settles")


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Three switches in a ring, two hosts of each tenant on each, and a segment for trunks."""
    options = ("--topology", "ring", "--switches", f"{SWITCHES}", "--hosts", f"{HOSTS}")
    with held_lab(tmp_path_factory.mktemp("ring"), *options) as lab, ears_of(lab) as ears:
        answer = lab.api.post("/v1/segments", json={"id": "green", "name": "green", "project": "red"})
        assert answer.status_code == 201, answer.text
        fabric = ring(SWITCHES, HOSTS)
        yield Scene(lab, Watch(ears, fabric.hosts), frames(fabric))


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.what)
def test_no_change_of_a_trait_opens_a_window(scene: Scene, turn: Turn) -> None:
    scene.begin(turn.always, {turn.whose: turn.before})

    def forth_and_back() -> None:
        for traits in (turn.after, turn.before, turn.after, turn.before):
            time.sleep(CALM)
            scene.set(turn.whose, traits)
        time.sleep(CALM)

    seen = scene.watch.during(forth_and_back, ATTACKER, [scene.frames[what] for what in turn.forbidden], turn.but)
    print(f"\n{turn.what}: {seen.volleys} volleys of {len(turn.forbidden)}, {seen.rounds} rounds of lawful traffic")
    assert (seen.leaked, seen.lost, seen.doubled) == ([], [], [])


@pytest.mark.parametrize("what", ["stolen source", "false IPv4", "lawful to all"])
def test_a_window_would_be_seen(scene: Scene, what: str) -> None:
    """What is let in for a moment is heard."""
    before = {"stolen source": {"security": "none"}, "false IPv4": {"security": "mac"}}.get(what, PLAIN)
    shut = {"security": "mac+ip", "isolated": "isolated", "fixed_ips": ["10.0.0.1"]}
    scene.begin(shut, {})

    def open_for_a_moment() -> None:
        scene.set(f"ports/{ATTACKER}", {**shut, "isolated": None} | before)
        scene.set(f"ports/{ATTACKER}", PLAIN | shut)

    assert scene.watch.during(open_for_a_moment, ATTACKER, [scene.frames[what]]).leaked != []
