"""Who has which right: what the rules say, and what an operator's file says instead."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
import yaml

from weft.controller.adapters.oslo_policy import EXPRESSIONS, OsloPolicy, PolicyUnusable, sample
from weft.controller.model.policy import BUILTIN, RULES, WHO, Target
from weft.controller.model.rights import Caller

ROLES = ((), ("reader",), ("member",), ("member", "reader"), ("tester",), ("operator",))
CALLERS = [
    Caller(project, frozenset(roles), "operator" in roles, 0)
    for project, roles in itertools.product(("red", "blue", None, "None"), ROLES)
]
TARGETS = [Target(project, open) for project, open in itertools.product(("red", None, "None"), (False, True))]
RED = Caller("red", frozenset({"member"}), False, 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policy.yaml"


def write(file: Path, text: str) -> Path:
    """The file says this now, and is another one than before."""
    file.write_text(text)
    stamp = file.stat().st_mtime_ns + 1_000_000
    os.utime(file, ns=(stamp, stamp))
    return file


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_both_policies_say_the_same_where_nobody_says_otherwise(rule: str) -> None:
    oslo = OsloPolicy()
    for caller, target in itertools.product(CALLERS, TARGETS):
        assert oslo.allows(rule, target, caller) == BUILTIN.allows(rule, target, caller), (caller, target)


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("operator", {"operator"}),
        ("member", {"operator", "member"}),
        ("reader", {"operator", "member", "reader"}),
        ("guest", {"operator", "member", "reader", "guest member", "guest reader"}),
    ],
)
def test_what_the_words_mean(who: str, allowed: set[str]) -> None:
    rule = next(rule.name for rule in RULES if rule.who == who)
    asked = {
        "operator": (Caller(None, frozenset({"operator"}), True, 0), Target("red")),
        "member": (RED, Target("red")),
        "reader": (RED._replace(roles=frozenset({"reader"})), Target("red")),
        "nobody": (RED._replace(roles=frozenset({"tester"})), Target("red", True)),
        "stranger": (RED, Target("blue")),
        "guest member": (RED, Target("blue", True)),
        "guest reader": (RED._replace(roles=frozenset({"reader"})), Target("blue", True)),
    }
    assert {name for name, (caller, target) in asked.items() if caller.may(rule, target)} == allowed
    assert set(WHO) == {rule.who for rule in RULES}


def test_a_file_says_otherwise_and_the_rest_stays(file: Path) -> None:
    policy = OsloPolicy(write(file, 'create_segment: "rule:netadmins"\nnetadmins: "role:netadmin"\n'))
    assert not policy.allows("create_segment", Target("red"), RED)
    assert policy.allows("create_segment", Target("red"), RED._replace(roles=frozenset({"netadmin"})))
    assert policy.allows("create_port", Target("red"), RED)
    assert policy.customized("create_segment")


def test_a_file_that_changes_is_read_again_and_a_wrong_one_is_not_followed(file: Path) -> None:
    complaints: list[str] = []
    policy = OsloPolicy(write(file, "create_port: '!'\n"), complaints.append)
    assert not policy.allows("create_port", Target("red"), RED)
    write(file, "create_port: '@'\n")
    assert policy.allows("create_port", Target("blue"), RED)
    write(file, "create_port: 'role:a and and'\n")
    assert policy.allows("create_port", Target("blue"), RED), "the last sound one holds"
    assert policy.allows("create_port", Target("blue"), RED)
    file.unlink()
    assert policy.allows("create_port", Target("blue"), RED)
    assert len(complaints) == 2, "each is complained of once"
    assert "create_port" in complaints[0]
    assert str(file) in complaints[1]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("create_port: 'role:a and and'", "says of 'create_port' what no policy can mean"),
        ("create_port: 'nonsense'", "says of 'create_port' what no policy can mean"),
        ("create_port: 'rule:members'", "refers in 'create_port' to 'rule:members', which there is not"),
        ("create_prot: '@'\ncreate_port: '@'", "'create_prot' is no right, and no other rule refers to it"),
        ("- create_port", "must say for each right by name who has it"),
        ("create_port: 5", "must say for each right by name who has it"),
        ("{", "cannot be read: line 1, column 2: "),
        ("\udcff", "cannot be read: 'utf-8' codec can't decode"),
    ],
)
def test_a_file_that_makes_no_sense_is_no_policy(
    file: Path, text: str, complaint: str, caplog: pytest.LogCaptureFixture
) -> None:
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(PolicyUnusable) as raised:
        OsloPolicy(file)
    assert complaint in str(raised.value)
    assert str(file) in str(raised.value)
    assert caplog.records == [], "nobody else tells of it"


def test_a_file_that_is_not_there_is_no_policy(file: Path) -> None:
    with pytest.raises(PolicyUnusable, match=r"cannot be read: No such file or directory\.$"):
        OsloPolicy(file)


def test_there_is_no_right_of_another_name() -> None:
    for policy in (BUILTIN, OsloPolicy()):
        with pytest.raises(KeyError):
            policy.allows("create_router", Target("red"), RED)


def test_the_sample_says_what_holds(file: Path) -> None:
    assert yaml.safe_load(sample()) is None, "all of it is comment"
    said = [line.removeprefix("#") for line in sample().splitlines() if line.startswith('#"')]
    assert yaml.safe_load("\n".join(said)) == {rule.name: EXPRESSIONS[rule.who] for rule in RULES}
    OsloPolicy(write(file, "\n".join(said)))
