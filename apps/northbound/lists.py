"""The part of all facts of a kind that a query asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import eventlet

from weft.apps.northbound.paging import Page, page
from weft.apps.northbound.query import Query, in_plain_order, values_by
from weft.controller.model.facts import Fact, Port
from weft.controller.model.ownership import OWNED
from weft.controller.service import Service

_BESIDE: Mapping[tuple[str, str], Callable[[Service, Any], Any]] = {
    ("port", "vif"): lambda service, port: _plugged(service, port),
    ("port", "effective_security"): lambda service, port: service.network.security(port),
    ("port", "status"): lambda service, port: service.port_status(port.id).state,
    ("switch", "connected"): lambda service, switch: service.switch_state(switch.id).connected,
    ("switch", "settled"): lambda service, switch: service.switch_state(switch.id).settled,
    ("link", "up"): lambda service, link: service.link_up(link.id),
}


def find(service: Service, sight: Any, kind: str, query: Query) -> Page:
    """``find(service, sight, kind, query)`` returns the facts that it asks for, of those in sight."""
    tests = [(_reading(service, kind, name), test) for name, test in query.tests.items()]
    return page(
        list(_candidates(service, sight, kind, query)),  # they are values: what changes meanwhile does not matter
        wanted=(lambda fact: all(test(read(fact)) for read, test in tests)) if tests else None,
        values=values_by(query.orders),
        orders=query.orders,
        limit=query.limit,
        marker=query.marker,
        plain=in_plain_order(kind, query.orders),
        breathe=lambda: eventlet.sleep(0),
    )


def _candidates(service: Service, sight: Any, kind: str, query: Query) -> Iterable[Fact]:
    """All that may be wanted; no more than need be looked at where an index knows better."""
    ids: Iterable[str] | None = query.texts.get("id")
    if ids is None and kind == "port" and "segment" in query.texts:
        ids = (port for segment in set(query.texts["segment"]) for port in service.network.ports_of(segment))
    if ids is None and kind in OWNED and "name" in query.texts:
        return (fact for name in dict.fromkeys(query.texts["name"]) for fact in sight.named(kind, name))
    if ids is None:
        found: Iterable[Fact] = sight.all(kind)
        return found
    facts = (sight.fact(kind, id) for id in dict.fromkeys(ids))
    return (fact for fact in facts if fact is not None)


def _reading(service: Service, kind: str, name: str) -> Callable[[Any], Any]:
    beside = _BESIDE.get((kind, name))
    if beside is None:
        return lambda fact: getattr(fact, name)
    return lambda fact: _if_there(service, beside, fact)


def _if_there(service: Service, read: Callable[[Service, Any], Any], fact: Fact) -> Any:
    """What is known of the fact now; it may have gone since the list was taken."""
    try:
        return read(service, fact)
    except KeyError:
        return None


def _plugged(service: Service, port: Port) -> str | None:
    attachment = service.network.attachment(port.id)
    return attachment.vif if attachment is not None else None
