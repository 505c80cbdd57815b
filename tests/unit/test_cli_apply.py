"""``weft apply``: what files say is made so, and nothing else; what cannot be changes nothing."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Said, Weft

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-model.yaml"
SHOP = """
switches: [{id: s1, dpid: "1", fabric_interfaces: [up]}, {id: s2, dpid: "2", fabric_interfaces: [up]}]
segments: [{name: shop, project: red}, {name: yard, project: red}]
vifs: [{name: eth0, project: red, mac: 02:00:00:00:00:01, switch: s1, interface: web}]
ports: [{name: web, segment: shop, vif: eth0, fixed_ips: [10.0.0.1]}, {name: db, segment: shop, fixed_ips: [10.0.0.2]}]
"""
Apply = Callable[..., Said]


@pytest.fixture
def tidy(weft: Weft) -> Iterator[None]:
    """What the test makes is gone afterwards."""
    yield
    for port in things(weft, "port"):
        if port["vif"]:
            weft("unplug", port["id"])
    for kind in ("port", "vif", "link", "segment", "switch"):
        for thing in things(weft, kind):
            assert weft(kind, "delete", thing["id"]).status == 0


@pytest.fixture
def apply(weft: Weft, tidy: None, tmp_path: Path) -> Apply:
    """``apply(text)``: the plan for a file with that text is made true, or so much of it as the options say."""

    def run(text: str, *options: str) -> Said:
        (tmp_path / "lab.yaml").write_text(text)
        return weft("apply", "-f", "lab.yaml", *(options or ("--yes",)))

    return run


def things(weft: Weft, kind: str) -> list[dict[str, Any]]:
    return list(json.loads(weft(kind, "list", "-o", "json").out))


def revision(weft: Weft) -> int:
    return int(json.loads(weft("status", "-o", "json").out)["revision"])


def port(weft: Weft, name: str) -> dict[str, Any]:
    return dict(json.loads(weft("port", "show", name, "-o", "json").out))


def test_what_a_file_says_is_made_in_one_transaction_and_once(weft: Weft, tidy: None) -> None:
    before = revision(weft)
    assert weft("apply", "-f", str(EXAMPLE), "--yes").out.splitlines()[-2:] == [
        "15 to create, in one transaction",
        f"done: revision {before + 1}",
    ]
    assert [len(things(weft, kind)) for kind in ("switch", "link", "segment", "vif", "port")] == [3, 2, 2, 4, 4]
    db = port(weft, "db")
    assert (db["isolated"], db["fixed_ips"], db["status"]["state"]) == ("promiscuous", ["10.0.0.2"], "DOWN")
    assert db["vif"] == json.loads(weft("vif", "show", "db", "-o", "json").out)["id"]
    assert weft("apply", "-f", str(EXAMPLE), "--yes") == (0, "nothing to change\n", "")
    assert revision(weft) == before + 1


def test_the_plan_says_what_was_and_what_will_be(weft: Weft, apply: Apply) -> None:
    apply(SHOP)
    before = revision(weft)
    changed = SHOP.replace("[10.0.0.2]", "[10.0.0.3], max_rate: 1000").replace("vif: eth0", "vif: null")
    status, out, err = apply(changed, "--dry-run")
    assert (status, err) == (4, "")
    assert "~ port db (project red)\n      fixed_ips: 10.0.0.2 → 10.0.0.3\n      max_rate: - → 1000\n" in out
    assert out.endswith("\n\n2 to update, in one transaction\n")
    assert revision(weft) == before
    document = json.loads(apply(changed, "--dry-run", "-o", "json").out)
    assert document["create"] == document["delete"] == []
    assert document["update"][1]["fields"]["max_rate"] == {"old": None, "new": 1000}
    assert apply(changed).status == 0
    assert (port(weft, "db")["max_rate"], port(weft, "web")["vif"]) == (1000, None)
    assert apply(changed, "--dry-run").status == 0


def test_what_a_file_does_not_say_stays_as_it_is(weft: Weft, apply: Apply) -> None:
    apply(SHOP)
    weft("port", "update", "web", "--description", "by hand", "--tag", "x")
    assert apply(SHOP, "--dry-run").status == 0
    assert apply("segments: [{name: shop, project: red, mtu: 9000}]").status == 0
    assert apply("ports: [{name: web, segment: shop, project: red, tags: []}]").status == 0
    web = port(weft, "web")
    assert (web["description"], web["tags"], web["fixed_ips"]) == ("by hand", [], ["10.0.0.1"])


def test_without_a_terminal_nothing_is_done_unless_somebody_has_said_yes(weft: Weft, apply: Apply) -> None:
    before = revision(weft)
    status, out, err = apply(SHOP, "-o", "table")
    assert status == 2
    assert "+ port web (project red)" in out
    assert (
        err
        == "weft: Invalid value: nobody is at a terminal to be asked: say --yes, or --dry-run to see the plan alone\n"
    )
    assert revision(weft) == before


@pytest.mark.parametrize(("answer", "status"), [("n", 130), ("y", 0)])
def test_at_a_terminal_one_is_asked(weft: Weft, apply: Apply, tmp_path: Path, answer: str, status: int) -> None:
    apply(SHOP, "--dry-run")
    command = [Path(sys.executable).with_name("weft"), "apply", "-f", "lab.yaml"]
    controlling, terminal = pty.openpty()
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        os.close(terminal)
        os.write(controlling, f"{answer}\n".encode())
        said = b""
        while b"Make it so?" not in said:
            said += os.read(controlling, 4096)
        assert process.wait(30) == status
    os.close(controlling)
    assert len(things(weft, "port")) == (2 if answer == "y" else 0)


def test_files_folders_and_the_standard_input_are_one_model(
    weft: Weft, tidy: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "b.yaml").write_text("segments: [{name: red, project: p}]")
    (folder / "a.yml").write_text("ports: [{name: web, segment: red, vif: v}]")
    (folder / "notes.txt").write_text("no model")
    monkeypatch.setattr("sys.stdin", io.StringIO("vifs: [{name: v, mac: 02:00:00:00:00:01}]"))
    assert weft("apply", "-f", "models", "-f", "-", "--yes").err == ""
    assert port(weft, "web")["vif"] == things(weft, "vif")[0]["id"]
    (tmp_path / "empty").mkdir()
    assert weft("apply", "-f", "empty").status == weft("apply", "-f", "nowhere.yaml").status == 2


def test_pruning_stays_within_the_projects_that_the_file_names(weft: Weft, apply: Apply) -> None:
    apply(SHOP)
    apply("segments: [{name: other, project: blue}]\nports: [{name: lone, segment: other}]")
    status, out, _ = apply("segments: [{name: shop, project: red}]", "--prune", "--yes")
    assert (status, "4 to delete, in one transaction" in out) == (0, True)
    assert "- vif eth0 (project red)" in out
    assert [thing["name"] for kind in ("segment", "port", "vif") for thing in things(weft, kind)] == [
        *("shop", "other", "lone"),
    ]
    assert len(things(weft, "switch")) == 2
    assert "- switch s2" in apply('switches: [{id: s1, dpid: "1"}]', "--prune-fabric", "--dry-run").out
    assert apply('switches: [{id: s1, dpid: "1"}]', "--prune-fabric", "--yes").status == 0
    assert [switch["id"] for switch in things(weft, "switch")] == ["s1"]


def test_what_one_thing_lets_go_of_another_may_take(weft: Weft, apply: Apply) -> None:
    more = "  - {name: eth1, project: red, mac: 02:00:00:00:00:02, switch: s2, interface: db}\n"
    text = SHOP.replace("vifs: [", "vifs:\n  - ").replace("web}]\n", "web}\n" + more)
    text = text.replace("{name: db,", "{name: db, vif: eth1, trunk: [{tag: 7, segment: yard}],")
    assert apply(text).err == ""
    swapped = (
        text.replace("switch: s1, interface: web", "switch: S, interface: I")
        .replace("switch: s2, interface: db", "switch: s1, interface: web")
        .replace("switch: S, interface: I", "switch: s2, interface: db")
    )
    swapped = swapped.replace("10.0.0.1]", "10.0.0.9]").replace("10.0.0.2]", "10.0.0.1]").replace("0.9]", "0.2]")
    swapped = swapped.replace("vif: eth0", "vif: V").replace("vif: eth1", "vif: eth0").replace("vif: V", "vif: eth1")
    assert apply(swapped).err == ""
    assert apply(swapped).out == "nothing to change\n"
    web, db = port(weft, "web"), port(weft, "db")
    assert (web["fixed_ips"], db["fixed_ips"]) == (["10.0.0.2"], ["10.0.0.1"])
    names = {vif["id"]: (vif["name"], vif["switch"], vif["interface"]) for vif in things(weft, "vif")}
    assert (names[web["vif"]], names[db["vif"]]) == (("eth1", "s1", "web"), ("eth0", "s2", "db"))
    shrunk = swapped.replace(", {name: yard, project: red}", "").replace("{tag: 7, segment: yard}", "")
    shrunk = shrunk.replace(', {id: s2, dpid: "2", fabric_interfaces: [up]}', "").replace("switch: s2", "switch: s1")
    assert apply(shrunk, "--prune", "--prune-fabric", "--yes").err == ""
    assert ([one["id"] for one in things(weft, "switch")], port(weft, "db")["trunk"]) == (["s1"], [])


def test_an_address_is_never_taken_from_a_port_that_keeps_it(weft: Weft, apply: Apply) -> None:
    apply(SHOP)
    stolen = SHOP.replace("vif: eth0", "vif: null").replace("{name: db,", "{name: db, id: new,").replace("0.2]", "0.1]")
    status, _, err = apply(stolen)
    assert status == 6
    assert "fixed_ips" in err
    assert port(weft, "web")["fixed_ips"] == ["10.0.0.1"]


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(
    weft: Weft, apply: Apply, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weft.apps.client import Client

    apply(SHOP)
    weft_transaction = Client.transaction

    def late(client: Client, commands: Any) -> Any:
        (db,) = client.list("port", name="db")
        client.update("port", db["id"], {"description": "just now"})
        return weft_transaction(client, commands)

    monkeypatch.setattr(Client, "transaction", late)
    changed = SHOP.replace("segments: [", "segments: [{name: new, project: red}, ").replace("10.0.0.2", "10.0.0.5")
    assert apply(changed) == (
        6,
        apply(changed, "--dry-run").out,
        "weft: port db (project red) has been changed by somebody else meanwhile; nothing is done, so look again "
        "(412 Precondition Failed)\n",
    )
    assert [segment["name"] for segment in things(weft, "segment")] == ["shop", "yard"]
    assert port(weft, "db")["fixed_ips"] == ["10.0.0.2"]


def test_a_refusal_names_the_place_in_the_file(weft: Weft, apply: Apply) -> None:
    apply(SHOP)
    before = revision(weft)
    for text, said in (
        (SHOP.replace("02:00:00:00:00:01", "03:00:00:00:00:01"), "vifs[0].mac: must be the address of one station"),
        ("segments: [{name: shop, project: red, mtu: 7}]", "segments[0].mtu: must be a whole number from 68"),
        ("ports: [{name: x, segment: moon}]", "ports[0].segment: there is no segment 'moon'"),
        ("segments: [{name: shop, project: red, transport: local}]", "segments[0].transport: is fixed when a segment"),
        (
            "segments: [{name: a, project: p}, {name: a, project: p}]",
            "segments[1]: is the segment 'a' again",
        ),
        ("segments: [{name: a}]", "segments[0].project: a segment needs one"),
        ("segments: 5", "segments: must be a list"),
        ("{", "line 1, column"),
        ("vifs: [{mac: 02:00:00:00:00:09}]", "vifs[0]: needs an id or a name, by which it is found again"),
    ):
        status, _, err = apply(text)
        assert status in (1, 5)
        assert err.startswith("weft: lab.yaml: ")
        assert said in err
        assert err.count("\n") == 1
    assert revision(weft) == before


def test_a_name_that_two_have_is_no_name(weft: Weft, apply: Apply) -> None:
    apply("segments: [{id: r1, name: red, project: p}, {id: r2, name: red, project: p}]")
    for text in ("segments: [{name: red, project: p, mtu: 9000}]", "ports: [{name: x, segment: red}]"):
        status, _, err = apply(text)
        assert status == 1
        assert "2 segments are called 'red'" in err
        assert "r1, r2" in err


def test_more_than_one_transaction_takes_are_done_one_after_the_other(weft: Weft, apply: Apply) -> None:
    count = 450
    text = "segments: [{name: red, project: p}]\nvifs:\n" + "".join(
        f"  - {{name: v{n}, project: p, mac: '02:00:00:00:{n // 256:02x}:{n % 256:02x}'}}\n" for n in range(count)
    )
    text += "ports:\n" + "".join(f"  - {{name: p{n}, segment: red, vif: v{n}}}\n" for n in range(count))
    before = revision(weft)
    status, out, err = apply(text)
    assert (status, err) == (0, "")
    assert out.splitlines()[-4:] == [
        "901 to create, in 2 transactions, one after the other",
        *(f"transaction {number} of 2 is done" for number in (1, 2)),
        f"done: revision {before + 2}",
    ]
    assert all(port["vif"] for port in things(weft, "port"))
    assert apply(text).out == "nothing to change\n"
    assert apply("segments: [{name: none, project: p}]", "--prune", "--yes").status == 0
    assert things(weft, "port") == things(weft, "vif") == []


def test_a_project_applies_what_is_its_own(weft: Weft, apply: Apply) -> None:
    text = "segments: [{name: lan, project: blue}]\nvifs: [{name: v, mac: 02:00:00:00:00:01}]\n"
    text += "ports: [{name: p, segment: lan, vif: v}]"
    assert apply(text, "--yes", "--as-project", "blue").err == ""
    assert [vif["project"] for vif in things(weft, "vif")] == ["blue"]
    assert apply(text, "--dry-run", "--as-project", "blue").status == 0
    assert apply("segments: [{name: lan, project: red}]", "--yes", "--as-project", "blue").status == 1


def test_one_may_wait_until_it_works(apply: Apply) -> None:
    status, _, err = apply(SHOP, "--yes", "--wait", "--timeout", "0.2")
    assert (status, err.count("\n")) == (7, 1)
    assert err.startswith("weft: not ACTIVE after 0.2 s: web is DOWN (switch s1 is not connected")
    assert apply(SHOP.replace("vif: eth0", "vif: null"), "--yes", "--wait").out.endswith("\n0 ports ACTIVE\n")


def test_long_lists_take_several_transactions_as_well(weft: Weft, apply: Apply) -> None:
    """One transaction brings so many list entries at most; these are 6,400 addresses and more."""
    ports = [
        f"  - {{name: p{n}, segment: shop, fixed_ips: [{', '.join(f'10.1.{n}.{host}' for host in range(1, 65))}]}}\n"
        for n in range(100)
    ]
    before = revision(weft)
    status, _, err = apply("segments: [{name: shop, project: red}]\nports:\n" + "".join(ports))
    assert (status, err) == (0, "")
    assert revision(weft) == before + 2
    assert len(things(weft, "port")) == 100
