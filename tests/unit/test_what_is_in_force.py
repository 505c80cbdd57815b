"""Which extensions and plug-ins are in force: each API and the command line tell of the same ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import Weft
from tests.openapi import Validating
from tests.openstack import Neutron, fault
from tests.quantum import PEOPLE, Quantum
from tests.stores import MemoryStore
from weft.apps.extensions.installed import composed
from weft.apps.northbound.app import build_app
from weft.controller.adapters.oslo_policy import OsloPolicy
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.model.capabilities import EVERYTHING, OPENVSWITCH, Capabilities
from weft.controller.service import Service

TOKEN = "a-token-of-this-test"
ALL = composed(("qos", "mirror", "portstats"))
BRIDGE = Capabilities(
    transports=frozenset({"vlan"}),
    vif_kinds=frozenset({"veth", "tap"}),
    security=frozenset({"mac", "none"}),
    traits=frozenset({"isolated", "fixed_ips"}),
    learns=True,
)


def service(extended: Composed = ALL, **more: Any) -> Service:
    return Service(MemoryStore(), composed=extended, **more)


def native(service: Service, **headers: str) -> Validating:
    return Validating(build_app(service, TOKEN), headers={"Authorization": f"Bearer {TOKEN}", **headers})


def restricted(folder: Path) -> OsloPolicy:
    file = folder / "policy.yaml"
    file.write_text('get_extensions: "role:operator"\n')
    return OsloPolicy(file)


def test_extensions_are_listed_with_what_they_add() -> None:
    api = native(service())
    found = api.simulate_get("/v1/extensions").json["extensions"]
    assert [one["alias"] for one in found] == ["mirror", "portstats", "qos"]
    for one in found:
        assert api.simulate_get(f"/v1/extensions/{one['alias']}").json == one
    mirror, portstats, qos = found
    assert {"kind": "port", "name": "qos:dscp", "set_by": "operator"}.items() <= qos["attributes"][0].items()
    assert (qos["tables"], qos["stages"], qos["resources"]) == (["qos"], ["qos"], [])
    assert mirror["resources"] == ["/v1/ext/mirror/mirrors"]
    assert (portstats["tables"], portstats["stages"], portstats["attributes"]) == ([], [], [])


def test_what_is_not_in_force_is_not_there() -> None:
    api = native(service(ALONE))
    assert api.simulate_get("/v1/extensions").json == {"extensions": []}
    assert api.simulate_get("/v1/extensions/qos").status_code == 404
    assert api.simulate_get("/v1/plugins/nexus").status_code == 404


def test_plugins_are_listed_with_what_they_can_honour() -> None:
    api = native(service(capabilities={OPENVSWITCH: EVERYTHING, "bridge": BRIDGE}))
    bridge, openvswitch = api.simulate_get("/v1/plugins").json["plugins"]
    assert bridge == {
        "name": "bridge",
        "transports": ["vlan"],
        "vif_kinds": ["tap", "veth"],
        "security": ["none", "mac"],
        "traits": ["fixed_ips", "isolated"],
        "learns": True,
        "flow_tables": False,
        "openflow": False,
    }
    assert api.simulate_get("/v1/plugins/bridge").json == bridge
    assert (openvswitch["name"], openvswitch["openflow"], openvswitch["learns"]) == (OPENVSWITCH, True, False)


def test_everybody_hears_of_extensions_and_operators_of_plugins() -> None:
    guest = native(service(), **{"Weft-Act-As": "project=red; role=reader"})
    assert len(guest.simulate_get("/v1/extensions").json["extensions"]) == 3
    for path in ("/v1/plugins", "/v1/plugins/openvswitch", "/v1/plugins/none"):
        assert guest.simulate_get(path).status_code == 403


def test_a_policy_may_keep_extensions_to_operators_in_every_api(tmp_path: Path) -> None:
    net = service(policy=restricted(tmp_path))
    assert len(native(net).simulate_get("/v1/extensions").json["extensions"]) == 3
    guest = native(net, **{"Weft-Act-As": "project=red; role=reader"})
    assert guest.simulate_get("/v1/extensions").json == {"extensions": []}
    assert guest.simulate_get("/v1/extensions/qos").status_code == 404
    neutron = Neutron(net, lambda _: PEOPLE["red"])
    assert not [one for one in neutron.get("extensions").json["extensions"] if one["alias"].startswith("weft-")]
    assert fault(neutron.get("extensions/weft-qos")) == (404, "ExtensionNotFound")
    assert [one["alias"] for one in Quantum(net).get("/v1.1/extensions")["extensions"]] == ["portstats"]


def test_neutrons_clients_do_not_take_them_for_openstacks() -> None:
    neutron = Neutron(service(), lambda _: PEOPLE["red"])
    found = {one["alias"]: one for one in neutron.get("extensions").json["extensions"]}
    assert "qos" not in found
    assert [alias for alias in found if alias.startswith("weft-")] == ["weft-mirror", "weft-portstats", "weft-qos"]
    assert neutron.get("extensions/weft-qos").json == {"extension": found["weft-qos"]}
    assert found["weft-qos"]["name"] == "Quality of service"
    assert found["weft-qos"]["updated"] == "2012-11-24T00:00:00-00:00"


@pytest.mark.parametrize("version", ["v1.0", "v1.1"])
@pytest.mark.parametrize("format", ["json", "xml"])
def test_quantums_clients_find_them_beside_its_own(version: str, format: str) -> None:
    api = Quantum(service(), version, format)
    found = {one["alias"]: one for one in api.get(f"/{version}/extensions")["extensions"]}
    assert list(found) == ["portstats", "weft-mirror", "weft-portstats", "weft-qos"]
    assert api.get(f"/{version}/extensions/weft-mirror")["updated"] == found["weft-mirror"]["updated"]
    assert found["weft-qos"]["namespace"] == "urn:weft:extension:qos"


def test_the_command_line_shows_them(weft: Weft) -> None:
    (portstats,) = json.loads(weft("extension", "list", "-o", "json").out)
    assert json.loads(weft("extension", "show", "portstats", "-o", "json").out) == portstats
    assert "/v1/ext/portstats/ports" in weft("extension", "show", "portstats").out
    (plugin,) = json.loads(weft("plugin", "capabilities", "-o", "json").out)
    assert json.loads(weft("plugin", "capabilities", "openvswitch", "-o", "json").out) == plugin
    assert "openvswitch" in weft("plugin", "capabilities").out
    assert weft("extension", "show", "nothing").err.startswith("weft: extension: there is no extension 'nothing'")
