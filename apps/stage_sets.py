"""The sets of stages that an operator names: ``--shadow NAME=module:attribute``, or an entry point of that name."""

from __future__ import annotations

import importlib
import importlib.util
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from weft.controller.compile.variant import Variant, variant_of
from weft.controller.shadow import Overrun

GROUP = "weft.shadows"  # of entry points
LONGEST_EVALUATION = 1.0  # seconds of computing: nobody else has a turn meanwhile


def load(given: Sequence[str]) -> dict[str, Variant | str]:
    """``load(given)`` returns the variants by name; in place of one that is not to be had, why."""
    found: dict[str, Variant | str] = {}
    for text in given:
        name, _, place = text.partition("=")
        try:
            found[name] = variant_of(imported(place) if place else _installed(name))
        except (Exception, SystemExit) as error:  # whatever somebody's module does wrong, the controller starts
            found[name] = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
    return found


def _installed(name: str) -> Any:
    for point in entry_points(group=GROUP, name=name):
        return point.load()
    raise ValueError(f"no installed package has an entry point {name!r} in the group {GROUP}")


def imported(place: str) -> Any:
    """What stands at ``module:attribute`` or ``file.py:attribute``. Raises whatever comes of it."""
    module, _, attribute = place.rpartition(":")
    if not module:
        raise ValueError(f"must be module:attribute or file.py:attribute, not {place!r}")
    if not module.endswith(".py"):
        return getattr(importlib.import_module(module), attribute)
    path = Path(module)
    spec = importlib.util.spec_from_file_location(f"weft_shadow_{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ValueError(f"there is no file {module}")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return getattr(loaded, attribute)


def limit_evaluations() -> None:
    """From now on ``evaluation`` may be used; to be said once, in the main thread."""
    signal.signal(signal.SIGVTALRM, _too_long)


@contextmanager
def evaluation() -> Iterator[None]:
    """Inside, no more may be computed than in ``LONGEST_EVALUATION`` seconds. Raises ``Overrun``."""
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_EVALUATION)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _too_long(*_: object) -> None:
    raise Overrun(f"one evaluation took more than {LONGEST_EVALUATION:g} s")
