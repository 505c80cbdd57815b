"""A table finds what a look at each of its entries would find, whatever was put and dropped before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from weft.controller.flow.actions import NEXT
from weft.controller.flow.encode import Encoder
from weft.controller.flow.entry import Entry
from weft.controller.flow.flow import flow
from weft.controller.flow.lookup import FlowTable, wanted_by
from weft.controller.pipeline.core import ADMIT, CORE

MACS = tuple(f"02:00:00:00:00:0{n}" for n in range(3))
NUMBER = {mac: int(mac.replace(":", ""), 16) for mac in MACS}
GROUP = ("01:00:00:00:00:00", "01:00:00:00:00:00")


def _entry(priority: int, match: dict[str, object]) -> Entry:
    return Encoder(CORE).entry(flow(ADMIT, priority, NEXT, **match), 1)  # type: ignore[arg-type]


entries = st.builds(
    _entry,
    st.integers(0, 6),
    st.fixed_dictionaries(
        {},
        optional={
            "source": st.integers(0, 2),
            "eth_src": st.sampled_from(MACS),
            "eth_dst": st.sampled_from((*MACS, GROUP)),
        },
    ),
)
frames = st.builds(
    lambda source, src, dst: {"reg1": source, "eth_src": NUMBER[src], "eth_dst": NUMBER[dst]},
    st.integers(0, 2),
    st.sampled_from(MACS),
    st.sampled_from(MACS),
)


def matches(entry: Entry, frame: dict[str, int]) -> bool:
    looks, values = wanted_by(entry.match)
    return all(frame[name] & mask == value for (name, mask), value in zip(looks, values, strict=True))


@given(st.lists(st.tuples(st.booleans(), entries), max_size=30), st.lists(frames, min_size=1, max_size=10))
def test_the_highest_that_matches_is_found(history: list[tuple[bool, Entry]], seen: list[dict[str, int]]) -> None:
    table = FlowTable()
    held: dict[object, Entry] = {}
    for put, entry in history:
        if put:
            table.put(entry)
            held[entry.identity] = entry
        elif entry.identity in held:
            table.drop(entry)
            del held[entry.identity]
        for frame in seen:
            found = table.hit(frame)
            matching = [one for one in held.values() if matches(one, frame)]
            assert (found is None) == (not matching)
            assert found is None or (found in matching and found.priority == max(e.priority for e in matching))
