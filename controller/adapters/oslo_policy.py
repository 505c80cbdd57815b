"""The policy of an operator's file, in the words of oslo.policy; what the file does not say, ``RULES`` say.

A rule's target has ``project`` (also as ``project_id`` and ``tenant_id``) and ``open``, the credentials ``roles``,
``project_id`` and ``user_id``. The file is read again when it changes. One that is wrong is complained of, and the last
sound one holds.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from oslo_config import cfg
from oslo_policy import policy as oslo

from weft.controller.model.policy import RULES, WHO, Target, Who
from weft.controller.model.rights import Caller

logging.getLogger("oslo_policy._parser").disabled = True  # it traces what ``_check`` tells in one line

_ROLES = "(role:member or role:reader)"
EXPRESSIONS: dict[Who, str] = {
    "operator": "role:operator",
    "member": "rule:operator or (role:member and project_id:%(project)s)",
    "reader": f"rule:operator or ({_ROLES} and project_id:%(project)s)",
    "guest": f"rule:operator or ({_ROLES} and (project_id:%(project)s or True:%(open)s))",
}


class PolicyUnusable(Exception):
    """The policy file cannot be used. The message names the file and what is wrong with it."""


class OsloPolicy:
    """``OsloPolicy(path)`` is the policy in that file. Raises ``PolicyUnusable``; without a path it is ``RULES``."""

    def __init__(self, path: Path | None = None, complain: Callable[[str], None] = lambda message: None) -> None:
        self._path = path
        self._complain = complain
        self._mark: tuple[int, int] | None = None
        conf = cfg.ConfigOpts()
        conf([], project="weft", default_config_files=[], default_config_dirs=[])
        self._enforcer = oslo.Enforcer(conf, use_conf=False)
        self._customized: frozenset[str] = frozenset()
        self._said: dict[Any, bool] = {}
        self._take({} if path is None else self._read(path))

    def allows(self, rule: str, target: Target, caller: Caller) -> bool:
        """Whether the caller has that right for that target. Raises ``KeyError`` where there is no such right."""
        if self._path is not None:
            self._look(self._path)
        asked = (rule, target, caller.project, caller.roles, caller.operator, caller.user)
        if asked not in self._said:
            if len(self._said) >= _REMEMBERED:
                self._said.clear()
            self._said[asked] = self._enforce(rule, target, caller)
        return self._said[asked]

    def customized(self, rule: str) -> bool:
        """Whether the file says anything, which may be of a right that others refer to."""
        return bool(self._customized)  # what is said of one may be referred to by another

    def _enforce(self, rule: str, target: Target, caller: Caller) -> bool:
        if rule not in _NAMES:
            raise KeyError(rule)
        roles = {*caller.roles, "operator"} if caller.operator else caller.roles
        own = caller.project if caller.project is not None else _OF_NONE
        whose = target.project if target.project is not None else _OF_NOBODY
        who = {"roles": sorted(roles), "project_id": own, "user_id": caller.user}
        what = {"project": whose, "project_id": whose, "tenant_id": whose, "open": target.open}
        # The check itself: ``enforce`` around it takes 0.7 ms, which would be most of a request.
        return bool(self._enforcer.rules[rule](what, who, self._enforcer))

    def _look(self, path: Path) -> None:
        """Read the file again if it is another one than before."""
        if _mark(path) == self._mark:
            return
        try:
            self._take(self._read(path))
        except PolicyUnusable as error:
            self._complain(f"{error} The policy stays as it was.")

    def _read(self, path: Path) -> Mapping[str, str]:
        self._mark = _mark(path)
        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise PolicyUnusable(f"The policy {path} cannot be read: {_why(error)}.") from None
        if not isinstance(found, dict) or not all(isinstance(text, str) for pair in found.items() for text in pair):
            raise PolicyUnusable(f"The policy {path} must say for each right by name who has it, as a text.")
        return found

    def _take(self, said: Mapping[str, str]) -> None:
        defaults = {"operator": EXPRESSIONS["operator"]} | {rule.name: EXPRESSIONS[rule.who] for rule in RULES}
        for name, expression in said.items():
            _check(self._path, name, expression, {*defaults, *said})
        referred = {word.removeprefix("rule:") for text in said.values() for word in _words(text)}
        for name in said.keys() - defaults.keys() - referred:
            raise PolicyUnusable(f"The policy {self._path}: {name!r} is no right, and no other rule refers to it.")
        self._enforcer.set_rules(oslo.Rules.from_dict({**defaults, **said}), overwrite=True, use_conf=False)
        self._customized = frozenset(said)
        self._said.clear()


def _check(path: Path | None, name: str, expression: str, known: set[str]) -> None:
    """What oslo.policy does not understand it takes for "nobody", which is safe, and not what anybody wants."""
    rules = oslo.Rules.from_dict({name: expression})
    if str(rules[name]) == "!" and expression.strip() != "!":
        raise PolicyUnusable(f"The policy {path} says of {name!r} what no policy can mean: {expression!r}.")
    for word in _words(expression):
        if word.startswith("rule:") and word.removeprefix("rule:") not in known:
            raise PolicyUnusable(f"The policy {path} refers in {name!r} to {word!r}, which there is not.")


def _why(error: Exception) -> str:
    """Why the file cannot be read, in one line and without its name.

    >>> _why(FileNotFoundError(2, "No such file or directory", "a.yaml"))
    'No such file or directory'
    """
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"line {error.problem_mark.line + 1}, column {error.problem_mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


def _words(expression: str) -> list[str]:
    return expression.replace("(", " ").replace(")", " ").split()


def sample() -> str:
    """A file of all rights as they are when nobody says otherwise, each a comment to be changed."""
    lines = [
        "# Who may do what in Weft, in the words of oslo.policy. What is not said here is as it stands in comments."
    ]
    for rule in RULES:
        lines += ["", f"# {rule.doc} ({WHO[rule.who]})", f'#"{rule.name}": "{EXPRESSIONS[rule.who]}"']
    return "\n".join(lines) + "\n"


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


_NAMES = frozenset(rule.name for rule in RULES)
_REMEMBERED = 10_000  # answers
_OF_NONE, _OF_NOBODY = "\0none", "\0nobody"  # which are no projects, and not the same
