"""What may be asked of the model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from weft.controller.model.facts import Endpoint, Key

CREATABLE = ("segment", "port", "vif", "subnet", "switch", "link", "quota", "token", "security_group", "trunk")
GIVEN = frozenset(
    {"number", "revision", "origin", "bound_vif", "created_at", "updated_at"}
)  # by the model, and by nobody else
FIXED = GIVEN | {"id"}
FIXED_BY_KIND: dict[str, frozenset[str]] = {
    "segment": FIXED | {"transport", "segmentation_id", "project"},
    "port": FIXED | {"segment", "project"},
    "vif": FIXED | {"project"},
    "subnet": FIXED | {"segment", "project", "cidr", "ipv6_ra_mode", "ipv6_address_mode"},
    "switch": FIXED | {"plugin"},
    "link": FIXED | {"a", "b"},
    "quota": FIXED,
    "token": FIXED | {"hash", "user", "project", "roles"},
    "security_group": FIXED | {"project"},
    "trunk": FIXED | {"project", "port"},
}
Reason = Literal["malformed", "not-found", "conflict", "stale", "exhausted", "forbidden"]


class Refusal(Exception):
    """A command that may not be. ``field`` and ``rule`` say what stood in its way, ``reason`` of which sort it is.

    ``names`` are the facts that the rule names, and ``hint`` is what else helps whoever may see all of these.
    """

    def __init__(self, reason: Reason, field: str, rule: str, *, names: Collection[Key] = (), hint: str = "") -> None:
        super().__init__(f"{field}: {rule}{hint}" if field else f"{rule}{hint}")
        self.reason: Reason = reason
        self.field = field
        self.rule = rule + hint
        self._bare = rule
        self.names = names

    def told_to(self, sees: Callable[[Key], bool]) -> Refusal:
        """The refusal as it is told to somebody: what they may not see has no name."""
        hidden = [key for key in self.names if not sees(key)]
        if not hidden:
            return self
        rule = self._bare
        for key in hidden:
            rule = rule.replace(f"{key.kind} {key.id!r}", f"a {key.kind}").replace(repr(key.id), "another's")
        return Refusal(self.reason, self.field, rule)


class Refused(Exception):
    """One of the commands was refused, and none of them was done."""

    def __init__(self, index: int, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.index = index
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Create:
    """Make a thing of a kind in ``CREATABLE``. Numbers and segmentation ids are given by the model."""

    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Update:
    """Give fields of a fact new values, if it still is at that revision."""

    kind: str
    id: str
    fields: Mapping[str, Any]
    if_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a fact away, if nothing depends on it and it still is at that revision."""

    kind: str
    id: str
    if_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Plug:
    """Put a VIF into a port."""

    port: str
    vif: str


@dataclass(frozen=True, slots=True)
class Unplug:
    """Take the VIF out of a port."""

    port: str


@dataclass(frozen=True, slots=True)
class ObserveInterfaces:
    """What a switch says of its interfaces: name to (OpenFlow port number, carrier). ``whole`` when it named all."""

    switch: str
    interfaces: Mapping[str, tuple[int, bool]]
    gone: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ObserveLink:
    """What LLDP showed: a cable between two interfaces that are declared as the fabric's."""

    a: Endpoint
    b: Endpoint


@dataclass(frozen=True, slots=True)
class ObserveClaim:
    """What an interface of a switch says itself: for which port it is (None: for none any more), and with which MAC.

    ``at`` is in seconds since 1970 (UTC).
    """

    switch: str
    interface: str
    port: str | None
    mac: str = ""
    vif_kind: str = "tap"
    project: str | None = None
    device: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Promote:
    """Let the switches follow the set of stages of that name."""

    shadow: str


Command = Create | Update | Delete | Plug | Unplug | ObserveInterfaces | ObserveLink | ObserveClaim | Promote
