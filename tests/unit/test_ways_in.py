"""A whole controller, and every way to be believed, at each of its APIs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from tests.keystone import Keystone

ANYWHERE = "127.0.0.1:0"
PROXY = "127.0.0.2"  # on the loopback as well, and another address
ISSUER_KEY = ec.generate_private_key(ec.SECP256R1())
PATHS = {"rest": "/v1/segments", "neutron": "/v2.0/networks", "quantum": "/v1.1/tenants/{project}/networks"}


class Running:
    """What a controller has said of itself, and requests to it."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready
        self.token = Path(ready["token_file"]).read_text().strip()

    def ask(self, api: str, project: str = "blue", source: str | None = None, **headers: str) -> httpx.Response:
        """A list, asked of that API from that address."""
        url = self.ready["rest" if api == "rest" else "neutron"] + PATHS[api].format(project=project)
        with httpx.Client(transport=httpx.HTTPTransport(local_address=source), timeout=20) as client:
            return client.get(url, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def statuses(self, project: str = "blue", source: str | None = None, **headers: str) -> list[int]:
        """What each API answers to a list."""
        return [self.ask(api, project, source, **headers).status_code for api in PATHS]


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Running]:
    addresses = ("--rest", ANYWHERE, "--neutron", ANYWHERE, "--openflow", ANYWHERE, "--log-level", "error")
    command = [sys.executable, "-W", "ignore", "-m", "weft.apps.launch", *addresses, *options]
    with subprocess.Popen([*command, "--store", str(folder / "weft.db")], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Running(json.loads(process.stdout.readline()))
        process.terminate()


@pytest.fixture(scope="module")
def keystone() -> Iterator[Keystone]:
    with Keystone() as running:
        running.user("ann", blue=("member",))
        yield running


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory, keystone: Keystone) -> Iterator[Running]:
    """It believes tokens, an issuer, a Keystone and a proxy."""
    folder = tmp_path_factory.mktemp("ways")
    public = ECAlgorithm.to_jwk(ISSUER_KEY.public_key(), as_dict=True)
    (folder / "keys.json").write_text(json.dumps({"keys": [public | {"kid": "one"}]}))
    issuer = ("--jwt-jwks", str(folder / "keys.json"), "--jwt-issuer", "https://issuer", "--jwt-audience", "weft")
    others = ("--keystone", keystone.url, "--trusted-proxy", PROXY, "--failure-rate", "1000")
    with running(folder, "--auth", "token,jwt,keystone", *issuer, *others) as found:
        yield found


def signed(**more: Any) -> str:
    said = {"iss": "https://issuer", "aud": "weft", "sub": "joe", "project": "blue", "roles": ["member"]}
    return jwt.encode(said | {"exp": int(time.time()) + 600} | more, ISSUER_KEY, "ES256", headers={"kid": "one"})


def test_without_a_token_there_is_nothing_at_any_api(controller: Running) -> None:
    assert controller.statuses() == [401, 401, 401]
    assert controller.statuses(X_Auth_Token="guess") == [401, 401, 401]
    assert controller.ask("rest").headers["www-authenticate"].startswith("Bearer")
    root = httpx.get(controller.ready["neutron"])
    assert root.status_code in (200, 300), "which versions there are is public"


def test_the_operators_token_is_good_everywhere(controller: Running) -> None:
    assert controller.statuses(X_Auth_Token=controller.token) == [200, 200, 200]
    assert controller.statuses(Authorization=f"Bearer {controller.token}") == [200, 200, 200]
    assert controller.statuses(Authorization=f"Bearer {controller.token}", X_Auth_Token="other") == [401, 401, 401]


def test_a_token_that_is_kept_is_good_everywhere_until_it_is_revoked(controller: Running) -> None:
    headers = {"Authorization": f"Bearer {controller.token}"}
    url = controller.ready["rest"] + "/v1/tokens"
    made = httpx.post(url, json={"user": "ann", "project": "blue"}, headers=headers).json()
    assert controller.statuses(X_Auth_Token=made["secret"]) == [200, 200, 200]
    assert httpx.delete(f"{url}/{made['id']}", headers=headers).status_code == 204
    assert controller.statuses(X_Auth_Token=made["secret"]) == [401, 401, 401]


def test_a_token_of_the_issuer_is_good_everywhere(controller: Running) -> None:
    assert controller.statuses(X_Auth_Token=signed()) == [200, 200, 200]
    assert controller.statuses(X_Auth_Token=signed(exp=1)) == [401, 401, 401]
    assert "has expired" in controller.ask("rest", Authorization=f"Bearer {signed(exp=1)}").text
    assert controller.statuses(X_Auth_Token=signed(aud="other")) == [401, 401, 401]


def test_a_token_of_keystone_is_good_everywhere(controller: Running, keystone: Keystone) -> None:
    token, project = keystone.issue("ann", "blue"), keystone.projects["blue"].id
    assert controller.statuses(project, X_Auth_Token=token) == [200, 200, 200]
    assert keystone.validations(token) == 1, "three APIs, and one question"


def test_while_keystone_thinks_others_are_answered(controller: Running, keystone: Keystone) -> None:
    token = keystone.issue("ann", "blue")
    keystone.delay = 1.0
    try:
        with ThreadPoolExecutor(12) as pool:
            waiting = [pool.submit(controller.ask, "rest", X_Auth_Token=token) for _ in range(12)]
            while keystone.validations(token) == 0:
                time.sleep(0.01)
            began = time.monotonic()
            assert controller.ask("rest", X_Auth_Token=controller.token).status_code == 200
            assert not any(one.done() for one in waiting), f"after {time.monotonic() - began:.3f} s"
            assert {one.result().status_code for one in waiting} == {200}
    finally:
        keystone.delay = 0.0
    assert keystone.validations(token) == 1


def test_a_keystone_that_is_ill_is_said(controller: Running, keystone: Keystone) -> None:
    keystone.broken = 500
    try:
        for api in PATHS:
            answer = controller.ask(api, X_Auth_Token=keystone.issue("ann", "blue"))
            assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True), answer.text
        assert controller.statuses(X_Auth_Token=controller.token) == [200, 200, 200], "the operator is let in"
    finally:
        keystone.broken = None
    until = time.monotonic() + 10
    while controller.ask("rest", X_Auth_Token=keystone.issue("ann", "blue")).status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_proxy_is_believed_where_it_is_and_nobody_else(controller: Running) -> None:
    said = {"X_User_Id": "ann", "X_Project_Id": "blue", "X_Roles": "member", "X_Identity_Status": "Confirmed"}
    assert controller.statuses(source=PROXY, **said) == [200, 200, 200]
    assert controller.statuses(source="127.0.0.3", **said) == [401, 401, 401]
    assert controller.statuses(**said) == [401, 401, 401]
    forwarded = {"X_Forwarded_For": PROXY, "Forwarded": f"for={PROXY}", "X_Real_Ip": PROXY}
    assert controller.statuses(**said, **forwarded) == [401, 401, 401]
    assert controller.statuses(source=PROXY) == [401, 401, 401], "a proxy that says nothing of anybody"


def test_a_member_makes_no_switch_by_whatever_way(controller: Running, keystone: Keystone) -> None:
    url = controller.ready["rest"] + "/v1/switches"
    for token in (signed(), keystone.issue("ann", "blue")):
        made = httpx.post(url, json={"id": "s1", "dpid": "1"}, headers={"X-Auth-Token": token})
        assert made.status_code == 403, made.text
    operator = signed(project=None, roles=["operator"])
    assert httpx.post(url, json={"id": "s1", "dpid": "1"}, headers={"X-Auth-Token": operator}).status_code == 201


@pytest.fixture(scope="module")
def open_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """It asks nobody who they are."""
    with running(tmp_path_factory.mktemp("open"), "--auth", "none") as found:
        yield found


def test_where_nobody_is_asked_any_token_and_none_is_good(open_door: Running) -> None:
    assert open_door.statuses() == [200, 200, 200]
    assert open_door.statuses(X_Auth_Token="anything") == [200, 200, 200]
    assert open_door.statuses(Authorization="Bearer anything") == [200, 200, 200]


def test_a_page_in_a_browser_does_not_come_in_even_there(open_door: Running) -> None:
    assert open_door.statuses(Origin="https://evil.example") == [403, 403, 403]
    assert open_door.statuses(Host="evil.example") == [421, 421, 421]
