"""The WSGI application of REST v1. It is called from the service's own thread and never waits inside a command."""

from __future__ import annotations

import json
from typing import Any

import falcon
from falcon.media import JSONHandler

from weft.apps.identity.assemble import known_by
from weft.apps.identity.identity import Identify
from weft.apps.northbound import paths, problems
from weft.apps.northbound.acting import Acting
from weft.apps.northbound.audits import Audits
from weft.apps.northbound.bearer import Bearer
from weft.apps.northbound.claims import Claims
from weft.apps.northbound.collection import NAMED_BY_PEOPLE, Collection, Item
from weft.apps.northbound.counters import PortCounters
from weft.apps.northbound.doctor import Doctor
from weft.apps.northbound.drops import Drops
from weft.apps.northbound.flows import Flows
from weft.apps.northbound.health import Health
from weft.apps.northbound.plug import PluggedVif
from weft.apps.northbound.transactions import Transactions
from weft.controller.service import Service


class KnownQuery:
    """Middleware that refuses query parameters that the resource would silently ignore."""

    def process_resource(
        self, req: falcon.Request, resp: falcon.Response, resource: object, params: dict[str, Any]
    ) -> None:
        """Let the request pass, or raise a 400 that names the parameter."""
        known: frozenset[str] = getattr(resource, "filters", frozenset()) if req.method == "GET" else frozenset()
        for name, value in req.params.items():
            if name not in known:
                raise problems.malformed("is no parameter of this resource", name)
            if not isinstance(value, str):
                raise problems.malformed("is given twice", name)


def build_app(service: Service, identify: Identify | str) -> falcon.App[falcon.Request, falcon.Response]:
    """``build_app(service, identify)`` returns the API over the service; a text is the operator's token."""
    app = falcon.App()
    app.add_middleware(Bearer(known_by(service, identify) if isinstance(identify, str) else identify))
    app.add_middleware(Acting())
    app.add_middleware(KnownQuery())
    # ASCII only: then no text, whatever a switch calls its interfaces, can fail to be encoded.
    app.resp_options.media_handlers[falcon.MEDIA_JSON] = JSONHandler(dumps=json.dumps)
    problems.install(app)
    for kind, path in paths.PATHS.items():
        id = "{id:path}" if kind in NAMED_BY_PEOPLE else "{id}"  # an interface's name may contain a slash
        app.add_route(path, Collection(service, kind))
        app.add_route(f"{path}/{id}", Item(service, kind))
    app.add_route(f"{paths.PATHS['port']}/{{id}}/vif", PluggedVif(service))
    app.add_route(f"{paths.PATHS['port']}/{{id}}/{paths.COUNTERS}", PortCounters(service))
    app.add_route(paths.DROPS, Drops(service))
    app.add_route(paths.DOCTOR, Doctor(service))
    app.add_route(paths.FLOWS, Flows(service))
    app.add_route(paths.AUDITS, Audits(service))
    app.add_route(paths.CLAIMS, Claims(service))
    app.add_route(paths.TRANSACTIONS, Transactions(service))
    app.add_route(paths.HEALTH, Health(service))
    return app
