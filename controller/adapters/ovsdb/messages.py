"""Messages of JSON-RPC as OVSDB uses it (RFC 7047, section 4): cut out of a stream, and parsed in small steps.

The sender is not trusted: not with a message that never ends, nor with one that is small on the wire and large in
memory or in time. Python's own parser does the work, a row at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Iterator
from typing import Any, NoReturn

from weft.controller.adapters.ovsdb.values import Garbage, shown

LONGEST = 8 << 20  # bytes of a message; the first one from a switch with 5,000 VIFs has two million
LONGEST_ROW = 1 << 19  # bytes; the longest is a bridge's, and has 50 for each of its ports
DEEPEST = 12  # brackets inside each other; a row's contents are the sixth

_ROW_DEPTH = 5  # what is in so many brackets is parsed in one step
_OPENS, _CLOSES, _QUOTE, _BACKSLASH = b"{[", b"}]", b'"', 0x5C
_BLANKS = b" \t\r\n"
# Up to the next bracket, over whole strings; or up to the quote of a string that has an escape or no end here.
_MARK = re.compile(rb'(?:[^"{}\[\]]++|"[^"\\]*+")*+(["{}\[\]])')
_INSIDE_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BETWEEN = re.compile(r"[ \t\r\n]*")


class Cutter:
    """Cuts a stream of bytes into messages. Each byte is looked at once, however the stream is portioned."""

    def __init__(self) -> None:
        self._held = bytearray()  # the message that has begun
        self._depth = 0
        self._row = 0  # where in it the row began that it is in
        self._in_string = False
        self._escaping = False

    @property
    def held(self) -> int:
        """The bytes of a message that has begun and not ended."""
        return len(self._held)

    def feed(self, data: bytes) -> Iterator[str]:
        """``feed(data)`` yields each message that ends in the data. Raises ``Garbage``."""
        start = 0
        while start < len(data):
            if not self._held:
                start += len(data[start:]) - len(data[start:].lstrip(_BLANKS))
                if start < len(data) and data[start] != _OPENS[0]:
                    raise Garbage(f"a message begins with {data[start : start + 20]!r}, not with a brace")
            end = self._end(data, start)
            self._held += data[start : end or len(data)]
            if len(self._held) > LONGEST:
                raise Garbage(f"a message has more than {LONGEST} bytes")
            if end is None:
                return
            message, self._held = self._held, bytearray()
            start = end
            try:
                yield message.decode()
            except UnicodeDecodeError:
                raise Garbage("a message is not UTF-8") from None

    def _end(self, data: bytes, at: int) -> int | None:
        """Where the message ends that goes on at that offset; None when not in this data."""
        begin = len(self._held) - at
        if self._escaping and at < len(data):
            self._escaping = False
            at += 1
        while at < len(data):
            if self._in_string:
                at = _INSIDE_STRING.match(data, at).end()  # type: ignore[union-attr]  # it matches nothing as well
                if at < len(data):
                    self._escaping = data[at] == _BACKSLASH
                    self._in_string = self._escaping
                    at += 1
                continue
            mark = _MARK.match(data, at)
            if mark is None:
                break
            at = mark.end()
            if mark[1] == _QUOTE:
                self._in_string = True
            elif mark[1] in _OPENS:
                self._depth += 1
                if self._depth == _ROW_DEPTH:
                    self._row = begin + at
                elif self._depth > DEEPEST:
                    raise Garbage(f"a message is nested more than {DEEPEST} deep")
            else:
                if self._depth == _ROW_DEPTH:
                    self._check_row(begin + at)
                self._depth -= 1
                if not self._depth:
                    return at
        if self._depth >= _ROW_DEPTH:
            self._check_row(begin + len(data))
        return None

    def _check_row(self, end: int) -> None:
        if end - self._row > LONGEST_ROW:
            raise Garbage(f"a row has more than {LONGEST_ROW} bytes")


def parse(message: str) -> Generator[None, None, dict[str, Any]]:
    """``parse(message)`` takes a small step whenever it is asked to, and returns the message. Raises ``Garbage``."""
    try:
        found, end = yield from _value(message, 0, 1)
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, Garbage) else Garbage(f"a message is no JSON: {error}") from None
    if end != len(message) or not isinstance(found, dict):
        raise Garbage("a message is no JSON object")
    return found


def request(method: str, params: Any, id: str) -> bytes:
    """A request, as it is sent."""
    return json.dumps({"method": method, "params": params, "id": id}).encode()


def reply(result: Any, id: Any) -> bytes:
    """The reply to a request that brought this id."""
    return json.dumps({"result": result, "error": None, "id": id}).encode()


def _refuse(constant: str) -> NoReturn:
    raise Garbage(f"{constant} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _value(text: str, at: int, depth: int) -> Generator[None, None, tuple[Any, int]]:
    """The value at that offset, and where it ends. Objects that are not too deep are taken apart member by member."""
    opens = text[at : at + 1]
    if depth >= _ROW_DEPTH or opens not in ("{", "["):
        yield
        return _DECODER.raw_decode(text, at)
    members: dict[str, Any] = {}
    items: list[Any] = []
    closes = "}" if opens == "{" else "]"
    at = _blank(text, at + 1)
    if text[at : at + 1] == closes:
        return (members if opens == "{" else items), at + 1
    while True:
        if opens == "{":
            name, at = _DECODER.raw_decode(text, at)
            if not isinstance(name, str):
                raise Garbage(f"{shown(name)} is where the name of a member should be")
            at = _after(text, ":", at)
            members[name], at = yield from _value(text, at, depth + 1)
        else:
            item, at = yield from _value(text, at, depth + 1)
            items.append(item)
        at = _blank(text, at)
        if text[at : at + 1] == closes:
            return (members if opens == "{" else items), at + 1
        at = _after(text, ",", at)


def _after(text: str, mark: str, at: int) -> int:
    """Where what follows the mark begins."""
    at = _blank(text, at)
    if text[at : at + 1] != mark:
        raise Garbage(f"a message is no JSON: {text[at : at + 20]!r} is where {mark!r} should be")
    return _blank(text, at + 1)


def _blank(text: str, at: int) -> int:
    return _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
