"""What a flow matches becomes bytes in the order of Open vSwitch, and what no switch takes is refused."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.flows import LOOK, LOOKING, flows, looks
from weft.controller.flow.actions import NEXT
from weft.controller.flow.decode import fields_of
from weft.controller.flow.encode import Encoder, Undeclared
from weft.controller.flow.entry import Entry
from weft.controller.flow.flow import UNTAGGED, Flow, flow, tagged
from weft.controller.flow.oxm import FIELD_BY_NAME, Field, read
from weft.controller.pipeline.core import ADMIT, CLASSIFY, CORE, FORWARD, TRANSIT
from weft.controller.pipeline.schema import Table


def entry(said: Flow) -> Entry:
    return Encoder(CORE).entry(said, 16)


def match(table: Table, **fields: int | str | tuple[int | str, int | str]) -> str:
    """The encoded match, in hexadecimal."""
    return entry(flow(table, 1, **fields)).match.hex(" ", -4)


def test_fields_are_matched_in_the_order_of_open_vswitch() -> None:
    assert match(CLASSIFY, in_port=7) == "80000004 00000007"
    assert match(CLASSIFY, vlan_vid=UNTAGGED) == "80000c02 0000"
    assert match(CLASSIFY, vlan_vid=tagged(5)) == "80000c02 1005"
    in_any_order = (
        match(CLASSIFY, vlan_vid=tagged(5), eth_type=0x88CC, in_port=7),
        match(CLASSIFY, in_port=7, eth_type=0x88CC, vlan_vid=tagged(5)),
    )
    assert in_any_order[0] == in_any_order[1]
    assert [field.name for field, _, _ in fields_of(bytes.fromhex(in_any_order[0]))] == [
        "in_port",
        "eth_type",
        "vlan_vid",
    ]


def test_registers_that_share_a_word_are_matched_in_one_field() -> None:
    transit = entry(flow(TRANSIT, 1, dest=5, plane=3))
    assert [(f.name, value, mask) for f, value, mask in fields_of(transit.match)] == [
        ("reg0", 3, 7),
        ("reg3", 5, 0xFFFF),
    ]


def test_a_match_may_be_masked() -> None:
    group = entry(flow(FORWARD, 1, eth_dst=("01:00:00:00:00:00", "01:00:00:00:00:00")))
    assert [value for _, *value in fields_of(group.match)] == [[1 << 40, 1 << 40]]


@pytest.mark.parametrize(
    ("field", "text", "value", "mask"),
    [
        ("eth_src", "02:00:00:00:00:0a", 0x02000000000A, None),
        ("ipv4_src", "10.0.0.1", 0x0A000001, None),
        ("ipv4_src", "10.0.0.1/32", 0x0A000001, None),
        ("ipv4_src", "10.0.0.0/24", 0x0A000000, 0xFFFFFF00),
        ("arp_spa", "128.0.0.0/1", 0x80000000, 0x80000000),
        ("ipv6_src", "fe80::1", 0xFE80 << 112 | 1, None),
        ("ipv6_src", "::", 0, None),
        ("nd_target", "fe80::/10", 0xFE80 << 112, 0xFFC0 << 112),
        ("ip_frag", "no", 0, None),
        ("ip_frag", "first", 1, None),
        ("ip_frag", "later", 3, None),
        ("ip_frag", "yes", 1, 1),
        ("ip_frag", "not_later", 0, 2),
    ],
)
def test_a_value_may_be_text(field: str, text: str, value: int, mask: int | None) -> None:
    made = Encoder(LOOKING).entry(flow(LOOK, 1, **{field: text}), 1)
    assert [(f.name, *said) for f, *said in fields_of(made.match)] == [(field, value, mask)]


def test_what_matches_anything_is_no_match() -> None:
    anything = {"ipv4_src": "0.0.0.0/0", "ipv6_src": "::/0", "eth_src": (0, 0)}
    assert [Encoder(LOOKING).entry(flow(LOOK, 1, **{name: text}), 1).match for name, text in anything.items()] == [
        b""
    ] * 3


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("ipv4_src", "10.0.0.1/24"),
        ("ipv4_src", "10.0.0.0/33"),
        ("ipv4_src", "fe80::1"),
        ("ipv6_src", "10.0.0.1"),
        ("ipv6_src", "fe80::1/10"),
        ("eth_src", "02:00:00:00:00"),
        ("eth_src", "02:00:00:00:00:0g"),
        ("eth_src", "10.0.0.1"),
        ("ip_frag", "middle"),
        ("udp_src", "67"),
    ],
)
def test_text_that_is_no_value_of_the_field_is_refused(field: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"is no|Expected|has host bits|not a valid netmask|non-hexadecimal|At least"):
        Encoder(LOOKING).entry(flow(LOOK, 1, **{field: text}), 1)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("ip_proto", 256, "256 does not fit into the 8 bits of ip_proto"),
        ("arp_op", 256, "256 does not fit into the 8 bits of arp_op"),
        ("udp_src", -1, "-1 does not fit into the 16 bits of udp_src"),
        ("vlan_vid", 0x2005, "8197 does not fit into the 13 bits of vlan_vid"),
        ("eth_dst", (0, 1 << 48), "281474976710656 does not fit into the 48 bits of eth_dst"),
        ("eth_dst", (3, 1), "eth_dst is matched where the mask has no bits"),
        ("ip_proto", (0, 1), "ip_proto can be matched only whole"),
        ("eth_type", (0, 1), "eth_type can be matched only whole"),
        ("ip_frag", 2, "ip_frag is matched as no, first, later, yes, not_later"),
        ("ip_frag", (2, 2), "ip_frag is matched as no, first, later, yes, not_later"),
    ],
)
def test_a_match_that_no_switch_takes_is_refused(field: str, value: int | tuple[int, int], refusal: str) -> None:
    with pytest.raises(Undeclared, match=refusal):
        Encoder(LOOKING).entry(flow(LOOK, 1, **{field: value}), 1)


def test_a_register_is_matched_by_a_number() -> None:
    with pytest.raises(ValueError, match="'red' is no segment"):
        entry(flow(FORWARD, 1, segment="red"))


@pytest.mark.parametrize("number", [1 << 24, -1])
def test_a_match_that_no_register_can_hold_is_refused(number: int) -> None:
    with pytest.raises(Undeclared, match="does not fit into the 24 bits of source"):
        entry(flow(ADMIT, 1, NEXT, source=number))


@given(flows())
def test_what_was_encoded_is_the_registers_that_the_flow_matches(said: Flow) -> None:
    registers = {name: value for name, value in said.match.items() if name in CORE.register_by_name}
    seen = {f.name: (value, mask) for f, value, mask in fields_of(entry(said).match) if f.name.startswith("reg")}
    for name, value in registers.items():
        register = CORE.register_by_name[name]
        whole, mask = seen[f"reg{register.reg}"]
        assert (whole & register.mask) >> register.low == value
        assert mask is None or mask & register.mask == register.mask
    assert len(seen) == len({CORE.register_by_name[name].reg for name in registers})


@given(looks())
def test_what_was_encoded_is_the_fields_that_the_flow_matches(said: Flow) -> None:
    made = Encoder(LOOKING).entry(said, 1)
    assert {f.name: (value, mask) for f, value, mask in fields_of(made.match)} == {
        name: numbers(FIELD_BY_NAME[name], value) for name, value in said.match.items()
    }


def numbers(field: Field, said: int | str | tuple[int | str, int | str]) -> tuple[int, int | None]:
    """What is said, as value and mask in numbers; no mask where it has all bits."""
    value: int | str
    mask: int | str | None
    if isinstance(said, str):
        value, mask = read(field, said)
    else:
        value, mask = said if isinstance(said, tuple) else (said, None)
    value, mask = (read(field, part)[0] if isinstance(part, str) else part for part in (value, mask))
    return value, None if mask == field.all_bits else mask
