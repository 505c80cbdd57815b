"""Tokens that are kept: made with a secret that is told once, believed until they expire or are revoked."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from falcon.testing import Result, TestClient

from tests.command import Weft
from tests.stores import MemoryStore
from weft.apps.identity.identity import Presented, Unidentified
from weft.apps.identity.stored_tokens import StoredTokens, hash_of, new_secret
from weft.apps.northbound.app import build_app
from weft.controller.model.accounts import Token
from weft.controller.model.commands import Create, Refusal
from weft.controller.model.decide import decide
from weft.controller.model.facts import Key
from weft.controller.model.network import Network
from weft.controller.model.policy import Target
from weft.controller.model.rights import Caller
from weft.controller.service import Service

OPERATOR = {"Authorization": "Bearer root"}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def api(store: MemoryStore) -> TestClient:
    return TestClient(build_app(Service(store), "root"))


def make(api: TestClient, headers: dict[str, str] = OPERATOR, **fields: Any) -> dict[str, Any]:
    result = api.simulate_post("/v1/tokens", json=fields, headers=headers)
    assert result.status_code == 201, result.text
    return dict(result.json)


def ask(api: TestClient, secret: str, method: str = "GET", path: str = "/v1/segments", **more: Any) -> Result:
    return api.simulate_request(method, path, headers={"Authorization": f"Bearer {secret}"}, **more)


def test_who_has_the_secret_is_who_the_token_says(api: TestClient) -> None:
    made = make(api, user="ann", project="blue")
    assert (made["user"], made["project"], made["roles"], made["expires"]) == ("ann", "blue", ["member"], None)
    assert ask(api, made["secret"], "POST", json={"id": "sea", "name": "sea", "project": "blue"}).status_code == 201
    assert ask(api, made["secret"], "POST", json={"id": "fire", "name": "f", "project": "red"}).status_code == 403
    assert ask(api, made["secret"], "POST", "/v1/switches", json={"id": "s", "dpid": "1"}).status_code == 403


def test_a_token_may_be_an_operators(api: TestClient) -> None:
    made = make(api, roles=["operator"])
    assert (made["user"], made["project"]) == ("operator", None), "who makes it is meant where nobody is named"
    assert ask(api, made["secret"], "POST", "/v1/switches", json={"id": "s", "dpid": "1"}).status_code == 201


def test_a_reader_changes_nothing(api: TestClient) -> None:
    made = make(api, user="ann", project="blue", roles=["reader"])
    assert ask(api, made["secret"]).status_code == 200
    assert ask(api, made["secret"], "POST", json={"id": "sea", "name": "sea", "project": "blue"}).status_code == 403


def test_a_secret_has_256_bits_and_a_mark(api: TestClient) -> None:
    secrets = {make(api, user="ann", project="blue")["secret"] for _ in range(20)}
    assert len(secrets) == 20
    assert all(secret.startswith("weft_") and len(secret) == 5 + 43 for secret in secrets)


def test_the_secret_is_in_one_answer_and_its_hash_in_none(api: TestClient, store: MemoryStore) -> None:
    made = make(api, user="ann", project="blue", description="the shop's")
    secret = made.pop("secret")
    hash = hash_of(secret)
    shown = [
        api.simulate_get(path, headers=OPERATOR).text
        for path in ("/v1/tokens", f"/v1/tokens/{made['id']}", "/v1/segments", "/v1/openapi.json")
    ]
    assert not any(secret in text or hash in text or '"hash"' in text for text in shown)
    assert json.loads(shown[0])["tokens"] == [json.loads(shown[1])] == [made]
    fact = store.facts[Key("token", made["id"])]
    assert isinstance(fact, Token)
    assert fact.hash == hash
    assert secret not in repr(store.facts)


def test_there_is_no_other_way_to_a_token(api: TestClient) -> None:
    """None that could name a hash of its own, or show one."""
    made = make(api, user="ann", project="blue")
    forged = {"id": "t", "hash": hash_of("mine"), "user": "root", "roles": ["operator"]}
    for commands in (
        [{"do": "create", "kind": "token", "fields": forged}],
        [{"do": "update", "kind": "token", "id": made["id"], "fields": {"description": "x"}}],
        [{"do": "delete", "kind": "token", "id": made["id"]}],
    ):
        result = api.simulate_post("/v1/transactions", json={"commands": commands}, headers=OPERATOR)
        assert result.status_code == 400, result.text
        assert hash_of(made["secret"]) not in result.text
    assert ask(api, "mine").status_code == 401
    for path in (f"/v1/tokens/{made['id']}/history", "/v1/watch?kind=token", f"/v1/tokens/{made['id']}/tags"):
        assert api.simulate_get(path, headers=OPERATOR).status_code in (400, 404)
    assert ask(api, made["secret"]).status_code == 200


def test_the_answer_is_kept_by_no_cache(api: TestClient) -> None:
    result = api.simulate_post("/v1/tokens", json={"user": "ann", "project": "blue"}, headers=OPERATOR)
    assert result.headers["cache-control"] == "no-store"
    assert result.headers["location"] == f"/v1/tokens/{result.json['id']}"


def kept(secret: str, **more: Any) -> StoredTokens:
    """What knows that secret alone."""
    token = Token(id="t", hash=hash_of(secret), user="ann", project="blue", roles=("member",), **more)
    return StoredTokens(Network([token], 1).token_of, lambda: 100.0)


@pytest.mark.parametrize("more", ["x", "\n", " ", "\0", "é", "\ud800"])
def test_nothing_but_the_whole_secret_is_good(more: str) -> None:
    secret = new_secret()
    believe = kept(secret)
    assert believe(Presented(secret)) is not None
    changed = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    parts = (secret[:-1], secret[1:], secret.removeprefix("weft_"), changed, secret.swapcase(), hash_of(secret))
    for wrong in (secret + more, more + secret, secret[:-1] + more, more, "", None, *parts):
        assert believe(Presented(wrong)) is None


def test_a_revoked_token_is_nobodys_at_once(api: TestClient) -> None:
    made, other = make(api, user="ann", project="blue"), make(api, user="ann", project="blue")
    assert ask(api, made["secret"]).status_code == 200
    assert api.simulate_delete(f"/v1/tokens/{made['id']}", headers=OPERATOR).status_code == 204
    assert ask(api, made["secret"]).status_code == 401
    assert ask(api, other["secret"]).status_code == 200
    assert api.simulate_delete(f"/v1/tokens/{made['id']}", headers=OPERATOR).status_code == 404
    assert api.simulate_get(f"/v1/tokens/{made['id']}", headers=OPERATOR).status_code == 404


def test_an_expired_token_is_nobodys() -> None:
    secret = new_secret()
    assert kept(secret, expires=101)(Presented(secret)) is not None
    for expires in (100, 99):
        with pytest.raises(Unidentified, match="has expired"):
            kept(secret, expires=expires)(Presented(secret))


def test_when_a_token_ends_is_a_time_or_a_period(api: TestClient) -> None:
    now = time.time()
    assert abs(make(api, user="a", project="b", expires_in=60)["expires"] - now - 60) < 30
    assert make(api, user="a", project="b", expires="2099-01-01T00:00:00Z")["expires"] == 4070908800
    assert make(api, user="a", project="b", expires=4070908800)["expires"] == 4070908800


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"user": "ann"}, 422, "project"),
        ({"user": "ann", "project": "blue", "roles": []}, 400, "roles"),
        ({"user": "ann", "project": "blue", "roles": ["a\n"]}, 422, "roles"),
        ({"user": "ann", "project": "blue", "roles": "member"}, 400, "roles"),
        ({"user": "ann", "project": "blue", "roles": ["a", "a"]}, 422, "roles"),
        ({"user": "ann", "project": ""}, 422, "project"),
        ({"user": "a\tb", "project": "blue"}, 422, "user"),
        ({"user": 7, "project": "blue"}, 400, "user"),
        ({"user": "ann", "project": "blue", "expires": 1}, 422, "expires"),
        ({"user": "ann", "project": "blue", "expires": "tomorrow"}, 400, "expires"),
        ({"user": "ann", "project": "blue", "expires": 0.5, "expires_in": 5}, 400, "expires"),
        ({"user": "ann", "project": "blue", "expires": 4070908800, "expires_in": 5}, 422, "expires_in"),
        ({"user": "ann", "project": "blue", "expires_in": 0}, 400, "expires_in"),
        ({"user": "ann", "project": "blue", "expires_in": 1 << 62}, 400, "expires_in"),
        ({"user": "ann", "project": "blue", "hash": "0" * 64}, 400, "hash"),
        ({"user": "ann", "project": "blue", "secret": "mine"}, 400, "secret"),
        ({"user": "ann", "project": "blue", "id": "mine"}, 400, "id"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_with_its_field(
    api: TestClient, fields: dict[str, Any], status: int, field: str
) -> None:
    result = api.simulate_post("/v1/tokens", json=fields, headers=OPERATOR)
    assert (result.status_code, result.json["field"]) == (status, field), result.text
    assert api.simulate_get("/v1/tokens", headers=OPERATOR).json == {"tokens": []}


def test_tokens_are_the_operators(api: TestClient) -> None:
    made = make(api, user="ann", project="blue")
    for method, path in (("GET", "/v1/tokens"), ("GET", f"/v1/tokens/{made['id']}")):
        result = ask(api, made["secret"], method, path)
        assert made["id"] not in result.text or result.status_code == 404
    assert ask(api, made["secret"], "POST", "/v1/tokens", json={"project": "blue"}).status_code == 403
    assert ask(api, made["secret"], "DELETE", f"/v1/tokens/{made['id']}").status_code in (403, 404)
    assert ask(api, made["secret"]).status_code == 200


class Generous:
    """A policy that lets everybody do everything."""

    def allows(self, rule: str, target: Target, caller: Caller) -> bool:
        return True

    def customized(self, rule: str) -> bool:
        return True


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"project": "blue", "roles": ("member", "operator")}, "roles"),
        ({"project": "blue", "roles": ("reader",)}, "roles"),
        ({"project": "red", "roles": ("member",)}, "project"),
        ({"project": None, "roles": ("operator",)}, "project"),
        ({"roles": ("operator",)}, "project"),
    ],
)
def test_nobody_gives_a_token_more_than_they_have(fields: dict[str, Any], field: str) -> None:
    """Whatever a policy file says of who may make tokens."""
    caller = Caller("blue", frozenset({"member", "tester"}), False, 7, policy=Generous())
    command = Create("token", {"id": "t", "hash": "0" * 64, "user": "ann", **fields})
    with pytest.raises(Refusal) as refused:
        decide(Network((), 0), command, caller)
    assert (refused.value.reason, refused.value.field) == ("forbidden", field)
    own = Create("token", {"id": "t", "hash": "0" * 64, "user": "ann", "project": "blue", "roles": ("tester",)})
    assert decide(Network((), 0), own, caller)


def test_a_token_is_made_shown_used_and_revoked_on_the_command_line(
    weft: Weft, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = weft("token", "create", "--user", "ann", "--project", "blue", "--expires-in", "30d", "-o", "json")
    assert said.status == 0, said.err
    made = json.loads(said.out)
    assert abs(made["expires"] - time.time() - 30 * 86400) < 60
    with monkeypatch.context() as holder:
        holder.delenv("WEFT_TOKEN_FILE")
        holder.setenv("WEFT_TOKEN", made["secret"])
        assert weft("segment", "list").status == 0
    listed = weft("token", "list", "--project", "blue").out
    assert time.strftime("%Y-%m-%dT", time.gmtime(made["expires"])) in listed
    assert made["id"] in listed
    assert made["secret"] not in listed
    assert made["secret"] not in weft("token", "show", made["id"]).out
    revoked = weft("token", "revoke", made["id"])
    assert (revoked.status, revoked.out) == (0, f"token {made['id']} is revoked\n")
    with monkeypatch.context() as holder:
        holder.delenv("WEFT_TOKEN_FILE")
        holder.setenv("WEFT_TOKEN", made["secret"])
        assert weft("segment", "list").status != 0


def test_people_are_told_that_the_secret_is_shown_once(weft: Weft) -> None:
    said = weft("token", "create", "--role", "operator")
    assert said.status == 0
    assert "weft_" in said.out
    assert "nobody can show it again" in said.out


@pytest.mark.parametrize("period", ["", "30", "d", "-1d", "1y", "1.5h", "1 d", "9999999999s"])
def test_a_period_that_is_none_is_refused(weft: Weft, period: str) -> None:
    said = weft("token", "create", "--project", "blue", "--expires-in", period)
    assert said.status == 2
    assert "--expires-in" in said.err
    assert "such as 30d" in said.err
