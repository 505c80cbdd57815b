"""``weft export``: a file from which ``weft apply`` makes the same model, wherever it is applied."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.command import Weft
from weft.apps.model_file import FILED, entries, read
from weft.apps.northbound.paths import COLLECTIONS

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-model.yaml"
LIVING = {"status", "number", "revision", "created_at", "updated_at"}  # of the controller, and of no file
STRANGE = """
switches:
  - {id: "no", dpid: 0000000000000010, fabric_interfaces: ["1", "12:34"], tags: [~x, "null", "true"]}
  - {id: "sp ace/slash", dpid: "22", fabric_interfaces: [up]}
links: [{a: {switch: "no", interface: "12:34"}, b: {switch: sp ace/slash, interface: up}, admin_up: false}]
segments:
  - {id: red, name: "null", project: "12", shared_with: ["yes", q], mtu: 9000, security: mac, vlan_transparent: true}
  - {id: sea, name: "# é: [x]", project: "12", transport: local, description: "two\\nlines\\t'and' \\"quotes\\" "}
vifs:
  - {id: v1, name: "0x10", project: q, mac: 52:54:00:12:34:56, vif_kind: tap, device: "-", switch: "no", interface: "7"}
  - {id: v2, mac: 02:00:00:00:00:02}
ports:
  - id: p1
    name: "1e5"
    segment: red
    vif: v1
    vif_kinds: [tap, veth]
    connect: [owner, "project:q", "role:tester"]
    offer: {to: "project:q", vif_kind: tap, expires: 2030-01-01T00:00:00Z}
    security: mac+inner
    fixed_ips: [10.0.0.1, 2001:DB8::1]
    allowed_addresses: [{mac: 00:00:5E:00:01:01}, {prefix: 10.1.0.0/16}, {mac: 02-00-00-00-00-01, prefix: 10.2.0.1}]
    router: true
    dhcp_server: true
    promiscuous: true
    trunk: [{tag: 7, segment: sea}]
    isolated: community:7
    max_rate: 1000
    burst: 100
    max_broadcast: 50
    admin_up: false
    tags: ["2030-01-01", "=", "<<"]
    security_groups: [web]
  - {id: p2, name: guest, project: q, segment: red, vif: v2}
  - {id: p3, name: below, project: q, segment: red}
security_groups:
  - id: g
    name: web
    project: p
    rules:
      - {id: g1, direction: ingress, protocol: tcp, port_range_min: 80, port_range_max: 81, remote_group: g}
trunks:
  - {id: t, name: t, project: q, port: p2, subports: [{port: below, tag: 5}]}
"""


def model(weft: Weft, *options: str) -> dict[str, Any]:
    """All that the controller holds, but for what is of this controller alone."""
    things = {
        kind: json.loads(weft(kind.replace("_", "-"), "list", "-o", "json", *options).out)
        for kind in FILED
        if kind != "quota"
    }
    return {
        kind: {one["id"]: {name: value for name, value in one.items() if name not in LIVING} for one in ones}
        for kind, ones in things.items()
    }


@pytest.fixture(scope="module")
def elsewhere(another: dict[str, Any]) -> tuple[str, ...]:
    """The options that lead to the second controller."""
    return ("--url", another["rest"], "--token-file", another["token_file"])


def test_what_is_exported_makes_the_same_model_elsewhere(
    weft: Weft, elsewhere: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "strange.yaml").write_text(STRANGE)
    assert weft("apply", "-f", str(EXAMPLE), "-f", "strange.yaml", "--yes").err == ""
    exported = weft("export")
    assert exported.err == ""
    (tmp_path / "exported.yaml").write_text(exported.out)
    assert weft("apply", "-f", "exported.yaml", "--yes", "--prune", "--prune-fabric").out == "nothing to change\n"
    assert weft("apply", "-f", "exported.yaml", "--yes", *elsewhere).err == ""
    assert model(weft, *elsewhere) == model(weft)
    again = weft("export", *elsewhere).out
    assert again.splitlines()[1:] == exported.out.splitlines()[1:]

    (tmp_path / "exported.json").write_text(weft("export", "-o", "json").out)
    assert weft("apply", "-f", "exported.json", "--dry-run").status == 0


def test_the_full_export_puts_everything_back(weft: Weft, tmp_path: Path) -> None:
    before = model(weft)
    brief, full = tmp_path / "brief.yaml", tmp_path / "full.yaml"
    brief.write_text(weft("export").out)
    full.write_text(weft("export", "--full").out)
    assert weft("port", "update", "guest", "--fixed-ip", "10.0.0.99", "--router", "--max-rate", "7").err == ""
    assert weft("unplug", "p1").err == ""
    weft("segment", "update", "sea", "--no-admin-up", "--description", "")
    assert weft("apply", "-f", "brief.yaml", "--dry-run", "-o", "json").out.count('"old"') == 2
    assert weft("apply", "-f", "full.yaml", "--yes").err == ""
    assert model(weft) == before


def test_one_may_export_a_project(weft: Weft) -> None:
    said = json.loads(weft("export", "--project", "q", "-o", "json").out)
    assert {collection: [one["id"] for one in ones] for collection, ones in said.items()} == {
        "vifs": ["v1"],
        "ports": ["p3", "p2"],
        "trunks": ["t"],
    }
    assert weft("export", "--project", "nobody").out.endswith("weft export\n{}\n")


def test_an_accepted_offer_is_told_since_no_file_can_say_it(weft: Weft) -> None:
    weft("segment", "create", "lan", "--project", "a")
    weft("port", "create", "gift", "--segment", "lan", "--offer", "project:b,veth,2090-01-01T00:00:00Z", "--id", "gift")
    weft("vif", "create", "taker", "--project", "b", "--mac", "02:00:00:00:00:77", "--id", "taker")
    assert weft("--as-project", "b", "plug", "gift", "taker").err == ""
    assert "# VIF taker has accepted the offer of port gift; no file can say so\n" in weft("export").out


def test_what_is_exported_is_a_model_without_a_controller_as_well(weft: Weft, tmp_path: Path) -> None:
    assert weft("apply", "-f", str(EXAMPLE), "--yes").err == ""
    text = weft("export", "--project", "red").out
    assert {entry.kind for entry in entries(text)} == {"segment", "vif", "port"}
    nowhere = re.sub(r"(, |\n    )(switch|interface): \w+", "", weft("export", "--project", "blue").out)
    (tmp_path / "exported.yaml").write_text(nowhere)
    assert {str(port.id) for port in read(tmp_path / "exported.yaml").of_kind("port")}
    assert COLLECTIONS["port"] in text


def test_subnets_and_quotas_are_part_of_the_model(weft: Weft, tmp_path: Path, elsewhere: tuple[str, ...]) -> None:
    (tmp_path / "more.yaml").write_text(
        """
        quotas: [{id: net, limits: [{kind: port, most: 5}]}]
        segments: [{name: net, project: net}]
        subnets:
          - {name: v4, segment: net, project: net, cidr: 10.9.0.0/24, gateway_ip: 10.9.0.1, dns_nameservers: [10.9.0.2],
             allocation_pools: [{start: 10.9.0.10, end: 10.9.0.99}],
             host_routes: [{destination: 192.0.2.0/24, nexthop: 10.9.0.1}]}
        """
    )
    assert weft("apply", "-f", "more.yaml", "--yes").err == ""
    assert weft("apply", "-f", "more.yaml", "--dry-run").out == "nothing to change\n"
    (tmp_path / "exported.yaml").write_text(weft("export", "--project", "net").out)
    assert {entry.kind for entry in entries((tmp_path / "exported.yaml").read_text())} == {"quota", "segment", "subnet"}
    assert weft("apply", "-f", "exported.yaml", "--yes", *elsewhere).err == ""
    for kind in ("subnet", "quota"):
        here, there = (json.loads(weft(kind, "list", "-o", "json", *options).out) for options in ((), elsewhere))
        assert [{k: v for k, v in one.items() if k not in LIVING} for one in here] == [
            {k: v for k, v in one.items() if k not in LIVING} for one in there
        ]
    assert weft("apply", "-f", "more.yaml", "--yes", "--prune").status == 0
    assert weft("quota", "set", "net", "port=7", "vif=3").err == ""
    limits = {one["kind"]: one["most"] for one in json.loads(weft("quota", "show", "net", "-o", "json").out)["limits"]}
    assert limits == {"port": 7, "vif": 3}
    assert weft("quota", "set", "new", "port=1").status == 0
    assert "port=1" in weft("quota", "list").out
