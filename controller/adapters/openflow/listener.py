"""Where switches connect: one TCP address, one AF_UNIX path if wanted, TLS if wanted. Takes Ryu's listener's place.

Ryu's own serves only one switch with TLS, opens every interface, and ends at the first failing accept.
"""

from __future__ import annotations

import resource
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from errno import EADDRINUSE
from itertools import count
from pathlib import Path
from socket import AF_INET, AF_INET6, AF_UNIX, IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY
from typing import Any

import eventlet
import structlog
from eventlet.green import socket, ssl

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.controller import ofp_handler
from ryu.lib import hub

from weft.controller.adapters.openflow.connection import Connection, Hook, Patience
from weft.controller.adapters.openflow.guard import Kind
from weft.controller.adapters.openflow.live_sessions import Sessions

log = structlog.get_logger(__name__)

_BACKLOG = 1024
_PAUSE = 0.1  # seconds before the next try when no connection can be accepted


@dataclass(eq=False)
class Listener:
    """Accepts switches. ``bind`` it, ``install`` it into Ryu, and Ryu's OFPHandler runs it.

    ``hooks`` may be filled until the first switch connects. With a TLS context (see ``mutual_tls``) the TCP address
    speaks TLS only; the AF_UNIX path never does.
    """

    host: str = "127.0.0.1"
    port: int = 6653
    unix: Path | None = None
    tls: Any = None
    hooks: Mapping[Kind, Hook] = field(default_factory=dict)
    patience: Patience = field(default_factory=Patience)
    sessions: Sessions[Connection] = field(default_factory=Sessions)

    def __post_init__(self) -> None:
        self._sockets: list[Any] = []
        self._acceptors: list[Any] = []
        self._numbers = count(1)

    def bind(self) -> None:
        """Open what switches connect to; again does nothing.

        Raises ``OSError`` when an address is taken; then nothing stays open.
        """
        if self._sockets:
            return
        _raise_file_limit()
        family = AF_INET6 if ":" in self.host else AF_INET
        try:
            # Without reuse_port=False eventlet lets a second controller share the port, and half of the switches.
            tcp = eventlet.listen((self.host, self.port), family, _BACKLOG, reuse_port=False)
            self._sockets.append(tcp)
            self.port = tcp.getsockname()[1]
            if self.unix is not None:
                _remove_stale(self.unix)
                self._sockets.append(eventlet.listen(str(self.unix), AF_UNIX, _BACKLOG))
                self.unix.chmod(0o600)
        except OSError:
            self.close()
            raise

    @property
    def address(self) -> str:
        """The TCP address, with the port that was chosen when 0 was asked for."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def install(self) -> None:
        """Let Ryu's OFPHandler start this listener where it would start its own."""
        ofp_handler.OpenFlowController = lambda: self

    def __call__(self) -> None:
        """Accept switches until ``close``."""
        self.bind()
        self._acceptors = [hub.spawn(self._accept, listening) for listening in self._sockets]
        hub.joinall(self._acceptors)

    def close(self) -> None:
        """Accept no more; sessions go on."""
        for acceptor in self._acceptors:
            hub.kill(acceptor)
        for listening in self._sockets:
            if listening.family == AF_UNIX:
                Path(listening.getsockname()).unlink(missing_ok=True)
            listening.close()
        self._sockets.clear()

    def _accept(self, listening: Any) -> None:
        while True:
            try:
                accepted, peer = listening.accept()
            except OSError as error:
                log.error("no connection can be accepted", reason=str(error))
                self.sessions.end_oldest("the process has no file descriptor left")
                hub.sleep(_PAUSE)
                continue
            hub.spawn(self._serve, accepted, peer)
            hub.sleep(0)  # accept does not wait while others do

    def _serve(self, accepted: Any, peer: Any) -> None:
        if accepted.family == AF_UNIX:
            address, tls = (f"unix:{self.unix}", next(self._numbers)), None
        else:
            accepted.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            address, tls = peer[:2], self.tls
        connection = Connection(accepted, address, self.sessions, self.hooks, self.patience, tls)
        self.sessions.arrive(connection)
        connection.serve()


def mutual_tls(private_key: Path, certificate: Path, authority: Path) -> Any:
    """The context for switches that must show a certificate of this authority; TLS 1.2 or newer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, private_key)
    context.load_verify_locations(authority)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _raise_file_limit() -> None:
    """As many open files as the system allows: each switch is one."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _remove_stale(path: Path) -> None:
    """Remove the socket that a controller left behind. Raises ``OSError`` when one still listens there."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise OSError(EADDRINUSE, f"{path} is there and is no socket")
    except FileNotFoundError:
        return
    with socket.socket(AF_UNIX, SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            raise OSError(EADDRINUSE, f"another process listens on {path}")
