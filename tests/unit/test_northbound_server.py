"""The API's own socket: real clients in real trouble, and others that never notice."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

SEATS, STAYS, IDLE, BUSY = 40, 2, 3.0, 1.0
SERVER = f"""
import logging, sys
import eventlet
eventlet.monkey_patch()
import structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
from tests.stores import MemoryStore
from weft.apps.northbound.app import build_app
from weft.apps.http.doorway import Doorway
from weft.apps.http.server import serve
from weft.controller.service import Service
listener = eventlet.listen(("127.0.0.1", 0), backlog=512)
print(listener.getsockname()[1], flush=True)
inside = build_app(Service(MemoryStore()), "token")

def app(environ, start_response):
    if environ["PATH_INFO"] != "/stream":
        return inside(environ, start_response)
    stays = environ["weft.stay"]()
    start_response("200 OK" if stays else "503 Service Unavailable", [("Content-Type", "text/plain")])
    return ticks() if stays else [b"full"]

def ticks():
    while True:
        yield b"tick "
        eventlet.sleep(0.1)

serve(listener, Doorway(app, ["x"]), stays={STAYS}, seats={SEATS}, idle={IDLE}, busy={BUSY})
"""
HEAD = b"POST /v1/segments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\nContent-Type: application/json\r\n"


class Server(NamedTuple):
    """The process, and where it listens."""

    pid: int
    port: int

    def connect(self, *data: bytes) -> socket.socket:
        """A connection that has sent this much."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        for part in data:
            connection.sendall(part)
        return connection

    def healthy(self) -> float:
        """How many seconds a well-behaved client waits for its answer."""
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/healthz")
        assert connection.getresponse().read().startswith(b'{"status": "ok"')
        connection.close()
        return time.monotonic() - began

    def descriptors(self) -> int:
        """How many files and sockets the process has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", SERVER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Server(process.pid, int(process.stdout.readline()))
        process.kill()


def answer(connection: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    data = b""
    while more := connection.recv(65536):
        data += more
    return data


def ended(connection: socket.socket) -> bool:
    """Whether the server has hung up."""
    connection.setblocking(False)
    try:
        return not connection.recv(65536)
    except BlockingIOError:
        return False
    except OSError:
        return True


def post(server: Server, **more: Any) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", "/v1/segments", **more)
    response = connection.getresponse()
    return response.status, response.read()


def headers(**more: str) -> dict[str, str]:
    return {"Authorization": "Bearer token", "Content-Type": "application/json"} | more


def test_one_connection_serves_many_requests(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    for _ in range(3):
        for path, status in (("/healthz", 200), ("/v1/ports", 401), ("/nowhere", 401)):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            assert response.status == status
            assert not response.will_close
    connection.close()


@pytest.mark.parametrize("more", [{}, {"Authorization": "Bearer wrong"}])
def test_a_body_that_is_too_long_is_answered_before_it_is_read(server: Server, more: dict[str, str]) -> None:
    status, body = post(server, body=b"x" * (3 << 20), headers=headers(**more))
    assert status == (401 if more else 413)
    assert b"urn:weft:problem" in body


def test_a_body_without_a_length_is_not_read(server: Server) -> None:
    assert post(server, body=iter([b"{", b"}"]), headers=headers())[0] == 411
    assert post(server, headers=headers())[0] == 400


@pytest.mark.parametrize("length", [b"nonsense", b"-1", b"99999999999999999999"])
def test_a_length_that_is_none_is_refused(server: Server, length: bytes) -> None:
    data = answer(server.connect(HEAD + b"Content-Length: " + length + b"\r\n\r\n"))
    assert data.startswith((b"HTTP/1.0 400", b"HTTP/1.1 413"))


@pytest.mark.parametrize(
    "garbage",
    {
        "random": bytes(range(256)) * 40,
        "a long line": b"GET /" + b"x" * 20_000,
        "a long header": b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
        "many headers": b"GET /healthz HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
        "no version": b"GET /healthz\r\n\r\n",
        "nonsense version": b"GET / HTTP/9.9\r\n\r\n",
        "two lengths": HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        "bad chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzzzz\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
        "OpenFlow": bytes.fromhex("0500001000000001000100080000000a"),
    }.values(),
    ids=lambda data: str(data[:12]),
)
def test_garbage_ends_its_own_connection_only(server: Server, garbage: bytes) -> None:
    beside = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    beside.request("GET", "/healthz")
    beside.getresponse().read()
    connection = server.connect()
    try:
        connection.sendall(garbage)
        connection.shutdown(socket.SHUT_WR)
        assert b"Traceback" not in answer(connection)
    except OSError:
        pass  # hung up on while still sending
    beside.request("GET", "/healthz")
    assert beside.getresponse().status == 200


BEGINNING = b"GET /v1/ports HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Authorization: Bearer token", 200),
        (b"X-Auth-Token: token", 200),
        (b"X_Auth_Token: token", 401),
        (b"X-Auth-Token : token", 400),
        (b"X-Auth-Token: no\r\nX-Auth-Token: token", 400),
        (b"X-Auth-Token: no\r\nAuthorization: Bearer token", 401),
        (b"X-Auth-Token: no\r\n\ttoken", 400),
        (b"X-Auth-Token: token\r\nHost: y", 400),
        (b"X-Note: a\rX-Auth-Token: token", 400),
        (b"X-Auth-Token: token\r\nX-Note: a\rContent-Length: 5", 400),
        (b"X-Auth-Token: token\r\nX-Note: a\r", 400),
        (b"X-Auth-Token: token\r\nContent-Length: 0\r\nContent-Length: 5", 400),
        (b"X-Auth-Token: token\r\nContent-Length: 1_0", 400),
        (b"X-Auth-Token: token\r\nContent-Length: +0", 400),
        (b"X-Auth-Token: token\r\nContent-Length: 0\r\nTransfer-Encoding: chunked", 400),
        (b"X-User-Id: root\r\nX-Project-Id: p\r\nX-Roles: admin", 401),
    ],
    ids=str,
)
def test_no_header_is_smuggled_in(server: Server, headers: bytes, status: int) -> None:
    connection = server.connect(BEGINNING + headers + b"\r\nConnection: close\r\n\r\n")
    assert int(answer(connection).split()[1]) == status


def test_no_carriage_return_stands_for_a_space(server: Server) -> None:
    connection = server.connect(b"GET\r/healthz HTTP/1.1\r\nHost: x.localhost\r\nConnection: close\r\n\r\n")
    assert int(answer(connection).split()[1]) == 400


def test_half_a_head_is_no_request(server: Server) -> None:
    """What was cut off might have said that it is only to be done if nothing has changed."""
    whole = b"GET /healthz HTTP/1.1\r\nHost: x\r\nIf-Match: 1\r\n\r\n"
    for length in range(1, len(whole) + 1):
        connection = server.connect(whole[:length])
        connection.shutdown(socket.SHUT_WR)
        assert (b"ok" in answer(connection)) == (length == len(whole)), whole[:length]


def test_what_stands_behind_a_request_that_is_refused_is_no_request(server: Server) -> None:
    """A proxy that took the other length would let this second request pass as somebody's body."""
    behind = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    for length in (b"Content-Length: 0\r\nContent-Length: 37", b"Content-Length: 0_0"):
        data = answer(server.connect(BEGINNING + length + b"\r\n\r\n" + behind))
        assert data.count(b"HTTP/1.") == 1, data


def test_a_name_that_is_not_ours_is_refused_on_the_wire(server: Server) -> None:
    for host, status in ((b"evil.example", b"421"), (b"localhost", b"200")):
        data = answer(server.connect(b"GET /healthz HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"))
        assert data.split()[1] == status
    assert answer(server.connect(b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n")).split()[1] == b"400"
    assert answer(server.connect(b"GET /healthz HTTP/1.0\r\n\r\n")).split()[1] == b"200"


def test_a_stream_stays_when_a_request_would_be_cut_off_or_lose_its_seat(server: Server) -> None:
    streams = [server.connect(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(STAYS)]
    for stream in streams:
        assert stream.recv(65536).startswith(b"HTTP/1.1 200")
    one_more = server.connect(b"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer(one_more).startswith(b"HTTP/1.1 503"), "there are so many streams at most"
    crowd = [server.connect() for _ in range(2 * SEATS)]
    until = time.monotonic() + 2 * BUSY
    while time.monotonic() < until:
        for stream in streams:
            assert b"tick" in stream.recv(65536)
    for connection in (*crowd, *streams):
        connection.close()
    until = time.monotonic() + 10
    while True:  # the server sees that they are gone when it writes
        again = server.connect(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        if again.recv(65536).startswith(b"HTTP/1.1 200"):
            break
        assert time.monotonic() < until
        time.sleep(0.05)
    again.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 9000 + b"\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 120 + b"\r\n", b"431"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + (b"X: " + b"y" * 7000 + b"\r\n") * 12 + b"\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + b"X: y\r\n" * 90 + b"\r\n", b"200"),
    ],
    ids=["a long line", "a long header", "many headers", "much in all", "what is not too much"],
)
def test_a_head_has_its_limits(server: Server, head: bytes, status: bytes) -> None:
    said = b""
    connection = server.connect(head)
    try:
        while more := connection.recv(65536):
            said += more
    except ConnectionError:  # hung up on while there was more to read
        pass
    assert said.split()[1] == status


@pytest.mark.alone
def test_a_request_that_drips_is_cut_off(server: Server) -> None:
    """Each byte comes in time, and the whole never does."""
    for beginning in (b"", b"GET /healthz HTTP/1.1\r\nX: ", HEAD + b"Content-Length: 1000\r\n\r\n"):
        connection = server.connect(beginning)
        began = time.monotonic()
        with pytest.raises(OSError):  # noqa: PT011, PT012
            while time.monotonic() - began < 8 * BUSY:
                connection.sendall(b"x")
                time.sleep(0.1)
                if ended(connection):
                    raise ConnectionError
        assert time.monotonic() - began < 3 * BUSY


def test_a_body_that_does_not_come_is_said(server: Server) -> None:
    data = answer(server.connect(HEAD + b"Content-Length: 1000\r\n\r\n{"))
    assert data.startswith(b"HTTP/1.1 408")
    assert b"did not arrive in time" in data


@pytest.mark.alone
def test_a_silent_connection_is_let_go(server: Server) -> None:
    began = time.monotonic()
    assert answer(server.connect()) == b""
    assert IDLE * 0.8 < time.monotonic() - began < IDLE * 2


@pytest.mark.alone
def test_silence_is_not_worth_a_seat(server: Server) -> None:
    """Five times as many half-open, half-said and silent clients as there are seats: others wait for nothing."""
    before = server.descriptors()
    beside = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    beginnings = (b"", b"GET /v1/po", b"GET / HTTP/1.1\r\nX: y\r\n", HEAD + b"Content-Length: 99\r\n\r\n{")
    crowd = []
    for number in range(5 * SEATS):
        crowd.append(server.connect(beginnings[number % len(beginnings)]))
        if number % 20 == 0:  # whoever speaks now and then keeps a seat
            server.healthy()  # the crowd so far has been let in
            beside.request("GET", "/healthz")
            assert beside.getresponse().read()
    local = beside.sock.getsockname()
    assert server.healthy() < 1
    beside.request("GET", "/healthz")
    assert beside.getresponse().read()
    assert beside.sock.getsockname() == local, "still the same connection"
    assert server.descriptors() <= before + SEATS + 2
    for connection in crowd:
        connection.close()
    time.sleep(0.5)
    assert server.descriptors() <= before + 2, "nothing has leaked"


@pytest.mark.alone
def test_a_client_in_a_hurry_leaves_the_others_their_turn(server: Server) -> None:
    hurried = server.connect()
    hurried.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 2000)
    assert server.healthy() < 0.5
    hurried.close()
