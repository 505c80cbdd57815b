"""``weft-lab``: what a lab is made of takes a second to import, and Ctrl-C may come meanwhile."""

from __future__ import annotations

import sys


def main() -> None:
    """The console script."""
    try:
        from weft.apps.lab.main import main as begin
    except KeyboardInterrupt:
        print("Interrupted. There is no lab yet.", file=sys.stderr)
        sys.exit(130)
    begin()
