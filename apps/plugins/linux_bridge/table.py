"""The table of nftables that is ours: read as items, and written in one transaction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from weft.apps.plugins.linux_bridge.items import Chains, Identity, Item, Rules, Stray, Table
from weft.apps.plugins.linux_bridge.nft import Nft, Refused
from weft.apps.plugins.linux_bridge.security import SHARED

ARRIVALS, DEPARTURES = "arrivals", "departures"  # maps: an interface, and the chain for what comes in or goes out there
WAYS = "type ifname : verdict"
TABLE = Table(
    (
        ("arrive", ("type filter hook prerouting priority -200; policy accept;", f"iifname vmap @{ARRIVALS}")),
        ("depart", ("type filter hook forward priority -200; policy accept;", f"oifname vmap @{DEPARTURES}")),
        *SHARED,
    )
)
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")  # names of interfaces that chains can be named after
_OURS = {name for name, _ in TABLE.chains}
_KIND = re.compile(r"in|from|nd|na\d+|out|storm|p\d+")
_SECTION = re.compile(r"\t(\w+) (\S+) \{")
_WAY = re.compile(r'"([^"]+)" : ([^,}]+?) *[,}]')


class Listing(NamedTuple):
    """What a table holds: chains with their lines, the ways in the two maps, and what is neither."""

    chains: dict[str, tuple[str, ...]]
    ways: dict[str, dict[str, str]]
    strays: tuple[Stray, ...]


NOTHING = Listing({}, {}, ())


def listed(nft: Nft, table: str) -> Listing:
    """What the table holds now; nothing where there is no such table."""
    try:
        return parsed(nft.run(f"list table bridge {table}"))
    except Refused as refused:
        if "No such file or directory" in str(refused):
            return NOTHING
        raise


def parsed(text: str) -> Listing:
    """The listing of a table, as ``nft -n -s`` writes it."""
    chains, ways, strays = {}, {}, []
    kind = name = ""
    lines: list[str] = []
    for line in text.splitlines():
        if (section := _SECTION.fullmatch(line)) is not None:
            kind, name, lines = section[1], section[2], []
        elif line == "\t}" and kind:
            if kind == "chain":
                chains[name] = tuple(lines)
            elif kind == "map" and name in (ARRIVALS, DEPARTURES) and lines[:1] == [WAYS]:
                ways[name] = dict(_WAY.findall(" ".join(lines[1:])))
            else:
                strays.append(Stray(kind, name))
            kind = ""
        elif kind and line.strip():
            lines.append(line.strip())
    return Listing(chains, ways, tuple(strays))


def items(found: Listing) -> Iterator[Item]:
    """The same as items."""
    table = tuple((name, found.chains[name]) for name, _ in TABLE.chains if name in found.chains)
    if table or found.ways:
        yield Table(table)
    yield from found.strays
    chains: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name, lines in sorted(found.chains.items()):
        kind, _, interface = name.partition("_")
        if _KIND.fullmatch(kind) and PLAIN.fullmatch(interface):
            chains.setdefault(interface, []).append((name, lines))
        elif name not in _OURS:
            yield Stray("chain", name)
    leading = {interface for ways in found.ways.values() for interface in ways}
    for interface in sorted(leading.union(chains)):
        ways = ((way, found.ways.get(way, {}).get(interface)) for way in (ARRIVALS, DEPARTURES))
        yield Rules(
            interface,
            tuple((way, verdict) for way, verdict in ways if verdict is not None),
            tuple(chains.get(interface, ())),
        )


def rules(interface: str, chains: Chains) -> Rules:
    """An interface's chains, with the ways that lead to them."""
    names = {name for name, _ in chains}
    ways = ((ARRIVALS, f"in_{interface}"), (DEPARTURES, f"out_{interface}"))
    return Rules(
        interface, tuple((way, f"goto {first}") for way, first in ways if first in names), tuple(sorted(chains))
    )


def write(nft: Nft, table: str, puts: Sequence[Item], drops: Sequence[Identity]) -> dict[Identity, str]:
    """Let the table hold ``puts`` and not ``drops``, at once; what nft refuses of it, by identity, and why.

    Where one item spoils the transaction, each has one of its own. What is refused is not there in an older form.
    """
    if not puts and not drops:
        return {}
    found = listed(nft, table)
    try:
        nft.run("\n".join(_script(table, found, puts, drops)))
        return {}
    except Refused as refused:
        if len(puts) + len(drops) == 1:
            for item in puts:
                if isinstance(item, Rules):
                    write(nft, table, [], [item.identity])
            return {(*drops, *(item.identity for item in puts))[0]: str(refused)}
    complaints: dict[Identity, str] = {}
    for identity in drops:
        complaints |= write(nft, table, [], [identity])
    for item in puts:
        complaints |= write(nft, table, [item], [])
    return complaints


def _script(table: str, found: Listing, puts: Sequence[Item], drops: Sequence[Identity]) -> Iterator[str]:
    """The transaction. What others refer to is made first and removed last."""
    if ("table",) in drops:
        if found is not NOTHING:
            yield f"delete table bridge {table}"
        found, drops = NOTHING, []
        if not puts:
            return
    yield f"add table bridge {table}"
    for way in (ARRIVALS, DEPARTURES):
        yield f"add map bridge {table} {way} {{ {WAYS}; }}"
    for name, _ in SHARED:
        yield f"add chain bridge {table} {name}"
    new = {name: lines for item in puts if isinstance(item, Table | Rules) for name, lines in item.chains}
    touched = [*(item.identity for item in puts), *drops]
    for _, interface in (identity for identity in touched if identity[0] == "rules"):
        for way in (ARRIVALS, DEPARTURES):
            if interface in found.ways.get(way, {}):
                yield f'delete element bridge {table} {way} {{ "{interface}" }}'
    old = _existing(found, touched)
    for name in old:
        yield f"flush chain bridge {table} {name}"
    for name, lines in old.items():
        if name not in new or (_hook(lines) and _hook(lines) != _hook(new[name])):
            yield f"delete chain bridge {table} {name}"
    for stray in found.strays:
        if stray.identity in drops:
            yield f"delete {stray.kind} bridge {table} {stray.name}"
    for name, lines in new.items():
        yield f"add chain bridge {table} {name}{''.join(f' {{ {hook} }}' for hook in _hook(lines))}"
    for name, lines in new.items():
        for line in lines[len(_hook(lines)) :]:
            yield f"add rule bridge {table} {name} {line}"
    for item in puts:
        if isinstance(item, Rules):
            for way, verdict in item.ways:
                yield f'add element bridge {table} {way} {{ "{item.interface}" : {verdict} }}'


def _existing(found: Listing, touched: Iterable[Identity]) -> Mapping[str, tuple[str, ...]]:
    """The chains that are there now of the items of those identities."""
    names: set[str] = set()
    for identity in touched:
        match identity:
            case ("table",):
                names |= _OURS
            case ("rules", interface):
                ends = f"_{interface}"
                names |= {n for n in found.chains if n.endswith(ends) and _KIND.fullmatch(n.removesuffix(ends))}
            case ("stray", "chain", name):
                names.add(name)
    return {name: lines for name, lines in found.chains.items() if name in names}


def _hook(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The first line of a chain that frames come to."""
    return lines[:1] if lines and lines[0].startswith("type ") else ()
