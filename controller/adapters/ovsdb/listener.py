"""Where databases connect: one TCP address. Hypervisors are told it by ``ovs-vsctl set-manager tcp:HOST:PORT``."""

from __future__ import annotations

from socket import AF_INET, AF_INET6, IPPROTO_TCP, TCP_NODELAY
from typing import Any

import eventlet
import structlog

from weft.controller.adapters.ovsdb.connection import Connection, Shared
from weft.controller.service import Service

log = structlog.get_logger(__name__)

_BACKLOG = 1024
_PAUSE = 0.1  # seconds before the next try when no connection can be accepted


class Listener:
    """Accepts databases at an address; port 0 chooses one. ``bind`` it, then ``serve``."""

    def __init__(self, host: str, port: int, service: Service) -> None:
        self._host, self._port = host, port
        self._shared = Shared(service)
        self._socket: Any = None

    def bind(self) -> None:
        """Open the address. Raises ``OSError`` when it is taken."""
        family = AF_INET6 if ":" in self._host else AF_INET
        # Without reuse_port=False eventlet lets a second controller share the port, and half of the databases.
        self._socket = eventlet.listen((self._host, self._port), family, _BACKLOG, reuse_port=False)
        self._port = self._socket.getsockname()[1]

    @property
    def address(self) -> str:
        """The address, with the port that was chosen when 0 was asked for."""
        return f"[{self._host}]:{self._port}" if ":" in self._host else f"{self._host}:{self._port}"

    def serve(self) -> None:
        """Accept databases for ever; each has a greenthread of its own."""
        while True:
            try:
                accepted, peer = self._socket.accept()
            except OSError as error:
                log.error("no database's connection can be accepted", reason=str(error))
                self._shared.register.end_oldest("the process has no file descriptor left")
                eventlet.sleep(_PAUSE)
                continue
            accepted.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            connection = Connection(accepted, f"{peer[0]}:{peer[1]}", self._shared)
            self._shared.register.arrive(connection)
            eventlet.spawn(connection.serve)
            eventlet.sleep(0)  # accept does not wait while others do
