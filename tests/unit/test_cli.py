"""``weft`` against a real controller over HTTP: what people read, what programs read, and how it fails."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command import Weft


@pytest.fixture
def red(weft: Weft) -> Iterator[str]:
    """The id of a segment ``red``; it and what the test put into it are gone afterwards."""
    made = weft("segment", "create", "red", "--project", "a", "-o", "json")
    yield json.loads(made.out)["id"]
    for port in json.loads(weft("port", "list", "-o", "json").out):
        weft("unplug", port["id"])
    for kind in ("port", "vif", "link", "segment", "switch"):
        for thing in json.loads(weft(kind, "list", "-o", "json").out):
            assert weft(kind, "delete", thing["id"]).status == 0


def test_one_way_from_a_segment_to_a_plugged_port(weft: Weft, red: str) -> None:
    assert (
        weft("switch", "create", "s1", "--dpid", "ff", "--fabric-interface", "e1", "--fabric-interface", "e2")[0] == 0
    )
    assert weft("switch", "create", "s2", "--dpid", "2", "--fabric-interface", "e1")[0] == 0
    assert weft("link", "create", "s2:e1", "s1:e2")[0] == 0
    assert weft("port", "create", "web", "--segment", "red", "--tag", "x", "--tag", "y")[0] == 0
    assert weft("vif", "create", "eth0", "--mac", "02-00-00-00-00-01", "--switch", "s1", "--interface", "tap0")[0] == 0
    assert weft("plug", "web", "eth0")[0] == 0

    listed = weft("port", "list")
    assert listed.out.split("\n")[0].split() == ["ID", "NAME", "PROJECT", "SEGMENT", "VIF", "STATE", "REASON"]
    assert "switch s1 is not connected" in listed.out.split("\n")[1]
    shown = json.loads(weft("port", "show", "web", "-o", "json").out)
    assert (shown["segment"], shown["tags"], shown["status"]["state"]) == (red, ["x", "y"], "DOWN")
    (row,) = yaml.safe_load(weft("port", "list", "--segment", "red", "--output", "yaml").out)
    assert row.items() <= shown.items()
    link = json.loads(weft("link", "list", "-o", "json").out)[0]
    assert (link["id"], link["b"]) == ("s1:e2~s2:e1", {"switch": "s2", "interface": "e1"})
    assert "00000000000000ff" in weft("switch", "list").out

    assert weft("unplug", "web").out == f"port {shown['id']} is empty\n"
    assert weft("vif", "update", "eth0", "--switch", "", "--interface", "")[0] == 0
    assert json.loads(weft("vif", "show", "eth0", "-o", "json").out)["switch"] is None
    changed = json.loads(weft("port", "update", "web", "--no-admin-up", "--tag", "", "-o", "json").out)
    assert (changed["admin_up"], changed["tags"]) == (False, [])


def test_flows_and_status_say_how_it_is(weft: Weft, red: str) -> None:
    weft("switch", "create", "s1", "--dpid", "1")
    rows = weft("flows", "s1").out.splitlines()
    assert rows[0].split() == ["TABLE", "PRIORITY", "MATCH", "ACTIONS", "NAME", "STATE", "FOR"]
    assert any("admit:source-mac" in row and "base(s1)" in row for row in rows)
    assert all(line.startswith("cookie=0x57") for line in weft("flows", "s1", "--ofctl").out.splitlines())
    assert len(json.loads(weft("flows", "s1", "-o", "json").out)) == len(rows) - 1
    weft("port", "create", "web", "--segment", red)
    status = json.loads(weft("status", "-o", "json").out)
    assert (status["status"], status["ports"], status["segments"], status["unknown"]) == ("ok", {"DOWN": 1}, 1, [])
    assert [switch["id"] for switch in status["switches"]] == ["s1"]
    assert "DOWN=1" in weft("status").out


def test_a_transaction_comes_from_a_file(weft: Weft, red: str, tmp_path: Path) -> None:
    file = tmp_path / "changes.yaml"
    file.write_text(
        f"""
        - {{do: create, kind: vif, fields: {{id: v, mac: 52:54:00:12:34:56}}}}
        - {{do: create, kind: port, fields: {{id: p, name: web, segment: {red}}}}}
        - {{do: plug, port: p, vif: v}}
        - {{do: create, kind: switch, fields: {{id: s9, dpid: "0000000000000010"}}}}
        """
    )
    done = weft("transaction", str(file))
    assert [line.split() for line in done.out.splitlines()[1:4]] == [
        ["create", "vif", "v"],
        ["create", "port", "p"],
        ["plug", "port", "p"],
    ]
    assert done.out.splitlines()[-1].startswith("revision ")
    again = weft("transaction", str(file), "-o", "json")
    assert again == (6, "", "weft: commands[0].id: there is a vif 'v' already (409 Conflict)\n")
    for text in ("[", "5", "commands: 5", "a: 1\na: 2\n"):
        file.write_text(text)
        assert weft("transaction", str(file))[:2] == (2, "")
    assert weft("transaction", "nowhere.yaml")[0] == 2


def test_a_name_stands_for_the_only_thing_called_so(weft: Weft, red: str) -> None:
    ids = [json.loads(weft("port", "create", "web", "--segment", red, "-o", "json").out)["id"] for _ in "12"]
    status, _, err = weft("port", "show", "web")
    assert status == 6
    assert "2 ports are called 'web'; name one by its id" in err
    assert all(id in err for id in ids)
    assert weft("port", "delete", ids[0])[0] == 0
    assert json.loads(weft("port", "show", "web", "-o", "json").out)["id"] == ids[1]
    assert weft("port", "show", "nobody") == (5, "", "weft: port: there is no port 'nobody' (404 Not Found)\n")
    weft("port", "create", "other", "--segment", red, "--id", "web")
    assert json.loads(weft("port", "show", "web", "-o", "json").out)["name"] == "other", "an id goes before a name"


def test_a_refusal_is_one_line_that_names_field_and_rule(weft: Weft, red: str) -> None:
    wrong = weft("vif", "create", "x", "--mac", "nonsense")
    assert wrong[:2] == (1, "")
    assert wrong.err.startswith("weft: mac: must be a MAC such as")
    assert wrong.err.count("\n") == 1
    stale = weft("segment", "update", "red", "--mtu", "9000", "--if-revision", "999999")
    assert stale.status == 6
    assert "(412 Precondition Failed)" in stale.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("port", "create", "web"),
        ("port", "update", "web"),
        ("port", "list", "--colour", "red"),
        ("port", "list", "-o", "xml"),
        ("segment", "create", "red", "--project", "a", "--mtu", "big"),
        ("link", "create", "s1", "s2:e1"),
        ("plug", "web"),
        ("status", "--token-file", "nowhere"),
        ("compile", "nowhere.yaml"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_said_in_one_line(weft: Weft, arguments: tuple[str, ...]) -> None:
    status, out, err = weft(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("weft: ")
    assert err.count("\n") == 1


def test_where_there_is_no_controller_nothing_is_found(weft: Weft) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # ours, so nobody listens there
        nobody = f"http://127.0.0.1:{silent.getsockname()[1]}"
        for url in (nobody, "http://[::1", "ftp://x", "nonsense", "http://127.0.0.1:99999"):
            for arguments in (("--url", url, "status"), ("status", "--url", url)):
                status, out, err = weft(*arguments)
                assert (status, out) == (3, ""), err
                assert err.count("\n") == 1


def test_options_before_the_command_count_as_well(
    weft: Weft, controller: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WEFT_URL")
    monkeypatch.delenv("WEFT_TOKEN_FILE")
    where = ("--url", controller["rest"], "--token-file", controller["token_file"])
    assert weft(*where, "segment", "list")[0] == 0
    assert weft("segment", "list", *where)[0] == 0
    status, _, err = weft("segment", "list", *where[:2])
    assert status == 1
    assert "name the token's file by --token-file" in err
    for text in ("\xe9", "a\nb", "a b"):
        monkeypatch.setenv("WEFT_TOKEN", text)
        assert weft("status", *where[:2]) == (2, "", "weft: Invalid value: WEFT_TOKEN holds no token\n")
    monkeypatch.setenv("WEFT_TOKEN", Path(controller["token_file"]).read_text())
    assert weft("segment", "list", *where[:2])[0] == 0


def test_nothing_that_somebody_wrote_moves_the_terminal(weft: Weft, red: str) -> None:
    weft("port", "create", "[red]x[/red]", "--segment", red, "--description", "\x1b[2J\r\nhello")
    out = weft("port", "show", "[red]x[/red]").out
    assert "[red]x[/red]" in out
    assert "\x1b" not in out
    assert r"\x1b[2J\r\nhello" in out


def test_compile_needs_no_controller(weft: Weft, tmp_path: Path) -> None:
    model = Path(__file__).parents[2] / "docs" / "example-model.yaml"
    tables = json.loads(weft("compile", str(model), "-o", "json").out)
    switch = sorted(tables)[0]
    assert weft("compile", str(model)).out.splitlines()[:2] == [f"# {switch}.named", tables[switch]["named"][0]]
    written = weft("compile", str(model), "--to", str(tmp_path / "out")).out.splitlines()
    assert {Path(path).suffix for path in written} == {".named", ".flows"}
    assert Path(written[1]).read_text().splitlines() == tables[switch]["flows"]

    (tmp_path / "taken" / "leaf1.named").mkdir(parents=True)
    status, _, err = weft("compile", str(model), "--to", str(tmp_path / "taken"))
    assert (status, err) == (1, f"weft: --to: cannot write {tmp_path}/taken/leaf1.named: Is a directory\n")
    status, _, err = weft("compile", str(model), "--to", str(model))
    assert status == 2
    assert f"'--to': dir '{model}' is a file" in err

    broken = tmp_path / "broken.yaml"
    broken.write_text("segments: [{name: red}]")
    status, _, err = weft("compile", str(broken))
    assert status == 1
    assert "segments[0].project: a segment needs one" in err


def test_the_console_script_ends_quietly_when_nobody_reads_on(controller: dict[str, Any]) -> None:
    script = Path(sys.executable).with_name("weft")
    model = Path(__file__).parents[2] / "docs" / "example-model.yaml"
    with subprocess.Popen([script, "compile", model], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
