"""A watch tells what changes, as it happens: nothing is missing, nothing comes twice, nobody sees what is hidden."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import httpx
import pytest

from weft.apps.client import Client, Event, Problem, Unreachable

WATCHERS = 5
SERVER = f"""
import logging
import eventlet
eventlet.monkey_patch()
import structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
from tests.stores import MemoryStore
from weft.apps.northbound.app import build_app
from weft.apps.http.server import serve
from weft.controller.service import Service
listener = eventlet.listen(("127.0.0.1", 0), backlog=512)
print(listener.getsockname()[1], flush=True)
serve(listener, build_app(Service(MemoryStore()), "token"), stays={WATCHERS}, busy=2.0, idle=2.0)
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


@pytest.fixture
def weft(url: str) -> Iterator[Client]:
    with Client(url, "token", timeout=10) as client:
        yield client


@pytest.fixture
def head(weft: Client) -> int:
    """The revision before the test."""
    return int(weft.health()["revision"])


def first(client: Client, count: int, **wanted: Any) -> list[Event]:
    """The first events of a watch of its own."""
    return list(islice(client.watch(wanted.pop("from_", None), **wanted), count))


def told(events: list[Event]) -> list[tuple[str, str, str]]:
    """What the events say, in short."""
    return [(c["what"], c["kind"], c["id"]) for event in events for c in event.data["changes"]]


def begin(stream: Iterator[Event]) -> None:
    """Listen until somebody closes the connection."""
    with suppress(Unreachable):
        next(stream)


def make(client: Client, name: str, **more: Any) -> None:
    client.segments.create({"id": name, "name": name, "project": "a", **more})


def test_a_watch_begins_after_any_revision_and_goes_on(weft: Client, url: str, head: int) -> None:
    make(weft, "old1")
    make(weft, "old2")
    with Client(url, "token") as watcher:
        stream = watcher.watch(head)
        assert told([next(stream), next(stream)]) == [("created", "segment", "old1"), ("created", "segment", "old2")]
        weft.segments.update("old1", {"mtu": 9000})
        event = next(stream)
        weft.segments.delete("old2")
        last = next(stream)
    (change,) = event.data["changes"]
    assert (event.name, event.id, event.data["revision"]) == ("changes", head + 3, head + 3)
    assert set(change["changed"]) >= {"mtu", "revision"}
    assert change["fact"] == {name: change["fact"][name] for name in change["fact"]} | {"mtu": 9000}
    assert told([last]) == [("deleted", "segment", "old2")]


def test_a_transaction_is_one_event(weft: Client, head: int) -> None:
    weft.segments.create_all([{"id": name, "name": name, "project": "a"} for name in ("t1", "t2", "t3")])
    (event,) = first(weft, 1, from_=head)
    assert [change["id"] for change in event.data["changes"]] == ["t1", "t2", "t3"]


def test_whoever_goes_on_from_the_last_event_misses_nothing(weft: Client, url: str, head: int) -> None:
    """Six writers, and a watcher that hangs up after every few events."""

    def write(number: int) -> None:
        with Client(url, "token") as client:
            for turn in range(15):
                make(client, f"w{number}-{turn}")

    writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    seen: list[Event] = []
    while len(seen) < 90:
        with Client(url, "token") as watcher:
            seen += first(watcher, min(7, 90 - len(seen)), from_=seen[-1].id if seen else head, kinds=["segment"])
    for writer in writers:
        writer.join()
    assert [event.id for event in seen] == list(range(head + 1, head + 91))
    assert len(set(told(seen))) == 90


def test_kinds_projects_and_ids_are_filtered(weft: Client, head: int) -> None:
    make(weft, "f1")
    make(weft, "f2", project="b")
    weft.ports.create({"id": "fp", "name": "p", "segment": "f1"})
    assert told(first(weft, 1, from_=head, kinds=["port"])) == [("created", "port", "fp")]
    assert told(first(weft, 1, from_=head, projects=["b"])) == [("created", "segment", "f2")]
    assert told(first(weft, 1, from_=head, ids=["f2", "nobody"])) == [("created", "segment", "f2")]


def test_a_project_is_told_of_its_own_and_of_what_is_shared_with_it(weft: Client, url: str, head: int) -> None:
    make(weft, "hidden")
    make(weft, "shared", shared_with=["blue"])
    weft.switches.create({"id": "leaf", "dpid": "77"})
    weft.create_token({"user": "u", "project": "blue", "roles": ["member"]})
    weft.segments.update("shared", {"shared_with": []})
    weft.segments.update("hidden", {"mtu": 9000})
    make(weft, "own", project="blue")
    with Client(url, "token", project="blue") as blue:
        events = first(blue, 3, from_=head)
    assert told(events) == [
        ("created", "segment", "shared"),
        ("deleted", "segment", "shared"),
        ("created", "segment", "own"),
    ]
    assert "fact" not in events[1].data["changes"][0], "what it cannot see any more is not shown"


def test_a_guest_is_not_told_who_else_is_one_nor_who_does_what(weft: Client, url: str, head: int) -> None:
    make(weft, "lent", shared_with=["blue"])
    weft.segments.update("lent", {"shared_with": ["blue", "green"]})
    weft.segments.update("lent", {"mtu": 9000})
    with Client(url, "token", project="blue") as blue:
        events = first(blue, 2, from_=head)
        history = blue.history("segment", "lent")
    assert [event.data["changes"][0].get("changed", [])[:1] for event in events] == [[], ["mtu"]], "one is not for blue"
    assert [event.data["user"] for event in events] == ["", ""]
    assert "green" not in str([event.data for event in events]) + str(history)
    assert {entry["user"] for entry in history} == {""}
    assert weft.history("segment", "lent")[0]["user"] == "operator"


def test_no_secret_and_no_hash_is_told(weft: Client, head: int) -> None:
    weft.create_token({"user": "u", "project": "a", "roles": ["reader"]})
    make(weft, "after")
    (event,) = first(weft, 1, from_=head)
    assert told([event]) == [("created", "segment", "after")]


def test_the_status_of_ports_is_told_when_it_changes(weft: Client, url: str) -> None:
    make(weft, "s")
    weft.ports.create({"id": "sp", "name": "p", "segment": "s"})
    with Client(url, "token") as watcher:
        stream = (event for event in watcher.watch(ids=["sp"], status=True) if event.name == "status")
        before = next(stream)
        weft.ports.update("sp", {"admin_up": False})
        after = next(stream)
    assert before.data == {"port": "sp", "status": {"state": "DOWN", "reason": "no VIF is plugged in"}}
    assert "administratively" in after.data["status"]["reason"]


def test_it_says_that_it_lives(url: str) -> None:
    params = {"heartbeat": "1", "kind": "link"}
    headers = {"Authorization": "Bearer token"}
    with httpx.stream("GET", f"{url}/v1/watch", params=params, headers=headers, timeout=10) as response:
        assert response.headers["content-type"] == "text/event-stream"
        comments = (line for line in response.iter_lines() if line.startswith(": still here"))
        assert len([next(comments), next(comments), next(comments)]) == 3, "longer than a request may take"


def test_a_token_that_is_revoked_ends_its_watch(weft: Client, url: str, head: int) -> None:
    made = weft.create_token({"user": "u", "project": "a", "roles": ["reader"]})
    with Client(url, made["secret"]) as reader:
        make(weft, "before")
        stream = reader.watch(head)
        assert told([next(stream)]) == [("created", "segment", "before")]
        weft.revoke_token(made["id"])
        assert next(stream).name == "end"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=x", "from"),
        ("from=-1", "from"),
        ("from=99999999", "from"),
        ("kind=token", "kind"),
        ("kind=x", "kind"),
        ("status=true", "status"),
        ("status=maybe", "status"),
        ("heartbeat=0", "heartbeat"),
        ("heartbeat=61", "heartbeat"),
        ("colour=red", "colour"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(url: str, query: str, field: str) -> None:
    answer = httpx.get(f"{url}/v1/watch?{query}", headers={"Authorization": "Bearer token"})
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_watchers_have_seats_of_their_own_and_no_more(url: str, weft: Client) -> None:
    streams = []
    for _ in range(WATCHERS):
        client = Client(url, "token")
        stream = client.watch(heartbeat=1)
        streams.append((client, stream))
        threading.Thread(target=begin, args=(stream,), daemon=True).start()
    try:
        with pytest.raises(Problem, match="too many others are watching"):  # noqa: PT012
            while True:
                first(weft, 1, heartbeat=1, from_=0)
        assert weft.health()["status"] == "ok", "whoever asks has another seat"
        make(weft, "loud")  # and they are all told
    finally:
        for client, _ in streams:
            client.close()
