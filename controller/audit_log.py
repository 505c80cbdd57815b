"""Who has asked for what, from where, and what came of it.

What was done is written with the change itself. What was refused waits a moment for company, because nobody should be
able to wear out a disk by asking for what is not theirs.
"""

from __future__ import annotations

from collections.abc import Sequence

from weft.controller.contracts import Record
from weft.controller.model.commands import Command, Create, Delete, Plug, Promote, Refusal, Unplug, Update
from weft.controller.model.rights import Caller

MOST_WAITING = 10_000
LONGEST_DETAIL = 500
LONGEST_ID = 700  # that of a link is the longest sound one, and anybody can ask for a longer one


class AuditLog:
    """The lines that are not durable yet."""

    def __init__(self) -> None:
        self.waiting: list[Record] = []
        self._left_out = 0

    def wait(self, lines: Sequence[Record]) -> None:
        """Keep these lines until something is written, if there is room."""
        room = MOST_WAITING - len(self.waiting)
        self.waiting += lines[:room]
        self._left_out += max(0, len(lines) - room)

    def written(self) -> None:
        """What waited is durable now."""
        self.waiting = []
        if self._left_out:
            said = f"{self._left_out} requests were too many to be written"
            self.waiting.append(Record(0, "", None, "", "refuse", "", "", "left-out", said))
            self._left_out = 0


def done(commands: Sequence[Command], caller: Caller, revision: int) -> list[Record]:
    """The lines of commands that were all granted; revision 0: they have changed nothing."""
    return [_record(command, caller, "done", _fields(command), revision) for command in commands]


def refused(command: Command, caller: Caller, refusal: Refusal) -> Record:
    """The line of a command that was refused, and with it all that came with it."""
    return _record(command, caller, refusal.reason, str(refusal))


def _record(command: Command, caller: Caller, outcome: str, detail: str, revision: int = 0) -> Record:
    action, kind, id = _asked(command)
    who = (caller.at, caller.user, caller.project, caller.origin)
    return Record(*who, action, kind, id[:LONGEST_ID], outcome, detail[:LONGEST_DETAIL], revision)


def _asked(command: Command) -> tuple[str, str, str]:
    """What was asked for: to do what, with which kind of thing, and with which one."""
    match command:
        case Create(kind, given):
            return "create", str(kind), str(given.get("id", ""))
        case Update(kind, id):
            return "update", str(kind), str(id)
        case Delete(kind, id):
            return "delete", str(kind), str(id)
        case Plug(port):
            return "plug", "port", str(port)
        case Unplug(port):
            return "unplug", "port", str(port)
        case Promote(shadow):
            return "promote", "shadow", str(shadow)
        case _:
            return "observe", "switch", str(getattr(command, "switch", ""))


def _fields(command: Command) -> str:
    """What of a thing was said, by name; values may be secrets."""
    match command:
        case Create(_, given) | Update(_, _, given):
            return ", ".join(sorted(map(str, given)))
        case Plug(_, vif):
            return f"vif {vif}"
        case _:
            return ""
