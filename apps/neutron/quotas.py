"""Quotas: how much a project may have. What nobody has limited is not limited (-1)."""

from __future__ import annotations

from typing import Any

import falcon

from weft.apps.neutron import values
from weft.apps.neutron.asking import Asking, asking_of
from weft.apps.neutron.bodies import body_of, no_body
from weft.apps.neutron.faults import bad_request, conflict, disallowed, not_found, refused
from weft.controller.model.accounts import EVERYBODY, UNLIMITED, Limit
from weft.controller.model.commands import Create, Delete, Update
from weft.controller.model.facts import Quota
from weft.controller.model.quotas import count_of, limit_of
from weft.controller.service import Refused

# What Neutron calls the kinds of Weft.
KIND_BY_NAME = {
    "network": "segment",
    "subnet": "subnet",
    "port": "port",
    "security_group": "security_group",
    "security_group_rule": "security_group_rule",
    "trunk": "trunk",
    "rbac_policy": "rbac_policy",
}
_BESIDES = ("project_id", "tenant_id", "check_limit", "force")  # what else there is in a request
_MOST = values.whole(UNLIMITED, (1 << 31) - 1)


class Quotas:
    """``/v2.0/quotas``."""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Those of all projects that have one of their own; for whoever is no operator, that of their own project."""
        asking = asking_of(req)
        quotas = [fact for fact in asking.sight.all("quota") if isinstance(fact, Quota) and fact.id != EVERYBODY]
        resp.media = {"quotas": [_document(asking, quota.id, named=True) for quota in quotas]}


class ProjectQuota:
    """``/v2.0/quotas/<project>``."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, project: str) -> None:
        """What the project may have."""
        resp.media = {"quota": _document(_seeing(req, project), project)}

    def on_put(self, req: falcon.Request, resp: falcon.Response, project: str) -> None:
        """Let it have other limits; those not named stay."""
        asking = _seeing(req, project)
        body = body_of(req).get("quota")
        if not isinstance(body, dict):
            raise bad_request("Unable to find 'quota' in request body")
        wanted = {name: _most(name, value) for name, value in body.items() if name not in _BESIDES}
        if not asking.may("update_quota", project):
            raise disallowed("rule:update_quota")
        if body.get("check_limit") is True:
            _check_used(asking, project, wanted)
        before = asking.service.network.quota(project)
        limits = dict(before.limits if before is not None else ()) | {
            KIND_BY_NAME[n]: most for n, most in wanted.items()
        }
        fields = {"limits": tuple(Limit(kind, most) for kind, most in sorted(limits.items()))}
        new = Create("quota", fields | {"id": project}) if before is None else Update("quota", project, fields)
        _submit(asking, new)
        resp.media = {"quota": _document(asking, project)}

    def on_delete(self, req: falcon.Request, resp: falcon.Response, project: str) -> None:
        """Let it have what everybody may have."""
        no_body(req)
        asking = _seeing(req, project)
        if not asking.may("delete_quota", project):
            raise disallowed("rule:delete_quota")
        if asking.service.network.quota(project) is None:
            raise not_found("TenantQuotaNotFound", f"Quota for tenant {project} could not be found.")
        _submit(asking, Delete("quota", project))
        resp.status = falcon.HTTP_NO_CONTENT


class DefaultQuota:
    """``/v2.0/quotas/<project>/default``."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, project: str) -> None:
        """What everybody may have."""
        resp.media = {"quota": _document(_seeing(req, project), EVERYBODY)}


class QuotaDetails:
    """``/v2.0/quotas/<project>/details``."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, project: str) -> None:
        """What the project may have, and what it has."""
        network = _seeing(req, project).service.network
        resp.media = {
            "quota": {
                name: {
                    "limit": limit_of(network, project, kind),
                    "used": count_of(network, project, kind),
                    "reserved": 0,
                }
                for name, kind in KIND_BY_NAME.items()
            }
        }


class OwnProject:
    """``/v2.0/quotas/tenant`` and ``/v2.0/quotas/project``: whose quotas one asks for who names nobody."""

    def __init__(self, name: str) -> None:
        self._name = name

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The project that the caller acts for."""
        project = asking_of(req).project
        resp.media = {self._name: {f"{self._name}_id": project, "project_id": project, "tenant_id": project}}


def add_routes(app: falcon.App[Any, Any], base: str) -> None:
    """``add_routes(app, base)`` gives the application all of these."""
    app.add_route(f"{base}/quotas", Quotas())
    for name in ("tenant", "project"):
        app.add_route(f"{base}/quotas/{name}", OwnProject(name))
    app.add_route(f"{base}/quotas/{{project}}", ProjectQuota())
    app.add_route(f"{base}/quotas/{{project}}/default", DefaultQuota())
    for suffix in ("details", "details.json"):
        app.add_route(f"{base}/quotas/{{project}}/{suffix}", QuotaDetails())


def _document(asking: Asking, project: str, named: bool = False) -> dict[str, Any]:
    network = asking.service.network
    whose = {"project_id": project, "tenant_id": project} if named else {}
    return {name: limit_of(network, project, kind) for name, kind in KIND_BY_NAME.items()} | whose


def _seeing(req: falcon.Request, project: str) -> Asking:
    """Who asks, if they may see the project's quotas."""
    asking = asking_of(req)
    if not asking.may("get_quota", project):
        raise disallowed("rule:get_quota")
    return asking


def _check_used(asking: Asking, project: str, wanted: dict[str, int]) -> None:
    """Raises a 409 ``Fault`` where the project has more than it may have from now on."""
    for name, most in wanted.items():
        used = count_of(asking.service.network, project, KIND_BY_NAME[name])
        if most != UNLIMITED and used > most:
            raise conflict("InvalidQuotaValue", f"Quota of {most} for {name} is below what is used: {used}.")


def _most(name: str, value: Any) -> int:
    if name not in KIND_BY_NAME:
        raise bad_request(f"Unrecognized attribute(s) '{name}'")
    try:
        most: int = _MOST(value)
    except values.Unfit as error:
        raise bad_request(f"Invalid input for {name}. Reason: {error}.") from None
    return most


def _submit(asking: Asking, command: Create | Update | Delete) -> None:
    try:
        asking.submit([command])
    except Refused as error:
        raise refused(error.refusal) from None
