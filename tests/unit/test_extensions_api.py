"""What extensions add to the API: fields of things, paths of their own; and what is told when one of them fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from falcon.testing import Result, TestClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.controller import Controller
from tests.openstack import Neutron
from tests.unit.conftest import started
from tests.unit.test_counters import Switches
from weft.apps.cli import main
from weft.apps.extensions.installed import ExtensionUnusable, composed, load
from weft.apps.extensions.mirror import MIRROR
from weft.apps.extensions.mirror.resource import AllMirrors
from weft.apps.extensions.portstats.resource import AllStatistics
from weft.apps.northbound.app import build_app
from weft.apps.northbound.doctor import findings
from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.compile.audience import Placed
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.compile.stage import Stage
from weft.controller.compile.stages import STAGES
from weft.controller.compile.view import View
from weft.controller.contracts import Count, Reading, Traffic
from weft.controller.extension import Clash, Extension, Resource, compose
from weft.controller.model.commands import Create, ObserveInterfaces, Plug
from weft.controller.pipeline.core import CORE
from weft.controller.service import Service

TOKEN = "a-token-of-this-test"
ALL = composed(("mirror", "qos", "portstats"))


def client(service: Service) -> TestClient:
    return TestClient(build_app(service, TOKEN), headers={"Authorization": f"Bearer {TOKEN}"})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Segments red and taps of project red, with ports a and b, and t; and a port of blue."""
    store = SqliteStore(tmp_path / "weft.db")
    service = Service(store, composed=ALL)
    for segment, project in (("red", "red"), ("taps", "red"), ("blue", "blue")):
        service.submit([Create("segment", {"id": segment, "name": segment, "project": project})])
    for port, segment in (("a", "red"), ("b", "red"), ("t", "taps"), ("x", "blue")):
        service.submit([Create("port", {"id": port, "name": port, "segment": segment})])
    yield service
    store.close()


def said(result: Result) -> tuple[int, str | None, str | None]:
    return result.status_code, result.json["field"], result.json["rule"]


def test_an_attribute_is_a_field_of_the_thing(service: Service) -> None:
    api = client(service)
    shown = api.simulate_get("/v1/ports/a").json
    assert (shown["mirror:to"], shown["mirror:direction"], shown["qos:dscp"], shown["attributes"]) == (
        *(None, None, None),
        [],
    )
    changed = api.simulate_patch("/v1/ports/a", json={"mirror:to": "t", "description": "watched"})
    assert changed.status_code == 200
    assert (changed.json["mirror:to"], changed.json["attributes"]) == ("t", [])
    made = {"id": "c", "name": "c", "segment": "red", "qos:dscp": 46, "attributes": [{"name": "my:own", "value": "1"}]}
    created = api.simulate_post("/v1/ports", json=made)
    assert (created.status_code, created.json["qos:dscp"]) == (201, 46)
    assert created.json["attributes"] == made["attributes"]
    rest = api.simulate_patch("/v1/ports/c", json={"attributes": []})
    assert (rest.json["qos:dscp"], rest.json["attributes"]) == (46, []), "the list is of what no extension declares"
    listed = api.simulate_get("/v1/ports", params={"fields": "id,mirror:to"}).json["ports"]
    assert listed[0] == {"id": "a", "mirror:to": "t"}
    history = api.simulate_get("/v1/ports/a/history").json["history"]
    assert {"field": "mirror:to", "before": None, "after": "t"} in history[0]["changes"]
    gone = api.simulate_patch("/v1/ports/a", json={"mirror:to": None})
    assert gone.json["mirror:to"] is None
    assert service.network.port("a").attributes == ()  # type: ignore[union-attr]


def test_a_wrong_value_is_refused_with_its_field_and_rule(service: Service) -> None:
    api = client(service)
    for field, value, rule in (
        ("mirror:to", 5, "must be the id of a port"),
        ("mirror:direction", "up", "must be one of in, out, both"),
        ("qos:dscp", 64, "must be a whole number from 0 to 63"),
        ("qos:dscp", True, "must be a whole number from 0 to 63"),
        ("qos:color", 1, "a port has no such field"),
    ):
        assert said(api.simulate_patch("/v1/ports/a", json={field: value})) == (422, field, rule)
    assert said(api.simulate_patch("/v1/ports/a", json={"mirror:to": "a"}))[:2] == (409, "mirror:to")
    assert said(api.simulate_patch("/v1/vifs/a", json={"mirror:to": "a"}))[0] == 404
    commands = [
        {"do": "update", "kind": "port", "id": "b", "fields": {"description": "x"}},
        {"do": "update", "kind": "port", "id": "a", "fields": {"mirror:to": "nobody"}},
    ]
    refused = api.simulate_post("/v1/transactions", json={"commands": commands})
    assert said(refused) == (404, "commands[1].mirror:to", "there is no port 'nobody'")
    assert service.network.port("b").description == ""  # type: ignore[union-attr]


def test_a_project_mirrors_its_own_ports_to_its_own_ports_alone(service: Service) -> None:
    api = client(service)
    as_red = {"Weft-Act-As": "project=red"}
    foreign = api.simulate_patch("/v1/ports/a", json={"mirror:to": "x"}, headers=as_red)
    missing = api.simulate_patch("/v1/ports/a", json={"mirror:to": "nobody"}, headers=as_red)
    assert said(foreign) == (404, "mirror:to", "there is no port 'x'")
    assert said(missing) == (404, "mirror:to", "there is no port 'nobody'")
    assert api.simulate_patch("/v1/ports/x", json={"mirror:to": "t"}, headers=as_red).status_code == 404
    assert said(api.simulate_patch("/v1/ports/a", json={"qos:dscp": 46}, headers=as_red)) == (
        *(403, "qos:dscp"),
        "only the operator may change it",
    )
    assert api.simulate_patch("/v1/ports/a", json={"mirror:to": "t", "qos:rate": 9}, headers=as_red).status_code == 200
    as_blue = {"Weft-Act-As": "project=blue"}
    assert api.simulate_get("/v1/ext/mirror/mirrors", headers=as_blue).json == {"mirrors": []}
    (mirror,) = api.simulate_get("/v1/ext/mirror/mirrors", headers=as_red).json["mirrors"]
    assert mirror == {
        "port": "a",
        "to": "t",
        "direction": "both",
        "state": "DOWN",
        "reason": "the port has no VIF",
    }
    AllMirrors.model_validate({"mirrors": [mirror]})


def test_the_description_of_the_api_has_all_of_it(service: Service) -> None:
    document = client(service).simulate_get("/v1/openapi.json").json
    OpenAPIV31SpecValidator(document).validate()
    schemas = document["components"]["schemas"]
    assert schemas["NewPort"]["properties"]["qos:dscp"]["anyOf"][0] == {"type": "integer", "minimum": 0, "maximum": 63}
    assert schemas["ChangedSegment"]["properties"]["qos:rate"]["description"].endswith("that says nothing itself.")
    assert {"/v1/ext/mirror/mirrors", "/v1/ext/portstats/ports"} <= document["paths"].keys()
    shown = client(service).simulate_get("/v1/ports/a").json
    whole = {"$ref": "#/components/schemas/Port", "components": document["components"]}
    Draft202012Validator(whole).validate(shown)
    assert (
        client(Service(service._store)).simulate_get("/v1/openapi.json").json["paths"].keys() < document["paths"].keys()
    )


def test_what_an_extension_keeps_outlives_a_start_without_it(service: Service) -> None:
    client(service).simulate_patch("/v1/ports/a", json={"mirror:to": "t", "qos:rate": 100})
    store = service._store
    without = client(Service(store))
    shown = without.simulate_get("/v1/ports/a").json
    assert "mirror:to" not in shown
    assert [one["name"] for one in shown["attributes"]] == ["mirror:to", "qos:rate"]
    assert said(without.simulate_patch("/v1/ports/a", json={"mirror:to": "b"})) == (
        *(422, "mirror:to"),
        "a port has no such field",
    )
    assert without.simulate_patch("/v1/ports/a", json={"description": "changed"}).status_code == 200
    again = client(Service(store, composed=ALL)).simulate_get("/v1/ports/a").json
    assert (again["mirror:to"], again["qos:rate"], again["description"]) == ("t", 100, "changed")


def test_statistics_are_those_of_ones_own_ports_the_busiest_first() -> None:
    net = two_plugged(ALL)
    busy = {7: Traffic(Count(3, 300), Count(1, 60)), 8: Traffic(Count(9, 900), Count(0, 0))}
    net.service.counters = Switches(s1=Reading(ports=busy))
    answer = client(net.service).simulate_get("/v1/ext/portstats/ports").json
    AllStatistics.model_validate(answer)
    assert [(one["port"], one["received"]["frames"], one["sent"]["bytes"]) for one in answer["ports"]] == [
        *(("bob", 9, 0), ("ann", 3, 60)),
    ]
    few = client(net.service).simulate_get("/v1/ext/portstats/ports", params={"limit": 1, "segment": "red"}).json
    assert [one["port"] for one in few["ports"]] == ["bob"]
    others = {"Weft-Act-As": "project=q"}
    assert client(net.service).simulate_get("/v1/ext/portstats/ports", headers=others).json["ports"] == []
    net.service.counters = Switches()
    assert client(net.service).simulate_get("/v1/ext/portstats/ports").json == {"ports": [], "unanswered": ["s1"]}
    assert client(net.service).simulate_get("/v1/ext/portstats/ports", params={"limit": "0"}).status_code == 400


def two_plugged(composed: Composed) -> Controller:
    """ann and bob of project p, on switch s1, which holds all that it should."""
    net = Controller(composed=composed)
    net.do(
        Create("switch", {"id": "s1", "dpid": 1}), Create("segment", {"id": "red", "name": "red", "project": "p"})
    )  # fmt: skip
    net.service.observe(ObserveInterfaces("s1", {"e1": (7, True), "e2": (8, True)}))
    for number, name in enumerate(("ann", "bob"), 1):
        place = {"switch": "s1", "interface": f"e{number}", "mac": f"02:00:00:00:00:0{number}"}
        net.do(Create("port", {"id": name, "name": name, "segment": "red"}), Create("vif", {"id": name, **place}),
               Plug(name, name))  # fmt: skip
    return net.serve()


def _crash(view: View, port: str) -> Iterator[Placed]:
    """A rule that fails for bob alone."""
    if port == "bob":
        raise RuntimeError("no such luck")
    yield from ()


FAILING = Extension("Failing", "failing", "", "2012-10-01T00:00:00Z", stages=(Stage("crash", 99, "port", _crash),))


def test_a_stage_that_fails_costs_its_extension_and_nobody_a_frame() -> None:
    net = two_plugged(compose(CORE, STAGES, FAILING))
    assert net.status("ann") == ("ACTIVE", "")
    why = "extension failing does nothing for port bob: crash(bob) failed: RuntimeError: no such luck"
    assert net.status("bob") == ("ACTIVE", why)
    (finding,) = findings(net.service)
    assert (finding.severity, finding.about, finding.what) == ("error", "controller", why)
    assert net.held() == two_plugged(ALONE).held()


def test_an_extension_takes_no_path_that_is_there_already() -> None:
    for path in ("/v1/ports", "/v1/ports/{port}"):
        taken = compose(CORE, STAGES, FAILING._replace(resources=(Resource(path, lambda service: _Nothing()),)))
        with pytest.raises(Clash, match="an extension has the path /v1/ports"):
            build_app(Controller(composed=taken).service, TOKEN)


def test_neutrons_clients_leave_what_an_extension_keeps(service: Service) -> None:
    neutron = Neutron(service)
    network = neutron.make("network", name="blue")["id"]
    port, tap = (neutron.make("port", network_id=network, name=name)["id"] for name in ("a", "t"))
    api = client(service)
    assert api.simulate_patch(f"/v1/ports/{port}", json={"mirror:to": tap}).status_code == 200
    body = {"port": {"name": "renamed", "binding:profile": {"some": "thing"}}}
    assert neutron.client.simulate_put(f"/v2.0/ports/{port}", json=body).status_code == 200
    shown = api.simulate_get(f"/v1/ports/{port}").json
    assert (shown["name"], shown["mirror:to"]) == ("renamed", tap)
    assert all(one["name"].startswith("neutron:") for one in shown["attributes"])
    assert neutron.client.simulate_delete(f"/v2.0/ports/{tap}").status_code == 409, "somebody is mirrored to it"


class _Nothing:
    operations: ClassVar[dict[str, Any]] = {}


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        (("nothing",), "there is no extension 'nothing'; installed are: "),
        (("mirror", "none"), "there is no extension 'none'"),
    ],
)
def test_what_is_not_installed_is_named(names: tuple[str, ...], rule: str) -> None:
    with pytest.raises(ExtensionUnusable, match=rule):
        composed(names)


def test_those_that_come_with_weft_are_installed() -> None:
    assert load("mirror") is MIRROR
    assert composed(("none",)) == ALONE
    assert composed(("portstats",)).pipeline is CORE, "what is on when nobody says costs no flow"
    assert composed(("portstats",)).stages == STAGES


def test_the_operator_chooses_and_the_command_line_has_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def weft(*arguments: str) -> str:
        capsys.readouterr()
        assert main(arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    def reaching(ready: dict[str, Any]) -> None:
        monkeypatch.setenv("WEFT_URL", ready["rest"])
        monkeypatch.setenv("WEFT_TOKEN_FILE", ready["token_file"])

    monkeypatch.chdir(tmp_path)
    with started(tmp_path, "--extensions", "mirror,qos,portstats") as ready:
        reaching(ready)
        weft("segment", "create", "red", "--project", "p")
        for port in ("a", "t"):
            weft("port", "create", port, "--segment", "red")
        weft("mirror", "start", "a", "t", "--direction", "in")
        weft("qos", "set", "port", "a", "--rate", "1000", "--dscp", "46")
        assert "the port has no VIF" in weft("mirror", "list")
        assert " 46 " in weft("qos", "list")
        assert weft("portstats", "list", "-o", "json").strip()
        (tmp_path / "model.yaml").write_text(weft("export"), encoding="utf-8")
        assert "mirror:to" in (tmp_path / "model.yaml").read_text(encoding="utf-8")
        assert weft("apply", "-f", "model.yaml", "--yes").strip() == "nothing to change"
    with started(tmp_path) as ready:
        reaching(ready)
        assert "mirror:to" in weft("port", "show", "a", "-o", "json")
        assert main(["mirror", "list"]) != 0
    with started(tmp_path, "--extensions", "mirror") as ready:
        reaching(ready)
        assert "the port has no VIF" in weft("mirror", "list")
        weft("mirror", "stop", "a")
        assert "a" not in weft("mirror", "list", "-o", "json").split()
