"""What each trait may be: a value that makes no sense is refused, and the refusal names its place and every bound."""

from __future__ import annotations

from typing import Any

import pytest

from weft.controller.model.facts import Port, Segment
from weft.controller.model.rules import Malformed
from weft.controller.model.traits import TRAITS, AllowedAddress, Offer, Subport

A, B, C, VIRTUAL = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c", "00:00:5e:00:01:01"
KINDS = "must be one of tap, veth, internal, vhost-user, dpdk, physical, sriov, not 'bridge'"
PARTY = "must be owner, project:NAME or role:NAME"
STATION = "must be an address that a station can have, and"


def pair(mac: Any = None, prefix: Any = None) -> tuple[AllowedAddress, ...]:
    """One allowed address."""
    return (AllowedAddress(mac, prefix),)


MANY = tuple(AllowedAddress(f"02:00:00:00:01:{n:02x}") for n in range(32))
MALFORMED: list[tuple[dict[str, Any], str]] = [
    (
        {"fixed_ips": tuple(f"10.0.0.{n}" for n in range(1, 17)), "allowed_addresses": MANY},
        "allowed_addresses: 528 pairs of a MAC and an address are more than 512",
    ),
    (
        {"trunk": tuple(Subport(n, f"s{n}") for n in range(1, 64)), "allowed_addresses": MANY},
        "allowed_addresses: 33 MACs on 64 segments are more than 2048 in all",
    ),
    ({"vif_kinds": "tap"}, "vif_kinds: must be a list"),
    ({"vif_kinds": ("tap", "bridge")}, f"vif_kinds[1]: {KINDS}"),
    ({"vif_kinds": ("tap", "veth", "tap")}, "vif_kinds[2]: is named twice"),
    ({"connect": ("owner", "project:")}, "connect[1]: must be 1 to 255 characters, none a control character (got '')"),
    ({"connect": ("blue",)}, f"connect[0]: {PARTY} (got 'blue')"),
    ({"connect": ("user:bob",)}, f"connect[0]: {PARTY} (got 'user:bob')"),
    ({"connect": (5,)}, f"connect[0]: {PARTY} (got 5)"),
    ({"connect": ("owner", "owner")}, "connect[1]: is named twice"),
    ({"connect": tuple(f"role:{n}" for n in range(65))}, "connect: has 64 entries at most (got 65)"),
    ({"offer": "project:blue"}, "offer: must say to, vif_kind and expires"),
    ({"offer": Offer("owner", "tap", 1)}, "offer.to: must be project:NAME or role:NAME (got 'owner')"),
    ({"offer": Offer("project:blue", "bridge", 1)}, f"offer.vif_kind: {KINDS}"),
    (
        {"offer": Offer("project:blue", "veth", 1), "vif_kinds": ("tap", "dpdk")},
        "offer.vif_kind: must be of the port's vif_kinds, tap, dpdk, and is veth",
    ),
    (
        {"offer": Offer("role:tester", "veth", 0)},
        "offer.expires: must be a whole number from 1 to 253402300799 (got 0)",
    ),
    (
        {"offer": Offer("role:tester", "veth", 1 << 40)},
        "offer.expires: must be a whole number from 1 to 253402300799 (got 1099511627776)",
    ),
    ({"security": "high"}, "security: must be one of none, mac, mac+inner, mac+ip, not 'high'"),
    ({"fixed_ips": "10.0.0.1"}, "fixed_ips: must be a list"),
    ({"fixed_ips": ("10.0.0",)}, "fixed_ips[0]: must be an IP address such as 10.0.0.1 or 2001:db8::1 (got '10.0.0')"),
    ({"fixed_ips": (1,)}, "fixed_ips[0]: must be an IP address such as 10.0.0.1 or 2001:db8::1 (got 1)"),
    (
        {"fixed_ips": ("10.0.0.1/24",)},
        "fixed_ips[0]: must be an IP address such as 10.0.0.1 or 2001:db8::1 (got '10.0.0.1/24')",
    ),
    (
        {"fixed_ips": ("fe80::1%eth0",)},
        "fixed_ips[0]: must be an IP address such as 10.0.0.1 or 2001:db8::1 (got 'fe80::1%eth0')",
    ),
    ({"fixed_ips": ("2001:DB8::1",)}, "fixed_ips[0]: must be written 2001:db8::1 (got '2001:DB8::1')"),
    ({"fixed_ips": ("10.0.0.1", "0.0.0.0")}, f"fixed_ips[1]: {STATION} 0.0.0.0 is unspecified"),
    ({"fixed_ips": ("127.0.0.1",)}, f"fixed_ips[0]: {STATION} 127.0.0.1 is a loopback address"),
    ({"fixed_ips": ("224.0.0.18",)}, f"fixed_ips[0]: {STATION} 224.0.0.18 is a multicast address"),
    ({"fixed_ips": ("255.255.255.255",)}, f"fixed_ips[0]: {STATION} 255.255.255.255 is the broadcast address"),
    ({"fixed_ips": ("::",)}, f"fixed_ips[0]: {STATION} :: is unspecified"),
    ({"fixed_ips": ("::1",)}, f"fixed_ips[0]: {STATION} ::1 is a loopback address"),
    ({"fixed_ips": ("ff02::1",)}, f"fixed_ips[0]: {STATION} ff02::1 is a multicast address"),
    ({"fixed_ips": ("::ffff:a00:1",)}, f"fixed_ips[0]: {STATION} ::ffff:a00:1 is an IPv4 address in IPv6's clothes"),
    ({"fixed_ips": ("10.0.0.1", "10.0.0.1")}, "fixed_ips[1]: is named twice"),
    ({"fixed_ips": tuple(f"10.0.0.{n}" for n in range(1, 66))}, "fixed_ips: has 64 entries at most (got 65)"),
    ({"allowed_addresses": pair()}, "allowed_addresses[0]: must name a mac, a prefix or both"),
    ({"allowed_addresses": (A,)}, "allowed_addresses[0]: must name a mac, a prefix or both"),
    ({"allowed_addresses": pair("02-00-00-00-00-0a")},
     "allowed_addresses[0].mac: must be a MAC such as 02:00:00:00:00:01 (got '02-00-00-00-00-0a')"),
    ({"allowed_addresses": pair("01:00:5e:00:00:12")},
     "allowed_addresses[0].mac: must be the address of one station, and 01:00:5e:00:00:12 is a group address"),
    ({"allowed_addresses": pair("00:00:00:00:00:00")}, "allowed_addresses[0].mac: must not be all zero"),
    ({"allowed_addresses": (*pair(VIRTUAL), *pair(prefix="10.0.0.0"))},
     "allowed_addresses[1].prefix: must be written 10.0.0.0/32 (got '10.0.0.0')"),
    ({"allowed_addresses": pair(prefix="10.0.0.5/24")},
     "allowed_addresses[0].prefix: must be written 10.0.0.0/24 (got '10.0.0.5/24')"),
    ({"allowed_addresses": pair(prefix="10.0.0.0/255.255.255.0")},
     "allowed_addresses[0].prefix: must be written 10.0.0.0/24 (got '10.0.0.0/255.255.255.0')"),
    ({"allowed_addresses": pair(prefix="10.0.0.0/33")},
     "allowed_addresses[0].prefix: must be a prefix such as 10.0.0.0/24 or 2001:db8::1/128 (got '10.0.0.0/33')"),
    ({"allowed_addresses": pair(prefix="239.0.0.0/8")},
     f"allowed_addresses[0].prefix: {STATION} 239.0.0.0/8 is a multicast address"),
    ({"allowed_addresses": pair(prefix="127.0.0.0/8")},
     f"allowed_addresses[0].prefix: {STATION} 127.0.0.0/8 is a loopback address"),
    ({"allowed_addresses": pair(prefix="::ffff:0:0/96")},
     f"allowed_addresses[0].prefix: {STATION} ::ffff:0:0/96 is an IPv4 address in IPv6's clothes"),
    ({"allowed_addresses": pair(VIRTUAL) * 2}, "allowed_addresses[1]: is named twice"),
    ({"allowed_addresses": pair(VIRTUAL) * 65}, "allowed_addresses: has 64 entries at most (got 65)"),
    ({"router": "yes"}, "router: must be true or false (got 'yes')"),
    ({"dhcp_server": 1}, "dhcp_server: must be true or false (got 1)"),
    ({"promiscuous": None}, "promiscuous: must be true or false (got None)"),
    ({"trunk": ((7, "blue"),)}, "trunk[0]: must say tag and segment"),
    ({"trunk": (Subport(0, "blue"),)}, "trunk[0].tag: must be a whole number from 1 to 4094 (got 0)"),
    ({"trunk": (Subport(4095, "blue"),)}, "trunk[0].tag: must be a whole number from 1 to 4094 (got 4095)"),
    ({"trunk": (Subport(True, "blue"),)}, "trunk[0].tag: must be a whole number from 1 to 4094 (got True)"),
    ({"trunk": (Subport(7, ""),)}, "trunk[0].segment: must be 1 to 64 letters, digits or _.:- (got '')"),
    ({"trunk": (Subport(7, "red"),)}, "trunk[0].segment: 'red' is the port's own segment, which goes without a tag"),
    ({"trunk": (Subport(7, "b"), Subport(7, "c"))}, "trunk[1].tag: 7 stands for another segment already"),
    ({"trunk": (Subport(7, "b"), Subport(8, "b"))}, "trunk[1].segment: 'b' has a tag already"),
    ({"trunk": tuple(Subport(n, f"n{n}") for n in range(1, 1002))}, "trunk: has 1000 entries at most (got 1001)"),
    *(
        ({"isolated": value}, "isolated: must be isolated, promiscuous or community:N with N from 1 to 65534 "
        f"(got {value!r})")
        for value in ("yes", True, "community", "community:0", "community:65535", "community:01", "community:٣")
    ),
    ({"max_rate": 0}, "max_rate: must be a whole number from 1 to 1000000000 (got 0)"),
    ({"max_rate": 1_000_000_001}, "max_rate: must be a whole number from 1 to 1000000000 (got 1000000001)"),
    ({"burst": 0, "max_rate": 1}, "burst: must be a whole number from 1 to 1000000000 (got 0)"),
    ({"burst": 1}, "burst: goes with max_rate, and there is none"),
    ({"max_broadcast": 0}, "max_broadcast: must be a whole number from 1 to 1000000 (got 0)"),
    ({"max_broadcast": 1_000_001}, "max_broadcast: must be a whole number from 1 to 1000000 (got 1000001)"),
]  # fmt: skip


@pytest.mark.parametrize(("traits", "said"), MALFORMED, ids=[said for _, said in MALFORMED])
def test_a_trait_that_makes_no_sense_is_malformed(traits: dict[str, Any], said: str) -> None:
    with pytest.raises(Malformed) as refusal:
        Port(id="p", number=1, name="p", project="acme", segment="red", **traits)
    assert str(refusal.value) == said


def test_every_trait_is_a_field_of_the_port_and_is_checked() -> None:
    names = [trait.name for trait in TRAITS]
    assert set(names) <= set(Port.__dataclass_fields__)
    assert {said.partition(":")[0].partition("[")[0].partition(".")[0] for _, said in MALFORMED} == set(names)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("security", "high", "must be one of none, mac, mac+inner, mac+ip, not 'high'"),
        ("security", None, "must be one of none, mac, mac+inner, mac+ip, not None"),
        ("vlan_transparent", 1, "must be true or false (got 1)"),
    ],
)
def test_a_segment_has_traits_too(field: str, value: object, rule: str) -> None:
    sound: dict[str, Any] = {"id": "red", "number": 1, "name": "red", "project": "acme", "segmentation_id": 7}
    with pytest.raises(Malformed) as refusal:
        Segment(**sound | {field: value})
    assert (refusal.value.field, refusal.value.rule) == (field, rule)
