"""``/v1/<kind>s/<id>/tags``: words for finding a thing again, all of them or one by one."""

from __future__ import annotations

from collections.abc import Sequence

import falcon

from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.conditions import tag, wanted_revision
from weft.apps.northbound.doing import Done, do
from weft.apps.northbound.problems import refused
from weft.apps.northbound.seeing import seen
from weft.apps.northbound.shapes import checked
from weft.apps.northbound.shown import Tags
from weft.apps.northbound.thing_operations import of_tag, of_tags
from weft.controller.model.commands import Refusal, Update
from weft.controller.model.facts import Fact
from weft.controller.service import Service


class TagList:
    """The tags of one thing."""

    def __init__(self, service: Service, kind: str) -> None:
        self._service = service
        self._kind = kind
        self.operations = of_tags(kind)

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """All of them."""
        fact = seen(self._service, req, self._kind, id)
        tag(resp, fact)
        resp.media = tags_of(fact)

    def on_put(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """These, and no others."""
        fields = {"tags": tuple(checked(Tags, read_json(req))["tags"])}
        command = Update(self._kind, id, fields, wanted_revision(req))
        do(self._service, req, resp, [command], _tagged)


class Tag:
    """One tag of one thing."""

    def __init__(self, service: Service, kind: str) -> None:
        self._service = service
        self._kind = kind
        self.operations = of_tag(kind)

    def on_put(self, req: falcon.Request, resp: falcon.Response, id: str, tag: str) -> None:
        """It has the tag; whether it had it before does not matter."""
        tags = _tags(seen(self._service, req, self._kind, id))
        self._set(req, resp, id, tags if tag in tags else (*tags, tag))

    def on_delete(self, req: falcon.Request, resp: falcon.Response, id: str, tag: str) -> None:
        """It has the tag no longer."""
        tags = _tags(seen(self._service, req, self._kind, id))
        if tag not in tags:
            raise refused(Refusal("not-found", "tag", f"the {self._kind} has no tag {tag!r}"))
        self._set(req, resp, id, tuple(other for other in tags if other != tag))

    def _set(self, req: falcon.Request, resp: falcon.Response, id: str, tags: tuple[str, ...]) -> None:
        command = Update(self._kind, id, {"tags": tags}, wanted_revision(req))
        do(self._service, req, resp, [command], _tagged)


def tags_of(fact: Fact) -> dict[str, list[str]]:
    """The tags of a fact, as they are shown."""
    return {"tags": list(_tags(fact))}


def _tags(fact: Fact) -> tuple[str, ...]:
    tags: tuple[str, ...] = fact.tags  # type: ignore[union-attr]
    return tags


def _tagged(facts: Sequence[Fact | None]) -> Done:
    (fact,) = facts
    assert fact is not None
    return Done(tags_of(fact), headers={"ETag": f'"{fact.revision}"'})
