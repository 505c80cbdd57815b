"""Facts as the API shows them: their documents, with what is known of them now."""

from __future__ import annotations

from typing import Any

from weft.controller.fabric_state import FlowReport
from weft.controller.model.accounts import COUNTED
from weft.controller.model.documents import to_document
from weft.controller.model.facts import Fact, Link, Port, Quota, Switch
from weft.controller.model.quotas import limit_of
from weft.controller.service import Service


def datapath_text(dpid: int) -> str:
    """A datapath id as switches print it.

    >>> datapath_text(255)
    '00000000000000ff'
    """
    return f"{dpid:016x}"


def view(service: Service, fact: Fact) -> dict[str, Any]:
    """``view(service, fact)`` returns the fact's document, with its state where it has one."""
    document = to_document(fact)
    match fact:
        case Port():
            attachment = service.network.attachment(fact.id)
            document["vif"] = attachment.vif if attachment is not None else None
            document["effective_security"] = service.network.security(fact)
            document["status"] = service.port_status(fact.id)._asdict()
        case Switch():
            document["dpid"] = datapath_text(fact.dpid)
            document |= service.switch_state(fact.id)._asdict()
            document["software"] = service.software(fact.id)
            document["interfaces"] = _interfaces(service, fact.id)
        case Link():
            document["up"] = service.link_up(fact.id)
        case Quota():
            network = service.network
            document["usage"] = {kind: network.ownership.count(kind, fact.id) for kind in COUNTED}
            document["effective"] = {kind: limit_of(network, fact.id, kind) for kind in COUNTED}
    return document


def plain(fact: Fact) -> dict[str, Any]:
    """The fact alone, as it is shown: also of one that is gone. What nobody may read is not in it."""
    document = to_document(fact)
    if isinstance(fact, Switch):
        document["dpid"] = datapath_text(fact.dpid)
    document.pop("hash", None)
    return document


def claim_view(claim: Fact) -> dict[str, Any]:
    """What an interface of a switch says that it is for, and what came of it."""
    document = to_document(claim)
    place: dict[str, str] = document.pop("id")
    return {**place, **document}


def flow_view(report: FlowReport) -> dict[str, Any]:
    """One flow entry, with its line of text and its cookie in the notation of ovs-ofctl."""
    text = f"table={report.table} priority={report.priority} {report.match} actions={report.actions}"
    return report._asdict() | {"cookie": f"0x{report.cookie:016x}", "text": text}


def _interfaces(service: Service, switch: str) -> list[dict[str, Any]]:
    found = (service.network.interface(end) for end in service.network.interfaces_of(switch))
    return [{"name": one.id.interface, "ofport": one.ofport, "up": one.up} for one in found if one is not None]
