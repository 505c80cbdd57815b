"""Who asks: the operator, whoever a trusted proxy names, and how often one may ask."""

from __future__ import annotations

from collections.abc import Callable

import falcon
import falcon.testing
import pytest

from weft.apps.identity.identity import (
    Busy,
    Chain,
    Identity,
    Presented,
    Unanswered,
    Unidentified,
    identity,
    translated,
)
from weft.apps.identity.local import OperatorToken, everybody
from weft.apps.identity.proxy import TrustedProxy, networks
from weft.apps.identity.rates import MOST_NAMES, Buckets, Limited
from weft.apps.identity.request import presented

ANN = Identity("ann", "blue", frozenset({"member"}), False, "ann's")
PROXY = {"x-user-id": "u1", "x-project-id": "blue", "x-roles": "member,tester"}


def proxy(*trusted: str) -> TrustedProxy:
    return TrustedProxy(networks(trusted), {"admin"})


@pytest.mark.parametrize("token", ["", "secre", "secret ", "SECRET", "secret\0", "séecret", "x" * 100_000, None])
def test_only_the_token_itself_makes_the_operator(token: str | None) -> None:
    assert OperatorToken("secret")(Presented(token)) is None
    found = OperatorToken("secret")(Presented("secret"))
    assert found is not None
    assert (found.operator, found.project, found.roles) == (True, None, {"operator"})


def test_where_nobody_is_asked_everybody_is_the_operator() -> None:
    for token in (None, "", "anything"):
        assert everybody(Presented(token, peer="127.0.0.1")).operator


def test_the_first_that_knows_is_believed() -> None:
    chain = Chain(lambda p: None, lambda p: ANN, OperatorToken("secret"))
    assert chain(Presented("secret")) == ANN


def test_a_reason_is_told_when_nobody_else_knows_better() -> None:
    def expired(presented: Presented) -> None:
        raise Unidentified("the token has expired")

    assert Chain(expired, lambda p: ANN)(Presented("t")) == ANN
    with pytest.raises(Unidentified, match="has expired"):
        Chain(expired, lambda p: None)(Presented("t"))
    with pytest.raises(Unidentified, match="needs a token"):
        Chain(lambda p: None)(Presented(None))
    with pytest.raises(Unidentified, match="nobody has this token"):
        Chain(lambda p: None)(Presented("t"))


def test_who_does_not_answer_lets_nobody_in() -> None:
    def silent(presented: Presented) -> None:
        raise Unanswered("Keystone does not answer", 2)

    with pytest.raises(Unanswered):
        Chain(silent, lambda p: ANN)(Presented("t"))


@pytest.mark.parametrize(
    ("user", "project", "roles"),
    [
        ("", "blue", ()),
        ("a\nb", "blue", ()),
        ("u", "x" * 256, ()),
        ("u", "\0", ()),
        ("u", "*", ()),
        ("u", "b", ("\r",)),
    ],
)
def test_a_name_that_cannot_be_one_is_nobodys(user: str, project: str, roles: tuple[str, ...]) -> None:
    with pytest.raises(Unidentified):
        identity(user, project, roles, "c")


def test_another_services_operator_is_not_ours_unless_it_is_said_so() -> None:
    assert translated(["operator", "OPERATOR"], {"admin"}) == frozenset()
    assert translated(["Admin", "reader"], {"admin"}) == {"operator", "reader"}
    assert translated(["operator"], {"operator"}) == {"operator"}


# a service proxy


@pytest.mark.parametrize("peer", ["10.0.0.1", "::ffff:10.0.0.1", "192.168.7.9", "fd00::1"])
def test_a_trusted_proxy_is_believed(peer: str) -> None:
    found = proxy("10.0.0.1", "192.168.7.0/24", "fd00::/64")(Presented(None, PROXY, peer))
    assert found is not None
    assert found[:4] == ("u1", "blue", {"member", "tester"}, False)


@pytest.mark.parametrize("peer", ["10.0.0.2", "127.0.0.1", "::1", "", "unix", "10.0.0.1, 10.0.0.2", "fd00:0:0:1::1"])
def test_from_anybody_else_the_headers_are_ignored(peer: str) -> None:
    believe = proxy("10.0.0.1", "192.168.7.0/24", "fd00::/64")
    assert believe(Presented(None, PROXY, peer)) is None
    assert believe(Presented(None, PROXY | {"x-forwarded-for": "10.0.0.1"}, peer)) is None


def test_a_proxy_that_says_nothing_leaves_it_to_the_token() -> None:
    chain = Chain(proxy("10.0.0.1"), OperatorToken("secret"))
    assert chain(Presented("secret", {}, "10.0.0.1")).operator
    assert not chain(Presented("secret", PROXY, "10.0.0.1")).operator, "the client's own token does not count then"


def test_what_the_proxy_has_not_confirmed_is_nobody() -> None:
    with pytest.raises(Unidentified, match="not confirmed"):
        proxy("10.0.0.1")(Presented(None, PROXY | {"x-identity-status": "Invalid"}, "10.0.0.1"))


def test_the_proxys_admin_is_an_operator() -> None:
    found = proxy("10.0.0.1")(Presented(None, PROXY | {"x-roles": "admin, member"}, "10.0.0.1"))
    assert found is not None
    assert found.operator


# what a request presents


def heard(**headers: str) -> Presented:
    environ = falcon.testing.create_environ(headers={name.replace("_", "-"): value for name, value in headers.items()})
    return presented(falcon.Request(environ))


def test_a_token_comes_in_either_header() -> None:
    assert heard(Authorization="Bearer t").token == "t"
    assert heard(Authorization="bEARER  t ").token == "t"
    assert heard(X_Auth_Token="t").token == "t"
    assert heard(X_Auth_Token="t", Authorization="Bearer t").token == "t"
    assert heard(Authorization="Basic dDp0").token is None
    assert heard().token is None


def test_two_tokens_are_none() -> None:
    with pytest.raises(Unidentified, match="two tokens"):
        heard(X_Auth_Token="a", Authorization="Bearer b")


# how often


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_fills_at_its_rate(clock: Clock) -> None:
    buckets = Buckets(2, clock)
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 0, 0.5]
    assert buckets.take("b") == 0, "each has its own"
    clock.now += 0.5
    assert (buckets.wait("a"), buckets.take("a"), buckets.wait("a")) == (0, 0, 0.5)
    clock.now += 3600
    assert [buckets.take("a") for _ in range(5)] == [0, 0, 0, 0, 0.5], "it never holds more"


def test_a_slow_rate_lets_one_pass_at_once(clock: Clock) -> None:
    buckets = Buckets(0.1, clock)
    assert [buckets.take("a"), buckets.take("a")] == [0, 10]


def test_the_memory_of_names_is_bounded(clock: Clock) -> None:
    buckets = Buckets(1, clock)
    for number in range(2 * MOST_NAMES):
        buckets.take(str(number))
    assert len(buckets._buckets) == MOST_NAMES


def limited(clock: Clock) -> Callable[[Presented], Identity]:
    return Limited(Chain(lambda p: ANN if p.token == "ann" else None), Buckets(2, clock), Buckets(1, clock))


def test_one_credential_may_ask_so_often(clock: Clock) -> None:
    known = limited(clock)
    for _ in range(4):
        assert known(Presented("ann", peer="10.0.0.1")) == ANN
    with pytest.raises(Busy) as busy:
        known(Presented("ann", peer="10.0.0.2"))
    assert busy.value.seconds == 1, "Retry-After is in whole seconds, and never 0"
    clock.now += 1
    assert known(Presented("ann")) == ANN


def test_who_guesses_is_slowed_down_and_nobody_else_is(clock: Clock) -> None:
    known = limited(clock)
    for _ in range(2):
        with pytest.raises(Unidentified):
            known(Presented("guess", peer="10.0.0.1"))
    with pytest.raises(Busy):
        known(Presented("guess", peer="10.0.0.1"))
    assert known(Presented("ann", peer="10.0.0.1")) == ANN, "who has a token shares the address, and is let in"
    with pytest.raises(Unidentified):
        known(Presented("guess", peer="10.0.0.2"))
