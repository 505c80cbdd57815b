"""The addresses where the APIs are served, all behind the same door."""

from __future__ import annotations

from collections.abc import Callable
from socket import AF_INET, AF_INET6
from typing import Any

import eventlet

from weft.apps import settings as weft_settings
from weft.apps.http import server
from weft.apps.http.certificate import certificate
from weft.apps.http.doorway import Doorway, WsgiApp
from weft.apps.http.turns import Turns
from weft.apps.settings import Settings

BACKLOG = 512


class Listeners:
    """Opens addresses, and serves an application at each. Raises ``CertificateUnusable``."""

    def __init__(self, settings: Settings) -> None:
        chain, key = settings.rest_certificate, settings.rest_key
        self._certificate = certificate(chain, key) if chain is not None and key is not None else None
        self._settings = settings
        self._turns = Turns()

    def listen(self, option: str, address: str, for_whom: str, remedy: str = "") -> Any:
        """A socket that listens there. Raises ``OSError``, which names the option."""
        host, port = weft_settings.split(address)
        family = AF_INET6 if ":" in host else AF_INET
        try:
            return eventlet.listen((host, port), family, BACKLOG, reuse_port=False)
        except OSError as error:
            raise OSError(f"cannot listen for {for_whom} ({option} {address}): {error.strerror}{remedy}") from None

    def url(self, listener: Any) -> str:
        """Where clients find it."""
        host, port = listener.getsockname()[:2]
        scheme = "http" if self._certificate is None else "https"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def serve(self, listener: Any, app: WsgiApp) -> None:
        """Answer there for as long as the greenthread lives."""
        behind = Doorway(app, self._settings.allowed_host, self._settings.allowed_origin)
        server.serve(listener, behind, tls=self._tls(), turns=self._turns)

    def read_again(self) -> None:
        """Read the certificate now."""
        if self._certificate is not None:
            self._certificate.again()

    def _tls(self) -> Callable[[], Any] | None:
        kept = self._certificate
        return None if kept is None else lambda: kept.content
