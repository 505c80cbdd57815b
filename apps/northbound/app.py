"""The WSGI application of REST v1. It is called from the service's own thread and never waits inside a command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from typing import Any, cast

import falcon
from falcon.media import JSONHandler

from weft.apps.identity.assemble import known_by
from weft.apps.identity.identity import Identify
from weft.apps.northbound import paths, problems
from weft.apps.northbound.acting import Acting
from weft.apps.northbound.audit_log import AuditLog
from weft.apps.northbound.audits import Audits
from weft.apps.northbound.bearer import Bearer
from weft.apps.northbound.claims import Claims
from weft.apps.northbound.collection import Collection
from weft.apps.northbound.counters import PortCounters
from weft.apps.northbound.description.openapi import Route, document
from weft.apps.northbound.description.served import Docs, OpenApi
from weft.apps.northbound.doctor import Doctor
from weft.apps.northbound.drops import Drops
from weft.apps.northbound.extending import check_paths, extended, extension_routes
from weft.apps.northbound.extensions import ExtensionList, OneExtension
from weft.apps.northbound.flows import Flows
from weft.apps.northbound.health import Health
from weft.apps.northbound.history import History
from weft.apps.northbound.item import Item
from weft.apps.northbound.plug import PluggedVif
from weft.apps.northbound.plugins import OnePlugin, PluginList
from weft.apps.northbound.raw_path import RawPath
from weft.apps.northbound.request_id import RequestId
from weft.apps.northbound.shadows import Difference, OneShadow, ShadowList
from weft.apps.northbound.simulations import SimulatedFrames
from weft.apps.northbound.tags import Tag, TagList
from weft.apps.northbound.tokens import OneToken, TokenList
from weft.apps.northbound.transactions import Transactions
from weft.apps.northbound.watch import Watch
from weft.controller.model.documents import field_names
from weft.controller.service import Service


class KnownQuery:
    """Middleware that refuses query parameters that the operation would silently ignore."""

    def process_resource(
        self, req: falcon.Request, resp: falcon.Response, resource: Any, params: dict[str, Any]
    ) -> None:
        """Let the request pass, or raise a 400 that names the parameter."""
        operation = getattr(resource, "operations", {}).get(req.method)  # an extension need not say
        if operation is None:
            return  # it will be answered that there is no such thing, or no such method
        known = operation.query()
        for name, value in req.params.items():
            if name not in known:
                raise problems.malformed("is no parameter of this resource", name)
            if not isinstance(value, str) and not known[name].many:
                raise problems.malformed("is given twice", name)


def routes(service: Service) -> Iterator[Route]:
    """Each path of the API, and the resource there."""
    for kind, path in paths.PATHS.items():
        yield path, Collection(service, kind)
        yield f"{path}/{{id}}", Item(service, kind)
        if "tags" in field_names(kind):
            yield f"{path}/{{id}}/{paths.TAGS}", TagList(service, kind)
            yield f"{path}/{{id}}/{paths.TAGS}/{{tag}}", Tag(service, kind)
        yield f"{path}/{{id}}/{paths.HISTORY}", History(service, kind)
    yield f"{paths.PATHS['port']}/{{id}}/vif", PluggedVif(service)
    yield f"{paths.PATHS['port']}/{{id}}/{paths.COUNTERS}", PortCounters(service)
    yield paths.TRANSACTIONS, Transactions(service)
    yield paths.WATCH, Watch(service)
    yield paths.AUDIT_LOG, AuditLog(service)
    yield paths.CLAIMS, Claims(service)
    yield paths.DROPS, Drops(service)
    yield paths.DOCTOR, Doctor(service)
    yield paths.FLOWS, Flows(service)
    yield paths.AUDITS, Audits(service)
    yield paths.SIMULATED_FRAMES, SimulatedFrames(service)
    yield paths.SHADOWS, ShadowList(service)
    yield f"{paths.SHADOWS}/{{name}}", OneShadow(service)
    yield f"{paths.SHADOWS}/{{name}}/{paths.DIFFERENCE}", Difference(service)
    yield paths.EXTENSIONS, ExtensionList(service)
    yield f"{paths.EXTENSIONS}/{{alias}}", OneExtension(service)
    yield paths.PLUGINS, PluginList(service)
    yield f"{paths.PLUGINS}/{{name}}", OnePlugin(service)
    yield paths.TOKENS, TokenList(service)
    yield f"{paths.TOKENS}/{{id}}", OneToken(service)
    yield paths.HEALTH, Health(service)
    yield paths.DOCS, Docs()
    yield paths.OPENAPI, OpenApi(lambda: extended(described(), service))
    yield from extension_routes(service)


@cache
def described() -> dict[str, Any]:
    """The OpenAPI document of all that there is without extensions."""
    nothing = cast(Service, None)  # what a resource is good for, it says without one
    return document(routes(nothing), version("weft"))


def build_app(service: Service, identify: Identify | str) -> falcon.App[falcon.Request, falcon.Response]:
    """``build_app(service, identify)`` returns the API over the service; a text is the operator's token."""
    app = falcon.App()
    app.add_middleware(RequestId())
    app.add_middleware(RawPath())
    app.add_middleware(Bearer(known_by(service, identify) if isinstance(identify, str) else identify))
    app.add_middleware(Acting(service))
    app.add_middleware(KnownQuery())
    # ASCII only: then no text, whatever a switch calls its interfaces, can fail to be encoded.
    app.resp_options.media_handlers[falcon.MEDIA_JSON] = JSONHandler(dumps=json.dumps)
    problems.install(app)
    found = list(routes(service))
    check_paths(found)
    for path, resource in found:
        app.add_route(path, resource)
    return app
