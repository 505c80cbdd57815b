"""``weft``: the command line of the controller."""

from weft.apps.cli.main import main

__all__ = ["main"]
