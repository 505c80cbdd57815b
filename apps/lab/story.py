"""What a lab tells while it works: one line for each step, with what came of it and how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console


class Story:
    """The lab's voice at the terminal."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, title: str) -> Iterator[Callable[[str], None]]:
        """Show that a step is under way. The block is given a function that says what has come of it so far."""
        start = time.monotonic()
        outcome = ""
        with self.console.status(f"{title} …") as status:

            def tell(text: str) -> None:
                nonlocal outcome
                outcome = text
                status.update(f"{title} … {text}")

            yield tell
        took = f"{time.monotonic() - start:.1f} s"
        self.console.print(f"[green]✓[/] {title:<12} {outcome} [dim]({took})[/]", highlight=False, soft_wrap=True)
