"""The public keys of an issuer of tokens, from a JWKS file (RFC 7517)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from jwt import PyJWK, PyJWTError

from weft.apps.file_errors import why

# What a key may verify, by its type and curve. A shared secret ("oct") verifies nothing: who can check could also sign.
_ALGORITHMS: dict[tuple[str, str | None], tuple[str, ...]] = {
    ("RSA", None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA", "Ed25519"),
}
_LEAST_RSA_BITS = 2048


class KeysUnusable(Exception):
    """The file holds no keys to rely on."""


class IssuerKey(NamedTuple):
    """A public key, and the algorithms that it is for."""

    id: str | None
    algorithms: tuple[str, ...]
    key: Any


def read_keys(path: Path) -> tuple[IssuerKey, ...]:
    """``read_keys(path)`` returns the keys that may verify a signature. Raises ``KeysUnusable``, which says why."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        entries = found["keys"]
    except (OSError, UnicodeDecodeError) as error:
        raise KeysUnusable(f"cannot read the issuer's keys in {path}: {why(error)}") from None
    except (ValueError, RecursionError, KeyError, TypeError):
        raise KeysUnusable(f"{path} is no JWKS file: it must be JSON like {{'keys': [...]}}") from None
    keys = tuple(key for entry in entries if isinstance(entry, dict) and (key := _key(path, entry)) is not None)
    if not keys:
        raise KeysUnusable(f"{path} holds no public key of a kind that is known (RSA, EC or Ed25519, to sign)")
    return keys


def _key(path: Path, entry: dict[str, Any]) -> IssuerKey | None:
    """The key of one entry; None where it is for something else."""
    type, curve = entry.get("kty"), entry.get("crv")
    allowed = _ALGORITHMS.get((type, curve), ()) if isinstance(type, str) and isinstance(curve, str | None) else ()
    named = entry.get("alg")
    algorithms = tuple(algorithm for algorithm in allowed if named in (None, algorithm))
    if not algorithms or entry.get("use", "sig") != "sig":
        return None
    if "d" in entry:
        raise KeysUnusable(f"{path} holds a private key, which nobody but the issuer should have")
    try:
        key = PyJWK(entry, algorithms[0]).key
    except PyJWTError as error:
        raise KeysUnusable(f"{path} holds a key that is none: {error}") from None
    if getattr(key, "key_size", _LEAST_RSA_BITS) < _LEAST_RSA_BITS and entry["kty"] == "RSA":
        raise KeysUnusable(f"{path} holds an RSA key of {key.key_size} bits; {_LEAST_RSA_BITS} are the least")
    id = entry.get("kid")
    return IssuerKey(id if isinstance(id, str) else None, algorithms, key)
