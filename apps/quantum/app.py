"""The WSGI application of Quantum's API, both versions. It is called from the service's own thread."""

from __future__ import annotations

import falcon

from weft.apps.identity.identity import Identify
from weft.apps.quantum import faults, portstats
from weft.apps.quantum.attachments import Attachment
from weft.apps.quantum.callers import Callers
from weft.apps.quantum.extensions import Extensions
from weft.apps.quantum.formats import Formats
from weft.apps.quantum.networks import Network, Networks
from weft.apps.quantum.ports import Port, Ports
from weft.apps.quantum.portstats import PortStats
from weft.apps.quantum.versions import VERSIONS
from weft.controller.service import Service


def build_quantum(service: Service, identify: Identify) -> falcon.App[falcon.Request, falcon.Response]:
    """``build_quantum(service, identify)`` returns ``/v1.0`` and ``/v1.1`` over the service."""
    app = falcon.App()
    app.add_middleware(Formats())
    app.add_middleware(Callers(service, identify))
    faults.install(app)
    for version in VERSIONS:
        networks = f"{version.path}/tenants/{{tenant}}/networks"
        ports = f"{networks}/{{network}}/ports"
        listed = ((networks, Networks(service, version)), (f"{networks}/{{network}}", Network(service, version)))
        for path, resource in (
            *listed,
            (ports, Ports(service, version)),
            (f"{ports}/{{port}}", Port(service, version)),
        ):
            app.add_route(path, resource)
            app.add_route(f"{path}/detail", resource, suffix="detail")
        app.add_route(f"{ports}/{{port}}/attachment", Attachment(service, version))
        app.add_route(f"{version.path}/{portstats.PATH}", PortStats(service, version))
        extensions = Extensions(service, version)
        app.add_route(f"{version.path}/extensions", extensions)
        app.add_route(f"{version.path}/extensions/{{alias}}", extensions, suffix="alias")
    return app
