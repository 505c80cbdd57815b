"""``/v1/<kind>s/<id>/tags``: words for finding a thing again, all of them or one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import falcon

from weft.apps.northbound.conditions import tag, wanted_revision
from weft.apps.northbound.description.shown import Tags
from weft.apps.northbound.description.thing_operations import of_tag, of_tags
from weft.apps.northbound.doing import Done, Outcome, Plan, do
from weft.apps.northbound.problems import refused
from weft.apps.northbound.seeing import seen
from weft.apps.northbound.shapes import checked
from weft.controller.model.commands import Refusal, Update
from weft.controller.model.facts import Fact
from weft.controller.service import Service

Change = Callable[[tuple[str, ...]], tuple[str, ...]]


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
        revision = wanted_revision(req)

        def plan(body: Any) -> Plan:
            return Plan([Update(self._kind, id, {"tags": tuple(checked(Tags, body)["tags"])}, revision)])

        do(self._service, req, resp, plan, _tagged)


class Tag:
    """One tag of one thing."""

    def __init__(self, service: Service, kind: str) -> None:
        self._service = service
        self._kind = kind
        self.operations = of_tag(kind)

    def on_put(self, req: falcon.Request, resp: falcon.Response, id: str, tag: str) -> None:
        """It has the tag; whether it had it before does not matter."""
        self._set(req, resp, id, lambda tags: tags if tag in tags else (*tags, tag))

    def on_delete(self, req: falcon.Request, resp: falcon.Response, id: str, tag: str) -> None:
        """It has the tag no longer."""

        def without(tags: tuple[str, ...]) -> tuple[str, ...]:
            if tag not in tags:
                raise refused(Refusal("not-found", "tag", f"the {self._kind} has no tag {tag!r}"))
            return tuple(other for other in tags if other != tag)

        self._set(req, resp, id, without)

    def _set(self, req: falcon.Request, resp: falcon.Response, id: str, change: Change) -> None:
        revision = wanted_revision(req)

        def plan(_: Any) -> Plan:
            tags = change(_tags(seen(self._service, req, self._kind, id)))  # nothing comes in between
            return Plan([Update(self._kind, id, {"tags": tags}, revision)])

        do(self._service, req, resp, plan, _tagged, bodiless=True)


def tags_of(fact: Fact) -> dict[str, list[str]]:
    """The tags of a fact, as they are shown."""
    return {"tags": list(_tags(fact))}


def _tags(fact: Fact) -> tuple[str, ...]:
    tags: tuple[str, ...] = fact.tags  # type: ignore[union-attr]
    return tags


def _tagged(outcome: Outcome) -> Done:
    return Done(tags_of(outcome.fact), headers={"ETag": f'"{outcome.fact.revision}"'})
