"""A whole controller to test with: the service, a store in memory, and switches that do as they are told."""

from __future__ import annotations

from tests.stores import MemoryStore
from tests.switch import Switch
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.flow.entry import Entry, Identity
from weft.controller.model.commands import Command
from weft.controller.model.facts import Fact
from weft.controller.service import Service


class Controller:
    """The service, and the switches that it may meet, by name."""

    def __init__(self, store: MemoryStore | None = None, composed: Composed = ALONE) -> None:
        self.store = store if store is not None else MemoryStore()
        self.service = Service(self.store, composed=composed)
        self.switches: dict[str, Switch] = {}
        self.work()

    def submit(self, *commands: Command) -> list[Fact | None]:
        """One transaction, not compiled yet."""
        return self.service.submit(commands)

    def do(self, *commands: Command) -> Controller:
        """One transaction, and its compilation."""
        self.submit(*commands)
        return self.work()

    def work(self) -> Controller:
        """Bring the wishes up to the facts."""
        for _ in self.service.work():
            pass
        return self

    def serve(self, *names: str) -> Controller:
        """Let these switches say what they hold and take what is wanted of them; without a name, all of them."""
        for name in names or self.everyone():
            progress = self.service.progress(name)
            assert progress is not None, f"{name} is not in the model, or not compiled"
            self.switches.setdefault(name, Switch()).answer(progress)
        return self

    def everyone(self) -> list[str]:
        """The names of all switches of the model."""
        return sorted(str(fact.id) for fact in self.service.network.of_kind("switch"))

    def held(self) -> dict[str, dict[Identity, Entry]]:
        """What each switch holds."""
        return {name: switch.held for name, switch in self.switches.items()}

    def status(self, port: str) -> tuple[str, str]:
        """State and reason of a port."""
        state, reason = self.service.port_status(port)
        return state, reason
