"""The two routes of every resource: its collection, and one member of it."""

from __future__ import annotations

import json
from typing import Any

import falcon
from falcon import Request, Response

from weft.apps.neutron.asking import Asking, asking_of
from weft.apps.neutron.attributes import Attribute, asked_on_post, asked_on_put
from weft.apps.neutron.bodies import body_of, no_body, wanted_revision
from weft.apps.neutron.faults import bad_request, disallowed, stale
from weft.apps.neutron.queries import links, page, page_of_facts, read_query, select
from weft.apps.neutron.rendering import Renderer, cut
from weft.apps.neutron.resource import Resource
from weft.apps.northbound.paths import MOST_COMMANDS
from weft.controller.model.commands import Command, Create, Refusal, Update
from weft.controller.service import Refused


class Collection:
    """``/v2.0/<collection>``: list them, or make one or many."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._resource = renderer.resource

    def on_get(self, req: Request, resp: Response) -> None:
        """Those that the query asks for."""
        asking, resource, renderer = asking_of(req), self._resource, self._renderer
        hidden = renderer.hidden(asking)
        query = read_query(req, resource, hidden)
        facts, paged = page_of_facts(resource, query, tuple(resource.candidates(asking, query.wanted)))
        found = renderer.many(asking, facts, hidden)
        if not paged:
            found = page(resource, query, select(resource, query, found))
        full = len(facts if paged else found) >= query.limit
        text = f'{{"{resource.collection}": [{", ".join([cut(member, query.fields) for member in found])}]'
        if query.limit:
            text += f', "{resource.collection}_links": {json.dumps(links(req, resource, query, found, full))}'
        resp.data = (text + "}").encode()

    def on_post(self, req: Request, resp: Response) -> None:
        """Make one, or many in one transaction."""
        asking, resource = asking_of(req), self._resource
        body = body_of(req)
        bulk = body.get(resource.collection)
        if bulk is None and resource.name not in body:
            raise bad_request(f"Unable to find '{resource.name}' in request body")
        if bulk is not None and (not isinstance(bulk, list) or not bulk):
            raise bad_request("Resources required")
        made = self._make(asking, [body[resource.name]] if bulk is None else bulk)
        hidden = self._renderer.hidden(asking)
        shown = []
        for id in made:
            fact = resource.find(asking, id)
            if fact is None:  # a policy may let people make what they may not see
                shown.append(json.dumps({"id": id}))
            else:
                shown.append(self._renderer.one(asking, fact, hidden).text)
        resp.status = falcon.HTTP_CREATED
        text = f'"{resource.name}": {shown[0]}' if bulk is None else f'"{resource.collection}": [{", ".join(shown)}]'
        resp.data = f"{{{text}}}".encode()

    def _make(self, asking: Asking, bodies: list[Any]) -> list[str]:
        resource = self._resource
        ids: list[str] = []
        commands: list[Command] = []
        origins: list[dict[str, Any]] = []  # of each command: what was asked for
        for body in bodies:
            if isinstance(body, dict) and set(body) == {resource.name}:  # some clients wrap each of many
                body = body[resource.name]
            if not isinstance(body, dict):
                raise bad_request(f"Invalid {resource.name}: {body!r}"[:200])
            check_rights(asking, resource, body, Create(resource.kind))
            asked = asked_on_post(resource.table, _owned(asking, resource, body))
            id, needed = resource.create(asking, asked)
            ids.append(id)
            commands += needed
            origins += [asked | {"id": id}] * len(needed)
            if len(commands) > MOST_COMMANDS:
                raise bad_request(f"more than {len(ids) - 1} such {resource.collection} cannot be made at once")
        submit(asking, resource, commands, origins)
        return ids


class Member:
    """``/v2.0/<collection>/<id>``: show, change or delete one."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._resource = renderer.resource

    def on_get(self, req: Request, resp: Response, id: str) -> None:
        """All of it, or the fields that are asked for."""
        asking, renderer = asking_of(req), self._renderer
        fact = found(asking, self._resource, id)
        fields = req.params.get("fields", [])
        self._show(resp, renderer, asking, fact, frozenset([fields] if isinstance(fields, str) else fields))

    def on_put(self, req: Request, resp: Response, id: str) -> None:
        """Give it other values."""
        asking, resource = asking_of(req), self._resource
        body = body_of(req).get(resource.name)
        if not isinstance(body, dict):
            raise bad_request(f"Unable to find '{resource.name}' in request body")
        fact = found(asking, resource, id)
        check_revision(asking, resource, fact, req)
        asked = asked_on_put(resource.table, body)
        check_rights(asking, resource, body, Update(resource.kind, id, {}))
        commands = resource.change(asking, fact, asked)
        submit(asking, resource, commands, [asked | {"id": id}] * len(commands))
        self._show(resp, self._renderer, asking, found(asking, resource, id), frozenset())

    def on_delete(self, req: Request, resp: Response, id: str) -> None:
        """Take it away."""
        no_body(req)
        asking, resource = asking_of(req), self._resource
        fact = found(asking, resource, id)
        check_revision(asking, resource, fact, req)
        commands = resource.delete(asking, fact)
        submit(asking, resource, commands, [{"id": id}] * len(commands))
        resp.status = falcon.HTTP_NO_CONTENT

    def _show(self, resp: Response, renderer: Renderer, asking: Asking, fact: Any, fields: frozenset[str]) -> None:
        text = cut(renderer.one(asking, fact, renderer.hidden(asking)), fields)
        resp.data = f'{{"{self._resource.name}": {text}}}'.encode()


def found(asking: Asking, resource: Resource, id: str) -> Any:
    """The member of that id. Raises a 404 ``Fault`` where the caller sees none."""
    fact = resource.find(asking, id)
    if fact is None:
        raise resource.absent(id)
    return fact


def check_revision(asking: Asking, resource: Resource, fact: Any, req: Request) -> None:
    """Raises a 412 ``Fault`` where the client means another revision than there is."""
    wanted = wanted_revision(req)
    current = resource.revision(asking, fact)
    if wanted is not None and wanted != current:
        raise stale(wanted, current)


def check_rights(asking: Asking, resource: Resource, body: dict[str, Any], command: Create | Update) -> None:
    """Raises a 403 ``Fault`` where the body sets an attribute that is not the caller's to set. That is on record."""
    act = "create" if isinstance(command, Create) else "update"
    for name in body:
        attribute = resource.table.get(name)
        if attribute is None or not attribute.set_by or _is_default(attribute, body[name], act):
            continue
        if not asking.may(attribute.set_by):
            asking.record(command, Refusal("forbidden", name, f"the policy does not grant {attribute.set_by}"))
            raise disallowed(f"rule:{act}_{resource.name}:{name}")


def submit(asking: Asking, resource: Resource, commands: list[Command], origins: list[dict[str, Any]]) -> None:
    """Do the commands in one transaction. Raises the ``Fault`` that clients of the resource know."""
    try:
        asking.submit(commands)
    except Refused as error:
        raise resource.fault(error.refusal, origins[error.index]) from None


def _is_default(attribute: Attribute, value: Any, act: str) -> bool:
    """Whether saying it says nothing: whoever creates something may name what it would have anyway."""
    return act == "create" and bool(value == attribute.default)


def _owned(asking: Asking, resource: Resource, body: dict[str, Any]) -> dict[str, Any]:
    """The body with its owner under both names."""
    if "project_id" not in resource.table:
        return body
    said = {body[name] for name in ("project_id", "tenant_id") if isinstance(body.get(name), str) and body[name]}
    if len(said) > 1:
        raise bad_request("'project_id' and 'tenant_id' do not match")
    project = said.pop() if said else None
    if project not in (None, asking.caller.project) and not asking.may("any_project"):
        asking.record(Create(resource.kind), Refusal("forbidden", "project", "is another's"))
        rule = "Specifying 'project_id' other than the authenticated project in request is not allowed"
        raise bad_request(f"{rule} for the current user.")
    return body if project is None else body | {"project_id": project, "tenant_id": project}
