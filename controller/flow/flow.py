"""One flow as a stage says it, in the names of the pipeline."""

from __future__ import annotations

from typing import NamedTuple

from weft.controller.flow.actions import Action, Drop
from weft.controller.pipeline.schema import Table

Value = int | str
Masked = tuple[Value, Value]
UNTAGGED = 0  # of vlan_vid: the frame carries no tag (OpenFlow 1.4, section 7.2.3.8)


class Flow(NamedTuple):
    """A wish for one flow entry: in this table, with this priority, what matches is done these actions."""

    table: Table
    priority: int
    match: dict[str, Value | Masked]
    actions: tuple[Action, ...]

    @property
    def drop(self) -> str:
        """The whole name of the reason for which the flow drops what it matches; empty when it does not."""
        return next((self.table.reason(action.name) for action in self.actions if isinstance(action, Drop)), "")


def flow(table: Table, priority: int, *actions: Action, **match: Value | Masked) -> Flow:
    """The flow that says so. Fields and registers are matched by name, masked ones as ``(value, mask)``.

    A value is a number, or text: a MAC, an IP address, or a prefix such as ``10.0.0.0/24`` (``oxm.read``).

    Raises ``ValueError`` when the table does not declare that it matches one of them.
    """
    if not match.keys() <= table.match_names:
        undeclared = ", ".join(sorted(match.keys() - table.match_names))
        raise ValueError(f"table {table.name} does not declare that it matches {undeclared}")
    return Flow(table, priority, match, actions)


def tagged(vlan: int) -> int:
    """The value of ``vlan_vid`` for a frame with that VLAN id (OFPVID_PRESENT set)."""
    return 0x1000 | vlan
