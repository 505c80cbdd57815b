"""JSON web tokens: what the issuer has signed for us is believed, and nothing else that looks like it."""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms

from weft.apps.identity.identity import Presented, Unidentified
from weft.apps.identity.issuer_keys import KeysUnusable, read_keys
from weft.apps.identity.signed_tokens import LEEWAY, Claims, SignedTokens
from weft.apps.watched_file import WatchedFile

ISSUER, AUDIENCE = "https://issuer.example", "weft"


class Key(NamedTuple):
    """A private key, and how its public part stands in a JWKS file."""

    private: Any
    algorithm: str
    entry: dict[str, Any]


def key(private: Any, algorithm: str, id: str | None, **more: Any) -> Key:
    public = get_default_algorithms()[algorithm].to_jwk(private.public_key(), as_dict=True)
    named = {} if id is None else {"kid": id}
    return Key(private, algorithm, {"kty": public["kty"], **public, **named, **more})


@pytest.fixture(scope="module")
def keys() -> dict[str, Key]:
    return {
        "rsa": key(rsa.generate_private_key(65537, 2048), "RS256", "rsa"),
        "ec": key(ec.generate_private_key(ec.SECP256R1()), "ES256", "ec"),
        "ed": key(ed25519.Ed25519PrivateKey.generate(), "EdDSA", "ed"),
        "other": key(rsa.generate_private_key(65537, 2048), "RS256", "rsa"),
    }


@pytest.fixture
def file(tmp_path: Path, keys: dict[str, Key]) -> Path:
    path = tmp_path / "keys.json"
    write(path, keys["rsa"].entry, keys["ec"].entry, keys["ed"].entry)
    return path


def write(path: Path, *entries: object) -> None:
    path.write_text(json.dumps({"keys": entries}))


@pytest.fixture
def believe(file: Path) -> SignedTokens:
    return SignedTokens(lambda: read_keys(file), ISSUER, AUDIENCE, Claims(), {"operator"})


def claims(**more: Any) -> dict[str, Any]:
    said = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 60, "sub": "ann", "project": "blue"}
    return {name: value for name, value in (said | {"roles": ["member"]} | more).items() if value is not ...}


def signed(by: Key, algorithm: str | None = None, header: dict[str, Any] | None = None, **more: Any) -> str:
    """A token as the issuer makes it, also where a library would refuse to."""
    algorithm = algorithm or by.algorithm
    head = {"alg": algorithm, "typ": "JWT", "kid": by.entry["kid"]} | (header or {})
    said = f"{encoded({name: value for name, value in head.items() if value is not ...})}.{encoded(claims(**more))}"
    return f"{said}.{base64_text(get_default_algorithms()[algorithm].sign(said.encode(), by.private))}"


def base64_text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def encoded(part: object) -> str:
    return base64_text(json.dumps(part).encode())


def refusal(believe: SignedTokens, token: str) -> str:
    with pytest.raises(Unidentified) as refused:
        believe(Presented(token))
    return str(refused.value)


def nobody(believe: SignedTokens, token: str) -> bool:
    """Whether nobody is known by that token, with a reason or without one."""
    with contextlib.suppress(Unidentified):
        return believe(Presented(token)) is None
    return True


@pytest.mark.parametrize("name", ["rsa", "ec", "ed"])
def test_what_the_issuer_has_signed_is_believed(believe: SignedTokens, keys: dict[str, Key], name: str) -> None:
    found = believe(Presented(signed(keys[name])))
    assert found is not None
    assert found[:4] == ("ann", "blue", {"member"}, False)


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256", "PS512"])
def test_an_rsa_key_verifies_each_of_its_algorithms(
    believe: SignedTokens, keys: dict[str, Key], algorithm: str
) -> None:
    assert believe(Presented(signed(keys["rsa"], algorithm))) is not None


def test_a_key_that_names_its_algorithm_verifies_no_other(
    believe: SignedTokens, keys: dict[str, Key], file: Path
) -> None:
    write(file, keys["rsa"].entry | {"alg": "RS256"})
    assert believe(Presented(signed(keys["rsa"]))) is not None
    assert "no key of the issuer" in refusal(believe, signed(keys["rsa"], "PS256"))


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ({"exp": 1}, "the token has expired"),
        ({"exp": ...}, "exp"),
        ({"exp": "soon"}, "not valid"),
        ({"nbf": 1 << 40}, "not valid"),
        ({"iat": 1 << 40}, "not valid"),
        ({"iss": "https://other.example"}, "not of https://issuer.example"),
        ({"iss": ISSUER + "/"}, "not of https://issuer.example"),
        ({"iss": [ISSUER]}, ""),
        ({"iss": ...}, "iss"),
        ({"aud": "other"}, "not for weft"),
        ({"aud": ["other", "weft2"]}, "not for weft"),
        ({"aud": []}, ""),
        ({"aud": ...}, "aud"),
        ({"sub": ...}, "'sub' must name the user"),
        ({"sub": ""}, "user"),
        ({"sub": "a\nb"}, "user"),
        ({"project": ["blue", "red"]}, "one project"),
        ({"project": "*"}, "no project"),
        ({"project": 7}, "one project"),
        ({"roles": {"member": True}}, "list of roles"),
        ({"roles": [1]}, "list of roles"),
        ({"roles": ["a\0"]}, "role"),
    ],
    ids=str,
)
def test_what_it_says_must_be_right(
    believe: SignedTokens, keys: dict[str, Key], said: dict[str, Any], rule: str
) -> None:
    assert rule in refusal(believe, signed(keys["rsa"], **said))


def test_clocks_may_differ_a_little(believe: SignedTokens, keys: dict[str, Key]) -> None:
    assert believe(Presented(signed(keys["rsa"], exp=int(time.time()) - LEEWAY + 5))) is not None
    assert "expired" in refusal(believe, signed(keys["rsa"], exp=int(time.time()) - LEEWAY - 5))


def test_a_token_that_is_not_signed_is_refused(believe: SignedTokens, keys: dict[str, Key]) -> None:
    for name in ("none", "None", "NONE", ""):
        unsigned = f"{encoded({'alg': name, 'kid': 'rsa'})}.{encoded(claims())}."
        assert "no key of the issuer" in refusal(believe, unsigned)
    head, body, _ = signed(keys["rsa"]).split(".")
    assert believe(Presented(f"{head}.{body}")) is None, "it is no JWT, and no other way knows it"
    assert "not valid" in refusal(believe, f"{head}.{body}.")


@pytest.mark.parametrize("form", ["pem", "der", "jwk"])
def test_the_public_key_is_no_shared_secret(believe: SignedTokens, keys: dict[str, Key], form: str) -> None:
    """Whoever knows the public key could otherwise sign with it, by an algorithm with one key for both."""
    public = keys["rsa"].private.public_key()
    secret = {
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "jwk": json.dumps(keys["rsa"].entry).encode(),
    }[form]
    said = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': 'rsa'})}.{encoded(claims())}"
    mark = base64_text(hmac.digest(secret, said.encode(), "sha256"))
    assert "no key of the issuer" in refusal(believe, f"{said}.{mark}")


def test_a_shared_secret_in_the_file_verifies_nothing(believe: SignedTokens, keys: dict[str, Key], file: Path) -> None:
    secret = b"s" * 64
    write(file, {"kty": "oct", "kid": "rsa", "k": base64.urlsafe_b64encode(secret).decode()}, keys["ec"].entry)
    forged = jwt.encode(claims(), secret, "HS256", headers={"kid": "rsa"})
    assert "no key of the issuer" in refusal(believe, forged)


def test_a_key_of_somebody_else_is_refused(believe: SignedTokens, keys: dict[str, Key]) -> None:
    assert "Signature" in refusal(believe, signed(keys["other"]))
    assert "no key of the issuer" in refusal(believe, signed(keys["rsa"], header={"kid": "unknown"}))
    assert "no key of the issuer" in refusal(believe, signed(keys["ec"], header={"kid": "rsa"}))
    for bad in ("../../etc/passwd", "", "rsa\0"):
        assert "no key of the issuer" in refusal(believe, signed(keys["rsa"], header={"kid": bad}))


def test_a_key_that_the_token_brings_itself_is_not_used(believe: SignedTokens, keys: dict[str, Key]) -> None:
    for header in ({"jwk": keys["other"].entry}, {"jku": "http://127.0.0.1:1/keys"}, {"x5u": "http://127.0.0.1:1/"}):
        assert "Signature" in refusal(believe, signed(keys["other"], header=header))


def test_without_an_id_the_only_key_is_meant_and_of_two_none(
    believe: SignedTokens, keys: dict[str, Key], file: Path
) -> None:
    assert believe(Presented(signed(keys["rsa"], header={"kid": ...}))) is not None
    write(file, keys["rsa"].entry, keys["other"].entry | {"kid": "second"})
    assert "no key of the issuer" in refusal(believe, signed(keys["rsa"], header={"kid": ...}))


@pytest.mark.parametrize("type", ["logout+jwt", "secevent+jwt", "dpop+jwt", 7])
def test_what_is_signed_for_another_purpose_lets_nobody_in(
    believe: SignedTokens, keys: dict[str, Key], type: object
) -> None:
    assert "not meant to let anybody in" in refusal(believe, signed(keys["rsa"], header={"typ": type}))


def test_what_must_be_understood_and_is_not_is_refused(believe: SignedTokens, keys: dict[str, Key]) -> None:
    for wanted in (["exp"], ["b64"], [], "exp"):
        assert nobody(believe, signed(keys["rsa"], header={"crit": wanted, "exp": 1}))


def test_any_change_to_a_token_is_seen(believe: SignedTokens, keys: dict[str, Key]) -> None:
    head, body, mark = signed(keys["rsa"]).split(".")
    more = encoded(claims(roles=["operator"]))
    assert "Signature" in refusal(believe, f"{head}.{more}.{mark}")
    assert "Signature" in refusal(believe, f"{head}.{body}.{mark[:-8]}AAAAAAAA")


@pytest.mark.parametrize(
    "token",
    [
        *("", ".", "..", "...", "a.b.c", "a.b", "a.b.c.d.e", "é.é.é", "\0.\0.\0", "." * 8000, "e30.e30.e30"),
        *(f"{encoded([])}.e30.x", f"{encoded({'alg': ['RS256']})}.e30.x", f"{encoded({'alg': {}})}.x.x"),
        *(f"{encoded('x')}.{encoded('x')}.eA", f"{'A' * 4000}.{'A' * 2000}.{'A' * 1000}"),
        f"{encoded({'alg': 'RS256', 'kid': ['rsa']})}.e30.eA",
        f"{encoded({'alg': 'RS256', 'kid': 7})}.e30.eA",
        f"{base64_text(b'[' * 5000)}.e30.e30",
    ],
    ids=lambda token: str(token[:20]),
)
def test_garbage_is_nobody(believe: SignedTokens, token: str) -> None:
    assert nobody(believe, token)


def test_a_claim_may_lie_inside_another_or_have_dots_in_its_name(file: Path, keys: dict[str, Key]) -> None:
    names = Claims(user="email", project="https://weft.example/project", roles="realm_access.roles")
    believe = SignedTokens(lambda: read_keys(file), ISSUER, AUDIENCE, names, {"fabric-admin"})
    said = {"email": "ann@x", "https://weft.example/project": "red", "realm_access": {"roles": ["fabric-admin"]}}
    found = believe(Presented(signed(keys["ec"], **said)))
    assert found is not None
    assert found[:4] == ("ann@x", "red", {"operator"}, True)


def test_roles_may_be_one_text(believe: SignedTokens, keys: dict[str, Key]) -> None:
    found = believe(Presented(signed(keys["ec"], roles="reader  tester")))
    assert found is not None
    assert found.roles == {"reader", "tester"}


def test_a_token_of_no_project_is_of_no_project(believe: SignedTokens, keys: dict[str, Key]) -> None:
    found = believe(Presented(signed(keys["ec"], project=..., roles=...)))
    assert found is not None
    assert (found.project, found.roles, found.operator) == (None, frozenset(), False)


# the file


def test_keys_are_read_again_when_the_file_changes(file: Path, keys: dict[str, Key]) -> None:
    kept = WatchedFile((file,), lambda: read_keys(file))
    believe = SignedTokens(lambda: kept.content, ISSUER, AUDIENCE, Claims(), {"operator"})
    assert believe(Presented(signed(keys["rsa"]))) is not None
    write(file, keys["other"].entry)
    os.utime(file, ns=(1, 1))
    assert believe(Presented(signed(keys["other"]))) is not None
    assert "Signature" in refusal(believe, signed(keys["rsa"]))
    file.write_text("{")
    os.utime(file, ns=(2, 2))
    assert believe(Presented(signed(keys["other"]))) is not None, "half a file takes nothing away"


Content = Callable[[dict[str, Key]], Any]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (lambda keys: {"keys": []}, "holds no public key"),
        (lambda keys: [], "no JWKS file"),
        (lambda keys: {"key": 1}, "no JWKS file"),
        (lambda keys: {"keys": [keys["rsa"].entry | {"d": "AQAB"}]}, "holds a private key"),
        (lambda keys: {"keys": [keys["rsa"].entry | {"use": "enc"}]}, "holds no public key"),
        (lambda keys: {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}, "holds no public key"),
        (lambda keys: {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}, "holds a"),
        (lambda keys: {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]}, "holds a key that is none"),
        (lambda keys: {"keys": [7, None, {"kty": ["RSA"]}]}, "holds no public key"),
    ],
)
def test_a_file_without_good_keys_is_refused(tmp_path: Path, keys: dict[str, Key], content: Content, rule: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(content(keys)))
    with pytest.raises(KeysUnusable, match=rule):
        read_keys(path)


def test_a_short_rsa_key_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "keys.json", key(rsa.generate_private_key(65537, 1024), "RS256", "short").entry)
    with pytest.raises(KeysUnusable, match="1024 bits; 2048 are the least"):
        read_keys(tmp_path / "keys.json")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeysUnusable, match="No such file"):
        read_keys(tmp_path / "nowhere")
