"""What the tests' Nexus takes, keeps and refuses: that of NX-OS's object model."""

from __future__ import annotations

import httpx
import pytest

from tests.nexus.answers import Document, found, post, refused
from tests.nexus.http import LONGEST
from tests.nexus.nexus import NOTHING, Carried, Nexus


def vlan(number: int, **attributes: str) -> Document:
    return {"l2BD": {"attributes": {"fabEncap": f"vlan-{number}", **attributes}}}


def port(name: str, **attributes: str) -> Document:
    return {"l1PhysIf": {"attributes": {"id": name, **attributes}}}


def system(vlans: tuple[Document, ...] = (), ports: tuple[Document, ...] = ()) -> Document:
    """A document for the whole switch."""
    inside = [{"bdEntity": {"children": list(vlans)}}, {"interfaceEntity": {"children": list(ports)}}]
    return {"topSystem": {"children": inside}}


# VLANs


def test_a_vlan_is_made_named_and_deleted(nexus: Nexus, client: httpx.Client) -> None:
    assert post(client, "sys/bd/bd-[vlan-267]", {"l2BD": {"attributes": {"name": "red"}}}).json() == {"imdata": []}
    assert nexus.vlan(267) == {
        "fabEncap": "vlan-267",
        "accEncap": "unknown",
        "name": "red",
        "adminSt": "active",
        "BdOperName": "red",
        "operSt": "up",
    }
    assert client.delete("/api/mo/sys/bd/bd-[vlan-267].json").status_code == 200
    assert nexus.vlan(267) is None
    assert client.delete("/api/mo/sys/bd/bd-[vlan-267].json").status_code == 200  # as was asked


@pytest.mark.parametrize("number", [0, 4095, 5000, 3968, 4000, 4094])
def test_vlans_beyond_the_numbers_or_reserved_are_refused(nexus: Nexus, client: httpx.Client, number: int) -> None:
    refused(post(client, f"sys/bd/bd-[vlan-{number}]", vlan(number)))
    refused(post(client, "sys/intf/phys-[eth1/1]", port("eth1/1", accessVlan=f"vlan-{number}")))
    assert nexus.vlan(number) is None


def test_the_default_vlan_stays(client: httpx.Client) -> None:
    assert "VLAN 1" in refused(client.delete("/api/mo/sys/bd/bd-[vlan-1].json"))
    assert "VLAN 1" in refused(post(client, "sys/bd/bd-[vlan-1]", vlan(1, name="mine")))


@pytest.mark.parametrize("name", ["n" * 33, "two words", "é"])
def test_names_that_no_vlan_has_are_refused(client: httpx.Client, name: str) -> None:
    refused(post(client, "sys/bd/bd-[vlan-20]", vlan(20, name=name)))


def test_two_vlans_cannot_have_one_name(client: httpx.Client) -> None:
    post(client, "sys/bd/bd-[vlan-20]", vlan(20, name="red"))
    assert "in use" in refused(post(client, "sys/bd/bd-[vlan-21]", vlan(21, name="red")))


def test_a_vn_segment_needs_its_feature(nexus: Nexus, client: httpx.Client) -> None:
    assert "not enabled" in refused(post(client, "sys/bd/bd-[vlan-20]", vlan(20, accEncap="vxlan-70000")))
    assert post(client, "sys/fm/vnsegment", {"fmVnSegment": {"attributes": {"adminSt": "enabled"}}}).is_success
    assert post(client, "sys/bd/bd-[vlan-20]", vlan(20, accEncap="vxlan-70000")).is_success
    assert "in use" in refused(post(client, "sys/bd/bd-[vlan-21]", vlan(21, accEncap="vxlan-70000")))
    refused(post(client, "sys/bd/bd-[vlan-21]", vlan(21, accEncap="vxlan-1")))
    assert nexus.vlan(20) is not None
    assert nexus.vlan(21) is None


# trunks and interfaces


@pytest.mark.parametrize(
    ("posted", "holds"),
    [
        ("1-10,20", "1-10,20"),
        ("+267", "5,267"),
        ("+7-9,6", "5-9"),
        ("-5", ""),
        ("-1-4094", ""),
        ("none", ""),
        ("9,7,8", "7-9"),
    ],
)
def test_a_trunk_is_rewritten_added_to_or_taken_from(
    nexus: Nexus, client: httpx.Client, posted: str, holds: str
) -> None:
    nexus.write_interface("eth1/1", trunkVlans="5")
    assert post(client, "sys/intf/phys-[eth1/1]", port("eth1/1", trunkVlans=posted)).is_success
    assert nexus.interface("eth1/1")["trunkVlans"] == holds


@pytest.mark.parametrize("text", ["5-", "9-7", "a", "1,,2", "+", "0", "4095", "1-4095", "1 2", "+-5"])
def test_what_is_no_list_of_vlans_is_refused(nexus: Nexus, client: httpx.Client, text: str) -> None:
    refused(post(client, "sys/intf/phys-[eth1/1]", port("eth1/1", trunkVlans=text)))
    assert nexus.interface("eth1/1")["trunkVlans"] == "1-4094"


def test_there_is_no_such_interface(client: httpx.Client) -> None:
    assert "does not exist" in refused(post(client, "sys/intf/phys-[eth1/99]", port("eth1/99", mode="trunk")))
    assert found(client.get("/api/mo/sys/intf/phys-[eth1/99].json")) == []


def test_in_a_channel_an_interface_takes_its_vlans_from_there(nexus: Nexus, client: httpx.Client) -> None:
    nexus.channel("po1", "eth1/1")
    assert "port channel" in refused(post(client, "sys/intf/phys-[eth1/1]", port("eth1/1", mode="trunk")))
    assert post(client, "sys/intf/aggr-[po1]", {"pcAggrIf": {"attributes": {"mode": "trunk"}}}).is_success


def test_a_routed_interface_is_no_switchport(nexus: Nexus, client: httpx.Client) -> None:
    nexus.write_interface("eth1/1", layer="Layer3")
    assert "switchport" in refused(post(client, "sys/intf/phys-[eth1/1]", port("eth1/1", mode="trunk")))


def test_what_an_interface_carries_is_of_vlans_that_there_are(nexus: Nexus) -> None:
    nexus.write_interface("eth1/1", mode="trunk", trunkVlans="20,30", nativeVlan="vlan-30")
    nexus.write_interface("eth1/2", accessVlan="vlan-20")
    assert nexus.forwarding()["eth1/2"] == NOTHING
    nexus.write_vlan(20)
    nexus.write_vlan(30)
    assert nexus.forwarding()["eth1/1"] == Carried(30, frozenset({20}))
    assert nexus.forwarding()["eth1/2"] == Carried(20, frozenset())
    nexus.write_interface("eth1/2", adminSt="down")
    nexus.write_vlan(30, adminSt="suspend")
    assert nexus.forwarding()["eth1/1"] == Carried(None, frozenset({20}))
    assert nexus.forwarding()["eth1/2"] == NOTHING


def test_whoever_watches_hears_of_each_change(nexus: Nexus, client: httpx.Client) -> None:
    seen: list[Carried] = []
    nexus.tree.watchers.append(lambda: seen.append(nexus.forwarding()["eth1/1"]))
    post(client, "sys", system((vlan(20),), (port("eth1/1", accessVlan="vlan-20"),)))
    refused(post(client, "sys/bd/bd-[vlan-0]", vlan(0)))
    nexus.delete_vlan(20)
    nexus.tree.watchers.clear()
    assert seen == [Carried(20, frozenset()), NOTHING]


def test_a_virtual_port_channel_needs_its_feature(nexus: Nexus, client: httpx.Client) -> None:
    assert "vpc" in refused(post(client, "sys/vpc/inst", {"vpcInst": {}}))
    nexus.channel("po7", "eth1/7", vpc=10)
    (one,) = found(client.get("/api/class/vpcRsVpcConf.json"))
    assert one["vpcRsVpcConf"]["attributes"] == {
        "dn": "sys/vpc/inst/dom/if-[10]/rsvpcConf",
        "tDn": "sys/intf/aggr-[po7]",
    }


# requests


def test_a_post_holds_whole_or_not_at_all(nexus: Nexus, client: httpx.Client) -> None:
    refused(post(client, "sys", system((vlan(20), vlan(21)), (port("eth1/1", mode="trunk", trunkVlans="x"),))))
    assert nexus.vlan(20) is None
    assert nexus.interface("eth1/1")["mode"] == "access"
    assert post(client, "sys", system((vlan(20), vlan(21)), (port("eth1/1", mode="trunk"),))).is_success
    assert nexus.vlan(21) is not None
    assert post(client, "sys", system((vlan(20, status="deleted"),))).is_success
    assert nexus.vlan(20) is None


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"l2BD": []},
        {"l2BD": {}, "l1PhysIf": {}},
        {"l2BD": {"attributes": {"fabEncap": "vlan-20"}, "more": {}}},
        {"l2BD": {"attributes": {"nonsense": "1"}}},
        {"l2BD": {"attributes": {"operSt": "up"}}},
        {"l2BD": {"attributes": {"name": 5}}},
        {"l2BD": {"attributes": {"adminSt": "maybe"}}},
        {"l2BD": {"attributes": {"fabEncap": "vlan-21"}}},
        {"l2BD": {"attributes": {"status": "gone"}}},
        {"l2BD": {"children": [{"l1PhysIf": {"attributes": {"id": "eth1/1"}}}]}},
        {"l3Nonsense": {"attributes": {}}},
        {"l1PhysIf": {"attributes": {"id": "eth1/1"}}},
    ],
)
def test_what_is_no_document_of_that_class_is_refused(nexus: Nexus, client: httpx.Client, document: object) -> None:
    refused(post(client, "sys/bd/bd-[vlan-20]", document))
    assert nexus.vlan(20) is None


def test_what_is_no_json_is_too_big_or_goes_nowhere_is_refused(client: httpx.Client) -> None:
    refused(client.post("/api/mo/sys.json", content=b"{"))
    refused(client.post("/api/mo/sys.json", content=b" " * (LONGEST + 1)), 413)
    refused(client.put("/api/mo/sys.json", json={}), 405)
    refused(client.get("/nowhere"), 404)
    refused(post(client, "sys/nowhere/bd-[vlan-20]", vlan(20)), 404)
    refused(client.get("/api/class/nonsense.json"))


def test_a_read_asks_for_itself_its_children_or_all_below(nexus: Nexus, client: httpx.Client) -> None:
    nexus.write_vlan(20)
    (itself,) = found(client.get("/api/mo/sys/bd.json"))
    assert itself == {"bdEntity": {"attributes": {"dn": "sys/bd"}}}
    children = found(client.get("/api/mo/sys/bd.json", params={"query-target": "children"}))
    assert [one["l2BD"]["attributes"]["fabEncap"] for one in children] == ["vlan-1", "vlan-20"]
    below = found(
        client.get("/api/mo/sys.json", params={"query-target": "subtree", "target-subtree-class": "l2BD,ethpmPhysIf"})
    )
    assert {next(iter(one)) for one in below} == {"l2BD", "ethpmPhysIf"}
    (tree,) = found(
        client.get(
            "/api/mo/sys/intf/phys-[eth1/1].json",
            params={"rsp-subtree": "full", "rsp-prop-include": "config-only", "rsp-subtree-class": "ethpmPhysIf"},
        )
    )
    assert tree["l1PhysIf"]["attributes"]["trunkVlans"] == "1-4094"
    assert tree["l1PhysIf"]["children"] == [{"ethpmPhysIf": {"attributes": {"dn": "sys/intf/phys-[eth1/1]/phys"}}}]
    for wrong in ({"query-target": "all"}, {"target-subtree-class": "nonsense"}, {"order": "up"}):
        refused(client.get("/api/mo/sys.json", params=wrong))
