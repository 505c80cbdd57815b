"""Facts of every kind that are well formed, whatever their values."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from weft.controller.model.facts import (
    LAST_OFPORT,
    PORT_NUMBERS,
    SEGMENT_NUMBERS,
    SWITCH_NUMBERS,
    VIF_KINDS,
    VLAN_IDS,
    Allocation,
    Attachment,
    Endpoint,
    Fact,
    Interface,
    Link,
    Port,
    Segment,
    Switch,
    Vif,
    link_id,
)

identifiers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}", fullmatch=True)
names = st.text(st.characters(exclude_characters="\x7f", exclude_categories=("Cc", "Cs")), min_size=1, max_size=255)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=100)
tags = st.lists(names, unique=True, max_size=3).map(tuple)
macs = st.integers(1, (1 << 48) - 1).filter(lambda n: not n >> 40 & 1).map(lambda n: n.to_bytes(6, "big").hex(":"))
endpoints = st.builds(Endpoint, names, names)
revisions = st.integers(0, 1 << 40)


def _in(numbers: range) -> st.SearchStrategy[int]:
    return st.integers(numbers[0], numbers[-1])


def _made(kind: type[Any], **fields: Any) -> st.SearchStrategy[Fact]:
    return st.builds(kind, revision=revisions, **fields)


_common: dict[str, Any] = {"tags": tags, "description": texts}
_segment: dict[str, Any] = {
    "id": identifiers, "number": _in(SEGMENT_NUMBERS), "name": names, "project": names, "admin_up": st.booleans(),
    "mtu": st.integers(68, 65535), "shared_with": tags, **_common,
}  # fmt: skip
_vif: dict[str, Any] = {
    "id": identifiers, "mac": macs, "name": texts, "project": names, "vif_kind": st.sampled_from(VIF_KINDS),
    "device": texts, **_common,
}  # fmt: skip


@st.composite
def links(draw: st.DrawFn) -> Fact:
    """A link between two different switches."""
    a, b = draw(st.lists(endpoints, min_size=2, max_size=2, unique_by=lambda end: end.switch))
    origin = draw(st.sampled_from(("declared", "discovered")))
    return Link(id=link_id(a, b), a=a, b=b, admin_up=draw(st.booleans()), origin=origin, revision=draw(revisions))


facts: st.SearchStrategy[Fact] = st.one_of(
    _made(Segment, transport=st.just("vlan"), segmentation_id=_in(VLAN_IDS), **_segment),
    _made(Segment, transport=st.just("local"), **_segment),
    _made(
        Port,
        id=identifiers,
        number=_in(PORT_NUMBERS),
        name=names,
        project=names,
        segment=identifiers,
        admin_up=st.booleans(),
        **_common,
    ),
    _made(Vif, switch=names, interface=names, **_vif),
    _made(Vif, **_vif),
    _made(Attachment, id=identifiers, vif=identifiers),
    _made(
        Switch,
        id=names,
        number=_in(SWITCH_NUMBERS),
        dpid=st.integers(1, (1 << 64) - 1),
        fabric_interfaces=tags,
        **_common,
    ),
    links(),
    _made(Interface, id=endpoints, ofport=st.integers(1, LAST_OFPORT), up=st.booleans()),
    _made(Allocation, id=st.sampled_from(("segment", "port", "switch", "vlan")), last=st.integers(0, 1 << 24)),
)
