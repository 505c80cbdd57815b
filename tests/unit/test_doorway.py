"""Before an API is asked: heads that can be read in two ways, names that are not ours, and pages of strangers."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

import falcon.testing
import pytest

from weft.apps.http.doorway import Doorway
from weft.apps.http.heads import fault

GOOD = [("Host", "127.0.0.1:8181"), ("X-Auth-Token", "t"), ("Accept", "a"), ("Accept", "b")]


@pytest.mark.parametrize(
    ("headers", "rule"),
    [
        ([], None),
        (GOOD, None),
        ([*GOOD, ("Content-Length", "0")], None),
        ([*GOOD, ("host", "evil")], "given twice"),
        ([*GOOD, ("x-auth-token", "t")], "given twice"),
        ([("X-Roles", "member"), ("X-Roles", "admin")], "given twice"),
        ([("X-Project-Id", "a"), ("x-project-id", "b")], "given twice"),
        ([("Content-Length", "2"), ("Content-Length", "2")], "given twice"),
        ([("Content-Length", "+2")], "digits"),
        ([("Content-Length", "1_0")], "digits"),
        ([("Content-Length", "2, 2")], "digits"),
        ([("Content-Length", "0x2")], "digits"),
        ([("Content-Length", "-1")], "digits"),
        ([("Content-Length", "")], "digits"),
        ([("Content-Length", "9" * 50)], "digits"),
        ([("Content-Length", "2"), ("Transfer-Encoding", "chunked")], "together"),
        ([("Content-Length ", "2")], "name"),
        ([("", "x")], "name"),
        ([("X Y", "x")], "name"),
        ([("X", "a\r\n b")], "line break"),
        ([("X", "a\0b")], "null character"),
    ],
)
def test_a_head_that_can_be_read_in_two_ways_is_refused(headers: list[tuple[str, str]], rule: str | None) -> None:
    said = fault(headers)
    assert (said is None) == (rule is None)
    assert said is None or (rule is not None and rule in said)


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"inside"]


def ask(door: Doorway, host: str | None = "127.0.0.1:8181", method: str = "GET", **headers: str) -> tuple[int, Any]:
    environ = falcon.testing.create_environ(
        method=method, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    del environ["HTTP_HOST"]
    if host is not None:
        environ["HTTP_HOST"] = host
    answer = falcon.testing.StartResponseMock()
    body = b"".join(door(environ, answer))
    assert answer.status is not None
    status = int(answer.status[:3])
    assert (body == b"inside") == (status == 200)
    return status, {name.lower(): value for name, value in answer.headers}


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1:8181", "[::1]", "[::1]:8181", "10.9.8.7:80", "localhost", "LocalHost:8181"),
        *("localhost.", "lab.localhost:1", "weft.example", "WEFT.example:443", socket.gethostname()),
    ],
)
def test_who_calls_us_by_one_of_our_names_is_let_in(host: str) -> None:
    assert ask(Doorway(app, ["weft.example"]), host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8181", "weft.example.evil", "xweft.example", "127.0.0.1.evil.example", "local"),
        *(
            "",
            "127.0.0.1@evil",
            "localhost,evil",
            "evil:8181:127.0.0.1",
            "[evil]",
            "[::1",
            "127.1",
            "\x00",
            "localhost ",
        ),
    ],
)
def test_a_name_that_is_not_ours_was_meant_for_somebody_else(host: str) -> None:
    assert ask(Doorway(app, ["weft.example"]), host)[0] == 421


def test_a_request_without_a_host_is_of_an_old_program_or_none() -> None:
    assert ask(Doorway(app), None)[0] == 400
    environ = falcon.testing.create_environ()
    del environ["HTTP_HOST"]
    answer = falcon.testing.StartResponseMock()
    assert b"".join(Doorway(app)(environ | {"weft.version": "HTTP/1.0"}, answer)) == b"inside"


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "null", "http://127.0.0.1:8182", "https://127.0.0.1:8181", "http://localhost:8181"),
        *("http://127.0.0.1:8181.evil", "", "http://127.0.0.1:8181/x", "file://"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_pages_of_strangers_are_refused(origin: str, method: str) -> None:
    status, headers = ask(Doorway(app, [], ["https://ui.example"]), method=method, Origin=origin)
    assert status == 403
    assert "access-control-allow-origin" not in headers


def test_our_own_pages_are_let_in() -> None:
    assert ask(Doorway(app), Origin="http://127.0.0.1:8181")[0] == 200
    assert ask(Doorway(app, ["weft.example"]), "weft.example:1", Origin="http://WEFT.example:1")[0] == 200


def test_a_page_that_is_named_may_ask_and_see_the_answer() -> None:
    door = Doorway(app, [], ["https://ui.example/"])
    status, headers = ask(door, method="POST", Origin="https://ui.example")
    assert (status, headers["access-control-allow-origin"], headers["vary"]) == (200, "https://ui.example", "Origin")
    asked = {"Access_Control_Request_Method": "PATCH", "Access_Control_Request_Headers": "authorization"}
    status, headers = ask(door, method="OPTIONS", Origin="https://ui.example", **asked)
    assert status == 204
    assert "PATCH" in headers["access-control-allow-methods"]
    assert headers["access-control-allow-headers"] == "authorization"


def test_a_named_page_does_not_make_a_name_ours() -> None:
    assert ask(Doorway(app, [], ["https://ui.example"]), "ui.example", Origin="https://ui.example")[0] == 421
