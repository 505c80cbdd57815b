"""Finds the cables between switches by LLDP (IEEE 802.1AB), on interfaces that are declared as the fabric's alone.

A switch is told by its flows to hand LLDP to the controller only from fabric interfaces, and here that is checked
once more: a frame from a VIF is never believed. Silence proves nothing, so no link is ever forgotten for it.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.lib.packet import ethernet, lldp, packet
from ryu.ofproto import ofproto_v1_4 as ofproto
from ryu.ofproto import ofproto_v1_4_parser as parser

from weft.controller.adapters.openflow.session import SwitchSession
from weft.controller.model.commands import ObserveLink
from weft.controller.model.facts import Endpoint
from weft.controller.service import Refused, Service

log = structlog.get_logger(__name__)

INTERVAL = 5.0  # seconds between two rounds
LLDP_SECONDS = 3 * int(INTERVAL)
ETH_TYPE_LLDP = 0x88CC


def announce(session: SwitchSession, service: Service) -> None:
    """Send one LLDP frame out of every fabric interface of the switch."""
    switch = service.network.switch(session.name or "")
    if switch is None:
        return
    for name in switch.fabric_interfaces:
        ofport, up = session.interfaces.by_name.get(name, (0, False))
        if up:
            out = parser.OFPPacketOut(
                session.connection,
                buffer_id=ofproto.OFP_NO_BUFFER,
                in_port=ofproto.OFPP_CONTROLLER,
                actions=[parser.OFPActionOutput(ofport)],
                data=frame(Endpoint(switch.id, name)),
            )
            session.connection.send_msg(out)


def frame(end: Endpoint) -> bytes:
    """The LLDP frame that says from which interface it comes."""
    subtype = lldp.ChassisID.SUB_LOCALLY_ASSIGNED
    tlvs = (
        lldp.ChassisID(subtype=subtype, chassis_id=end.switch.encode()),
        lldp.PortID(subtype=lldp.PortID.SUB_INTERFACE_NAME, port_id=end.interface.encode()),
        lldp.TTL(ttl=LLDP_SECONDS),
        lldp.End(),
    )
    made = packet.Packet()
    made.add_protocol(ethernet.ethernet(lldp.LLDP_MAC_NEAREST_BRIDGE, "02:00:00:00:00:00", ETH_TYPE_LLDP))
    made.add_protocol(lldp.lldp(tlvs))
    made.serialize()
    return bytes(made.data)


def origin(data: bytes) -> Endpoint | None:
    """The interface that an LLDP frame says it comes from; None when it is not one of ours."""
    try:
        found = packet.Packet(data).get_protocol(lldp.lldp)
        tlvs = {type(tlv): tlv for tlv in found.tlvs} if found is not None else {}
        chassis, port = tlvs[lldp.ChassisID], tlvs[lldp.PortID]
        return Endpoint(chassis.chassis_id.decode(), port.port_id.decode())
    except Exception:  # whatever Ryu's parser makes of a stranger's frame, it is not ours
        return None


def learn(session: SwitchSession, service: Service, in_port: int, data: bytes) -> None:
    """An LLDP frame has come in by that port: there is a cable."""
    switch = service.network.switch(session.name or "")
    name = session.interfaces.name_of(in_port)
    sender = origin(data)
    if switch is None or name not in switch.fabric_interfaces or sender is None or name is None:
        return
    far = service.network.switch(sender.switch)
    if far is None or sender.interface not in far.fabric_interfaces or far.id == switch.id:
        return
    try:
        service.observe(ObserveLink(Endpoint(switch.id, name), sender))
    except Refused as error:
        log.warning("a cable is not as declared", switch=switch.id, interface=name, seen=sender, error=str(error))


def round_of(sessions: Iterable[SwitchSession], service: Service) -> None:
    """Let every switch announce itself on the fabric interfaces that need it."""
    for session in sessions:
        announce(session, service)
