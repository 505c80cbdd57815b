"""Messages made by hand: what the guard must refuse, each with the reason, and the odd ones that it must let pass."""

from __future__ import annotations

import struct

from weft.controller.adapters.openflow.protocol import OFP_VERSION

ETHERNET = struct.pack("!HH4x6I", 0, 32, 1, 2, 3, 4, 5, 6)


def of(type_: int, body: bytes, version: int = OFP_VERSION, length: int | None = None) -> bytes:
    return struct.pack("!BBHI", version, type_, 8 + len(body) if length is None else length, 1) + body


def element(kind: int, length: int, content: bytes = b"") -> bytes:
    return struct.pack("!HH", kind, length) + content


def port(properties: bytes, length: int | None = None) -> bytes:
    return struct.pack("!IH34x", 1, 40 + len(properties) if length is None else length) + properties


def port_desc(*ports: bytes) -> bytes:
    return of(19, struct.pack("!HH4x", 13, 0) + b"".join(ports))


def multipart(kind: int, *parts: bytes) -> bytes:
    return of(19, struct.pack("!HH4x", kind, 0) + b"".join(parts))


def port_stats(properties: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("!H2xI72x", 80 + len(properties) if length is None else length, 1) + properties


def meter_stats(bands: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("!IH34x", 1, 40 + len(bands) if length is None else length) + bands


def meter_config(bands: bytes = b"", length: int | None = None) -> bytes:
    return struct.pack("!HHI", 8 + len(bands) if length is None else length, 13, 1) + bands


def port_status(described: bytes) -> bytes:
    return of(12, struct.pack("!B7x", 0) + described)


def packet_in(fields: bytes, frame: bytes = b"", match_type: int = 1, match_length: int | None = None) -> bytes:
    length = 4 + len(fields) if match_length is None else match_length
    match = struct.pack("!HH", match_type, length) + fields
    return of(10, struct.pack("!IHBBQ", 0xFFFFFFFF, 0, 0, 0, 0) + match + bytes(-len(match) % 8) + bytes(2) + frame)


def oxm(oxm_class: int, field: int, length: int, content: bytes = b"", masked: int = 0) -> bytes:
    return struct.pack("!I", oxm_class << 16 | field << 9 | masked << 8 | length) + content


REFUSED = {
    "nothing": (b"", "no header"),
    "half a header": (b"\x05\x00", "no header"),
    "a HELLO whose element has length 0": (
        of(0, element(1, 0, bytes(4))),
        "says that it has 0",
    ),
    "a HELLO whose unknown element has length 0, which stops Ryu for ever": (
        of(0, element(9, 0, bytes(4))),
        "says that it has 0",
    ),
    "a HELLO whose element is longer than the message": (of(0, element(1, 16, bytes(4))), "says that it has 16"),
    "a HELLO with half an element": (of(0, b"\0\1"), "are left"),
    "a HELLO with an element that needs padding": (of(0, element(1, 12, bytes(12))), "not a multiple of 8"),
    "a HELLO of 600 bytes": (of(0, element(1, 592, bytes(588))), "not 8 to 512"),
    "a length of 0": (of(2, b"", length=0), "says that it has 0 bytes"),
    "a length below the header": (of(2, b"", length=7), "says that it has 7 bytes"),
    "a length above the message": (of(2, b"", length=0xFFFF), "says that it has 65535"),
    "a length below the message": (of(2, b"1234", length=8), "says that it has 8"),
    "OpenFlow 1.0": (of(2, b"", version=1), "speaks OpenFlow version 0x01"),
    "OpenFlow 1.5": (of(2, b"", version=6), "speaks OpenFlow version 0x06"),
    "no OpenFlow at all": (b"GET / HTTP/1.1\r\n\r\n", "speaks OpenFlow version 0x47"),
    "a type that does not exist": (of(99, b""), "type 99"),
    "a message that only controllers send": (of(14, bytes(48)), "type 14"),
    "an experimenter's message": (of(4, bytes(8)), "type 4"),
    "an error without a code": (of(1, b"\0\0"), "says that it has 10"),
    "a HELLO_FAILED that is not ASCII, which raises in Ryu": (of(1, bytes(4) + b"\xff"), "not ASCII"),
    "an experimenter's error without the experimenter": (of(1, b"\xff\xff\0\0"), "does not name"),
    "a short FEATURES_REPLY": (of(6, bytes(16)), "not 32"),
    "a long FEATURES_REPLY": (of(6, bytes(32)), "not 32"),
    "an auxiliary connection": (of(6, bytes(13) + b"\1" + bytes(10)), "auxiliary connection 1"),
    "a short GET_CONFIG_REPLY": (of(8, b""), "not 12"),
    "a BARRIER_REPLY with a body": (of(21, bytes(8)), "not 8"),
    "a short BUNDLE_CONTROL": (of(33, bytes(4)), "not 16"),
    "a BUNDLE_CONTROL with a property of length 0": (of(33, bytes(8) + element(0xFFFF, 0, bytes(4))), "not 16"),
    "a short ROLE_REPLY": (of(25, bytes(8)), "not 24"),
    "a ROLE_STATUS with a property of length 0": (of(30, bytes(16) + element(0xFFFF, 0, bytes(4))), "not 24"),
    "a multipart reply without a type": (of(19, b"\0\1"), "says that it has 10"),
    "a multipart reply that nobody asked for": (of(19, struct.pack("!HH4x", 12, 0)), "nobody asked"),
    "a description of the switch that ends early": (of(19, bytes(8 + 1055)), "has 1071 bytes"),
    "a port of length 0": (port_desc(port(b"", length=0)), "port says that it has 0"),
    "a port that is longer than the message": (port_desc(port(b"", length=72)), "port says that it has 72"),
    "a port of 2,000 bytes": (port_desc(port(bytes(1960))), "port says that it has 2000"),
    "half a port": (port_desc(port(b"")[:20]), "20 bytes are left"),
    "a port property of length 0": (port_desc(port(element(0, 0, bytes(4)))), "says that it has 0"),
    "an unknown port property of length 0": (port_desc(port(element(7, 0, bytes(4)))), "says that it has 0"),
    "a port property that is longer than the port": (port_desc(port(element(7, 16, bytes(4)))), "says that it has 16"),
    "half a port property": (port_desc(port(b"\0\0")), "2 bytes are left"),
    "an Ethernet property of 8 bytes": (port_desc(port(element(0, 8, bytes(4)))), "type 0 has 8"),
    "an optical property of 32 bytes": (port_desc(port(element(1, 32, bytes(28)))), "type 1 has 32"),
    "an experimenter's property of 8 bytes": (port_desc(port(element(0xFFFF, 8, bytes(4)))), "has 8 bytes"),
    "an experimenter's property of 14 bytes": (port_desc(port(element(0xFFFF, 14, bytes(12)))), "has 14 bytes"),
    "counters of a port of length 0": (multipart(4, port_stats(length=0)), "0 is no length of the counters of a port"),
    "counters of a port that are longer than the message": (multipart(4, port_stats(length=88)), "it is 80 to 80"),
    "half the counters of a port": (multipart(4, port_stats()[:40]), "40 bytes are left"),
    "counters of a meter of length 0": (multipart(9, meter_stats(length=0)), "0 is no length of the counters"),
    "counters of a meter that are longer than the message": (multipart(9, meter_stats(length=56)), "it is 40 to 40"),
    "counters of a meter that end inside a band": (multipart(9, meter_stats(bytes(8))), "end inside a band"),
    "half the counters of a meter": (multipart(9, meter_stats(), meter_stats()[:39]), "39 bytes are left"),
    "a meter of length 0": (multipart(10, meter_config(length=0)), "0 is no length of a meter"),
    "a meter that is longer than the message": (multipart(10, meter_config(length=24)), "it is 8 to 8"),
    "half a meter": (multipart(10, meter_config(), b"\0\x18"), "2 bytes are left"),
    "a port-status message without a port": (of(12, bytes(8)), "says that it has 16"),
    "a port-status message with more than a port": (port_status(port(ETHERNET) + bytes(8)), "does not end"),
    "a packet-in without a match": (of(10, bytes(16)), "not 34 to"),
    "a packet-in with a match of length 0": (packet_in(b"", match_length=0), "says that it has 0"),
    "a packet-in whose match is longer than the message": (packet_in(b"", match_length=64), "says that it has 64"),
    "a packet-in with a match of 1.0": (packet_in(b"", match_type=0), "type 0"),
    "a packet-in that ends inside its match": (packet_in(oxm(0x8000, 0, 4, bytes(4)))[:-2], "says that it has"),
    "a packet-in without padding behind its match": (
        of(10, packet_in(oxm(0x8000, 0, 4, bytes(4)))[8:-2]),
        "ends inside",
    ),
    "half a match field": (packet_in(b"\x80\0"), "2 bytes are left"),
    "a match field without a value": (packet_in(oxm(0x8000, 0, 0)), "has 0 bytes, not 4"),
    "an unknown match field without a value": (packet_in(oxm(0x8000, 99, 0)), "has 0 bytes, not some"),
    "a match field that is longer than the match": (packet_in(oxm(0x8000, 0, 8, bytes(4))), "4 are left"),
    "an in_port of 2 bytes, which raises in Ryu": (packet_in(oxm(0x8000, 0, 2, bytes(2))), "has 2 bytes, not 4"),
    "a masked field of odd length": (packet_in(oxm(1, 0, 5, bytes(5), masked=1)), "odd"),
    "a masked field with half a mask": (packet_in(oxm(1, 0, 6, bytes(6), masked=1)), "has 3 bytes, not 4"),
    "an experimenter's field without the experimenter": (packet_in(oxm(0xFFFF, 0, 2, bytes(2))), "does not name"),
    "an unknown experimenter's field, which raises in Ryu": (packet_in(oxm(0xFFFF, 1, 8, bytes(8))), "is unknown"),
    "a flow-removed message with a tail": (of(11, bytes(40) + element(1, 4, bytes(4)) + bytes(8)), "does not end"),
    "a flow-removed message without a match": (of(11, bytes(40)), "not 56 to"),
}
PASSED = {
    "a HELLO without elements": of(0, b""),
    "a HELLO of a version to come": of(0, element(1, 8, struct.pack("!I", 1 << 5 | 1 << 9)), version=9),
    "a HELLO with an unknown element": of(0, element(9, 8, bytes(4)) + element(1, 8, struct.pack("!I", 1 << 5))),
    "a HELLO_FAILED with a text": of(1, bytes(4) + b"too new"),
    "an experimenter's error": of(1, b"\xff\xff\0\1\0\0\0\1"),
    "an error with all of the message that it answers": of(1, struct.pack("!HH", 4, 9) + bytes(60000)),
    "an echo of 60,000 bytes": of(2, bytes(60000)),
    "no ports": port_desc(),
    "ports with and without properties": port_desc(port(b""), port(ETHERNET), port(ETHERNET + ETHERNET)),
    "a port with unknown properties": port_desc(port(element(7, 4, bytes(4)) + element(8, 13, bytes(12)))),
    "a port with an experimenter's property": port_desc(port(element(0xFFFF, 20, bytes(20)))),
    "as many port properties as fit": port_desc(*[port(element(7, 8, bytes(4)) * 123)] * 63),
    "as many ports as fit": port_desc(*[port(b"")] * 1637),
    "no counters of ports": multipart(4),
    "counters of ports with and without properties": multipart(4, port_stats(), port_stats(element(7, 8, bytes(4)))),
    "as many counters of ports as fit": multipart(4, *[port_stats()] * 818),
    "no meters": multipart(10),
    "meters with and without bands": multipart(10, meter_config(), meter_config(bytes(16)), meter_config(bytes(32))),
    "as many meters as fit": multipart(10, *[meter_config()] * 8189),
    "counters of meters with and without bands": multipart(9, meter_stats(), meter_stats(bytes(32))),
    "as many bands as fit": multipart(9, meter_stats(bytes(16) * 4092)),
    "a packet-in without fields": packet_in(b"", b"frame"),
    "unknown fields of any length": packet_in(oxm(0x8000, 99, 3, b"abc") + oxm(1, 40, 124, bytes(124))),
    "as many fields as fit": packet_in(oxm(0x8000, 8, 1, b"\1") * 13000),
    "an experimenter's field that Ryu knows": packet_in(oxm(0xFFFF, 42, 6, struct.pack("!IH", 0x4F4E4600, 2))),
}
