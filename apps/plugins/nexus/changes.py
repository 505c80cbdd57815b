"""What is posted to a switch, change by change.

All changes in one post hold, or none. Which of them is refused is found by halves, and the others hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from weft.apps.plugins.nexus import vlan_lists
from weft.apps.plugins.nexus.items import Identity
from weft.apps.plugins.nexus.session import Document, Refused, Session
from weft.apps.plugins.nexus.state import InterfaceState

MOST = 200  # changes in a post


class Change(NamedTuple):
    """One object that is to be so, for the sake of these items."""

    identities: tuple[Identity, ...]
    branch: str  # bdEntity, or interfaceEntity
    kind: str
    attributes: dict[str, str]


@dataclass
class Telling:
    """What was said to a switch, and what it has refused."""

    session: Session
    refused: dict[Identity, str]

    def post(self, changes: Sequence[Change]) -> None:
        """Tell the switch all these changes."""
        for first in range(0, len(changes), MOST):
            self._post(changes[first : first + MOST])

    def _post(self, changes: Sequence[Change]) -> None:
        try:
            self.session.post("sys", _document(changes))
        except Refused as refusal:
            parts = _halves(changes)
            if parts is None:
                self.refused[changes[0].identities[0]] = str(refusal)
                return
            for part in parts:
                self._post(part)


def vlan(identity: Identity, number: int, **attributes: str) -> Change:
    """A VLAN that is to be so."""
    return Change((identity,), "bdEntity", "l2BD", {"fabEncap": f"vlan-{number}", **attributes})


def interface(identity: Identity, one: InterfaceState, **attributes: str) -> Change:
    """An interface that is to be so."""
    return Change((identity,), "interfaceEntity", one.kind, {"id": _id(one), **attributes})


def trunk(one: InterfaceState, sign: str, vlans: Iterable[tuple[Identity, int]]) -> Change:
    """VLANs that are added to a trunk, or taken away; what else it carries stays."""
    named = list(vlans)
    text = sign + vlan_lists.write(number for _, number in named)
    identities = tuple(identity for identity, _ in named)
    return Change(identities, "interfaceEntity", one.kind, {"id": _id(one), "trunkVlans": text})


def _id(one: InterfaceState) -> str:
    return one.dn[one.dn.index("[") + 1 : -1]


def _document(changes: Sequence[Change]) -> Document:
    children: dict[str, list[Document]] = {}
    for change in changes:
        children.setdefault(change.branch, []).append({change.kind: {"attributes": change.attributes}})
    return {"topSystem": {"children": [{branch: {"children": below}} for branch, below in children.items()]}}


def _halves(changes: Sequence[Change]) -> tuple[Sequence[Change], Sequence[Change]] | None:
    """The changes in two parts; None where there is nothing left to part."""
    if len(changes) > 1:
        return changes[: len(changes) // 2], changes[len(changes) // 2 :]
    (one,) = changes
    if len(one.identities) == 1:
        return None
    sign, middle = one.attributes["trunkVlans"][0], len(one.identities) // 2
    parts = []
    for identities in (one.identities[:middle], one.identities[middle:]):
        text = sign + vlan_lists.write(number for _, _, number in identities)
        parts.append([one._replace(identities=identities, attributes=one.attributes | {"trunkVlans": text})])
    return parts[0], parts[1]
