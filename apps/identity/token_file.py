"""The bearer token: made at the first start, and kept in a file that only its owner may read."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from pathlib import Path


class TokenUnusable(Exception):
    """There is a token file, and it is none to rely on."""


def make_or_read(path: str | os.PathLike[str]) -> str:
    """``make_or_read(path)`` returns the token in the file, which is made with a new one if there is none.

    Raises ``TokenUnusable`` where others may read the file, or where it holds no token, and ``OSError``.
    """
    path = Path(path)
    if not os.path.lexists(path):
        _make(path)
    return _read(path)


def _make(path: Path) -> None:
    """Write a new token aside and move it in, so that nobody ever reads half of one."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")  # one that begins with "-" would be an option to some clients
            file.flush()
            os.fsync(descriptor)
        os.link(name, path)
    except FileExistsError:
        pass  # another process was faster; its token is as good
    finally:
        os.unlink(name)


def _read(path: Path) -> str:
    with open(path, encoding="ascii", errors="replace") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        token = file.read(4096).strip()
    if mode & 0o077:
        raise TokenUnusable(f"Others may use the token in {path} (mode {mode:04o}). Say: chmod 600 {path}")
    if len(token) < 16 or not token.isprintable() or not token.isascii() or " " in token:
        raise TokenUnusable(f"{path} holds no token. Remove it, and a new one is made at the next start.")
    return token
