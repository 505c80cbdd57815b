"""Checks every length inside a message from a switch before Ryu's parsers see it.

Ryu 4.34 advances by the lengths that it reads, so a zero stops the whole process for ever, and others raise in the
middle of a parse. What passes here, Ryu parses in bounded time. Only messages that Weft handles pass at all.
Sections are those of the OpenFlow Switch Specification 1.4.0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from struct import Struct
from typing import NamedTuple

from weft.controller.adapters.openflow import statistics
from weft.controller.adapters.openflow.matches import match_end
from weft.controller.adapters.openflow.protocol import (
    OFP_VERSION,
    OFPET_EXPERIMENTER,
    OFPET_HELLO_FAILED,
    OFPHET_VERSIONBITMAP,
    OFPMP_DESC,
    OFPMP_FLOW,
    OFPMP_METER,
    OFPMP_METER_CONFIG,
    OFPMP_PORT_DESC,
    OFPMP_PORT_STATS,
    OFPPDPT_ETHERNET,
    OFPPDPT_EXPERIMENTER,
    OFPPDPT_OPTICAL,
    OFPT_BARRIER_REPLY,
    OFPT_BUNDLE_CONTROL,
    OFPT_ECHO_REPLY,
    OFPT_ECHO_REQUEST,
    OFPT_ERROR,
    OFPT_FEATURES_REPLY,
    OFPT_FLOW_REMOVED,
    OFPT_GET_CONFIG_REPLY,
    OFPT_HELLO,
    OFPT_MULTIPART_REPLY,
    OFPT_PACKET_IN,
    OFPT_PORT_STATUS,
    OFPT_ROLE_REPLY,
    OFPT_ROLE_STATUS,
    padded,
)
from weft.controller.adapters.openflow.protocol import Garbage as Garbage

_HEADER = Struct("!BBHI")  # ofp_header: version, type, length, xid (7.1.1)
_TYPE_LENGTH = Struct("!HH")  # how hello elements and properties begin, and the two numbers of an error
_PORT = Struct("!IH")  # how ofp_port begins: port_no, length (7.2.1)
_MULTIPART_SIZE = 16
_DESC_SIZE = 1056
_PORT_SIZE = 40
_PORT_PROPERTY_SIZES = {OFPPDPT_ETHERNET: 32, OFPPDPT_OPTICAL: 40}
_EXPERIMENTER_SIZE = 12  # of a property: type, length, experimenter, exp_type
_LONGEST_HELLO = 512
_LONGEST_PORT = 1024
_LONGEST = 0xFFFF


class Kind(StrEnum):
    """What a switch may send to us: the message types, and multipart replies by what they tell of."""

    HELLO = "HELLO"
    ERROR = "ERROR"
    ECHO_REQUEST = "ECHO_REQUEST"
    ECHO_REPLY = "ECHO_REPLY"
    FEATURES_REPLY = "FEATURES_REPLY"
    GET_CONFIG_REPLY = "GET_CONFIG_REPLY"
    PACKET_IN = "PACKET_IN"
    FLOW_REMOVED = "FLOW_REMOVED"
    PORT_STATUS = "PORT_STATUS"
    BARRIER_REPLY = "BARRIER_REPLY"
    ROLE_REPLY = "ROLE_REPLY"
    ROLE_STATUS = "ROLE_STATUS"
    BUNDLE_CONTROL = "BUNDLE_CONTROL"
    DESC = "MULTIPART_REPLY DESC"
    PORT_DESC = "MULTIPART_REPLY PORT_DESC"
    FLOW_STATS = "MULTIPART_REPLY FLOW"  # messages.flow_stats checks its entries as it reads them
    PORT_STATS = "MULTIPART_REPLY PORT_STATS"
    METER_STATS = "MULTIPART_REPLY METER"
    METER_CONFIG = "MULTIPART_REPLY METER_CONFIG"


NEVER_FOR_RYU = frozenset({Kind.FLOW_STATS, Kind.PORT_STATS, Kind.METER_STATS, Kind.METER_CONFIG})


class Header(NamedTuple):
    """The header of a message (7.1.1)."""

    version: int
    type: int
    length: int
    xid: int


class _Rule(NamedTuple):
    """How long a message of this kind may be, and what checks its inside."""

    kind: Kind
    shortest: int
    longest: int
    inside: Callable[[bytes], None] = lambda message: None


def header(data: bytes | bytearray) -> Header:
    """``header(data)`` returns the header that the first 8 bytes hold, before the rest has arrived.

    Raises ``Garbage`` when its version, type or length is none that Weft handles.
    """
    found = Header._make(_HEADER.unpack_from(data))
    if found.version != OFP_VERSION and found.type != OFPT_HELLO:
        raise Garbage(f"it speaks OpenFlow version 0x{found.version:02x}, not 0x{OFP_VERSION:02x} (1.4)")
    if found.type not in _BOUNDS:
        raise Garbage(f"a message of type {found.type} is none that a switch may send here")
    shortest, longest = _BOUNDS[found.type]
    if not shortest <= found.length <= longest:
        wanted = shortest if shortest == longest else f"{shortest} to {longest}"
        raise Garbage(f"a message of type {found.type} says that it has {found.length} bytes, not {wanted}")
    return found


def check(message: bytes) -> Kind:
    """``check(message)`` returns what kind of message this is, when every length in it is right.

    Raises ``Garbage`` otherwise.
    """
    if len(message) < _HEADER.size:
        raise Garbage(f"a message of {len(message)} bytes has no header")
    found = header(message)
    if found.length != len(message):
        raise Garbage(f"a message of {len(message)} bytes says that it has {found.length}")
    rule = _multipart_rule(message) if found.type == OFPT_MULTIPART_REPLY else _RULES[found.type]
    rule.inside(message)
    return rule.kind


def offers_our_version(hello: bytes) -> bool:
    """Whether a checked HELLO allows OpenFlow 1.4: by its version bitmap, or without one by its version (6.3.1)."""
    offset = _HEADER.size
    while offset < len(hello):
        kind, length = _TYPE_LENGTH.unpack_from(hello, offset)
        if kind == OFPHET_VERSIONBITMAP:
            first_word = int.from_bytes(hello[offset + 4 : offset + 8], "big")
            return bool(first_word >> OFP_VERSION & 1)
        offset += length
    return hello[0] >= OFP_VERSION


def _multipart_rule(message: bytes) -> _Rule:
    """The rule for an OFPT_MULTIPART_REPLY of this type (7.3.5)."""
    kind, _ = _TYPE_LENGTH.unpack_from(message, _HEADER.size)
    rule = _MULTIPART_RULES.get(kind)
    if rule is None:
        raise Garbage(f"nobody asked for a multipart reply of type {kind}")
    if not rule.shortest <= len(message) <= rule.longest:
        raise Garbage(f"a multipart reply of type {kind} has {len(message)} bytes")
    return rule


def _hello(message: bytes) -> None:
    """Hello elements: type, length, content (7.5.1). Ryu forgets their padding, so there must be none."""
    offset, end = _HEADER.size, len(message)
    while offset < end:
        kind, length = _type_and_length(message, offset, end, "a hello element")
        if length % 8:
            raise Garbage(f"a hello element of type {kind} has {length} bytes, not a multiple of 8")
        offset += length


def _error(message: bytes) -> None:
    """An error carries a type, a code, and data: text, or the first bytes of what it answers (7.4.4)."""
    kind, _ = _TYPE_LENGTH.unpack_from(message, _HEADER.size)
    if kind == OFPET_HELLO_FAILED and not message[12:].isascii():
        raise Garbage("the text of a HELLO_FAILED error is not ASCII")
    if kind == OFPET_EXPERIMENTER and len(message) < 16:
        raise Garbage("an experimenter's error does not name the experimenter")


def _features_reply(message: bytes) -> None:
    """Weft has no use for auxiliary connections (6.3.7, 7.3.1)."""
    auxiliary_id = message[21]
    if auxiliary_id:
        raise Garbage(f"it wants to be auxiliary connection {auxiliary_id}")


def _packet_in(message: bytes) -> None:
    """A match, two bytes of padding, and the frame (7.4.1)."""
    if match_end(message, 24) + 2 > len(message):
        raise Garbage("a packet-in ends inside its match")


def _flow_removed(message: bytes) -> None:
    """A match, and nothing behind it (7.4.2)."""
    if match_end(message, 48) != len(message):
        raise Garbage("a flow-removed message does not end with its match")


def _port_status(message: bytes) -> None:
    """One port (7.4.3)."""
    if _port_end(message, 16) != len(message):
        raise Garbage("a port-status message does not end with its port")


def _port_desc(message: bytes) -> None:
    """Ports, one behind the other (7.3.5.7)."""
    offset = _MULTIPART_SIZE
    while offset < len(message):
        offset = _port_end(message, offset)


def _port_end(message: bytes, offset: int) -> int:
    """Where the ofp_port at ``offset`` ends (7.2.1)."""
    if len(message) - offset < _PORT_SIZE:
        raise Garbage(f"{len(message) - offset} bytes are left where a port should be")
    _, length = _PORT.unpack_from(message, offset)
    end: int = offset + length
    if not _PORT_SIZE <= length <= _LONGEST_PORT or end > len(message):
        raise Garbage(f"a port says that it has {length} bytes")
    offset += _PORT_SIZE
    while offset < end:
        kind, length = _type_and_length(message, offset, end, "a port property")
        if length != _PORT_PROPERTY_SIZES.get(kind, length):
            raise Garbage(f"a port property of type {kind} has {length} bytes")
        if kind == OFPPDPT_EXPERIMENTER and (length < _EXPERIMENTER_SIZE or length % 4):
            raise Garbage(f"an experimenter's port property has {length} bytes")
        offset += padded(length)
    return end


def _readable(read: Callable[[bytes], Iterator[object]]) -> Callable[[bytes], None]:
    """What is read by us alone is sound when it can be read to its end."""

    def inside(message: bytes) -> None:
        for _ in read(message):
            pass

    return inside


def _type_and_length(message: bytes, offset: int, end: int, what: str) -> tuple[int, int]:
    """Type and length at ``offset``, when the length leads forward and, with its padding, not past ``end``."""
    if end - offset < _TYPE_LENGTH.size:
        raise Garbage(f"{end - offset} bytes are left where {what} should be")
    kind, length = _TYPE_LENGTH.unpack_from(message, offset)
    if length < _TYPE_LENGTH.size or offset + padded(length) > end:
        raise Garbage(f"{what} of type {kind} says that it has {length} bytes")
    return kind, length


_RULES = {
    OFPT_HELLO: _Rule(Kind.HELLO, 8, _LONGEST_HELLO, _hello),
    OFPT_ERROR: _Rule(Kind.ERROR, 12, _LONGEST, _error),
    OFPT_ECHO_REQUEST: _Rule(Kind.ECHO_REQUEST, 8, _LONGEST),
    OFPT_ECHO_REPLY: _Rule(Kind.ECHO_REPLY, 8, _LONGEST),
    OFPT_FEATURES_REPLY: _Rule(Kind.FEATURES_REPLY, 32, 32, _features_reply),
    OFPT_GET_CONFIG_REPLY: _Rule(Kind.GET_CONFIG_REPLY, 12, 12),
    OFPT_PACKET_IN: _Rule(Kind.PACKET_IN, 34, _LONGEST, _packet_in),
    OFPT_FLOW_REMOVED: _Rule(Kind.FLOW_REMOVED, 56, _LONGEST, _flow_removed),
    OFPT_PORT_STATUS: _Rule(Kind.PORT_STATUS, 56, 16 + _LONGEST_PORT, _port_status),
    OFPT_BARRIER_REPLY: _Rule(Kind.BARRIER_REPLY, 8, 8),
    OFPT_ROLE_REPLY: _Rule(Kind.ROLE_REPLY, 24, 24),
    OFPT_ROLE_STATUS: _Rule(Kind.ROLE_STATUS, 24, 24),
    OFPT_BUNDLE_CONTROL: _Rule(Kind.BUNDLE_CONTROL, 16, 16),
}
_MULTIPART_RULES = {
    OFPMP_DESC: _Rule(Kind.DESC, _MULTIPART_SIZE + _DESC_SIZE, _MULTIPART_SIZE + _DESC_SIZE),
    OFPMP_FLOW: _Rule(Kind.FLOW_STATS, _MULTIPART_SIZE, _LONGEST),
    OFPMP_PORT_STATS: _Rule(Kind.PORT_STATS, _MULTIPART_SIZE, _LONGEST, _readable(statistics.port_stats)),
    OFPMP_METER: _Rule(Kind.METER_STATS, _MULTIPART_SIZE, _LONGEST, _readable(statistics.meter_stats)),
    OFPMP_METER_CONFIG: _Rule(Kind.METER_CONFIG, _MULTIPART_SIZE, _LONGEST, _readable(statistics.meter_configs)),
    OFPMP_PORT_DESC: _Rule(Kind.PORT_DESC, _MULTIPART_SIZE, _LONGEST, _port_desc),
}
_BOUNDS = {OFPT_MULTIPART_REPLY: (_MULTIPART_SIZE, _LONGEST)} | {
    kind: (rule.shortest, rule.longest) for kind, rule in _RULES.items()
}
