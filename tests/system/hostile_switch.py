"""A peer that speaks OpenFlow 1.4 as far as the handshake, and then says what it likes."""

from __future__ import annotations

import socket
import struct
from collections.abc import Sequence

HELLO, FEATURES_REPLY, PORT_STATUS, MULTIPART_REPLY = 0, 6, 12, 19
FEATURES_REQUEST, MULTIPART_REQUEST = 5, 18
FLOW, PORT_DESC = 1, 13


def message(kind: int, body: bytes = b"", xid: int = 1) -> bytes:
    """A message with its header."""
    return struct.pack("!BBHI", 5, kind, 8 + len(body), xid) + body


def described(number: int, name: bytes) -> bytes:
    """One port, in the bytes of OpenFlow 1.4."""
    return struct.pack("!IH2x6s2x16sII", number, 40, bytes(6), name, 0, 4)


class HostileSwitch:
    """A connection to the controller, after the handshake."""

    def __init__(self, address: tuple[str, int], dpid: int, ports: Sequence[bytes]) -> None:
        self._socket = socket.create_connection(address, timeout=30)
        self._buffer = b""
        self.say(message(HELLO, struct.pack("!HHI", 1, 8, 1 << 5)))
        xid = self.await_request(FEATURES_REQUEST)
        self.say(message(FEATURES_REPLY, struct.pack("!QIBBHII", dpid, 0, 254, 0, 0, 0x4F, 0), xid))
        xid = self.await_request(MULTIPART_REQUEST, PORT_DESC)
        portions = [ports[start : start + 1500] for start in range(0, len(ports), 1500)]
        for portion in portions:
            more = portion is not portions[-1]
            self.say(message(MULTIPART_REPLY, struct.pack("!HH4x", PORT_DESC, more) + b"".join(portion), xid))

    def say(self, data: bytes) -> None:
        """Send it."""
        self._socket.sendall(data)

    def await_request(self, kind: int, multipart: int | None = None) -> int:
        """Wait for such a request, and return its transaction id. Raises ``EOFError`` when the session is ended."""
        while True:
            found = self._receive()
            if found[1] == kind and multipart in (None, int.from_bytes(found[8:10], "big")):
                return int.from_bytes(found[4:8], "big")

    def ended(self, seconds: float) -> bool:
        """Whether the controller ends the session in time."""
        self._socket.settimeout(seconds)
        try:
            while True:
                self._receive()
        except TimeoutError:
            return False
        except (EOFError, OSError):
            return True

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _receive(self) -> bytes:
        while len(self._buffer) < 8 or len(self._buffer) < int.from_bytes(self._buffer[2:4], "big"):
            data = self._socket.recv(65536)
            if not data:
                raise EOFError
            self._buffer += data
        length = int.from_bytes(self._buffer[2:4], "big")
        found, self._buffer = self._buffer[:length], self._buffer[length:]
        return found
