"""How much a project may have: its own quota says, or else the quota of everybody."""

from __future__ import annotations

from weft.controller.model.accounts import COUNTED, EVERYBODY, UNLIMITED
from weft.controller.model.commands import Refusal
from weft.controller.model.network import Change, Network


def limit_of(network: Network, project: str, kind: str) -> int:
    """``limit_of(network, project, kind)`` returns how many of a kind a project may have; -1: no limit."""
    for quota in (network.quota(project), network.quota(EVERYBODY)):
        for limit in quota.limits if quota is not None else ():
            if limit.kind == kind:
                return limit.most
    return UNLIMITED


def check_quota(network: Network, change: Change) -> None:
    """Raises a ``Refusal`` where a project would have more of a kind than its quota says."""
    made = change.after
    if change.before is not None or made is None or made.kind not in COUNTED:
        return
    project = str(getattr(made, "project"))  # noqa: B009 (each kind that is counted has one)
    most = limit_of(network, project, made.kind)
    if most != UNLIMITED and network.ownership.count(made.kind, project) >= most:
        rule = f"project {project!r} may have {most} of kind {made.kind}, and has as many"
        raise Refusal("exhausted", "quota", rule)
