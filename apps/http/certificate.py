"""The certificate with which the APIs speak TLS, 1.2 or newer. It is read again when its files have changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eventlet.green import ssl

from weft.apps.watched_file import WatchedFile


class CertificateUnusable(Exception):
    """The certificate or its key is none to use."""


def certificate(chain: Path, key: Path) -> WatchedFile[Any]:
    """``certificate(chain, key).content`` is the TLS context to accept with. Raises ``CertificateUnusable``."""

    def read() -> Any:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(chain, key, password=_no_password)
        except (OSError, ValueError) as error:  # of ssl as well
            why = getattr(error, "strerror", None) or str(error)
            raise CertificateUnusable(f"cannot use the certificate {chain} with the key {key}: {why}") from None
        return context

    return WatchedFile((chain, key), read)


def _no_password() -> str:
    """Where OpenSSL would ask the terminal, and stop everything."""
    raise ValueError("the key is encrypted, and nobody is here to open it")
