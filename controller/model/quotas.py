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


def count_of(network: Network, project: str, kind: str) -> int:
    """``count_of(network, project, kind)`` returns how many of a kind a project has."""
    if kind == "security_group_rule":
        return network.groups.count_rules(project)
    if kind == "rbac_policy":
        return network.ownership.count_shares(project)
    return network.ownership.count(kind, project)


def check_quota(network: Network, change: Change) -> None:
    """Raises a ``Refusal`` where a project would have more of a kind than its quota says."""
    made = change.after
    if change.before is not None or made is None or made.kind not in COUNTED:
        return
    project = str(getattr(made, "project"))  # noqa: B009 (each kind that is counted has one)
    check_more(network, project, made.kind, 1)
    if made.kind == "segment":
        check_more(network, project, "rbac_policy", len(getattr(made, "shared_with")))  # noqa: B009


def check_more(network: Network, project: str, kind: str, more: int) -> None:
    """Raises a ``Refusal`` where a project would have so many more of a kind, and that is more than its quota says."""
    most = limit_of(network, project, kind)
    has = count_of(network, project, kind)
    if more > 0 and most != UNLIMITED and has + more > most:
        beyond = "as many" if has == most and more == 1 else f"{has}, and would have {has + more}"
        raise Refusal("exhausted", "quota", f"project {project!r} may have {most} of kind {kind}, and has {beyond}")
