"""A file that is read again when it has changed. What cannot be read anew leaves what was read before."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

Content = TypeVar("Content")
_log = structlog.get_logger("weft.files")


class WatchedFile(Generic[Content]):
    """The content of some files as ``read`` makes it. Raises what ``read`` raises when it is made, and never later."""

    def __init__(self, paths: tuple[Path, ...], read: Callable[[], Content]) -> None:
        self._paths = paths
        self._read = read
        self._seen = self._state()
        self._content = read()

    @property
    def content(self) -> Content:
        """What the files say now."""
        state = self._state()
        if state != self._seen:
            self._seen = state
            self.again()
        return self._content

    def again(self) -> None:
        """Read now, whether anything has changed or not."""
        try:
            self._content = self._read()
        except Exception as error:
            _log.error(
                "a file stays as it was read before", files=[str(path) for path in self._paths], error=str(error)
            )

    def _state(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_stamp(path) for path in self._paths)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes when the file does."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
