"""Facts as the API shows them: their documents, with what is known of them now."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from weft.apps.northbound.spelling import datapath_text
from weft.controller.fabric_state import FlowReport, Status, SwitchState
from weft.controller.model.accounts import COUNTED
from weft.controller.model.declared import shown
from weft.controller.model.documents import to_document
from weft.controller.model.facts import Fact, Key, Link, Port, Quota, Switch, key_of
from weft.controller.model.network import Network
from weft.controller.model.quotas import count_of, limit_of
from weft.controller.service import Service
from weft.controller.sight import Sight


def view(service: Service, fact: Fact, sight: Sight | None = None) -> dict[str, Any]:
    """``view(service, fact)`` returns the fact's document, with its state where it has one.

    With a ``sight``, what has gone out of it since the fact was so is shown as if it were gone.
    """
    return plain(fact, service.network) | _state(service, fact, sight=sight)


class Rendered:
    """Facts as JSON. What a fact says itself is written once; what is known of it now is written each time."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._written: dict[Key, tuple[Fact, str]] = {}  # the fact, and its document without the last brace

    def text(self, fact: Fact, settled: set[str]) -> str:
        """The same as ``view``, as a text; ``settled`` is of one breath, as ``port_status`` has it."""
        key = key_of(fact)
        known = self._written.get(key)
        if known is None or known[0] is not fact:
            if len(self._written) >= _MOST_WRITTEN:
                self._written.clear()
            known = self._written[key] = (fact, json.dumps(plain(fact, self._service.network))[:-1])
        state = _state(self._service, fact, settled)
        if isinstance(fact, Port):
            return known[1] + _of_port(state["vif"], state["effective_security"], *state["status"].values())
        return f"{known[1]}, {json.dumps(state)[1:]}" if state else f"{known[1]}}}"


@lru_cache(maxsize=4096)  # many ports say the same of themselves
def _of_port(vif: str | None, security: str, state: str, reason: str) -> str:
    status = {"state": state, "reason": reason}
    return f", {json.dumps({'vif': vif, 'effective_security': security, 'status': status})[1:]}"


_MOST_WRITTEN = 20_000  # documents, of about 700 octets


def _state(service: Service, fact: Fact, settled: set[str] | None = None, sight: Sight | None = None) -> dict[str, Any]:
    """What is known of a fact now, which may be one that is gone."""
    network, now = service.network, service.network.fact(key_of(fact))
    gone = now is None or (sight is not None and not sight.may_see(now))
    match fact:
        case Port():
            gone = gone or getattr(now, "number", None) != fact.number  # then its id is another port's
            attachment = network.attachment(fact.id) if not gone else None
            status = service.port_status(fact.id, settled) if not gone else Status("DOWN", "the port has been deleted")
            return {
                "vif": attachment.vif if attachment is not None else None,
                "effective_security": network.security(fact),
                "status": {"state": status.state, "reason": status.reason},
            }
        case Switch():
            state = service.switch_state(fact.id) if not gone else SwitchState(False, False, ())
            software = service.software(fact.id) if not gone else None
            return {**state._asdict(), "software": software, "interfaces": _interfaces(service, fact.id)}
        case Link():
            return {"up": not gone and service.link_up(fact.id)}
        case Quota():
            usage = {kind: count_of(network, fact.id, kind) for kind in COUNTED}
            return {"usage": usage, "effective": {kind: limit_of(network, fact.id, kind) for kind in COUNTED}}
        case _:
            return {}


def plain(fact: Fact, network: Network | None = None) -> dict[str, Any]:
    """The fact alone, as it is shown: also of one that is gone. What nobody may read is not in it.

    With the ``network``, attributes that its extensions declare are fields like others.
    """
    document = to_document(fact)
    declared = network.declared(fact.kind) if network is not None else {}
    if declared:
        attributes = getattr(fact, "attributes", ())
        document["attributes"] = [one for one in document["attributes"] if one["name"] not in declared]
        document |= {name: shown(attributes, one) for name, one in declared.items()}
    if isinstance(fact, Switch):
        document["dpid"] = datapath_text(fact.dpid) if fact.dpid is not None else None
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
