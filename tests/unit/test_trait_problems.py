"""Every trait refuses what it must not take, and the answer is a whole problem document that names field and rule."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from falcon.testing import Result, TestClient

from tests.openapi import Validating
from tests.stores import MemoryStore
from weft.apps.northbound.app import build_app
from weft.controller.model.traits import TRAITS
from weft.controller.service import Service

TOKEN = {"Authorization": "Bearer token"}
PAST, FUTURE = 1_000_000_000, 4_000_000_000
BLUE, RED = "project=blue", "project=red"
KINDS = {
    403: ("Forbidden", "forbidden"),
    404: ("Not Found", "not-found"),
    409: ("Conflict", "conflict"),
    422: ("Unprocessable Entity", "malformed"),
}


class Refused(NamedTuple):
    """What is refused: giving the port those fields, or plugging the VIF in when it has them. And what is said."""

    fields: dict[str, Any]
    status: int
    field: str
    rule: str
    acting: str | None = None  # nobody named: the operator
    port: str = "web"
    vif: str | None = None


def offer(**other: Any) -> dict[str, Any]:
    """An offer that VIF ``guest`` of project blue can accept, but for what is told otherwise."""
    return {"offer": {"to": "project:blue", "vif_kind": "veth", "expires": FUTURE} | other}


def allowed(*pairs: dict[str, str]) -> dict[str, Any]:
    return {"allowed_addresses": list(pairs)}


def trunk(*subports: tuple[int, str]) -> dict[str, Any]:
    return {"trunk": [{"tag": tag, "segment": segment} for tag, segment in subports]}


NO_KIND = "must be one of tap, veth, internal, vhost-user, dpdk, physical, sriov, not 'x'"
OPERATORS = "only the operator may change it"
NO_STATION = "must be an address that a station can have"
OPEN_TO_GREEN = "port 'web' is open to project:green, and project 'red' is not"
TAG = "must be a whole number from 1 to 4094"
PARTY = "must be project:NAME or role:NAME (got 'blue')"
PART = "must be isolated, promiscuous or community:N with N from 1 to 65534"
REFUSED: dict[str, list[Refused]] = {
    "vif_kinds": [
        Refused(
            {"vif_kinds": ["tap", "dpdk"]},
            409,
            "vif_kinds",
            "port 'web' takes tap, dpdk, and VIF 'guest' is of kind veth",
            vif="guest",
        ),
        Refused(
            {"vif_kinds": ["tap"]},
            409,
            "vif_kinds",
            "port 'full' takes tap, and VIF 'own' is of kind veth",
            port="full",
        ),
        Refused({"vif_kinds": ["x"]}, 422, "vif_kinds[0]", NO_KIND),
        Refused({"vif_kinds": ["tap", "tap"]}, 422, "vif_kinds[1]", "is named twice"),
    ],
    "connect": [
        Refused({"connect": ["project:green"]}, 403, "connect", OPEN_TO_GREEN, RED, vif="spare"),
        Refused(
            {"connect": ["project:green", "role:a"]},
            403,
            "connect",
            "port 'web' is open to project:green, role:a, and project 'red' with role b is not",
            f"{RED}; role=b",
            vif="spare",
        ),
        Refused(
            {"connect": []},
            403,
            "connect",
            "port 'web' is open to nobody, and project 'red' is not",
            RED,
            vif="spare",
        ),
        Refused(
            {"connect": ["owner", "blue"]}, 422, "connect[1]", "must be owner, project:NAME or role:NAME (got 'blue')"
        ),
    ],
    "offer": [
        Refused(
            {"connect": [], **offer(to="project:red", expires=PAST)},
            403,
            "offer",
            "the offer of port 'web' has expired",
            RED,
            vif="spare",
        ),
        Refused(
            offer(vif_kind="tap"),
            403,
            "offer",
            "port 'web' is offered for a VIF of kind tap, and 'guest' is veth",
            BLUE,
            vif="guest",
        ),
        Refused(
            {"connect": ["project:green"], **offer(to="role:tester")}, 403, "connect", OPEN_TO_GREEN, RED, vif="spare"
        ),
        Refused(offer(to="blue"), 422, "offer.to", PARTY),
        Refused(offer(vif_kind="x"), 422, "offer.vif_kind", NO_KIND),
        Refused(
            {"vif_kinds": ["tap"], **offer()},
            422,
            "offer.vif_kind",
            "must be of the port's vif_kinds, tap, and is veth",
        ),
        Refused(offer(expires=0), 422, "offer.expires", "must be a whole number from 1 to 253402300799 (got 0)"),
    ],
    "security": [
        Refused(
            {"security": "mac"},
            403,
            "security",
            "only the operator may lower it below mac+inner, which is the segment's",
            RED,
        ),
        Refused({"security": "high"}, 422, "security", "must be one of none, mac, mac+inner, mac+ip, not 'high'"),
    ],
    "fixed_ips": [
        Refused(
            {"fixed_ips": ["10.0.0.1", "10.0.0.7"]}, 409, "fixed_ips[1]", "10.0.0.7 is port 'full''s on segment 'red'"
        ),
        Refused(
            {"fixed_ips": ["10.0.0.300"]},
            422,
            "fixed_ips[0]",
            "must be an IP address such as 10.0.0.1 or 2001:db8::1 (got '10.0.0.300')",
        ),
        Refused(
            {"fixed_ips": ["224.0.0.1"]}, 422, "fixed_ips[0]", f"{NO_STATION}, and 224.0.0.1 is a multicast address"
        ),
        Refused({"fixed_ips": ["fe80::1", "FE80:0::1"]}, 422, "fixed_ips[1]", "is named twice"),
    ],
    "allowed_addresses": [
        Refused(
            allowed({"prefix": "10.0.0.1"}, {"prefix": "8.0.0.0/7"}),
            403,
            "allowed_addresses[1].prefix",
            "only the operator may allow a prefix shorter than /8, and 8.0.0.0/7 is",
            RED,
        ),
        Refused(
            allowed({"prefix": "2000::/15"}),
            403,
            "allowed_addresses[0].prefix",
            "only the operator may allow a prefix shorter than /16, and 2000::/15 is",
            RED,
        ),
        Refused(
            allowed({"mac": "02:00:00:00:00:07"}),
            409,
            "allowed_addresses[0].mac",
            "02:00:00:00:00:07 is the own MAC of the VIF in port 'full' on segment 'red'",
        ),
        Refused(
            allowed({"prefix": "10.0.0.5/24"}),
            422,
            "allowed_addresses[0].prefix",
            "must be written 10.0.0.0/24 (got '10.0.0.5/24')",
        ),
        Refused(
            allowed({"mac": "01:00:00:00:00:01"}),
            422,
            "allowed_addresses[0].mac",
            "must be the address of one station, and 01:00:00:00:00:01 is a group address",
        ),
        Refused(allowed({}), 422, "allowed_addresses[0]", "must name a mac, a prefix or both"),
    ],
    "router": [Refused({"router": True}, 403, "router", OPERATORS, RED)],
    "dhcp_server": [Refused({"dhcp_server": True}, 403, "dhcp_server", OPERATORS, RED)],
    "promiscuous": [Refused({"promiscuous": True}, 403, "promiscuous", OPERATORS, RED)],
    "trunk": [
        Refused(trunk((7, "sea")), 403, "trunk", OPERATORS, RED),
        Refused(trunk((7, "moon")), 404, "trunk[0].segment", "there is no segment 'moon'"),
        Refused(
            trunk((7, "sea"), (8, "blue")), 409, "trunk[1].segment", "segment 'blue' is not shared with project 'red'"
        ),
        Refused(trunk((0, "sea")), 422, "trunk[0].tag", f"{TAG} (got 0)"),
        Refused(trunk((4095, "sea")), 422, "trunk[0].tag", f"{TAG} (got 4095)"),
        Refused(trunk((7, "sea"), (7, "sky")), 422, "trunk[1].tag", "7 stands for another segment already"),
        Refused(trunk((7, "sea"), (8, "sea")), 422, "trunk[1].segment", "'sea' has a tag already"),
        Refused(
            trunk((7, "red")), 422, "trunk[0].segment", "'red' is the port's own segment, which goes without a tag"
        ),
    ],
    "isolated": [
        Refused(
            {"isolated": "promiscuous"},
            403,
            "isolated",
            "only project 'red', which has the segment, may say whom a port reaches there; others may isolate theirs",
            BLUE,
            port="lent",
        ),
        Refused({"isolated": "community:65535"}, 422, "isolated", f"{PART} (got 'community:65535')"),
        Refused({"isolated": "alone"}, 422, "isolated", f"{PART} (got 'alone')"),
    ],
    "max_rate": [
        Refused({"max_rate": 0}, 422, "max_rate", "must be a whole number from 1 to 1000000000 (got 0)"),
        Refused(
            {"max_rate": 1_000_000_001}, 422, "max_rate", "must be a whole number from 1 to 1000000000 (got 1000000001)"
        ),
    ],
    "burst": [
        Refused({"burst": 10}, 422, "burst", "goes with max_rate, and there is none"),
        Refused({"max_rate": 10, "burst": 0}, 422, "burst", "must be a whole number from 1 to 1000000000 (got 0)"),
    ],
    "max_broadcast": [
        Refused({"max_broadcast": 0}, 422, "max_broadcast", "must be a whole number from 1 to 1000000 (got 0)"),
    ],
}
CASES = [pytest.param(each, id=f"{trait} {each.rule[:40]}") for trait, cases in REFUSED.items() for each in cases]


@pytest.fixture
def api() -> TestClient:
    """Red has the ports ``web`` and ``full``, with the VIF ``own`` in it, and has lent blue one. Blue has ``guest``."""
    api = Validating(build_app(Service(MemoryStore()), "token"))
    for segment, project, shared_with in (
        ("red", "red", ["blue"]),
        ("sea", "red", []),
        ("sky", "red", []),
        ("blue", "blue", []),
    ):
        make(api, "segments", id=segment, name=segment, project=project, shared_with=shared_with)
    make(api, "ports", id="web", name="web", segment="red")
    make(api, "ports", id="full", name="full", segment="red", fixed_ips=["10.0.0.7"])
    make(api, "ports", id="lent", name="lent", segment="red", project="blue")
    make(api, "vifs", id="own", mac="02:00:00:00:00:07", project="red")
    make(api, "vifs", id="spare", mac="02:00:00:00:00:08", project="red")
    make(api, "vifs", id="guest", mac="02:00:00:00:00:01", project="blue")
    assert plug(api, "full", "own", None).status_code == 200
    return api


def make(api: TestClient, collection: str, **fields: Any) -> None:
    result = api.simulate_post(f"/v1/{collection}", json=fields, headers=TOKEN)
    assert result.status_code == 201, result.text


def plug(api: TestClient, port: str, vif: str, acting: str | None) -> Result:
    return api.simulate_put(f"/v1/ports/{port}/vif", json={"vif": vif}, headers=headers(acting))


def change(api: TestClient, port: str, fields: dict[str, Any], acting: str | None) -> Result:
    return api.simulate_patch(f"/v1/ports/{port}", json=fields, headers=headers(acting))


def headers(acting: str | None) -> dict[str, str]:
    return TOKEN if acting is None else TOKEN | {"Weft-Act-As": acting}


def ask(api: TestClient, refused: Refused) -> Result:
    """The answer to what is refused."""
    if refused.vif is None:
        return change(api, refused.port, refused.fields, refused.acting)
    assert change(api, refused.port, refused.fields, None).status_code == 200
    return plug(api, refused.port, refused.vif, refused.acting)


def document(refused: Refused, within: str = "") -> dict[str, Any]:
    """The problem document that the answer must be, and nothing but it."""
    title, kind = KINDS[refused.status]
    field = within + refused.field
    return {
        "type": f"urn:weft:problem:{kind}",
        "title": title,
        "status": refused.status,
        "detail": f"{field}: {refused.rule}",
        "field": field,
        "rule": refused.rule,
    }


def told(answer: Result) -> dict[str, Any]:
    """The problem document, but for which request it was and what may help."""
    assert {"instance", "remedy"} <= answer.json.keys()
    return {name: value for name, value in answer.json.items() if name not in ("instance", "remedy")}


def test_no_trait_is_missing() -> None:
    assert list(REFUSED) == [trait.name for trait in TRAITS]
    assert [name for name, refused in REFUSED.items() if not refused] == []


@pytest.mark.parametrize("refused", CASES)
def test_a_trait_refuses_and_says_why(api: TestClient, refused: Refused) -> None:
    answer = ask(api, refused)
    assert (answer.status_code, answer.headers["content-type"]) == (refused.status, "application/problem+json")
    assert told(answer) == document(refused)


@pytest.mark.parametrize("refused", CASES)
def test_nothing_has_changed_and_a_transaction_says_the_same(api: TestClient, refused: Refused) -> None:
    ask(api, refused)
    before = api.simulate_get("/v1/ports", headers=TOKEN).json
    command = {"do": "plug", "port": refused.port, "vif": refused.vif}
    if refused.vif is None:
        command = {"do": "update", "kind": "port", "id": refused.port, "fields": refused.fields}
    name = {"do": "update", "kind": "port", "id": refused.port, "fields": {"description": "new"}}
    first = [name] if refused.acting is None else []  # nobody else may do both
    answer = api.simulate_post(
        "/v1/transactions", json={"commands": [*first, command]}, headers=headers(refused.acting)
    )
    assert told(answer) == document(refused, f"commands[{len(first)}].")
    assert api.simulate_get("/v1/ports", headers=TOKEN).json == before


@pytest.mark.parametrize("refused", [case for case in CASES if case.values[0].status == 403])
def test_what_is_not_a_projects_right_is_the_operators(api: TestClient, refused: Refused) -> None:
    assert ask(api, refused).status_code == 403
    answer = ask(api, refused._replace(acting=None))
    assert answer.status_code == 200, answer.text


BOUND = "port 'web' is kept for VIF 'guest'"


def test_who_has_accepted_an_offer_keeps_the_port(api: TestClient) -> None:
    make(api, "vifs", id="other", mac="02:00:00:00:00:02", project="blue")
    assert change(api, "web", offer(), None).status_code == 200
    assert plug(api, "web", "guest", BLUE).status_code == 200
    assert api.simulate_delete("/v1/ports/web/vif", headers=headers(BLUE)).status_code == 204
    answer = plug(api, "web", "other", BLUE)
    assert told(answer) == document(Refused({}, 403, "bound_vif", BOUND))
    assert plug(api, "web", "guest", BLUE).status_code == 200


def test_a_segments_level_is_the_operators_below_the_usual_one(api: TestClient) -> None:
    said = Refused({}, 403, "security", "only the operator may lower it below mac+inner")
    answer = api.simulate_patch("/v1/segments/red", json={"security": "mac"}, headers=headers(RED))
    assert told(answer) == document(said)
    assert api.simulate_patch("/v1/segments/red", json={"security": "mac+ip"}, headers=headers(RED)).status_code == 200
    assert change(api, "web", {"security": "mac+inner"}, RED).status_code == 403, "below the segment's now"
