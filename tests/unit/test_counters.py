"""What switches have counted is told in the words of the model: whose frames have died, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.controller import Controller
from tests.openapi import Validating
from weft.apps.northbound.app import build_app
from weft.controller.compile.stages.limits import meter_of
from weft.controller.contracts import Count, Question, Reading, Traffic
from weft.controller.counters import Nowhere, about_drops, about_port, drops_on, place_of, port_document
from weft.controller.flow.decode import fields_of
from weft.controller.flow.entry import Entry
from weft.controller.flow.meter import LAST_ID, METERS
from weft.controller.model.commands import Create, ObserveInterfaces, Plug, Unplug, Update
from weft.controller.pipeline.core import DROP
from weft.controller.pipeline.reasons import METERED, REASON_BY_NAME

TOKEN = "a-token-of-this-test"


@pytest.fixture
def net() -> Controller:
    """Ann and Bob on s1, Cid on s2, one segment; each at his own OpenFlow port."""
    net = Controller()
    net.do(
        *(Create("switch", {"id": s, "dpid": n, "fabric_interfaces": ("f1",)}) for n, s in enumerate(("s1", "s2"), 1)),
        Create("segment", {"id": "red", "name": "red", "project": "p"}),
    )
    for switch in ("s1", "s2"):
        net.service.observe(ObserveInterfaces(switch, {"f1": (1, True), "e1": (7, True), "e2": (8, True)}))
    for n, (name, switch, interface) in enumerate((("ann", "s1", "e1"), ("bob", "s1", "e2"), ("cid", "s2", "e1"))):
        net.do(
            Create("port", {"id": name, "name": name.title(), "segment": "red", "max_rate": 1000, "max_broadcast": 10}),
            Create("vif", {"id": name, "mac": f"02:00:00:00:00:0{n}", "switch": switch, "interface": interface}),
            Plug(name, name),
        )
    return net


def counting(net: Controller, switch: str) -> Iterator[Entry]:
    """The entries of a switch that count what dies."""
    for entry in net.service.compiler.flows(switch).values():
        if entry.table == DROP.id:
            yield entry


def one_each(net: Controller, switch: str) -> Reading:
    """What the switch would answer if each of its entries had counted a frame."""
    return Reading(entries=[(entry.table, entry.match, Count(1, 60)) for entry in counting(net, switch)])


def all_drops(net: Controller, switch: str, reading: Reading) -> list[tuple[str | None, str, Count]]:
    """Whose frames have died, why, and how many."""
    network = net.service.network
    id_by_number = {place.number: place.port for place in (place_of(network, port) for port in ("ann", "bob", "cid"))}
    found = list(drops_on(network, switch, reading))
    assert all(dropped.switch == switch for dropped in found)
    return [(id_by_number.get(dropped.number), dropped.reason, dropped.counted) for dropped in found]


@pytest.mark.parametrize("switch", ["s1", "s2"])
def test_what_an_entry_counts_is_of_whom_it_is_wanted_for(net: Controller, switch: str) -> None:
    compiler = net.service.compiler
    found = all_drops(net, switch, one_each(net, switch))
    assert len(found) > 10
    for entry, dropped in zip(counting(net, switch), found, strict=True):
        (owner,) = compiler.owners(switch, entry.identity)
        expected = owner.subject[0] if owner.about.kind == "port" else None
        assert dropped == (expected, entry.name, Count(1, 60))
    assert {port for port, _, _ in found} == ({"ann", "bob", None} if switch == "s1" else {"cid", None})


def test_a_port_asks_for_the_entries_that_are_its_own_and_no_others(net: Controller) -> None:
    place = place_of(net.service.network, "bob")
    assert (place.switch, place.interface, place.ofport) == ("s1", "e2", 8)
    question = about_port(place)
    asked = {entry for entry in counting(net, "s1") for table, match in question.entries if fits(entry, table, match)}
    own = {
        e
        for e in counting(net, "s1")
        if any(o.subject == ("bob",) for o in net.service.compiler.owners("s1", e.identity))
    }
    assert asked == own != set()
    assert question.ofports == (8,)
    wanted = {int.from_bytes(i.match, "big") for i in net.service.compiler.flows("s1") if i.table == METERS}
    assert set(question.meters or ()) < wanted
    assert set(question.meters or ()) == {24, 25, 26}


def fits(entry: Entry, table: int, match: bytes) -> bool:
    """Whether a switch that is asked for entries with that match answers with this one (OpenFlow 1.4, 7.3.5.2)."""
    has = {field.name: (value, mask) for field, value, mask in fields_of(entry.match)}
    return entry.table == table and all(
        field.name in has and has[field.name] == (value, mask) for field, value, mask in fields_of(match)
    )


def test_what_meters_drop_is_of_the_port_whose_interface_they_are_of(net: Controller) -> None:
    reading = Reading(meters={meter_of(8, "admit:rate"): Count(5, 500), meter_of(7, "flood:storm"): Count(2, 120)})
    assert sorted(all_drops(net, "s1", reading), key=str) == [
        ("ann", "flood:storm", Count(2, 120)),
        ("bob", "admit:rate", Count(5, 500)),
    ]
    assert all_drops(net, "s1", Reading(meters={999: Count(1, 1)})) == []


def test_a_port_document_adds_up(net: Controller) -> None:
    place = place_of(net.service.network, "ann")
    mine = [(table, match) for table, match in about_port(place).entries]
    entries = [(e.table, e.match, Count(3, 180)) for e in counting(net, "s1") if any(fits(e, *m) for m in mine)]
    named = {entry.name for entry in counting(net, "s1") if any(fits(entry, *m) for m in mine)}
    meters = {meter_of(7, "deliver:rate"): Count(50, 5000)}
    reading = Reading({7: Traffic(Count(100, 9000), Count(200, 18000))}, entries, meters)
    document = port_document(place, reading)
    assert (document["port"], document["switch"], document["interface"]) == ("ann", "s1", "e1")
    assert document["received"] == {"frames": 100, "bytes": 9000}
    assert document["sent"] == {"frames": 200, "bytes": 18000}
    assert document["dropped"][0] == {
        "reason": "deliver:rate",
        "frames": 50,
        "bytes": 5000,
        "why": REASON_BY_NAME["deliver:rate"].doc,
    }
    assert {drop["reason"] for drop in document["dropped"]} == named | {"deliver:rate"}
    assert document["dropped_frames"] == 50 + 3 * len(named)
    assert port_document(place, Reading())["dropped"] == []


def test_garbage_in_the_place_of_an_entry_counts_for_nobody(net: Controller) -> None:
    strange = [(DROP.id, b"\x80\0\0", Count(1, 1)), (0, next(counting(net, "s1")).match, Count(1, 1))]
    assert all_drops(net, "s1", Reading(entries=strange)) == []


def test_a_port_without_a_place_is_counted_nowhere(net: Controller) -> None:
    network = net.service.network
    with pytest.raises(KeyError):
        place_of(network, "nobody")
    net.do(Update("vif", "ann", {"switch": None, "interface": None}))
    with pytest.raises(Nowhere, match="nowhere yet"):
        place_of(network, "ann")
    net.do(Unplug("ann"))
    with pytest.raises(Nowhere, match="no VIF"):
        place_of(network, "ann")
    net.service.observe(ObserveInterfaces("s1", {}, gone=("e2",)))
    with pytest.raises(Nowhere, match="no interface e2"):
        place_of(network, "bob")


def test_no_meter_is_asked_for_that_no_switch_can_have(net: Controller) -> None:
    net.service.observe(ObserveInterfaces("s1", {"e1": (LAST_ID, True)}))
    assert about_port(place_of(net.service.network, "ann")).meters == ()


class Switches:
    """Switches that answer what they are made to; the others do not."""

    def __init__(self, **readings: Reading) -> None:
        self.readings = readings
        self.asked: list[Mapping[str, Question]] = []

    def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Reading]:
        self.asked.append(questions)
        return {name: reading for name, reading in self.readings.items() if name in questions}


def get(net: Controller, path: str, **params: str) -> tuple[int, Any]:
    """Status and document."""
    api = Validating(build_app(net.service, TOKEN), headers={"Authorization": f"Bearer {TOKEN}"})
    result = api.simulate_get(path, params=params)
    return result.status_code, result.json


def test_the_most_frames_come_first_and_who_is_silent_is_named(net: Controller) -> None:
    counted = {"admit:source-mac": 7, "classify:unknown-port": 9}
    entries = [(e.table, e.match, Count(counted[e.name], 0)) for e in counting(net, "s1") if e.name in counted]
    switches = net.service.counters = Switches(
        s1=Reading(entries=entries, meters={meter_of(8, "admit:rate"): Count(8, 0)})
    )
    status, document = get(net, "/v1/drops")
    assert status == 200
    assert switches.asked == [about_drops(net.service.network)]
    assert document["unanswered"] == ["s2"]
    assert [(d["frames"], d["reason"], d["port"], d["switch"]) for d in document["drops"]][:2] == [
        (9, "classify:unknown-port", None, "s1"),
        (8, "admit:rate", "bob", "s1"),
    ]
    assert {(d["frames"], d["port"], d["name"], d["segment"]) for d in document["drops"][2:]} >= {
        (7, "ann", "Ann", "red"),
        (7, "bob", "Bob", "red"),
    }
    assert document["drops"][1]["why"] == REASON_BY_NAME["admit:rate"].doc
    assert get(net, "/v1/drops", limit="1")[1]["drops"] == document["drops"][:1]


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1000000", "1e3", "٣"])
def test_a_limit_is_a_number(net: Controller, limit: str) -> None:
    status, document = get(net, "/v1/drops", limit=limit)
    assert (status, document["field"]) == (400, "limit")


def test_a_port_is_counted_by_its_switch_or_not_at_all(net: Controller) -> None:
    assert get(net, "/v1/ports/ann/counters")[0] == 503, "there is nobody to ask"
    net.service.counters = Switches(s2=Reading())
    status, document = get(net, "/v1/ports/ann/counters")
    assert (status, document["field"], document["rule"]) == (
        503,
        "switch",
        "switch s1 is not connected, or does not answer",
    )
    assert get(net, "/v1/ports/cid/counters")[1]["dropped_frames"] == 0
    assert get(net, "/v1/ports/nobody/counters")[0] == 404
    net.do(Unplug("ann"))
    assert get(net, "/v1/ports/ann/counters")[0] == 409


def test_every_metered_reason_has_its_meter() -> None:
    assert len({meter_of(5, limit) for limit in METERED}) == len(METERED)  # type: ignore[arg-type]
