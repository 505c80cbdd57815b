"""The API on a socket, beside the switches' sessions: no client, slow, silent or hostile, takes another one's turn.

A connection has ``idle`` seconds to begin a request and ``busy`` seconds to complete it. When all seats are taken, the
newcomer gets that of the connection whose last request lies furthest back, so that silence is never worth a seat.
Requests take turns, so that many of them leave everybody else in the process a turn, too.

An answer that lasts, such as a stream, calls ``environ["weft.stay"]()`` first: true means that it has no deadline any
more, that nobody takes its seat, and that what it yields is sent at once; false that there are too many of its sort.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import eventlet
import structlog
from eventlet import greenio, wsgi
from eventlet.green import socket, ssl

from weft.apps.http.doorway import WsgiApp
from weft.apps.http.heads import fault
from weft.apps.http.limits import MAX_BYTES
from weft.apps.http.turns import Turns

LINGER = 1.0
LINGER_BYTES = 16 << 20
HANDSHAKE = 5.0  # seconds
PLAIN = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nsay https:// here\n"
_log = structlog.get_logger("weft.northbound.http")


def serve(
    listener: Any,
    app: WsgiApp,
    *,
    seats: int = 256,
    stays: int = 256,
    idle: float = 30.0,
    busy: float = 20.0,
    tls: Callable[[], Any] | None = None,
    turns: Turns | None = None,
) -> None:
    """``serve(listener, app)`` answers requests for as long as its greenthread lives.

    ``tls`` returns the context with which a connection is accepted. Listeners with the same ``turns`` take turns.
    """
    seated: OrderedDict[Any, None] = OrderedDict()  # the connections, longest silent first
    staying: set[Any] = set()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        connection = environ["eventlet.input"].get_socket()
        if connection in seated:
            seated.move_to_end(connection)
        lasting = environ["weft.stay"]
        environ["weft.stay"] = lambda: stay(connection) and lasting()
        return app(environ, start_response)

    def stay(connection: Any) -> bool:
        if len(staying) >= stays or connection not in seated:
            return False
        del seated[connection]
        staying.add(connection)
        return True

    server = _Server(
        turns or Turns(),
        listener,
        listener.getsockname(),
        answer,
        log=_Log(),
        protocol=_Protocol,
        keepalive=idle,
        socket_timeout=busy,
        debug=False,
        log_x_forwarded_for=False,
        environ={"wsgi.url_scheme": "https", "HTTPS": "on"} if tls is not None else None,
    )

    def attend(connection: Any, address: Any) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an answer in two writes waits for no ACK
            if tls is not None:
                _shake_hands(connection)
            server.process_request([address, connection, wsgi.STATE_IDLE])
        except Exception as error:
            _log.debug("connection lost", peer=str(address), error=repr(error))
        finally:
            seated.pop(connection, None)
            staying.discard(connection)
            greenio.shutdown_safe(connection)
            connection.close()

    try:
        while True:
            try:
                connection, address = listener.accept()
            except OSError as error:  # mostly: no file descriptor is left
                _log.warning("cannot accept a connection", error=str(error))
                _clear_seat(seated)
                eventlet.sleep(0.1)
                continue
            try:
                if tls is not None:
                    connection = tls().wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            except OSError:  # gone already
                connection.close()
                eventlet.sleep(0)
                continue
            if len(seated) >= seats:
                _clear_seat(seated)
            seated[connection] = None
            eventlet.spawn_n(attend, connection, address)
            eventlet.sleep(0)  # a flood of connections leaves everybody else a turn
    finally:
        while seated:
            _clear_seat(seated)


def _shake_hands(connection: Any) -> None:
    """Do the TLS handshake in time, and tell whoever speaks plain HTTP what is wrong."""
    with eventlet.Timeout(HANDSHAKE, TimeoutError("the TLS handshake took too long")):
        try:
            connection.do_handshake()
        except ssl.SSLError as error:
            if error.reason == "HTTP_REQUEST":
                os.write(connection.fileno(), PLAIN)
            raise


def _clear_seat(seated: OrderedDict[Any, None]) -> None:
    """Hang up on the connection that has been silent longest; its own greenthread cleans up."""
    if seated:
        connection, _ = seated.popitem(last=False)
        greenio.shutdown_safe(connection)


class _Server(wsgi.Server):  # type: ignore[misc]
    """Eventlet's server, in which requests take turns."""

    def __init__(self, turns: Turns, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.turns = turns


class _Protocol(wsgi.HttpProtocol):  # type: ignore[misc]
    """HTTP with a deadline for each whole request, however slowly its bytes drip in."""

    rfile: Any

    def handle_one_request(self) -> None:
        self.connection.settimeout(self.server.keepalive)
        if not self.rfile.peek(1):
            self.close_connection = True
            return
        self.server.turns.take()  # also after a client that always has a next request ready
        too_long = TimeoutError("the request took too long")
        with eventlet.Timeout(self.server.socket_timeout, too_long) as self._deadline:
            super().handle_one_request()

    def parse_request(self) -> bool:
        """Whether a whole head has come. One that ends in the middle is nobody's wish, however far it got."""
        self.rfile = self._head = _Lines(self.rfile)
        whole = bool(super().parse_request()) and self.raw_requestline.endswith(b"\n") and not self._head.cut
        if not whole:
            self.close_connection = True
        return whole

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.rfile.close()  # left out above when the client is gone, and then the descriptor would stay open

    def get_environ(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environ()
        environ["weft.version"] = self.request_version
        environ["weft.fault"] = self._fault(environ)
        environ["weft.stay"] = self._stay
        if "HTTP_TRANSFER_ENCODING" in environ or int(environ.get("CONTENT_LENGTH", 0)) > MAX_BYTES:
            self.close_connection = True  # its body will not be read, so no next request can be found behind it
            environ["eventlet.posthooks"].append((self._linger, (), {}))
        return environ

    def _fault(self, environ: dict[str, Any]) -> str | None:
        """What is wrong with the head. Where it ends, and the next request begins, cannot be told then."""
        if self._head.broken or _broken(self.raw_requestline):
            found: str | None = "a line of the head has a carriage return in it"
        else:
            found = "a line of the head is no header" if self.headers.defects else fault(environ["headers_raw"])
        if found is not None:
            self.close_connection = True
        return found

    def _stay(self) -> bool:
        self._deadline.cancel()
        self.close_connection = True  # nobody would begin another request behind such an answer
        self.environ["eventlet.minimum_write_chunk_size"] = 1
        return True

    def _linger(self, environ: dict[str, Any]) -> None:
        """Read a while what the client still sends: closed on unread bytes, it would never see the answer."""
        left = LINGER_BYTES
        with eventlet.Timeout(LINGER, False):
            while left > 0 and (data := self.connection.recv(65536)):
                left -= len(data)


class _Lines:
    """Lines that are read, whether they came to an end too early, and whether one would be several to others."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.cut = False
        self.broken = False

    def readline(self, most: int = -1) -> bytes:
        """The next line."""
        line: bytes = self._file.readline(most)
        self.cut = not line.endswith(b"\n")
        self.broken = self.broken or _broken(line)
        return line


def _broken(line: bytes) -> bool:
    """Whether a line has a carriage return inside: Python's parser of headers takes what is behind for another one."""
    return b"\r" in line.removesuffix(b"\n").removesuffix(b"\r")


class _Log:
    """What eventlet's server writes about each request, at debug."""

    def info(self, message: str, *args: Any) -> None:
        _log.debug(message % args if args else message)

    debug = error = info
