"""What the policy table says of a case: allowed, forbidden, or that to this caller there is no such thing."""

from __future__ import annotations

from typing import Literal

from weft.controller.model.policy import RULES

Role = Literal["operator", "member", "reader", "none"]
ROLES: tuple[Role, ...] = ("operator", "member", "reader", "none")
Whose = Literal["own", "open", "hidden"]  # the caller's project's; another's that is open to it; another's that is not
Outcome = Literal["allowed", "forbidden", "missing"]
_WHO = {rule.name: rule.who for rule in RULES}


def has(rule: str, role: Role, whose: Whose) -> bool:
    """Whether somebody with that role has that right for something that is so."""
    match _WHO[rule]:
        case "operator":
            return role == "operator"
        case "member":
            return role == "operator" or (role == "member" and whose == "own")
        case "reader":
            return role == "operator" or (role in ("member", "reader") and whose == "own")
        case "guest":
            return role == "operator" or (role in ("member", "reader") and whose != "hidden")


def expected(see: str, do: str, role: Role, whose: Whose, done_to: Whose | None = None) -> Outcome:
    """What must come of doing something to a thing that one must see first.

    ``done_to`` is whose the thing is that the right is asked for, where that is another one than the thing seen.
    """
    if not has(see, role, whose):
        return "missing"
    return "allowed" if has(do, role, done_to or whose) else "forbidden"
