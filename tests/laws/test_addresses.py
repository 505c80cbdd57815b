"""What a prefix overlaps is found without looking at all, and is what looking at all would find."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weft.controller.model import addresses as model
from weft.controller.model.addresses import Addresses, prefix_of
from weft.controller.model.facts import Port
from weft.controller.model.traits import AllowedAddress

# Few bits differ, so that they lie in each other, beside each other, and at either end of all addresses.
_bases = [IPv4Address(n << 24 | m) for n in (0, 10, 11, 255) for m in (0, 1, 2, 255, 0xFFFFFF)]
_bases6 = [IPv6Address(n << 112 | m) for n in (0, 0x2001, 0xFFFF) for m in (0, 1, 1 << 64, (1 << 112) - 1)]
_lengths4, _lengths6 = (0, 1, 7, 8, 9, 23, 24, 30, 31, 32), (0, 1, 16, 48, 64, 127, 128)
prefixes = st.one_of(
    st.builds(lambda base, length: str(ip_network((base, length), strict=False)), st.sampled_from(bases), lengths)
    for bases, lengths in ((_bases, st.sampled_from(_lengths4)), (_bases6, st.sampled_from(_lengths6)))
)
PROJECTS = ("red", "blue")


def named(id: str, project: str, texts: tuple[str, ...]) -> Port:
    """A port that names these prefixes, whether a station can have them or not."""
    port = Port(id=id, number=1, name=id, project=project, segment="s")
    object.__setattr__(port, "allowed_addresses", tuple(AllowedAddress(prefix=text) for text in texts))
    return port


_ports = st.builds(
    named,
    st.sampled_from([f"p{n}" for n in range(9)]),
    st.sampled_from(PROJECTS),
    st.lists(prefixes, max_size=4).map(tuple),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_ports, max_size=20), st.lists(prefixes, min_size=1, max_size=5))
def test_a_strangers_address_is_found_wherever_it_lies(ports: list[Port], asked: list[str]) -> None:
    addresses = Addresses()
    port_by_id: dict[str, Port] = {}
    for port in ports:  # each takes the place of the one that was called so before
        if port.id in port_by_id:
            addresses.remove(port_by_id[port.id])
        addresses.add(port)
        port_by_id[port.id] = port
    for text in asked:
        for project in PROJECTS:
            strangers = {
                (pair.prefix, port.id)
                for port in port_by_id.values()
                for pair in port.allowed_addresses
                if port.project != project and pair.prefix and _overlap(pair.prefix, text)
            }
            found = addresses.foreign_overlap(prefix_of(text), project)
            assert (found is not None) == bool(strangers)
            assert found is None or (str(found[0]), found[1]) in strangers
    for port in port_by_id.values():
        addresses.remove(port)
    assert vars(addresses) == vars(Addresses()), "something stays of what is gone"


def test_ones_own_addresses_are_not_looked_at_for_a_strangers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has many could otherwise hold up everybody by one request that names a wide prefix many times."""
    addresses, looked = Addresses(), 0
    for number in range(300):
        addresses.add(named(f"p{number}", "red", (f"10.0.{number // 256}.{number % 256}/32",)))
    addresses.add(named("theirs", "blue", ("10.1.0.0/32",)))

    def counted(ports_by_project: dict[str, set[str]], project: str, look: Any = model._foreign) -> Any:
        nonlocal looked
        looked += 1
        return look(ports_by_project, project)

    monkeypatch.setattr(model, "_foreign", counted)
    assert addresses.foreign_overlap(prefix_of("10.0.0.0/16"), "red") is None
    assert addresses.foreign_overlap(prefix_of("10.0.0.0/8"), "red") == (prefix_of("10.1.0.0/32"), "theirs")
    assert looked <= 2


def _overlap(a: str, b: str) -> bool:
    one, other = ip_network(a), ip_network(b)
    return one.version == other.version and one.overlaps(other)
