"""What a switch says of its meters, its ports and itself when it is asked: OpenFlow 1.4 multipart messages.

Flow entries are in ``messages``. Sections are those of the OpenFlow Switch Specification 1.4.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from weft.controller.adapters.openflow.interfaces import printable
from weft.controller.adapters.openflow.protocol import (
    OFP_VERSION,
    OFPM_ALL,
    OFPMP_DESC,
    OFPMP_METER,
    OFPMP_METER_CONFIG,
    OFPMP_PORT_STATS,
    OFPT_MULTIPART_REPLY,
    OFPT_MULTIPART_REQUEST,
    Garbage,
)
from weft.controller.contracts import Count

_REQUEST = Struct("!BBHIHH4x")  # ofp_multipart_request: the header, type, flags (7.3.5)
_ABOUT = Struct("!BBHIHH4xI4x")  # the same, and the number of a port or a meter
_DESC = Struct("!256s256s256s32s256s")  # ofp_desc: manufacturer, hardware, software, serial number, datapath (7.3.5.1)
_PORT_STATS = Struct("!H2xIIIQQQQQQQQ")  # how ofp_port_stats begins: length, port_no, duration, counters (7.3.5.7)
_METER_STATS = Struct("!IH6xIQQII")  # how ofp_meter_stats begins: meter_id, length, flows, counters (7.3.5.16)
_BAND_STATS = Struct("!QQ")  # ofp_meter_band_stats: packets and bytes in the band (7.3.5.16)
_METER_CONFIG = Struct("!HHI")  # how ofp_meter_config begins: length, flags, meter_id (7.3.5.17)
_BODY = 16  # where the body of a multipart message begins
_FLAGS = slice(2, 4)  # of an ofp_meter_config
_UNCOUNTED = 0xFFFFFFFFFFFFFFFF  # in place of a counter that the switch does not keep


class PortStat(NamedTuple):
    """What a switch has received by a port, and sent by it."""

    ofport: int
    received: Count
    sent: Count


class MeterConfig(NamedTuple):
    """A meter, with its flags and bands in the bytes of an ``Entry``'s instructions."""

    id: int
    flags_and_bands: bytes


class MeterStat(NamedTuple):
    """What was dropped by a meter, in all its bands."""

    id: int
    dropped: Count


def desc_request(xid: int) -> bytes:
    """OFPT_MULTIPART_REQUEST for what the switch is (7.3.5.1)."""
    return _REQUEST.pack(OFP_VERSION, OFPT_MULTIPART_REQUEST, _REQUEST.size, xid, OFPMP_DESC, 0)


def port_stats_request(xid: int, ofport: int) -> bytes:
    """OFPT_MULTIPART_REQUEST for the counters of a port (7.3.5.7)."""
    return _about(OFPMP_PORT_STATS, ofport, xid)


def meter_stats_request(xid: int, meter: int = OFPM_ALL) -> bytes:
    """OFPT_MULTIPART_REQUEST for the counters of a meter, or of all (7.3.5.16)."""
    return _about(OFPMP_METER, meter, xid)


def meter_config_request(xid: int) -> bytes:
    """OFPT_MULTIPART_REQUEST for all meters (7.3.5.17)."""
    return _about(OFPMP_METER_CONFIG, OFPM_ALL, xid)


def _about(kind: int, number: int, xid: int) -> bytes:
    return _ABOUT.pack(OFP_VERSION, OFPT_MULTIPART_REQUEST, _ABOUT.size, xid, kind, 0, number)


def software(reply: bytes) -> str:
    """The software that a switch says it is, as ``Open vSwitch 3.1.0`` (7.3.5.1); odd characters are escaped.

    Raises ``Garbage``.
    """
    _check(reply, OFPMP_DESC)
    _, hardware, version, _, _ = _DESC.unpack_from(reply, _BODY)
    return " ".join(printable(text.partition(b"\0")[0]) for text in (hardware, version)).strip()


def port_stats(reply: bytes) -> Iterator[PortStat]:
    """What one reply says of ports; 0 where a counter is not kept (7.3.5.7). Raises ``Garbage``."""
    for part in _parts(reply, OFPMP_PORT_STATS, _PORT_STATS, 0, "the counters of a port"):
        _, ofport, _, _, *counters = _PORT_STATS.unpack_from(part)
        frames_in, frames_out, octets_in, octets_out = (n if n != _UNCOUNTED else 0 for n in counters[:4])
        yield PortStat(ofport, Count(frames_in, octets_in), Count(frames_out, octets_out))


def meter_configs(reply: bytes) -> Iterator[MeterConfig]:
    """What one reply says of meters (7.3.5.17). Raises ``Garbage``."""
    for part in _parts(reply, OFPMP_METER_CONFIG, _METER_CONFIG, 0, "a meter"):
        _, _, meter = _METER_CONFIG.unpack_from(part)
        yield MeterConfig(meter, part[_FLAGS] + part[_METER_CONFIG.size :])


def meter_stats(reply: bytes) -> Iterator[MeterStat]:
    """What one reply says of how much meters have dropped (7.3.5.16). Raises ``Garbage``."""
    for part in _parts(reply, OFPMP_METER, _METER_STATS, 4, "the counters of a meter"):
        meter, *_ = _METER_STATS.unpack_from(part)
        bands = part[_METER_STATS.size :]
        if len(bands) % _BAND_STATS.size:
            raise Garbage(f"the counters of a meter have {len(part)} bytes, and end inside a band")
        counts = [Count(*band) for band in _BAND_STATS.iter_unpack(bands)]
        yield MeterStat(meter, Count(sum(count.frames for count in counts), sum(count.octets for count in counts)))


def _check(reply: bytes, kind: int) -> None:
    """The reply is one about this. Raises ``Garbage``."""
    found = int.from_bytes(reply[8:10], "big")
    if reply[1] != OFPT_MULTIPART_REPLY or found != kind:
        raise Garbage(f"a reply of type {found} answers a multipart request of type {kind}")


def _parts(reply: bytes, kind: int, beginning: Struct, length_at: int, what: str) -> Iterator[bytes]:
    """The parts of a reply, one behind the other; each says its length in two bytes at ``length_at``."""
    _check(reply, kind)
    offset = _BODY
    while offset < len(reply):
        left = len(reply) - offset
        if left < beginning.size:
            raise Garbage(f"{left} bytes are left where {what} should be")
        length = int.from_bytes(reply[offset + length_at : offset + length_at + 2], "big")
        if not beginning.size <= length <= left:
            raise Garbage(f"{length} is no length of {what}: it is {beginning.size} to {left}")
        yield reply[offset : offset + length]
        offset += length
