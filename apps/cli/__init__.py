"""``weft``: the command line of the controller. Exit status 0: done; 1: refused; 2: usage; 3: no controller."""

from weft.apps.cli.main import main

__all__ = ["main"]
