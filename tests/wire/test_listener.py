"""Where switches connect: TCP, AF_UNIX and TLS, taken addresses and stale ones, and who must make room."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from errno import EADDRINUSE
from pathlib import Path

import pytest

from tests.wire.switches import Controller, GoodPeer, Switch, connect
from weft.controller.adapters.openflow.listener import Listener
from weft.controller.adapters.openflow.live_sessions import Sessions

PATIENCE = {"handshake": 1.0, "echo_interval": 0.5, "probe": 0.5}
QUICK = 0.5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys and certificates: of the controller, of a switch, and of a switch that another authority knows."""
    path = tmp_path_factory.mktemp("tls")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=path, check=True, capture_output=True)

    for ca, names in (("ca", ("controller", "switch")), ("other-ca", ("stranger",))):
        new_key = ("req", "-newkey", "rsa:2048", "-nodes")
        openssl(*new_key, "-x509", "-keyout", f"{ca}.key", "-out", f"{ca}.pem", "-days", "2", "-subj", f"/CN={ca}")
        for name in names:
            openssl(*new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
            signer = ("-CA", f"{ca}.pem", "-CAkey", f"{ca}.key", "-CAcreateserial")
            openssl("x509", "-req", "-in", f"{name}.csr", *signer, "-out", f"{name}.pem", "-days", "2")
    return path


@pytest.fixture(scope="module")
def controller(folder: Path) -> Iterator[Controller]:
    """It speaks TLS on its TCP address, and plainly on its AF_UNIX path, where a dead process left a socket."""
    stale = folder / "openflow.sock"
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(stale))
    tls = [str(folder / name) for name in ("controller.key", "controller.pem", "ca.pem")]
    with closing(Controller(patience=PATIENCE, tls=tls, unix=str(stale))) as running:
        yield running


def with_tls(controller: Controller, folder: Path, name: str | None) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(folder / "ca.pem")
    if name is not None:
        context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    return context.wrap_socket(connect(controller.port))


def over_unix(folder: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(folder / "openflow.sock"))
    return connection


def test_many_switches_connect_with_tls(controller: Controller, folder: Path) -> None:
    switches = [Switch(controller, dpid, with_tls(controller, folder, "switch")) for dpid in range(101, 105)]
    for switch in switches:
        assert switch.connect().echo(b"x" * 40_000) < QUICK
    switches[0].send(b"GET / HTTP/1.1\r\n\r\n")
    assert switches[0].is_closed()
    assert all(switch.echo() < QUICK for switch in switches[1:])
    for switch in switches:
        switch.close()


def test_a_silent_switch_with_tls_ends_like_any_other(controller: Controller, folder: Path) -> None:
    silent = Switch(controller, 110, with_tls(controller, folder, "switch")).connect()
    said = controller.wait("session ends", 10, switch=f"{110:016x}")
    assert said["reason"] == "it left 3 echo requests unanswered"
    assert silent.is_closed()


@pytest.mark.parametrize("name", ["stranger", None])
def test_a_switch_without_our_certificate_is_refused(controller: Controller, folder: Path, name: str | None) -> None:
    connection = with_tls(controller, folder, name)  # with TLS 1.3 a client learns of it when it reads
    stranger = Switch(controller, 120, connection)
    assert stranger.is_closed()
    said = controller.wait("session ends", address=stranger.address)
    assert "CERTIFICATE" in said["reason"].upper()


def test_a_connection_that_shakes_no_hands_ends_and_disturbs_nobody(controller: Controller, folder: Path) -> None:
    mute = [Switch(controller) for _ in range(50)]
    plain = Switch(controller)
    plain.send(b"\x05\x00\x00\x08\x00\x00\x00\x01")
    assert plain.is_closed()
    good = Switch(controller, 130, with_tls(controller, folder, "switch")).connect()
    assert good.echo() < QUICK
    said = controller.wait("session ends", address=mute[0].address)
    assert said["reason"] == "its handshake was not done after 1 s"
    assert all(switch.is_closed() for switch in mute)
    good.close()


def test_a_switch_connects_over_a_unix_socket(controller: Controller, folder: Path) -> None:
    assert (folder / "openflow.sock").stat().st_mode & 0o777 == 0o600
    with GoodPeer(controller, 140, over_unix(folder)) as good:
        bad = Switch(controller, 0, over_unix(folder))
        bad.send(bytes(8))
        assert bad.is_closed()
        assert good.report("over a UNIX socket") < QUICK
    controller.wait("session ends", switch=f"{140:016x}", reason="the switch closed the connection")


def test_a_taken_port_is_an_error_and_not_shared(controller: Controller) -> None:
    with pytest.raises(OSError, match="in use") as caught:
        Listener(port=controller.port).bind()
    assert caught.value.errno == EADDRINUSE


def test_a_taken_path_is_an_error_and_stays(controller: Controller, folder: Path) -> None:
    with pytest.raises(OSError, match="another process listens"):
        Listener(port=0, unix=folder / "openflow.sock").bind()
    with pytest.raises(OSError, match="is no socket"):
        Listener(port=0, unix=folder / "ca.pem").bind()
    assert (folder / "ca.pem").exists()
    assert Switch(controller, 150, over_unix(folder)).connect().echo() < QUICK


def test_a_chosen_port_can_be_read_and_is_free_again_after_close() -> None:
    listener = Listener(port=0)
    listener.bind()
    assert listener.port
    assert listener.address == f"127.0.0.1:{listener.port}"
    listener.close()
    again = Listener(port=listener.port)
    again.bind()
    again.close()


@dataclass(eq=False)
class Peer:
    """A connection that only remembers what it was told."""

    address: tuple[str, int] = ("10.0.0.1", 4711)
    reasons: list[str] = field(default_factory=list)
    probes: int = 0

    def end(self, reason: str) -> None:
        self.reasons.append(reason)

    def probe(self) -> None:
        self.probes += 1


def test_the_oldest_unfinished_connection_makes_room() -> None:
    sessions: Sessions[Peer] = Sessions(most_unfinished=2)
    first, second, third, fourth = peers = [Peer() for _ in range(4)]
    sessions.arrive(first)
    sessions.arrive(second)
    sessions.finish(first)
    sessions.arrive(third)
    assert [peer.reasons for peer in peers] == [[], [], [], []]
    sessions.arrive(fourth)
    assert [bool(peer.reasons) for peer in peers] == [False, True, False, False]
    assert sessions.unfinished == 2


def test_a_datapath_id_belongs_to_one_session_until_it_leaves() -> None:
    sessions: Sessions[Peer] = Sessions()
    first, second = Peer(), Peer()
    assert sessions.claim(7, first) is first
    assert sessions.claim(7, second) is first
    assert (first.probes, second.probes) == (1, 0)
    sessions.leave(second)
    assert sessions.by_dpid == {7: first}
    sessions.leave(first)
    assert sessions.claim(7, second) is second
