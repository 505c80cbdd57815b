"""``/v2.0/<collection>/<id>/tags``: the tags of a member, all at once or one by one."""

from __future__ import annotations

from typing import Any

import falcon

from weft.apps.neutron import values
from weft.apps.neutron.asking import Asking, asking_of
from weft.apps.neutron.bodies import body_of, no_body
from weft.apps.neutron.collection import check_revision, found, submit
from weft.apps.neutron.faults import Fault, bad_request, invalid, not_found
from weft.apps.neutron.resource import Resource
from weft.apps.neutron.standard import MOST_TAGS


class _Tagging:
    def __init__(self, resource: Resource) -> None:
        self._resource = resource

    def _set(self, asking: Asking, req: falcon.Request, fact: Any, tags: list[str]) -> None:
        check_revision(asking, self._resource, fact, req)
        if len(tags) > MOST_TAGS:
            limit = f"The number of tags exceed the per-resource limit of {MOST_TAGS}"
            raise bad_request(f"Bad {self._resource.collection} request: {limit}.")
        commands = self._resource.retag(asking, fact, tuple(tags))
        submit(asking, self._resource, commands, [{"id": str(fact.id)}] * len(commands))


class Tags(_Tagging):
    """All tags of a member."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """List them."""
        resp.media = {"tags": list(found(asking_of(req), self._resource, id).tags)}

    def on_put(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Let it have these tags, and no others."""
        asking = asking_of(req)
        tags = _named(body_of(req))
        self._set(asking, req, found(asking, self._resource, id), tags)
        resp.media = {"tags": tags}

    def on_post(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Let it have these tags too."""
        asking = asking_of(req)
        fact = found(asking, self._resource, id)
        tags = list(dict.fromkeys([*fact.tags, *_named(body_of(req))]))
        self._set(asking, req, fact, tags)
        resp.status = falcon.HTTP_CREATED
        resp.media = {"tags": tags}

    def on_delete(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Let it have none."""
        no_body(req)
        asking = asking_of(req)
        self._set(asking, req, found(asking, self._resource, id), [])
        resp.status = falcon.HTTP_NO_CONTENT


class Tag(_Tagging):
    """One tag of a member."""

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str, tag: str) -> None:
        """Whether it has the tag."""
        if tag not in found(asking_of(req), self._resource, id).tags:
            raise _no_tag(tag)
        resp.status = falcon.HTTP_NO_CONTENT

    def on_put(self, req: falcon.Request, resp: falcon.Response, id: str, tag: str) -> None:
        """Let it have the tag."""
        asking = asking_of(req)
        fact = found(asking, self._resource, id)
        if tag not in fact.tags:
            self._set(asking, req, fact, [*fact.tags, _read([tag])[0]])
        resp.status = falcon.HTTP_CREATED

    def on_delete(self, req: falcon.Request, resp: falcon.Response, id: str, tag: str) -> None:
        """Take the tag away."""
        no_body(req)
        asking = asking_of(req)
        fact = found(asking, self._resource, id)
        if tag not in fact.tags:
            raise _no_tag(tag)
        self._set(asking, req, fact, [one for one in fact.tags if one != tag])
        resp.status = falcon.HTTP_NO_CONTENT


def _named(body: dict[str, Any]) -> list[str]:
    if "tags" not in body:
        raise invalid("Invalid tags body")
    return _read(body["tags"])


def _read(said: Any) -> list[str]:
    try:
        tags: list[str] = values.unlike(values.tag)(said)
    except values.Unfit as error:
        raise invalid(str(error)) from None
    return tags


def _no_tag(tag: str) -> Fault:
    return not_found("TagNotFound", f"Tag {tag} could not be found.")
