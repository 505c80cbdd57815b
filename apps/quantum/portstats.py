"""``portstats``: what has passed at a port, as its switch counts it now.

``rx`` is what the VIF has sent into the switch, ``tx`` what it was sent: Quantum counts as the switch does. Errors are
frames that the fabric did not let through.
"""

from __future__ import annotations

from http import HTTPStatus

import falcon

from weft.apps.northbound.counters import ask
from weft.apps.quantum.answers import answer
from weft.apps.quantum.faults import NOT_IMPLEMENTED, Fault, other
from weft.apps.quantum.tenants import Tenant
from weft.apps.quantum.versions import Version
from weft.controller.counters import Nowhere, about_port, place_of, port_document
from weft.controller.service import Service

PATH = "extensions/ovs/tenants/{tenant}/networks/{network}/ports/{port}/stats"
_NAMES = ("rx_bytes", "rx_packets", "rx_errors", "tx_bytes", "tx_packets", "tx_errors")


class PortStats:
    """The counters of a port."""

    def __init__(self, service: Service, version: Version) -> None:
        self._service = service
        self._version = version

    def on_get(self, req: falcon.Request, resp: falcon.Response, tenant: str, network: str, port: str) -> None:
        """Since its VIF was plugged in there; all zero where nothing can have passed."""
        of = Tenant(self._service, req, tenant)
        found = of.port(network, port)
        of.check_right("get_counters", found)
        answer(req, resp, self._version, {"stats": self._stats(found.id)})

    def _stats(self, port: str) -> dict[str, int]:
        if self._service.counters is None:
            raise Fault(NOT_IMPLEMENTED, "this controller has no sessions with switches, which count")
        try:
            place = place_of(self._service.network, port)
        except Nowhere:
            return dict.fromkeys(_NAMES, 0)
        reading = ask(self._service, {place.switch: about_port(place)}).get(place.switch)
        if reading is None:
            raise Fault(other(HTTPStatus.SERVICE_UNAVAILABLE), "the port's switch is not connected, or does not answer")
        found = port_document(place, reading, self._service.compiler.pipeline)
        errors = {"sender": 0, "receiver": 0, "nobody": 0}
        for dropped in found["dropped"]:
            errors[self._service.compiler.pipeline.reason_by_name[dropped["reason"]].charged] += dropped["frames"]
        values = (
            *(found["received"]["bytes"], found["received"]["frames"], errors["sender"]),
            *(found["sent"]["bytes"], found["sent"]["frames"], errors["receiver"]),
        )
        return dict(zip(_NAMES, values, strict=True))
