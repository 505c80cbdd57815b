"""The traits of a port on the command line: what options read, and what is printed; and acting with less."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Weft
from weft.apps.cli.fields import HELP, creating
from weft.apps.northbound.paths import PATHS
from weft.controller.model.traits import TRAITS

README = Path(__file__).parents[2] / "README.md"
EVERY_TRAIT = {
    "vif_kinds": (("--vif-kind", "veth", "--vif-kind", "tap"), ["veth", "tap"], "veth, tap"),
    "connect": (("--connect", "owner", "--connect", "project:a,b"), ["owner", "project:a,b"], "owner, project:a,b"),
    "offer": (
        ("--offer", "project:a,b,veth,2030-01-01T00:00:00Z"),
        {"to": "project:a,b", "vif_kind": "veth", "expires": 1893456000},
        "project:a,b,veth,2030-01-01T00:00:00Z",
    ),
    "security": (("--security", "mac+ip"), "mac+ip", "mac+ip"),
    "fixed_ips": (("--fixed-ip", "10.0.0.1", "--fixed-ip", "2001:DB8::1"), ["10.0.0.1", "2001:db8::1"], "10.0.0.1, 2"),
    "allowed_addresses": (
        (
            *("--allowed-address", "00:00:5e:00:01:0a", "--allowed-address", "10.1.0.0/16"),
            *("--allowed-address", "02-00-00-00-00-0F=2001:db8::5"),
        ),
        [
            {"mac": "00:00:5e:00:01:0a", "prefix": None},
            {"mac": None, "prefix": "10.1.0.0/16"},
            {"mac": "02:00:00:00:00:0f", "prefix": "2001:db8::5/128"},
        ],
        "00:00:5e:00:01:0a, 10.1.0.0/16, 02:00:00:00:00:0f=2001:db8::5/128",
    ),
    "router": (("--router",), True, "yes"),
    "dhcp_server": (("--dhcp-server",), True, "yes"),
    "promiscuous": (("--promiscuous",), True, "yes"),
    "trunk": (("--trunk", "100=sea", "--trunk", "7=sky"), None, "100=SEA, 7=SKY"),
    "isolated": (("--isolated", "community:7"), "community:7", "community:7"),
    "max_rate": (("--max-rate", "1000"), 1000, "1000"),
    "burst": (("--max-rate", "1000", "--burst", "50"), 50, "50"),
    "max_broadcast": (("--max-broadcast", "10"), 10, "10"),
}


@pytest.fixture
def tidy(weft: Weft) -> Iterator[None]:
    """What the test makes is gone afterwards."""
    yield
    for port in json.loads(weft("port", "list", "-o", "json").out):
        weft("unplug", port["id"])
    for kind in ("port", "vif", "segment"):
        for thing in json.loads(weft(kind, "list", "-o", "json").out):
            assert weft(kind, "delete", thing["id"]).status == 0


@pytest.fixture
def segments(weft: Weft, tidy: None) -> dict[str, str]:
    """The ids of the segments red, sea and sky of project a, by name."""
    made = {}
    for name in ("red", "sea", "sky"):
        made[name] = json.loads(weft("segment", "create", name, "--project", "a", "-o", "json").out)["id"]
    return made


def shown(weft: Weft, port: str = "web") -> dict[str, Any]:
    return dict(json.loads(weft("port", "show", port, "-o", "json").out))


def line(weft: Weft, field: str) -> str:
    """What stands beside the field in the table of a port."""
    lines = [line.split(maxsplit=1) for line in weft("port", "show", "web").out.splitlines()]
    return next(value for name, value in lines if name == field)


def test_every_trait_is_here() -> None:
    assert list(EVERY_TRAIT) == [trait.name for trait in TRAITS]


def test_every_option_says_what_it_is() -> None:
    named = {parameter.name for kind in PATHS for parameter in creating(kind)}
    assert named == set(HELP), "each has a help, and none is there for nothing"


@pytest.mark.parametrize("field", EVERY_TRAIT)
def test_a_trait_is_given_printed_and_cleared(weft: Weft, segments: dict[str, str], field: str) -> None:
    options, held, printed = EVERY_TRAIT[field]
    if field == "trunk":
        held = [{"tag": 100, "segment": segments["sea"]}, {"tag": 7, "segment": segments["sky"]}]
        printed = printed.replace("SEA", segments["sea"]).replace("SKY", segments["sky"])
    assert weft("port", "create", "web", "--segment", "red").status == 0
    before = shown(weft)
    assert weft("port", "update", "web", *options).err == ""
    assert shown(weft)[field] == held
    assert line(weft, field).startswith(printed)
    clear = (options[0].replace("--", "--no-"),) if held is True else (options[-2], "")
    clear = ("--connect", "owner") if field == "connect" else clear
    assert weft("port", "update", "web", *clear).err == ""
    assert shown(weft)[field] == before[field]


def test_a_port_is_made_with_all_of_them(weft: Weft, segments: dict[str, str]) -> None:
    options = [option for name, (options, _, _) in EVERY_TRAIT.items() if name != "max_rate" for option in options]
    assert weft("port", "create", "web", "--segment", "red", *options).err == ""
    port = shown(weft)
    assert {name for name in EVERY_TRAIT if port[name] in (None, [], False)} == set()


def test_what_is_printed_may_be_given_again(weft: Weft, segments: dict[str, str]) -> None:
    options = EVERY_TRAIT["allowed_addresses"][0] + EVERY_TRAIT["offer"][0] + EVERY_TRAIT["trunk"][0]
    weft("port", "create", "web", "--segment", "red", *options)
    before = shown(weft)
    for field, option in (("allowed_addresses", "--allowed-address"), ("trunk", "--trunk")):
        again = [text for each in line(weft, field).split(", ") for text in (option, each.strip())]
        assert weft("port", "update", "web", *again).err == ""
    assert weft("port", "update", "web", "--offer", line(weft, "offer").strip()).err == ""
    assert shown(weft) == before


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        ("--trunk", "red", "must be TAG=SEGMENT, such as 100=red, not 'red'"),
        ("--trunk", "x=red", "must be TAG=SEGMENT, such as 100=red, not 'x=red'"),
        ("--offer", "project:b", "must be TO,VIF_KIND,EXPIRES, such as project:blue,veth,2030-01-01T00:00:00Z"),
        ("--max-rate", "much", "must be a whole number, not 'much'"),
    ],
)
def test_a_value_that_cannot_be_read_names_its_option(
    weft: Weft, segments: dict[str, str], option: str, value: str, rule: str
) -> None:
    status, out, err = weft("port", "create", "web", "--segment", "red", option, value)
    assert (status, out) == (2, "")
    assert err.startswith(f"weft: Invalid value for '{option}': {rule}")


def test_a_value_that_the_controller_refuses_names_its_place(weft: Weft, segments: dict[str, str]) -> None:
    status, _, err = weft("port", "create", "web", "--segment", "red", "--allowed-address", "10.0.0.5/24")
    assert status == 1
    assert err.startswith("weft: allowed_addresses[0].prefix: must be written 10.0.0.0/24 (got '10.0.0.5/24') (422 ")
    assert "there is no segment 'moon'" in weft("port", "create", "x", "--segment", "red", "--trunk", "1=moon").err


def test_one_may_act_with_less_before_or_after_the_command(weft: Weft, segments: dict[str, str]) -> None:
    weft("port", "create", "web", "--segment", "red", "--connect", "role:tester")
    weft("vif", "create", "guest", "--project", "blue", "--mac", "02:00:00:00:00:01")
    status, _, err = weft("--as-project", "blue", "plug", "web", "guest")
    assert status == 5
    assert err.endswith("(404 Not Found)\n")
    assert weft("plug", "web", "guest", "--as-project", "blue", "--as-role", "x")[0] == 5
    assert weft("--as-project", "blue", "--as-role", "x", "--as-role", "tester", "plug", "web", "guest")[0] == 0
    assert weft("--as-project", "green", "unplug", "web", "--as-project", "blue").status == 0, "the later one counts"
    assert weft("--as-role", "tester", "unplug", "web") == (
        2,
        "",
        "weft: Invalid value for '--as-role': is a role of a project; name it with --as-project\n",
    )


def test_what_the_readme_tells_to_type_works(weft: Weft, tidy: None) -> None:
    section = README.read_text().partition("## Who may plug in, and what it may say\n")[2].partition("\n## ")[0]
    typed = re.findall(r"```bash\n(.*?)```", section, flags=re.DOTALL)[0].splitlines()
    weft("segment", "create", "red", "--project", "shop")
    weft("vif", "create", "own", "--mac", "02:00:00:00:00:09")
    weft("port", "create", "web", "--segment", "red")
    weft("plug", "web", "own")
    for command in typed:
        program, *arguments = shlex.split(command, comments=True)
        assert (program, weft(*arguments)[::2]) == ("weft", (0, "")), command
    assert [line(weft, name).strip() for name in ("isolated", "max_rate", "effective_security")] == [
        *("isolated", "100000", "mac+ip"),
    ]
    guest = shown(weft, "guest")
    assert guest["offer"] is None
    assert guest["bound_vif"] == guest["vif"] is not None


def test_claims_are_listed(weft: Weft) -> None:
    assert json.loads(weft("claim", "list", "-o", "json").out) == []
    assert weft("claim", "list", "--port", "p", "--outcome", "refused").out.split()[:2] == ["SWITCH", "INTERFACE"]
