"""Keystone's tokens, asked of a Keystone that speaks the real protocol: who is believed, how long, and when nobody."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import make_certificate
from tests.keystone import Keystone
from weft.apps.identity import keystone as keystone_module
from weft.apps.identity.identity import Busy, Identity, Presented, Unanswered, Unidentified
from weft.apps.identity.keystone import BAD_FOR, GOOD_FOR, MOST_BAD, KeystoneTokens
from weft.apps.identity.keystone_client import CredentialsUnusable, KeystoneClient, read_credentials


class Clock:
    """The time on the wall, which a test may put forward."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@pytest.fixture
def keystone() -> Iterator[Keystone]:
    with Keystone() as running:
        running.user("ann", demo=("member", "Tester"))
        running.user("root", demo=("admin",), service=("admin",))
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def believe(keystone: Keystone, clock: Clock) -> KeystoneTokens:
    return KeystoneTokens(KeystoneClient(keystone.url).ask, {"admin"}, now=clock)


def who(believe: KeystoneTokens, token: str) -> Identity | None:
    return believe(Presented(token, peer="10.0.0.1"))


def test_a_token_is_its_users_on_its_project(believe: KeystoneTokens, keystone: Keystone) -> None:
    found = who(believe, keystone.issue("ann", "demo"))
    assert found is not None
    assert found[:4] == (keystone.users["ann"].id, keystone.projects["demo"].id, {"member", "tester"}, False)


def test_keystones_admin_is_an_operator_and_what_it_calls_operator_is_not(
    believe: KeystoneTokens, keystone: Keystone
) -> None:
    keystone.user("joe", demo=("operator", "member"))
    root, joe = (who(believe, keystone.issue(user, "demo")) for user in ("root", "joe"))
    assert root is not None
    assert root.operator
    assert joe is not None
    assert (joe.operator, joe.roles) == (False, {"member"})


def test_an_admin_of_something_smaller_is_no_operator(believe: KeystoneTokens, keystone: Keystone) -> None:
    for more in ({"is_admin_project": False}, {"domain": {"id": "default", "name": "Default"}}):
        found = who(believe, keystone.issue("root", "demo", **more))
        assert found is not None
        assert not found.operator


def test_a_token_without_a_scope_has_no_project_and_no_roles(believe: KeystoneTokens, keystone: Keystone) -> None:
    found = who(believe, keystone.issue("ann"))
    assert found is not None
    assert (found.project, found.roles) == (None, frozenset())


@pytest.mark.parametrize("token", ["unknown", "a b", "\xe9", "x" * 4097, "x" * 4096, "é" * 100, "../tokens", "?a=b#c"])
def test_what_keystone_has_not_given_is_nobodys(believe: KeystoneTokens, token: str) -> None:
    assert who(believe, token) is None


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_keystone_is_not_asked(believe: KeystoneTokens, keystone: Keystone, token: str | None) -> None:
    assert believe(Presented(token)) is None
    assert keystone.asked == []


def test_an_expired_or_revoked_token_is_nobodys(believe: KeystoneTokens, keystone: Keystone) -> None:
    assert who(believe, keystone.issue("ann", "demo", lifetime=-1)) is None
    revoked = keystone.issue("ann", "demo")
    keystone.revoke(revoked)
    assert who(believe, revoked) is None


def test_an_answer_is_believed_for_a_while(believe: KeystoneTokens, keystone: Keystone, clock: Clock) -> None:
    token = keystone.issue("ann", "demo")
    for _ in range(5):
        assert who(believe, token) is not None
    assert keystone.validations(token) == 1
    keystone.revoke(token)
    assert who(believe, token) is not None, "as documented: for some minutes at most"
    clock.ahead = GOOD_FOR + 1
    assert who(believe, token) is None


def test_no_longer_than_the_token_lives(believe: KeystoneTokens, keystone: Keystone, clock: Clock) -> None:
    token = keystone.issue("ann", "demo", lifetime=60)
    assert who(believe, token) is not None
    clock.ahead = 61
    keystone.tokens[token]["expires_at"] = "2000-01-01T00:00:00.000000Z"  # Keystone's clock has gone on as well
    assert who(believe, token) is None


def test_that_there_is_no_such_token_is_believed_for_a_moment(
    believe: KeystoneTokens, keystone: Keystone, clock: Clock
) -> None:
    for _ in range(5):
        assert who(believe, "unknown") is None
    assert keystone.validations("unknown") == 1
    clock.ahead = BAD_FOR + 1
    assert who(believe, "unknown") is None
    assert keystone.validations("unknown") == 2


def test_a_flood_of_bad_tokens_drives_no_good_one_out(keystone: Keystone) -> None:
    asked: list[str] = []
    good = keystone.issue("ann", "demo")

    def ask(token: str) -> dict[str, Any] | None:
        asked.append(token)
        return keystone.tokens.get(token)

    believe = KeystoneTokens(ask, {"admin"})
    assert who(believe, good) is not None
    for number in range(MOST_BAD + 10):
        assert who(believe, f"bad{number}") is None
    assert who(believe, good) is not None
    assert asked.count(good) == 1
    assert len(believe._bad) == MOST_BAD


def test_many_that_bring_one_token_make_one_question(believe: KeystoneTokens, keystone: Keystone) -> None:
    token = keystone.issue("ann", "demo")
    keystone.delay = 0.3
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: who(believe, token), range(20)))
    assert {one is not None and one.project for one in found} == {keystone.projects["demo"].id}
    assert keystone.validations(token) == 1


def test_all_of_them_hear_that_keystone_does_not_answer(keystone: Keystone) -> None:
    begun = threading.Event()
    go_on = threading.Event()

    def ask(token: str) -> dict[str, Any] | None:
        begun.set()
        go_on.wait(10)
        raise Unanswered("Keystone does not answer", 2)

    believe = KeystoneTokens(ask, {"admin"})
    with ThreadPoolExecutor(5) as pool:
        first = pool.submit(who, believe, "t")
        begun.wait(10)
        others = [pool.submit(who, believe, "t") for _ in range(4)]
        go_on.set()
        for one in (first, *others):
            assert isinstance(one.exception(10), Unanswered)


@pytest.mark.parametrize("status", [400, 403, 429, 500, 502, 503, 301])
def test_a_keystone_that_is_ill_lets_nobody_in(believe: KeystoneTokens, keystone: Keystone, status: int) -> None:
    token = keystone.issue("ann", "demo")
    keystone.broken = status
    with pytest.raises(Unanswered) as unanswered:
        who(believe, token)
    assert unanswered.value.seconds >= 1


def test_a_keystone_that_is_down_lets_nobody_in_but_whom_it_has_let_in(
    believe: KeystoneTokens, keystone: Keystone, clock: Clock
) -> None:
    known, unknown = keystone.issue("ann", "demo"), keystone.issue("ann", "demo")
    assert who(believe, known) is not None
    keystone.close()
    assert who(believe, known) is not None
    with pytest.raises(Unanswered):
        who(believe, unknown)
    clock.ahead = GOOD_FOR + 1
    with pytest.raises(Unanswered):
        who(believe, known)


def test_a_keystone_that_did_not_answer_is_left_alone_for_a_moment(
    believe: KeystoneTokens, keystone: Keystone, clock: Clock
) -> None:
    token, other = keystone.issue("ann", "demo"), keystone.issue("ann", "demo")
    keystone.broken = 503
    with pytest.raises(Unanswered):
        who(believe, token)
    keystone.broken = None
    with pytest.raises(Unanswered):
        who(believe, other)
    assert keystone.validations(other) == 0
    clock.ahead = keystone_module.PAUSE + 0.1
    assert who(believe, other) is not None


@pytest.mark.parametrize(
    "document",
    [
        {}, {"expires_at": "soon"}, {"expires_at": 7}, {"expires_at": "2030-01-01T00:00:00Z"},
        {"expires_at": "2999-01-01T00:00:00Z", "user": {}}, {"expires_at": "2999-01-01T00:00:00Z", "user": []},
        {"expires_at": "2999-01-01T00:00:00Z", "user": {"id": "u"}, "roles": [{}]},
        {"expires_at": "2999-01-01T00:00:00Z", "user": {"id": "u"}, "roles": "admin"},
        {"expires_at": "2999-01-01T00:00:00Z", "user": {"id": "u"}, "project": {}},
        {"expires_at": "2999-01-01T00:00:00Z", "user": {"id": "u"}, "project": {"id": ["blue"]}},
    ],
    ids=str,
)  # fmt: skip
def test_an_answer_without_sense_lets_nobody_in(document: dict[str, Any]) -> None:
    believe = KeystoneTokens(lambda token: document, {"admin"})
    with pytest.raises((Unanswered, Unidentified)):
        who(believe, "t")


def test_what_answers_and_is_no_keystone_lets_nobody_in(keystone: Keystone) -> None:
    """The 404 of a web server that knows no such path says nothing of a token."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as web:
        threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        urls = (f"http://127.0.0.1:{web.server_port}", "http://127.0.0.1:1", "http://[::1]:1", "http://nowhere.invalid")
        for url in urls:
            with pytest.raises(Unanswered):
                who(KeystoneTokens(KeystoneClient(url).ask, {"admin"}), keystone.issue("ann", "demo"))
        web.shutdown()


def test_with_https_it_must_be_keystone(tmp_path: Path) -> None:
    chain, key = make_certificate(tmp_path, "keystone.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with Keystone(tls=context) as keystone:
        keystone.user("ann", demo=("member",))
        token = keystone.issue("ann", "demo")
        assert who(KeystoneTokens(KeystoneClient(keystone.url, None, chain).ask, {"admin"}), token) is not None
        with pytest.raises(Unanswered):
            who(KeystoneTokens(KeystoneClient(keystone.url).ask, {"admin"}), token)
    for useless in (key, tmp_path / "nowhere"):
        with pytest.raises(CredentialsUnusable, match="holds no certificates"):
            KeystoneClient("https://127.0.0.1:1", None, useless)


@pytest.mark.parametrize("path", ["", "/", "/v3", "/v3/"])
def test_the_url_may_end_as_it_likes(keystone: Keystone, path: str) -> None:
    believe = KeystoneTokens(KeystoneClient(f"{keystone.url}{path}").ask, {"admin"})
    assert who(believe, keystone.issue("ann", "demo")) is not None


def test_who_guesses_costs_keystone_nothing(keystone: Keystone) -> None:
    blocked: dict[str, float] = {"10.0.0.1": 3.0}
    believe = KeystoneTokens(KeystoneClient(keystone.url).ask, {"admin"}, lambda peer: blocked.get(peer, 0.0))
    with pytest.raises(Busy):
        who(believe, "guess")
    assert keystone.asked == []
    assert believe(Presented(keystone.issue("ann", "demo"), peer="10.0.0.2")) is not None


# the controller's own credentials

CREDENTIALS = {"username": "weft", "password": "pw", "project_name": "service"}


@pytest.fixture
def with_credentials(keystone: Keystone) -> KeystoneTokens:
    keystone.user("weft", "pw", service=("service",))
    return KeystoneTokens(KeystoneClient(keystone.url, CREDENTIALS).ask, {"admin"})


def test_with_credentials_the_controller_asks_in_its_own_name(
    with_credentials: KeystoneTokens, keystone: Keystone
) -> None:
    tokens = [keystone.issue("ann", "demo") for _ in range(3)]
    assert all(who(with_credentials, token) is not None for token in tokens)
    assert [asked.method for asked in keystone.asked] == ["POST", "GET", "GET", "GET"], "it signs in once"
    assert all(asked.by != asked.subject for asked in keystone.asked[1:])
    assert who(with_credentials, "unknown") is None


def test_it_signs_in_again_when_its_token_is_gone(with_credentials: KeystoneTokens, keystone: Keystone) -> None:
    assert who(with_credentials, keystone.issue("ann", "demo")) is not None
    own = keystone.asked[1].by
    assert own is not None
    keystone.revoke(own)
    assert who(with_credentials, keystone.issue("ann", "demo")) is not None


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"project_name": "nowhere"}, {"username": "nobody"}])
def test_wrong_credentials_let_nobody_in(keystone: Keystone, change: dict[str, str]) -> None:
    keystone.user("weft", "pw", service=("service",))
    believe = KeystoneTokens(KeystoneClient(keystone.url, CREDENTIALS | change).ask, {"admin"})
    with pytest.raises(Unanswered):
        who(believe, keystone.issue("ann", "demo"))


def test_credentials_that_may_not_look_at_tokens_let_nobody_in(keystone: Keystone) -> None:
    keystone.user("weft", "pw", service=("reader",))
    believe = KeystoneTokens(KeystoneClient(keystone.url, CREDENTIALS).ask, {"admin"})
    with pytest.raises(Unanswered):
        who(believe, keystone.issue("ann", "demo"))


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, int], Path]:
    def write(text: str, mode: int = 0o600) -> Path:
        path = tmp_path / "credentials.yaml"
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


def test_credentials_are_read_from_a_file(written: Callable[..., Path]) -> None:
    assert read_credentials(written("{username: weft, password: pw, project_name: service}")) == CREDENTIALS
    by_application = "{application_credential_id: a, application_credential_secret: b}"
    assert read_credentials(written(by_application))["application_credential_id"] == "a"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602])
def test_a_file_that_others_may_read_is_refused(written: Callable[..., Path], mode: int) -> None:
    with pytest.raises(CredentialsUnusable, match=f"mode {mode:04o}.*chmod 600"):
        read_credentials(written("{username: weft, password: pw, project_name: service}", mode))


@pytest.mark.parametrize(
    "text", ["", "[]", "{username: weft}", "{username: 1, password: 2, project_name: 3}", "{a: b}", "{", "x"]
)
def test_a_file_without_credentials_is_refused(written: Callable[..., Path], text: str) -> None:
    with pytest.raises(CredentialsUnusable, match=r"must hold username|cannot read"):
        read_credentials(written(text))
