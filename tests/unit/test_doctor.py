"""The doctor names what is wrong, how bad it is, and what to do; of what is well it says nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.command import Weft
from tests.controller import Controller
from tests.openapi import Validating
from weft.apps.northbound.app import build_app
from weft.apps.northbound.doctor import Finding, findings
from weft.controller.flow.meter import METERS
from weft.controller.model.commands import Create, ObserveClaim, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.model.traits import AllowedAddress, Subport

TOKEN = "a-token-of-this-test"


@pytest.fixture
def net() -> Controller:
    """Two switches with a cable between them, both settled, and a VIF plugged in on each."""
    net = Controller()
    net.do(
        *(Create("switch", {"id": s, "dpid": n, "fabric_interfaces": ("f1",)}) for n, s in enumerate(("s1", "s2"), 1)),
        Create("segment", {"id": "red", "name": "red", "project": "p"}),
    )
    for switch in ("s1", "s2"):
        net.service.observe(ObserveInterfaces(switch, {"f1": (1, True), "e1": (7, True)}))
    net.do(Create("link", {"a": ("s1", "f1"), "b": ("s2", "f1")}))
    for n, (name, switch) in enumerate((("ann", "s1"), ("bob", "s2"))):
        net.do(
            Create("port", {"id": name, "name": name, "segment": "red"}),
            Create("vif", {"id": name, "mac": f"02:00:00:00:00:0{n}", "switch": switch, "interface": "e1"}),
            Plug(name, name),
        )
    for dpid in (1, 2):
        net.service.note_software(dpid, "Open vSwitch 3.3.0")
    return net.serve()


def only(net: Controller) -> Finding:
    """What there is to say; it must be one thing."""
    (found,) = findings(net.service)
    assert found.what.endswith((".", "?"))
    assert found.do
    return found


def test_of_what_is_well_nothing_is_said(net: Controller) -> None:
    assert findings(net.service) == []


def test_a_switch_that_is_not_connected_is_an_error(net: Controller) -> None:
    progress = net.service.progress("s1")
    assert progress is not None
    progress.disconnect()
    assert only(net)[:2] == ("error", "switch s1")
    assert "Not connected" in only(net).what


def test_a_switch_that_has_not_settled_is_a_warning(net: Controller) -> None:
    net.do(Update("port", "ann", {"max_rate": 100}))
    assert [(f.severity, f.about) for f in findings(net.service)] == [("warning", "switch s1")]
    assert findings(net.serve().service) == []


def test_what_a_switch_refuses_is_an_error_of_it_and_of_the_port(net: Controller) -> None:
    net.switches["s1"].refuses = lambda entry: entry.table == METERS
    net.do(Update("port", "ann", {"max_rate": 100})).serve()
    found = findings(net.service)
    assert {f.severity for f in found} == {"error"}
    assert {f.about for f in found} == {"switch s1", "port ann"}
    assert next(f.what for f in found if f.about == "port ann") == "switch s1 refused a meter: no such port."


@pytest.mark.parametrize("version", ["3.1.0", "3.1.1", "3.1.2"])
def test_an_open_vswitch_that_may_keep_stale_flows_is_a_warning(net: Controller, version: str) -> None:
    net.service.note_software(1, f"Open vSwitch {version}")
    found = only(net)
    assert found[:2] == ("warning", "switch s1")
    assert version in found.what
    assert "datapath_type=netdev" in found.what
    assert "3.1.3" in found.do
    assert "revalidator/purge" in found.do


@pytest.mark.parametrize(
    "software", ["Open vSwitch 3.1.3", "Open vSwitch 3.1.20", "Open vSwitch 2.17.9", "Other 3.1.0", ""]
)
def test_other_software_is_well(net: Controller, software: str) -> None:
    net.service.note_software(1, software)
    assert findings(net.service) == []


def test_a_switch_that_nobody_knows_is_a_warning(net: Controller) -> None:
    net.service.meet_unknown(0xAB, "192.0.2.7")
    assert only(net)[:2] == ("warning", "datapath 00000000000000ab")
    assert "192.0.2.7" in only(net).what
    assert "--dpid 00000000000000ab" in only(net).do


def test_a_port_that_nothing_checks_is_a_warning(net: Controller) -> None:
    net.do(Update("port", "ann", {"security": "none"})).serve()
    assert only(net)[:2] == ("warning", "port ann")
    net.do(Update("segment", "red", {"security": "none"}), Update("port", "ann", {"security": "mac"})).serve()
    assert only(net)[:2] == ("warning", "port bob")


@pytest.mark.parametrize("by", ["port", "segment", "trunk"])
def test_a_port_that_may_speak_with_no_address_of_its_own_is_a_warning(net: Controller, by: str) -> None:
    net.do(Update("port", "bob", {"fixed_ips": ("10.0.0.2",)}))
    if by == "port":
        net.do(Update("port", "ann", {"security": "mac+ip"}))
    elif by == "segment":
        net.do(Update("segment", "red", {"security": "mac+ip"}))
    else:
        net.do(
            Create("segment", {"id": "blue", "name": "blue", "project": "p", "security": "mac+ip"}),
            Update("port", "ann", {"trunk": (Subport(7, "blue"),)}),
        )
    what = "Its security is mac+ip and it has no address, so it speaks from link-local addresses alone."
    do = "`weft port update ann --fixed-ip ADDRESS`, or a lower security."
    assert only(net.serve()) == Finding("warning", "port ann", what, do)


@pytest.mark.parametrize(
    "fields",
    [
        {"fixed_ips": ("10.0.0.1",)},
        {"allowed_addresses": (AllowedAddress(prefix="10.0.0.0/24"),)},
        {"security": "mac+inner"},
    ],
)
def test_a_port_that_may_speak_with_an_address_is_well(net: Controller, fields: dict[str, Any]) -> None:
    net.do(Update("segment", "red", {"security": "mac+ip"}), Unplug("bob"))  # in Bob's port is nobody to speak
    net.do(Update("port", "ann", {"allowed_addresses": (AllowedAddress(mac="02:00:00:00:00:77"),)})).serve()
    assert only(net).about == "port ann", "a MAC is no address"
    net.do(Update("port", "ann", fields)).serve()
    assert findings(net.service) == []


def test_what_is_the_same_of_several_switches_is_said_once(net: Controller) -> None:
    for dpid, version in ((1, "3.1.0"), (2, "3.1.1")):
        net.service.note_software(dpid, f"Open vSwitch {version}")
    assert [finding.about for finding in findings(net.service)] == ["switch s1", "switch s2"], "not the same version"
    net.service.note_software(2, "Open vSwitch 3.1.0")
    assert only(net).about == "switches s1 and s2"


def test_many_switches_are_named_by_the_first_of_them(net: Controller) -> None:
    def away(*numbers: int) -> str:
        net.do(*(Create("switch", {"id": f"leaf{n}", "dpid": 100 + n}) for n in numbers))
        return only(net).about

    assert away(1, 2, 3) == "switches leaf1, leaf2 and leaf3"
    assert away(4, 5) == "switches leaf1, leaf2, leaf3, leaf4 and leaf5"
    assert away(6, 7) == "switches leaf1, leaf2, leaf3, leaf4, leaf5 and 2 more"
    assert "Not connected" in only(net).what


def test_a_link_that_is_down_is_a_warning_unless_somebody_wants_it_so(net: Controller) -> None:
    net.service.observe(ObserveInterfaces("s2", {"f1": (1, False)}))
    net.work().serve()
    assert only(net)[:2] == ("warning", "link s1:f1~s2:f1")
    assert "f1 of s2" in only(net).what
    assert "f1 of s1" not in only(net).what
    net.do(Update("link", "s1:f1~s2:f1", {"admin_up": False})).serve()
    assert findings(net.service) == []


def test_a_refused_claim_is_a_warning(net: Controller) -> None:
    net.service.observe(ObserveInterfaces("s1", {"e2": (8, True)}))
    net.service.observe(ObserveClaim("s1", "e2", "ann", mac="02:00:00:00:00:99"))
    net.work().serve()
    assert only(net)[:2] == ("warning", "interface e2 of s1")
    assert "claims port ann" in only(net).what


def test_errors_come_first(net: Controller) -> None:
    net.service.meet_unknown(0xAB, "192.0.2.7")
    net.switches["s1"].refuses = lambda entry: entry.table == METERS
    net.do(Update("port", "ann", {"max_rate": 100})).serve()
    severities = [finding.severity for finding in findings(net.service)]
    assert severities == sorted(severities)
    assert severities[-1] == "warning"


def test_the_api_tells_what_the_doctor_finds(net: Controller) -> None:
    net.service.meet_unknown(0xAB, "192.0.2.7")
    api = Validating(build_app(net.service, TOKEN), headers={"Authorization": f"Bearer {TOKEN}"})
    assert api.simulate_get("/v1/doctor").json == {"findings": [only(net)._asdict()]}
    assert api.simulate_get("/v1/switches/s1").json["software"] == "Open vSwitch 3.3.0"


def test_the_command_says_it_and_its_status_tells_errors(weft: Weft) -> None:
    assert weft("doctor") == (0, "nothing is wrong\n", "")
    assert weft("doctor", "-o", "json") == (0, "[]\n", "")
    assert weft("segment", "create", "red", "--project", "p", "--id", "red", "--security", "none")[0] == 0
    assert weft("port", "create", "web", "--segment", "red", "--id", "web")[0] == 0
    status, out, _ = weft("doctor", "-o", "json")
    warned: list[dict[str, Any]] = json.loads(out)
    assert (status, [(f["severity"], f["about"]) for f in warned]) == (0, [("warning", "port web")])
    weft("switch", "create", "s1", "--dpid", "1")
    status, out, _ = weft("doctor")
    assert status == 1
    assert out.splitlines()[0].split() == ["SEVERITY", "ABOUT", "WHAT", "DO"]
    assert out.splitlines()[1].startswith("error")
    assert "switch s1" in out.splitlines()[1]


def test_drops_are_told_of_the_switches_that_answer(weft: Weft) -> None:
    weft("switch", "create", "s9", "--dpid", "9")
    document = json.loads(weft("drops", "-o", "json").out)
    assert document["drops"] == []
    assert "s9" in document["unanswered"]
    assert "switch s9 does not answer" in weft("drops", "--limit", "5").out
    assert weft("drops", "--limit", "0")[0] == 2
    assert weft("drops", "--watch", "0")[0] == 2
    weft("segment", "create", "blue", "--project", "p", "--id", "blue")
    weft("port", "create", "empty", "--segment", "blue", "--id", "empty")
    assert json.loads(weft("port", "show", "empty", "-o", "json").out)["counters"] is None
