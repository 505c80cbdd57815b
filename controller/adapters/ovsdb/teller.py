"""Tells the model what one database claims: what has appeared or changed, what is gone, and what was refused again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import monotonic, time

import structlog

from weft.controller.adapters.ovsdb.claims import Claimed
from weft.controller.adapters.ovsdb.database import Claims, Database
from weft.controller.model.commands import ObserveClaim
from weft.controller.model.facts import Claim, Endpoint
from weft.controller.service import Refused, Service

log = structlog.get_logger(__name__)

AGAIN = 10.0  # seconds after which a claim that was refused is told again
UNHEARD = 3.0  # seconds after which a bridge is looked at again that the model does not know, or another speaks for


class Teller:
    """Compares what a database claims with what the model has of its switches, and tells the difference.

    It remembers nothing but when it told something. So a connection that is lost takes nothing back, and the next one
    begins where this one has ended. ``speak`` says for which of these datapath ids the database speaks.
    """

    def __init__(self, database: Database, service: Service, speak: Callable[[Iterable[int]], set[int]]) -> None:
        self._database = database
        self._service = service
        self._speak = speak
        self._told: dict[Endpoint, tuple[Claimed, float]] = {}
        self.rest = AGAIN  # seconds after which there may be something to tell though nothing has changed

    def tell(self) -> Iterator[None]:
        """Tell all that there is to tell, in small steps."""
        gone = self._database.gone
        state = yield from self._database.state()
        network = self._service.network
        switches = {dpid: switch for dpid in state if (switch := network.switch_of_dpid(dpid)) is not None}
        heard = self._speak(switches)
        self.rest = AGAIN if heard == state.keys() - gone else UNHEARD
        for dpid in heard:
            yield from self._compare(switches[dpid], state[dpid])
        self._database.forget(gone)
        claiming = {Endpoint(switches[dpid], interface) for dpid in heard for interface in state[dpid]}
        self._told = {end: told for end, told in self._told.items() if end in claiming}

    def _compare(self, switch: str, claims: Claims) -> Iterator[None]:
        for end in self._service.network.claims_of(switch):
            if end.interface not in claims:
                self._observe(ObserveClaim(switch, end.interface, None))
                yield
        for claimed in claims.values():
            end = Endpoint(switch, claimed.interface)
            if self._is_due(end, claimed):
                self._told[end] = claimed, monotonic()
                self._observe(claimed.by(switch, int(time())))
            yield

    def _is_due(self, end: Endpoint, claimed: Claimed) -> bool:
        """Whether the model has something else of it, or refused it some time ago."""
        fact = self._service.network.claim(end)
        if fact is not None and fact.outcome == "granted" and _is(fact, claimed):
            return False
        before, at = self._told.get(end, (None, 0.0))
        wait = at + AGAIN - monotonic() if before == claimed else 0.0
        self.rest = min(self.rest, wait if wait > 0 else AGAIN)
        return wait <= 0

    def _observe(self, claim: ObserveClaim) -> None:
        network, end = self._service.network, Endpoint(claim.switch, claim.interface)
        before = network.claim(end)
        try:
            durable = self._service.observe(claim)
        except Refused as error:
            log.warning("a claim cannot be kept", switch=end.switch, interface=end.interface, error=str(error))
            return
        if not durable:
            log.warning("what a switch claims is not in the store yet", switch=end.switch, interface=end.interface)
        after = network.claim(end)
        if after is None:
            log.info("a claim is gone", switch=end.switch, interface=end.interface)
        elif before is None or (before.port, before.outcome, before.rule) != (after.port, after.outcome, after.rule):
            why = {"field": after.field, "rule": after.rule} if after.rule else {}
            log.info(f"a claim is {after.outcome}", switch=end.switch, interface=end.interface, port=after.port, **why)


def _is(fact: Claim, claimed: Claimed) -> bool:
    """Whether the model has it as the database says it."""
    has = Claimed(fact.id.interface, fact.port, fact.mac, fact.vif_kind, fact.project, fact.device)
    return has == claimed
