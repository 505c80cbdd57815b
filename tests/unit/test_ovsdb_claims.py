"""What an Interface row says becomes what is claimed, and then what the model is told."""

from __future__ import annotations

from typing import Any

import pytest

from weft.controller.adapters.ovsdb.claims import KIND_BY_TYPE, Claimed, claimed
from weft.controller.adapters.ovsdb.values import Garbage, members, texts_by_text, uuids
from weft.controller.model.commands import ObserveClaim
from weft.controller.model.trait_rules import check_vif_kind

IDS = {"iface-id": "web", "attached-mac": "02:00:00:00:00:0a"}
UUID = "ecb43320-39cf-4ab1-8680-81f05875a00f"


def test_an_interface_that_names_no_port_claims_nothing() -> None:
    assert claimed("eth0", "", {}) is None
    assert claimed("eth0", "", {"attached-mac": IDS["attached-mac"], "vm-id": "vm7"}) is None
    assert claimed("eth0", "", {"iface-id": ""}) is None


def test_all_that_an_interface_says_is_told() -> None:
    said = {**IDS, "weft-project": "blue", "weft-kind": "veth", "vm-id": "vm7", "iface-status": "active"}
    claim = claimed("tap0", "", said)
    assert claim == Claimed("tap0", "web", "02:00:00:00:00:0a", "veth", "blue", "vm7")
    told = ObserveClaim("s1", "tap0", "web", "02:00:00:00:00:0a", "veth", "blue", "vm7", 1234)
    assert claim.by("s1", 1234) == told


def test_what_it_does_not_say_is_left_to_the_model() -> None:
    assert claimed("tap0", "", {"iface-id": "web"}) == Claimed("tap0", "web", "", "tap", None, "")


@pytest.mark.parametrize("mac", ["02:00:00:00:00:0A", "02-00-00-00-00-0a", " 02:00:00:00:00:0a "])
def test_a_mac_is_told_as_facts_have_it(mac: str) -> None:
    claim = claimed("tap0", "", {**IDS, "attached-mac": mac})
    assert claim is not None
    assert claim.mac == "02:00:00:00:00:0a"


@pytest.mark.parametrize(
    ("type", "said", "kind"),
    [
        ("", None, "tap"),
        ("", "veth", "veth"),
        ("system", "physical", "physical"),
        ("tap", None, "tap"),
        ("internal", None, "internal"),
        ("internal", "veth", "internal"),
        ("dpdk", "tap", "dpdk"),
        ("dpdkvhostuser", None, "vhost-user"),
        ("dpdkvhostuserclient", "tap", "vhost-user"),
        ("", "toaster", "toaster"),  # and the model says what is wrong with it
    ],
)
def test_what_open_vswitch_has_made_is_of_its_kind_and_all_else_of_the_kind_that_it_says(
    type: str, said: str | None, kind: str
) -> None:
    claim = claimed("if0", type, {**IDS, **({"weft-kind": said} if said is not None else {})})
    assert claim is not None
    assert claim.vif_kind == kind


def test_the_kinds_of_open_vswitch_are_kinds_of_the_model() -> None:
    for kind in KIND_BY_TYPE.values():
        check_vif_kind("vif_kind", kind)


def test_what_nobody_could_print_or_store_is_spelled_out() -> None:
    claim = claimed("tap\x1b[31m", "", {**IDS, "iface-id": "we\ud800b", "vm-id": "a\nb"})
    assert claim is not None
    assert (claim.interface, claim.port, claim.device) == ("tap\\x1b[31m", "we\\xd800b", "a\\x0ab")
    assert str(claim).isprintable()


def test_a_name_that_openflow_cuts_is_kept_whole_so_that_it_is_nobody_elses() -> None:
    claims = [claimed(f"vhost-user-client-{number}", "", IDS) for number in (7, 8)]
    assert [claim and claim.interface for claim in claims] == ["vhost-user-client-7", "vhost-user-client-8"]


def test_values_are_read_as_ovsdb_writes_them() -> None:
    assert uuids(["uuid", UUID]) == uuids(["set", [["uuid", UUID]]]) == (UUID,)
    assert uuids(["set", []]) == ()
    assert members("00000000000000aa") == ["00000000000000aa"]
    assert texts_by_text(["map", []]) == {}
    assert len(texts_by_text(["map", [["vm-id", "x" * 100_000]]])["vm-id"]) < 2000


@pytest.mark.parametrize(
    "value",
    [None, 7, "x", [], {}, ["set"], ["set", 7], ["set", [7]], ["uuid", 7], ["uuid", "x"], ["set", [["uuid", None]]]],
)
def test_what_is_no_reference_is_garbage(value: Any) -> None:
    with pytest.raises(Garbage):
        uuids(value)


@pytest.mark.parametrize(
    "value", [None, 7, "x", [], {}, ["map"], ["map", 7], ["map", [7]], ["map", [["a"]]], ["map", [["a", 7]]]]
)
def test_what_is_no_map_of_texts_is_garbage(value: Any) -> None:
    with pytest.raises(Garbage):
        texts_by_text(value)
