"""Rows as a database tells them become what each bridge's interfaces claim; what is half told is not seen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ovsdb import bridge, finished, interface, port, row_id
from weft.controller.adapters.ovsdb.claims import Claimed
from weft.controller.adapters.ovsdb.database import MOST_BRIDGES, Database
from weft.controller.adapters.ovsdb.values import Garbage

WEB, DB = Claimed("tap0", "web"), Claimed("tap1", "db")


@pytest.fixture
def database() -> Database:
    """A bridge with two interfaces that claim a port each, and one that claims none."""
    database = Database()
    say(
        database,
        Bridge={row_id("br0"): bridge(0xAA, "tap0", "tap1", "eth0")},
        Port={row_id(f"port {name}"): port(name) for name in ("tap0", "tap1", "eth0")},
        Interface={row_id("tap0"): interface("tap0", "web"), row_id("tap1"): interface("tap1", "db")}
        | {row_id("eth0"): interface("eth0")},
    )
    return database


def say(database: Database, **tables: dict[str, Any]) -> None:
    finished(database.update(tables))


def state(database: Database) -> dict[int, set[Claimed]]:
    """What each bridge claims."""
    return {dpid: set(claims.values()) for dpid, claims in finished(database.state()).items()}


def test_an_interfaces_claim_is_its_bridges(database: Database) -> None:
    assert state(database) == {0xAA: {WEB, DB}}
    assert database.dpids == {0xAA}


def test_the_interfaces_of_a_bond_are_a_ports(database: Database) -> None:
    say(database, Port={row_id("port tap0"): port("tap0", "tap1"), row_id("port tap1"): {"old": {}}})
    assert state(database) == {0xAA: {WEB, DB}}


def test_a_claim_that_changes_or_goes(database: Database) -> None:
    say(database, Interface={row_id("tap0"): interface("tap0", "other"), row_id("tap1"): interface("tap1")})
    assert state(database) == {0xAA: {Claimed("tap0", "other")}}
    say(database, Interface={row_id("tap0"): {"old": {"name": "tap0"}}})
    assert state(database) == {0xAA: set()}


def test_an_interface_that_leaves_its_bridge_claims_nothing(database: Database) -> None:
    say(database, Bridge={row_id("br0"): bridge(0xAA, "tap1")})
    assert state(database) == {0xAA: {DB}}


def test_an_interface_that_moves_claims_for_its_new_bridge(database: Database) -> None:
    moved = {row_id("br0"): bridge(0xAA, "tap1"), row_id("br1"): bridge(0xBB, "tap0")}
    say(database, Bridge=moved)
    assert state(database) == {0xAA: {DB}, 0xBB: {WEB}}


def test_a_bridge_that_is_taken_away_claims_nothing_any_more(database: Database) -> None:
    say(database, Bridge={row_id("br0"): {"old": {}}})
    assert state(database) == {0xAA: set()}
    assert database.gone == {0xAA}
    database.forget({0xAA})
    assert state(database) == {}


def test_a_bridge_that_is_made_again_is_not_gone(database: Database) -> None:
    say(database, Bridge={row_id("br0"): {"old": {}}})
    say(database, Bridge={row_id("br9"): bridge(0xAA, "tap0")})
    assert state(database) == {0xAA: {WEB}}
    assert database.gone == set()


def test_a_bridge_with_another_datapath_id_is_another_switch(database: Database) -> None:
    say(database, Bridge={row_id("br0"): bridge(0xBB, "tap0", "tap1")})
    assert state(database) == {0xAA: set(), 0xBB: {WEB, DB}}


@pytest.mark.parametrize("unset", [["set", []], "", "0000000000000000", "nonsense", "aa"])
def test_a_bridge_without_a_datapath_id_is_only_starting(database: Database, unset: Any) -> None:
    row = bridge(0xAA, "tap0", "tap1")
    row["new"]["datapath_id"] = unset
    say(database, Bridge={row_id("br0"): row, row_id("br7"): row})
    assert state(database) == {0xAA: {WEB, DB}}
    assert database.gone == set()


def test_an_update_is_seen_whole_or_not_at_all(database: Database) -> None:
    steps = database.update(
        {"Bridge": {row_id("br0"): {"old": {}}}, "Interface": {row_id("tap0"): interface("tap0", "other")}}
    )
    while next(steps, "done") != "done":
        assert state(database) in ({0xAA: {WEB, DB}}, {0xAA: set()})
    reading = database.state()
    next(reading, None)
    assert state(database) == {0xAA: set()}


def test_what_is_read_in_steps_is_as_it_was_when_reading_began(database: Database) -> None:
    reading = database.state()
    next(reading)
    say(database, Bridge={row_id("br0"): bridge(0xAA)}, Interface={row_id("tap1"): interface("tap1", "other")})
    assert set(finished(reading)[0xAA].values()) == {WEB, DB}


def test_a_reference_that_leads_nowhere_is_no_claim(database: Database) -> None:
    say(database, Interface={row_id("tap0"): {"old": {}}}, Port={row_id("port tap1"): {"old": {}}})
    assert state(database) == {0xAA: set()}


def test_its_weight_is_that_of_its_rows(database: Database) -> None:
    full = database.weight
    say(database, Interface={row_id("tap0"): interface("tap0", "w" * 1000)})
    assert database.weight > full + 900
    every = ("tap0", "tap1", "eth0")
    say(
        database,
        Bridge={row_id("br0"): {"old": {}}},
        Port={row_id(f"port {name}"): {"old": {}} for name in every},
        Interface={row_id(name): {"old": {}} for name in every},
    )
    database.forget({0xAA})
    assert database.weight == 0


U = row_id("x")


@pytest.mark.parametrize(
    "updates",
    [
        None,
        [],
        {"Open_vSwitch": {}},
        {"Bridge": []},
        {"Bridge": {"not a UUID": {}}},
        {"Bridge": {U: None}},
        {"Bridge": {U: {"new": []}}},
        {"Bridge": {U: {"new": {"ports": ["set", []]}}}},
        {"Bridge": {U: {"new": {"datapath_id": 7, "ports": ["set", []]}}}},
        {"Bridge": {U: {"new": {"datapath_id": ["set", []], "ports": ["set", [7]]}}}},
        {"Port": {U: {"new": {"interfaces": "x"}}}},
        {"Interface": {U: {"new": {"name": 7, "type": "", "external_ids": ["map", []]}}}},
        {"Interface": {U: {"new": {"name": "x", "type": None, "external_ids": ["map", []]}}}},
        {"Interface": {U: {"new": {"name": "x", "type": "", "external_ids": {}}}}},
        {"Interface": {U: {"new": {"name": "x", "type": ""}}}},
        {"Interface": {U: {"new": {"name": "", "type": "", "external_ids": ["map", [["iface-id", "web"]]]}}}},
    ],
)
def test_what_no_database_says_is_garbage_and_changes_nothing(database: Database, updates: Any) -> None:
    with pytest.raises(Garbage):
        finished(database.update(updates))
    assert state(database) == {0xAA: {WEB, DB}}


def test_bridges_without_end_are_garbage() -> None:
    rows = {row_id(f"br{number}"): bridge(number) for number in range(1, MOST_BRIDGES + 2)}
    with pytest.raises(Garbage, match="more than"):
        finished(Database().update({"Bridge": rows}))
