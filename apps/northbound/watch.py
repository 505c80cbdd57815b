"""``/v1/watch``: what changes, as it happens, from any revision on, as server-sent events."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from http import HTTPStatus
from time import monotonic, time
from typing import Any, ClassVar

import eventlet
import falcon
from eventlet import hubs
from eventlet.event import Event

from weft.apps.identity.identity import NotNow, Unidentified
from weft.apps.identity.request import presented
from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.description.operations import Answer, Operation, Operations, Parameter
from weft.apps.northbound.problems import Problem, malformed
from weft.apps.northbound.stream import TOLD, Changes, Wanted
from weft.controller.fabric_state import Status
from weft.controller.service import Service
from weft.controller.sight import Sight

HEARTBEAT = 15.0  # seconds
MOST_SILENCE = 60.0  # seconds
MOST_IDS = 100  # whose status may be watched: each is looked at again and again
_PAUSE = 0.02  # seconds between two readings: who comes late in a flood gets more at once
_STATUS_EVERY = 0.25  # seconds
_JUDGED_EVERY = 5.0  # seconds after which it is looked again whether whoever watches still may
_SECONDS = re.compile(r"\d{1,3}(\.\d{1,3})?", re.ASCII)


class Bell:
    """What one watcher waits for: the next commit, or that the client hangs up."""

    def __init__(self, among: set[Bell], req: falcon.Request) -> None:
        self.hung_up = False
        self._rung = Event()
        self._among = among
        among.add(self)
        body = req.env.get("eventlet.input")
        self._listener = eventlet.spawn(self._listen, body.get_socket()) if body is not None else None

    def ring(self) -> None:
        """There is something to look at."""
        if not self._rung.ready():
            self._rung.send()

    def wait(self, most: float) -> None:
        """Wait until it rings, and no longer than so many seconds."""
        with eventlet.Timeout(most, False):
            self._rung.wait()
        self._rung = Event()

    def close(self) -> None:
        """Nobody waits any more."""
        self._among.discard(self)
        if self._listener is not None:
            self._listener.kill()

    def _listen(self, connection: Any) -> None:
        """A client that watches has nothing more to say, so whatever comes is that it hangs up."""
        hubs.trampoline(connection, read=True)
        self.hung_up = True
        self.ring()


class Watch:
    """Tell what changes."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="watch",
            group="watch",
            summary="Watch what changes, as it happens",
            doc="""\
Server-sent events, until the client hangs up. An event `changes` has one revision of the model: `data` is an object
with `revision`, `at`, `user` and `changes`, each with `kind`, `id`, `what` (created, updated or deleted), the names of
what has `changed`, and the `fact` as it is since. `id` is the revision: a client that connects again with
`Last-Event-ID` or `from` misses nothing and gets nothing twice. An id without data says how far the stream has come.
Whoever loses sight of a thing is told that it is deleted. What is plugged into a port is of kind `attachment`, with the
port's id. An event `status` has the `port` and its `status`; an event `end` says why the stream ends.""",
            parameters=(
                Parameter(
                    "from",
                    "The revision that is known already: what follows it is told. Otherwise: what happens from now on.",
                    {"type": "integer", "minimum": 0, "maximum": 10**15},
                ),
                Parameter("kind", "Only these kinds of things.", {"enum": sorted(TOLD)}, many=True),
                Parameter("project", "Only what is of these projects.", many=True),
                Parameter("id", "Only things of these ids.", many=True),
                Parameter(
                    "status",
                    f"Also tell the status of the ports that `id` names (at most {MOST_IDS}), now and when it changes.",
                    {"type": "boolean"},
                ),
                Parameter(
                    "heartbeat",
                    "The most seconds of silence: then a comment says that the stream lives.",
                    {"type": "number", "minimum": 1, "maximum": MOST_SILENCE, "default": HEARTBEAT},
                ),
                Parameter(
                    "Last-Event-ID",
                    "The same as `from`, as browsers say it.",
                    {"type": "integer", "minimum": 0, "maximum": 10**15},
                    place="header",
                ),
            ),
            answers={200: Answer("What changes.", {"type": "string"}, media_type="text/event-stream")},
        )
    }

    def __init__(self, service: Service) -> None:
        self._service = service
        self._changes = Changes(service)
        self._bells: set[Bell] = set()  # rung by each commit
        if service is not None:
            service.on_commit.append(self._ring)

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Begin to tell."""
        params = req.params
        head = self._service.network.revision
        after = _revision({"Last-Event-ID": req.get_header("Last-Event-ID")}, "Last-Event-ID")
        after = after if after is not None else _revision(params, "from")
        after = after if after is not None else head
        wanted = Wanted(_texts(params, "kind"), _texts(params, "project"), _texts(params, "id"))
        unknown = sorted(wanted.kinds - TOLD)
        if unknown:
            raise malformed(f"must be one of {', '.join(sorted(TOLD))}", "kind")
        if after > head:
            raise malformed(f"must be a revision that there is: {head} is the last", "from")
        ports = _ports(params, wanted)
        heartbeat = _heartbeat(req.get_param("heartbeat"))
        if not req.env.get("weft.stay", lambda: True)():
            rule = "too many others are watching"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, rule, headers={"Retry-After": "5"})
        resp.content_type = "text/event-stream"
        resp.cache_control = ["no-store"]
        resp.set_header("X-Accel-Buffering", "no")
        resp.stream = self._tell(req, after, wanted, ports, heartbeat)

    def _tell(
        self, req: falcon.Request, after: int, wanted: Wanted, ports: tuple[str, ...], heartbeat: float
    ) -> Iterator[bytes]:
        with closing(Bell(self._bells, req)) as bell:
            yield from self._events(req, bell, after, wanted, ports, heartbeat)

    def _events(
        self, req: falcon.Request, bell: Bell, after: int, wanted: Wanted, ports: tuple[str, ...], heartbeat: float
    ) -> Iterator[bytes]:
        at, status = after, dict[str, Status]()
        told = judged = monotonic()
        yield f": the model is at {self._service.network.revision}\nid: {at}\n\n".encode()
        while not bell.hung_up:
            if monotonic() - judged > _JUDGED_EVERY:
                judged = monotonic()
                if (why := _over(req)) is not None:
                    yield _event("end", json.dumps({"reason": why}))
                    return
            sight = self._service.sight(caller_of(req)._replace(at=int(time())))
            found = self._changes.after(at)
            texts = ((one.number, self._changes.text(one, wanted, sight)) for one in found)
            events = [_event("changes", text, number) for number, text in texts if text is not None]
            at = found[-1].number if found else at
            events += self._statuses(ports, status, sight)
            if not events and monotonic() - told >= heartbeat:
                events = [f": still here\nid: {at}\n\n".encode()]
            if events:
                told = monotonic()
                yield b"".join(events)
            eventlet.sleep(_PAUSE)
            if at >= self._service.network.revision:
                bell.wait(_STATUS_EVERY if ports else min(_JUDGED_EVERY, heartbeat))

    def _statuses(self, ports: tuple[str, ...], status: dict[str, Status], sight: Sight) -> Iterator[bytes]:
        """An event for each of these ports whose status is another than was told last."""
        for id in ports:
            if sight.port(id) is None:
                status.pop(id, None)
                continue
            now = self._service.port_status(id)
            if now != status.get(id):
                status[id] = now
                yield _event("status", json.dumps({"port": id, "status": now._asdict()}))

    def _ring(self, revision: int) -> None:
        for bell in tuple(self._bells):
            bell.ring()


def _over(req: falcon.Request) -> str | None:
    """Why a stream ends although nobody has hung up: whoever watches is not who it was. None: it goes on."""
    try:
        found = req.context.identify(presented(req))
    except Unidentified as error:
        return str(error)
    except NotNow:
        return None
    return None if found == req.context.identity else "what the caller may do has changed"


def _event(name: str, data: str, id: int | None = None) -> bytes:
    place = f"id: {id}\n" if id is not None else ""
    return f"{place}event: {name}\ndata: {data}\n\n".encode()


def _ports(params: Mapping[str, Any], wanted: Wanted) -> tuple[str, ...]:
    said = params.get("status", "false").lower()
    if said not in ("true", "false"):
        raise malformed("must be true or false", "status")
    if said == "true" and not 1 <= len(wanted.ids) <= MOST_IDS:
        raise malformed(f"goes with the ids of 1 to {MOST_IDS} ports", "status")
    return tuple(sorted(wanted.ids)) if said == "true" else ()


def _texts(params: Mapping[str, Any], name: str) -> frozenset[str]:
    value = params.get(name, [])
    return frozenset([value] if isinstance(value, str) else value)


def _revision(params: Mapping[str, Any], name: str) -> int | None:
    text = params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 15:
        raise malformed("must be a revision: a whole number", name)
    return int(text)


def _heartbeat(text: str | None) -> float:
    if text is None:
        return HEARTBEAT
    if not _SECONDS.fullmatch(text) or not 1 <= float(text) <= MOST_SILENCE:
        raise malformed(f"must be a number of seconds from 1 to {MOST_SILENCE:g}", "heartbeat")
    return float(text)
