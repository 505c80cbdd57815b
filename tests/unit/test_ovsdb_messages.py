"""Messages are cut and parsed as any JSON parser would, however they arrive; and nobody can make them endless."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ovsdb import finished
from weft.controller.adapters.ovsdb.messages import DEEPEST, LONGEST, LONGEST_ROW, Cutter, parse, reply, request
from weft.controller.adapters.ovsdb.values import Garbage

texts = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    ['"', "\\", '\\"', "{[", "]}", "é€😀"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=20
)
objects = st.dictionaries(texts, values, max_size=4)


def read(data: bytes, portion: int = 1 << 14) -> list[Any]:
    """The messages in the data when it comes in portions of that size."""
    cutter = Cutter()
    portions = [data[start : start + portion] for start in range(0, len(data), portion)]
    return [finished(parse(text)) for each in portions for text in cutter.feed(each)]


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, (dict, list)) + max(map(depth, inner), default=0)


@given(st.lists(objects.filter(lambda found: depth(found) <= DEEPEST), max_size=4), st.data())
def test_messages_are_what_they_were_however_they_are_portioned(sent: list[Any], data: st.DataObject) -> None:
    ascii, indent = data.draw(st.booleans()), data.draw(st.sampled_from([None, 1]))
    encoded = [json.dumps(each, ensure_ascii=ascii, indent=indent).encode(errors="surrogatepass") for each in sent]
    plain = [text for text in encoded if is_utf8(text)]
    between = data.draw(st.sampled_from([b"", b"\n", b" \r\n\t"]))
    stream = between.join((b"", *plain, b""))
    assert read(stream, data.draw(st.integers(1, 40))) == [json.loads(text) for text in plain]


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(st.binary(max_size=60) | st.text(st.sampled_from('{}[]":,\\ 1eu'), max_size=60).map(lambda t: b"{" + t.encode()))
def test_anything_at_all_is_messages_or_garbage(data: bytes) -> None:
    try:
        found = read(data, 7)
    except Garbage:
        return
    assert all(isinstance(message, dict) for message in found)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"[1]",
        b"\x00",
        b'{"a":1]',
        b'{"a":1,}',
        b"{a:1}",
        b'{"a":NaN}',
        b'{"a":[-Infinity]}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":"\xff"}',
        b'{"a" 1}',
        b"{1:1}",
        b'{"a":{"a":{"a":{"a":{"a":oops}}}}}',
        b"{" * (DEEPEST + 1),
        b'{"a":' + b"[" * DEEPEST,
    ],
)
def test_what_is_no_message_is_garbage(data: bytes) -> None:
    with pytest.raises(Garbage):
        read(data)


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        (b'{"', b"a" * 4096),
        (b'{"', b"\\" * 4096),
        (b'{"a":', b" " * 4096),
        (b'{"a":[', b"1," * 2048),
        (b'{"a":{', b'"b":{"c":1},' * 400),
    ],
)
def test_a_message_without_an_end_is_garbage_in_the_end(begins: bytes, goes_on: bytes) -> None:
    cutter = Cutter()
    endless = (begins, *[goes_on] * (LONGEST // len(goes_on) + 2))
    with pytest.raises(Garbage, match="more than"):
        feed(cutter, endless)
    assert cutter.held <= LONGEST + len(goes_on)


def test_a_row_without_an_end_is_garbage_long_before() -> None:
    endless = (b'{"result":{"Bridge":{"u":{"new":{"ports":[', *[b"[]," * 1333] * (LONGEST_ROW // 3999 + 2))
    with pytest.raises(Garbage, match="row"):
        feed(Cutter(), endless)


def feed(cutter: Cutter, portions: Iterable[bytes]) -> None:
    """Feed it what has no end."""
    for portion in portions:
        assert not list(cutter.feed(portion))


def test_many_rows_are_no_long_row() -> None:
    row = '"%d":{"new":{"name":"' + "x" * 1000 + '"}}'
    rows = ",".join(row % number for number in range(2000))
    assert len(read(b'{"result":{"Interface":{' + rows.encode() + b"}}}")[0]["result"]["Interface"]) == 2000


def test_a_long_message_is_parsed_in_many_steps() -> None:
    rows = {str(number): {"new": {"name": "x", "ids": [1, 2, 3]}} for number in range(1000)}
    assert sum(1 for _ in parse(json.dumps({"result": {"Interface": rows}}))) >= 1000


def test_nothing_is_held_between_messages() -> None:
    cutter = Cutter()
    assert [json.loads(text) for text in cutter.feed(b'{"a":1} {"b"')] == [{"a": 1}]
    assert cutter.held == 4
    assert [json.loads(text) for text in cutter.feed(b':"}"}\n\n')] == [{"b": "}"}]
    assert cutter.held == 0


def test_what_we_send_is_a_message() -> None:
    sent = request("monitor", ["Open_vSwitch", None, {}], "m") + reply(["\ud800"], None)
    assert read(sent) == [
        {"method": "monitor", "params": ["Open_vSwitch", None, {}], "id": "m"},
        {"result": ["\ud800"], "error": None, "id": None},
    ]
