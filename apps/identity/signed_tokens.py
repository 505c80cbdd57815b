"""JSON web tokens (RFC 7519) of one issuer, for one audience. Only public keys verify them, by their own algorithms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import jwt

from weft.apps.identity.identity import Identity, Presented, Unidentified, identity, translated
from weft.apps.identity.issuer_keys import IssuerKey

LEEWAY = 10  # seconds by which the issuer's clock may differ
_KINDS = frozenset({"jwt", "at+jwt", "application/jwt", "application/at+jwt"})  # a logout token, say, lets nobody in


class Claims(NamedTuple):
    """Where a token says what. A name with dots is one claim of that name, or a way into claims."""

    user: str = "sub"
    project: str = "project"
    roles: str = "roles"


class SignedTokens:
    """Believes tokens that the issuer has signed for this audience, and that have not expired."""

    def __init__(
        self,
        keys: Callable[[], Sequence[IssuerKey]],
        issuer: str,
        audience: str,
        claims: Claims,
        operators: Collection[str],
    ) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._claims = claims
        self._operators = operators

    def __call__(self, presented: Presented) -> Identity | None:
        """Whom the token names; None where it is no JWT. Raises ``Unidentified`` where it is one, and not good."""
        token = presented.token
        if token is None or token.count(".") != 2:
            return None
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            return None
        claimed = self._verified(token, header)
        user = _at(claimed, self._claims.user)
        if not isinstance(user, str):
            raise Unidentified(f"the token's claim {self._claims.user!r} must name the user")
        project = _at(claimed, self._claims.project)
        if not isinstance(project, str | None):
            raise Unidentified(f"the token's claim {self._claims.project!r} must be the name of one project")
        roles = translated(_names(_at(claimed, self._claims.roles), self._claims.roles), self._operators)
        return identity(user, project or None, roles, f"jwt {user} {project}")

    def _verified(self, token: str, header: dict[str, Any]) -> dict[str, Any]:
        key = self._key(header)
        if "crit" in header:
            raise Unidentified("the token wants something to be understood that is not (crit)")
        if str(header.get("typ", "JWT")).lower() not in _KINDS:
            raise Unidentified("the token is not meant to let anybody in (typ)")
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=key.algorithms,
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unidentified("the token has expired") from None
        except jwt.InvalidAudienceError:
            raise Unidentified(f"the token is not for {self._audience} (aud)") from None
        except jwt.InvalidIssuerError:
            raise Unidentified(f"the token is not of {self._issuer} (iss)") from None
        except jwt.PyJWTError as error:
            raise Unidentified(f"the token is not valid: {error}") from None
        return claims

    def _key(self, header: dict[str, Any]) -> IssuerKey:
        """The one key that the header means: the one of its id, or the only one for its algorithm."""
        id, algorithm = header.get("kid"), header.get("alg")
        fit = [key for key in self._keys() if algorithm in key.algorithms and (id is None or key.id == id)]
        if len(fit) != 1:
            raise Unidentified("the token is signed with no key of the issuer (kid, alg)")
        return fit[0]


def _at(claims: dict[str, Any], path: str) -> Any:
    """What the claims say there, or None.

    >>> _at({"a.b": 1}, "a.b"), _at({"a": {"b": 2}}, "a.b"), _at({"a": 3}, "a.b")
    (1, 2, None)
    """
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _names(value: Any, claim: str) -> list[str]:
    """Role names: a list of them, or a text with spaces between.

    >>> _names("member reader", "roles"), _names(["a b"], "roles"), _names(None, "roles")
    (['member', 'reader'], ['a b'], [])
    """
    if value is None:
        return []
    names = value.split() if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Unidentified(f"the token's claim {claim!r} must be a list of roles")
    return names
