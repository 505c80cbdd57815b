"""What bridges and switches say to each other, each as its ethertype or LLC header, and what follows."""

from __future__ import annotations

from weft.conformance.octets.ethernet import CISCO_OUI, ethernet, llc, mac, snap

ALL_BRIDGES, PAUSE_GROUP, SLOW_GROUP, ACCESS_GROUP = (f"01:80:c2:00:00:{last:02x}" for last in range(4))
LLDP_GROUPS = ("01:80:c2:00:00:0e", "01:80:c2:00:00:03", ALL_BRIDGES)
CISCO_GROUP, PVST_GROUP, UPLINK_GROUP = "01:00:0c:cc:cc:cc", "01:00:0c:cc:cc:cd", "01:00:0c:cd:cd:cd"
LLDP, ACCESS, FLOW_CONTROL, SLOW = 0x88CC, 0x888E, 0x8808, 0x8809


def bpdu(destination: str, source: str) -> bytes:
    """I am the root of the spanning tree, with the best of all priorities."""
    bridge = b"\0\0" + mac(source)
    return llc(destination, source, bytes(5) + bridge + bytes(4) + bridge + bytes.fromhex("8001 0000 1400 0200 0f00"))


def lldp(destination: str, source: str, chassis: bytes, port: bytes) -> bytes:
    """I am that port of that switch, for two minutes."""
    said = ((1, b"\x07" + chassis), (2, b"\x07" + port), (3, b"\0\x78"), (0, b""))
    body = b"".join((kind << 9 | len(value)).to_bytes(2, "big") + value for kind, value in said)
    return ethernet(destination, source, LLDP, body)


def lacp(destination: str, source: str) -> bytes:
    """Let us be one link of two."""
    return ethernet(destination, source, SLOW, b"\x01\x01\x01\x14" + mac(source) + bytes(100))


def pause(destination: str, source: str) -> bytes:
    """Send nothing for as long as one can say."""
    return ethernet(destination, source, FLOW_CONTROL, b"\0\x01\xff\xff" + bytes(42))


def eapol(destination: str, source: str) -> bytes:
    """I want to log in."""
    return ethernet(destination, source, ACCESS, b"\x02\x01\0\0" + bytes(42))


def cdp(destination: str, source: str) -> bytes:
    """I am a switch of Cisco's."""
    return snap(destination, source, 0x2000, b"\x02\xb4\0\0\0\x01\0\x08weft", CISCO_OUI)


def pvst(destination: str, source: str) -> bytes:
    """I am the root of the spanning tree of a VLAN."""
    return snap(destination, source, 0x010B, bytes(35) + b"\0\0\0\x02\0\x02", CISCO_OUI)
