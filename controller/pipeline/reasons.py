"""Why frames die: every reason has a name, a number, and a sentence for those who ask.

A reason is named after the question that the frame failed: ``admit:source-mac`` failed at "may the VIF say this?".
The numbers stand in the flows of switches and are never given to another reason.
"""

from __future__ import annotations

from typing import Literal, NamedTuple


class Reason(NamedTuple):
    """A reason: ``charged`` says whose it is. The port that sent the frame, the one that it was for, or nobody's."""

    number: int
    name: str
    charged: Literal["sender", "receiver", "nobody"]
    doc: str


REASONS = (
    Reason(1, "classify:unknown-port", "nobody", "It came in by an interface where no VIF is plugged in."),
    Reason(2, "classify:tagged", "sender", "It has a VLAN tag, and its port carries no such tag."),
    Reason(3, "classify:admin-down", "sender", "Its port or its segment is administratively down."),
    Reason(4, "arrive:unknown-tag", "nobody", "It came over the fabric with the tag of no segment here."),
    Reason(10, "admit:reserved", "sender", "It is for bridges alone: BPDU, LLDP, LACP, PAUSE, EAPOL, CDP, PVST."),
    Reason(11, "admit:source-mac", "sender", "Its source MAC is not one of the port's."),
    Reason(12, "admit:arp-sender", "sender", "Its ARP sender is not the port's MAC, or not one of its addresses."),
    Reason(13, "admit:neighbour", "sender", "Its neighbour discovery names another's MAC or address, or is in pieces."),
    Reason(14, "admit:router", "sender", "It is a router advertisement or redirect, and the port is no router's."),
    Reason(15, "admit:ip-source", "sender", "Its IP source is not one of the port's addresses."),
    Reason(16, "admit:dhcp-server", "sender", "It is a DHCP server's answer, and the port is no DHCP server's."),
    Reason(17, "admit:ethertype", "sender", "It is of a type that may hide anything, or that the level does not know."),
    Reason(18, "admit:malformed", "sender", "Its headers are cut short or contradict each other."),
    Reason(19, "admit:rate", "sender", "The port has sent more than its max_rate."),
    Reason(30, "forward:unknown-destination", "sender", "Nobody on its segment has that address."),
    Reason(31, "flood:nobody-listens", "sender", "It is for many, and nobody on its segment is here."),
    Reason(32, "flood:storm", "sender", "The port has sent more than its max_broadcast."),
    Reason(33, "transit:no-way-there", "sender", "No link leads to the switch that it is for."),
    Reason(40, "receive:not-its-address", "receiver", "It is for an address that is not the receiving port's."),
    Reason(41, "deliver:isolated", "receiver", "The private VLAN keeps its sender from the receiving port."),
    Reason(
        43, "deliver:tagged", "receiver", "It has a tag of a VIF's own, which to a trunk would mean another segment."
    ),
    Reason(42, "deliver:rate", "receiver", "The port is sent more than its max_rate."),
)
REASON_BY_NAME = {reason.name: reason for reason in REASONS}
REASON_BY_NUMBER = {reason.number: reason for reason in REASONS}
METERED = {"admit:rate": 0, "flood:storm": 1, "deliver:rate": 2}  # counted by meters, and the meter of the interface
