"""The API with TLS: real handshakes, refused ones and endless ones, and a certificate that changes."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.certificates import make_certificate
from weft.apps.http.certificate import CertificateUnusable, certificate

SERVER = """
import logging, signal, sys
import eventlet
eventlet.monkey_patch()
import structlog
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
from tests.stores import MemoryStore
from weft.apps.northbound.app import build_app
from weft.apps.http.listeners import Listeners
from weft.apps.settings import load
from weft.controller.service import Service
settings = load(sys.argv[1:])
listeners = Listeners(settings)
listener = listeners.listen("--rest", settings.rest, "the API")
signal.signal(signal.SIGHUP, lambda *_: listeners.read_again())
print(listeners.url(listener), flush=True)
listeners.serve(listener, build_app(Service(MemoryStore()), "token"))
"""


class Server(NamedTuple):
    """The process, where it listens, and its certificate."""

    process: subprocess.Popen[str]
    port: int
    folder: Path

    def trusting(self) -> ssl.SSLContext:
        """A context that trusts the certificate of now."""
        return ssl.create_default_context(cafile=str(self.folder / "served.pem"))

    def get(self, path: str = "/healthz", **headers: str) -> tuple[int, bytes]:
        """What a well-behaved client is answered."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.trusting())
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        found = response.status, response.read()
        connection.close()
        return found

    def shown(self) -> str:
        """The certificate that it shows."""
        return ssl.get_server_certificate(("127.0.0.1", self.port), timeout=10)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("tls")
    chain, key = make_certificate(folder, "weft.example")
    options = ["--rest", "127.0.0.1:0", "--rest-certificate", str(chain), "--rest-key", str(key)]
    command = [sys.executable, "-W", "ignore", "-c", SERVER, *options, "--allowed-host", "weft.example"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("https://127.0.0.1:")
        yield Server(process, int(url.rpartition(":")[2]), folder)
        process.kill()


def test_requests_are_answered_and_the_connection_stays(server: Server) -> None:
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=server.trusting())
    for path, token, status in (("/healthz", "", 200), ("/v1/ports", "", 401), ("/v1/ports", "token", 200)):
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        response = connection.getresponse()
        response.read()
        assert (response.status, response.will_close) == (status, False)
    body = b"x" * 200_000
    connection.request("POST", "/v1/segments", body, {"Authorization": "Bearer token"})
    assert connection.getresponse().status == 415
    connection.close()


def test_its_own_pages_are_those_with_https(server: Server) -> None:
    for scheme, status in (("https", 200), ("http", 403)):
        assert server.get(Host="weft.example", Origin=f"{scheme}://weft.example")[0] == status


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_old_versions_are_refused(server: Server, version: ssl.TLSVersion) -> None:
    context = server.trusting()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = version, version
    with socket.create_connection(("127.0.0.1", server.port), 10) as plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_hostname="weft.example")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_those_of_today_are_spoken(server: Server, version: ssl.TLSVersion) -> None:
    context = server.trusting()
    context.minimum_version, context.maximum_version = version, version
    with (
        socket.create_connection(("127.0.0.1", server.port), 10) as plain,
        context.wrap_socket(plain, server_hostname="weft.example") as secured,
    ):
        assert secured.version() == version.name.replace("_", ".")


def test_who_says_http_is_told_what_is_wrong(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 10) as plain:
        plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        said = plain.recv(4096)
    assert said.startswith(b"HTTP/1.1 400")
    assert b"https://" in said


@pytest.mark.parametrize("beginning", [b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"\0" * 3000])
def test_who_shakes_no_hands_keeps_nobody_from_it(server: Server, beginning: bytes) -> None:
    crowd = []
    for _ in range(300):  # more than there are seats
        connection = socket.create_connection(("127.0.0.1", server.port), 10)
        connection.sendall(beginning)
        crowd.append(connection)
    began = time.monotonic()
    assert server.get()[0] == 200
    assert time.monotonic() - began < 5
    for connection in crowd:
        connection.close()


def test_a_new_certificate_is_shown_and_half_a_one_is_not(server: Server) -> None:
    first = server.shown()
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=10, context=server.trusting())
    connection.connect()
    make_certificate(server.folder, "weft.example")
    second = server.shown()
    assert second != first
    assert server.get()[0] == 200
    connection.request("GET", "/healthz")
    assert connection.getresponse().status == 200, "who is connected stays"
    connection.close()
    chain = (server.folder / "served.pem").read_text()
    (server.folder / "served.pem").write_text(chain[: len(chain) // 2])
    assert server.shown() == second
    (server.folder / "served.pem").write_text(chain)
    os.kill(server.process.pid, signal.SIGHUP)
    assert server.shown() == second
    assert server.get()[0] == 200


def started(*options: str) -> tuple[int, str]:
    """How the controller ends that cannot start, and what it says."""
    command = [sys.executable, "-W", "ignore", "-m", "weft.apps.launch", "--rest", "127.0.0.1:0", "--neutron", "off"]
    run = subprocess.run(
        [*command, "--openflow", "127.0.0.1:0", *options], capture_output=True, text=True, check=False, timeout=60
    )
    return run.returncode, run.stderr


def test_a_certificate_that_cannot_be_used_is_said_at_once(tmp_path: Path) -> None:
    chain, key = make_certificate(tmp_path, "weft.example")
    broken = tmp_path / "broken.pem"
    broken.write_text("no certificate")
    for one, other in ((chain, tmp_path / "nowhere"), (broken, key), (chain, broken)):
        with pytest.raises(CertificateUnusable) as unusable:
            certificate(one, other)
        assert str(unusable.value).startswith(f"cannot use the certificate {one} with the key {other}: ")
    options = ("--rest-certificate", str(chain), "--rest-key", str(broken), "--store", str(tmp_path / "weft.db"))
    status, said = started(*options)
    assert (status, said) == (1, f"weft-controller: {unusable.value}\n")


def test_an_address_of_neutron_that_is_taken_is_said_with_its_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        status, said = started("--neutron", address, "--store", str(tmp_path / "weft.db"))
    assert status == 1
    assert said == (
        f"weft-controller: cannot listen for Neutron's clients (--neutron {address}): Address already in use; "
        "name another address, or say --neutron off\n"
    )
