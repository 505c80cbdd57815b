"""Makes Ryu 4.34 run with eventlet 0.41 on Python 3.11 to 3.13. Import it before anything of ryu.

The import itself costs next to nothing: the repair waits for the first import of ``ryu``, so a process that never
touches Ryu never loads eventlet for it.

The stock ``ryu-manager weft.apps.fabric_app`` imports Ryu before anything of ours. To make it work in this Python
environment, run ``python -m weft.controller.adapters.openflow.compat`` once: it adds a start-up line to site-packages
that imports this module in every interpreter. Without it, ``python -c "import weft.controller.adapters.openflow.compat,
ryu.cmd.manager as m; m.main()" weft.apps.fabric_app`` does the same.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import sysconfig
import warnings
from functools import total_ordering
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

STARTUP_FILE = "weft-ryu.pth"
STARTUP_LINE = (
    "import importlib.util as u; u.find_spec('weft') and __import__('weft.controller.adapters.openflow.compat')\n"
)


@total_ordering
class LooseVersion:
    """A version that compares number by number: all that Ryu wants of distutils, which left Python in 3.12.

    >>> LooseVersion("1.10") >= LooseVersion("1.9")
    True
    """

    def __init__(self, text: str) -> None:
        self.version = [int(number) for number in re.findall(r"\d+", text)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LooseVersion) and self.version == other.version

    def __lt__(self, other: LooseVersion) -> bool:
        return self.version < other.version

    __hash__ = None  # type: ignore[assignment]


def repair() -> None:
    """Put back what Ryu imports and newer packages no longer have; what is there stays untouched."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that eventlet is deprecated
        import eventlet.wsgi

    if not hasattr(eventlet.wsgi, "ALREADY_HANDLED"):
        # Ryu's WebSocket handler returns it. eventlet's own now says so by other means and returns an empty list.
        eventlet.wsgi.ALREADY_HANDLED = []
    if importlib.util.find_spec("distutils") is None:
        package, version = ModuleType("distutils"), ModuleType("distutils.version")
        package.__path__ = []
        version.LooseVersion = LooseVersion  # type: ignore[attr-defined]
        sys.modules |= {"distutils": package, "distutils.version": version}


class _BeforeRyu:
    """Finds no module; repairs, once, when ``ryu`` is looked for."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name == "ryu":
            sys.meta_path.remove(self)
            repair()
        return None


def write_startup_file(folder: Path) -> Path:
    """``write_startup_file(folder)`` makes every Python that reads this site folder import the shim; idempotent."""
    path = folder / STARTUP_FILE
    path.write_text(STARTUP_LINE, encoding="utf-8")
    return path


if "ryu" in sys.modules:
    repair()
elif __name__ != "__main__":
    sys.meta_path.insert(0, _BeforeRyu())

if __name__ == "__main__":
    print(f"ryu-manager is repaired by {write_startup_file(Path(sysconfig.get_paths()['purelib']))}")
