"""Facts refuse to exist when malformed, and the refusal names the field and the rule."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given

from tests.facts import facts
from weft.controller.model import rules
from weft.controller.model.documents import from_document, to_document
from weft.controller.model.facts import KINDS, Claim, Endpoint, Fact, Link, Port, Segment, Vif, link_id
from weft.controller.model.rules import Malformed, normal_mac
from weft.controller.model.traits import AllowedAddress, Offer, Subport

A, B = Endpoint("s1", "e1"), Endpoint("s2", "e2")
SOUND: dict[str, dict[str, Any]] = {
    "segment": {"id": "red", "number": 1, "name": "red", "project": "acme", "segmentation_id": 7},
    "port": {"id": "p", "number": 1, "name": "p", "project": "acme", "segment": "red"},
    "vif": {"id": "v", "mac": "02:00:00:00:00:01", "switch": "s1", "interface": "e1"},
    "attachment": {"id": "p", "vif": "v"},
    "switch": {"id": "s1", "number": 1, "dpid": 1, "fabric_interfaces": ("f1", "f2")},
    "link": {"id": "s1:e1~s2:e2", "a": A, "b": B},
    "interface": {"id": A, "ofport": 1},
    "security_group": {"id": "g", "project": "acme"},
    "trunk": {"id": "t", "project": "acme", "port": "p"},
    "promotion": {"shadow": "terse"},
    "claim": {"id": A, "port": "p", "mac": "02:00:00:00:00:01", "vif_kind": "tap", "outcome": "granted"},
}
MALFORMED = [
    ("segment", "id", "", "1 to 64 letters"),
    ("segment", "id", "-red", "1 to 64 letters"),
    ("segment", "id", "red\n", "1 to 64 letters"),
    ("segment", "id", "r" * 65, "1 to 64 letters"),
    ("segment", "id", None, "1 to 64 letters"),
    ("segment", "number", 0, "from 1 to 16777215"),
    ("segment", "number", 1 << 24, "from 1 to 16777215"),
    ("segment", "name", "\n", "1 to 255 characters"),
    ("segment", "name", "a\x00b", "none a control character"),
    ("segment", "project", "x" * 256, "1 to 255 characters"),
    ("segment", "transport", "vxlan", "one of local, vlan"),
    ("segment", "segmentation_id", None, "from 2 to 4094"),
    ("segment", "segmentation_id", 1, "from 2 to 4094"),
    ("segment", "segmentation_id", 4095, "from 2 to 4094"),
    ("segment", "segmentation_id", True, "from 2 to 4094"),
    ("segment", "segmentation_id", "7", "from 2 to 4094"),
    ("segment", "admin_up", 1, "true or false"),
    ("segment", "mtu", 67, "from 68 to 65535"),
    ("segment", "shared_with", ("a", "a"), "twice"),
    ("segment", "tags", ["a"], "list of names"),
    ("segment", "description", "x" * 1025, "at most 1024 characters"),
    ("port", "number", 1 << 24, "from 1 to 16777215"),
    ("port", "segment", "", "1 to 64 letters"),
    ("vif", "mac", "02:00:00:00:00:0A", "a MAC such as"),
    ("vif", "mac", "02:00:00:00:00", "a MAC such as"),
    ("vif", "mac", "02:00:00:00:00:01\n", "a MAC such as"),
    ("vif", "mac", 5, "a MAC such as"),
    ("vif", "mac", "01:00:5e:00:00:01", "a group address"),
    ("vif", "mac", "ff:ff:ff:ff:ff:ff", "a group address"),
    ("vif", "mac", "00:00:00:00:00:00", "not be all zero"),
    ("vif", "vif_kind", "bridge", "one of tap, veth"),
    ("vif", "interface", None, "together, or neither"),
    ("attachment", "vif", "", "1 to 64 letters"),
    ("switch", "dpid", 0, "from 1 to"),
    ("switch", "dpid", 1 << 64, "from 1 to"),
    ("switch", "number", 1 << 16, "from 1 to 65535"),
    ("switch", "fabric_interfaces", ("f1", "f1"), "twice"),
    ("link", "id", "s2:e2~s1:e1", "'s1:e1~s2:e2'"),
    ("link", "origin", "guessed", "must be one of declared, discovered, not 'guessed'"),
    ("vif", "origin", "guessed", "must be one of declared, discovered, not 'guessed'"),
    ("claim", "outcome", "", "must be one of granted, refused, not ''"),
    ("claim", "mac", None, "at most 1024 characters"),
    ("claim", "rule", "x" * 1025, "at most 1024 characters"),
    ("claim", "located", None, "true or false"),
    ("interface", "ofport", 0, "from 1 to"),
    ("interface", "ofport", 0xFFFFFF00, "from 1 to"),  # OFPP_MAX: the reserved ports begin
    ("interface", "up", None, "true or false"),
    ("port", "security_groups", ["g"], "must be a list"),
    ("security_group", "stateful", None, "true or false"),
    ("security_group", "name", None, "at most 1024 characters"),
    ("trunk", "admin_up", 1, "true or false"),
    ("trunk", "created_at", -1, "from 0 to"),
]


@pytest.mark.parametrize(("kind", "field", "value", "rule"), MALFORMED)
def test_a_malformed_fact_refuses_to_exist(kind: str, field: str, value: object, rule: str) -> None:
    with pytest.raises(Malformed) as refusal:
        KINDS[kind](**SOUND[kind] | {field: value})
    assert refusal.value.field == field
    assert rule in refusal.value.rule


@pytest.mark.parametrize("kind", SOUND)
def test_a_sound_fact_exists_and_stays_as_it_is(kind: str) -> None:
    fact = KINDS[kind](**SOUND[kind])
    assert fact == KINDS[kind](**SOUND[kind])
    with pytest.raises(FrozenInstanceError):
        fact.id = "other"  # type: ignore[union-attr, misc]


def test_a_local_segment_has_no_id_on_a_wire() -> None:
    with pytest.raises(Malformed, match="transport 'local' carries none"):
        Segment(**SOUND["segment"] | {"transport": "local"})


def test_a_link_does_not_lead_back_to_its_switch() -> None:
    loop = Endpoint("s1", "e9")
    with pytest.raises(Malformed, match=r"b.switch: a link joins two different switches"):
        Link(id=link_id(A, loop), a=A, b=loop)


def test_a_link_has_one_id_whichever_end_is_named_first() -> None:
    assert link_id(A, B) == link_id(B, A) == "s1:e1~s2:e2"


def test_a_vif_is_at_an_interface_or_nowhere() -> None:
    assert Vif(**SOUND["vif"]).location == Endpoint("s1", "e1")
    assert Vif(id="v", mac="02:00:00:00:00:01").location is None


@pytest.mark.parametrize("written", ["02-00-00-00-00-0A", "02:00:00:00:00:0a", " 02:00:00:00:00:0A "])
def test_a_mac_may_be_written_in_several_ways(written: str) -> None:
    assert normal_mac(written) == "02:00:00:00:00:0a"


def test_a_claim_is_of_an_interface_that_has_a_name() -> None:
    for place, field in ((Endpoint("s1", ""), "interface"), (Endpoint("", "e1"), "switch")):
        with pytest.raises(Malformed, match=f"^{field}: must be 1 to 255 characters"):
            Claim(**SOUND["claim"] | {"id": place})


def test_a_prefix_that_was_found_sound_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port with many pairs could else be changed so often at once that everybody waits."""
    parsed: list[object] = []
    monkeypatch.setattr(rules, "ip_network", lambda *given, **more: parsed.append(given) or ip_network(*given, **more))
    port = {**SOUND["port"], "number": 1, "allowed_addresses": (AllowedAddress(prefix="10.99.98.0/24"),)}
    for number in range(1, 100):
        Port(**port | {"number": number})
    assert len(parsed) <= 2


def test_a_port_is_on_its_own_segment_and_on_those_of_its_trunk() -> None:
    trunk = (Subport(7, "blue"), Subport(9, "green"))
    assert Port(**SOUND["port"]).segments == ("red",)
    assert Port(**SOUND["port"], trunk=trunk).segments == ("red", "blue", "green")


@given(facts)
def test_a_fact_survives_being_written_down(fact: Fact) -> None:
    assert from_document(fact.kind, json.loads(json.dumps(to_document(fact)))) == fact


def test_what_a_fact_names_by_several_things_is_written_down_by_their_names() -> None:
    port = Port(
        **SOUND["port"],
        offer=Offer("project:blue", "veth", 5),
        allowed_addresses=(AllowedAddress(prefix="10.0.0.0/24"),),
        trunk=(Subport(7, "blue"),),
    )
    document = to_document(port)
    assert document["offer"] == {"to": "project:blue", "vif_kind": "veth", "expires": 5}
    assert document["allowed_addresses"] == [{"mac": None, "prefix": "10.0.0.0/24"}]
    assert document["trunk"] == [{"tag": 7, "segment": "blue"}]


@pytest.mark.parametrize("kind", SOUND)
def test_what_was_written_before_there_were_other_fields_is_read_with_their_defaults(kind: str) -> None:
    document = {name: value for name, value in to_document(KINDS[kind](**SOUND[kind])).items() if name in SOUND[kind]}
    assert from_document(kind, document) == KINDS[kind](**SOUND[kind])


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("segment", {}),
        ("segment", {"id": "red", "number": 1, "name": "red", "project": "p", "colour": "red"}),
        ("link", {"id": "s1:e1~s2:e2", "a": "s1:e1", "b": "s2:e2"}),
        ("link", {"id": "s1:e1~s2:e2", "a": {"switch": "s1"}, "b": {"switch": "s2", "interface": "e2"}}),
        ("interface", {"id": None, "ofport": 1}),
        ("vif", {"id": "v", "mac": "nonsense"}),
        ("port", SOUND["port"] | {"offer": {"to": "project:blue"}}),
        ("port", SOUND["port"] | {"offer": {"to": "project:blue", "vif_kind": "veth", "expires": "tomorrow"}}),
        ("port", SOUND["port"] | {"trunk": [7]}),
        ("port", SOUND["port"] | {"trunk": [{"tag": 7}]}),
        ("port", SOUND["port"] | {"allowed_addresses": [{"address": "10.0.0.1"}]}),
        ("port", SOUND["port"] | {"allowed_addresses": {"mac": None, "prefix": None}}),
    ],
)
def test_a_document_that_is_no_fact_is_malformed(kind: str, document: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        from_document(kind, document)
