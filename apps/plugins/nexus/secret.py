"""A password that is never kept in clear: it is read where it is kept, each time that it is needed."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST = 4096


class SecretUnusable(Exception):
    """The secret cannot be read, or others may read it as well. The message holds nothing of it."""


class Secret:
    """Where a password is: ``env:NAME`` or ``file:PATH``. Raises ``ValueError`` for anything else."""

    __slots__ = ("_environment", "_scheme", "_where")

    def __init__(self, text: str, environment: Mapping[str, str] = os.environ) -> None:
        self._scheme, _, self._where = text.partition(":")
        if self._scheme not in ("env", "file") or not self._where:
            raise ValueError("must be env:NAME or file:PATH, never the password itself")
        if self._scheme == "env" and not _VARIABLE.fullmatch(self._where):
            raise ValueError("must name a variable of the environment after env:")
        self._environment = environment

    def __repr__(self) -> str:
        return f"<secret in {self._scheme}:{self._where}>"

    def read(self) -> str:
        """The password. Raises ``SecretUnusable``."""
        found = self._of_environment() if self._scheme == "env" else _of_file(Path(self._where))
        if not found or not found.isprintable():
            raise SecretUnusable(f"{self._scheme}:{self._where} holds no password")
        return found

    def _of_environment(self) -> str:
        if self._where not in self._environment:
            raise SecretUnusable(f"env:{self._where} is not set")
        return self._environment[self._where]


def _of_file(path: Path) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise SecretUnusable(f"Others may use the password in {path} (mode {mode:04o}). Say: chmod 600 {path}")
            return file.read(_LONGEST).strip("\r\n")
    except UnicodeDecodeError:
        raise SecretUnusable(f"{path} holds no text") from None
    except OSError as error:
        raise SecretUnusable(f"cannot read {path}: {error.strerror}") from None
