"""The chain of authenticators that the settings ask for."""

from __future__ import annotations

from weft.apps.identity.identity import Authenticator, Chain, Identify
from weft.apps.identity.issuer_keys import IssuerKey, read_keys
from weft.apps.identity.keystone import KeystoneTokens
from weft.apps.identity.keystone_client import KeystoneClient, read_credentials
from weft.apps.identity.local import OperatorToken, everybody
from weft.apps.identity.proxy import TrustedProxy, networks
from weft.apps.identity.rates import Buckets, Limited
from weft.apps.identity.signed_tokens import Claims, SignedTokens
from weft.apps.identity.stored_tokens import StoredTokens
from weft.apps.settings import Settings
from weft.apps.watched_file import WatchedFile
from weft.controller.service import Service


def known_by(service: Service, token: str) -> Identify:
    """Who brings the operator's token, or one that is kept in the model."""
    return Chain(OperatorToken(token), StoredTokens(service.network.token_of))


def identify(settings: Settings, service: Service, token: str) -> Identify:
    """``identify(settings, service, token)`` tells who asks. Raises ``KeysUnusable`` or ``CredentialsUnusable``."""
    failures = Buckets(settings.failure_rate)
    requests = Buckets(settings.request_rate)
    if "none" in settings.auth:
        return Limited(everybody, requests, failures)
    chain: list[Authenticator] = []
    if settings.trusted_proxy:
        chain.append(TrustedProxy(networks(settings.trusted_proxy), _lower(settings.keystone_operator)))
    chain.append(OperatorToken(token))
    if "token" in settings.auth:
        chain.append(StoredTokens(service.network.token_of))
    if "jwt" in settings.auth:
        chain.append(_signed(settings))
    if "keystone" in settings.auth:
        chain.append(_keystone(settings, failures))
    return Limited(Chain(*chain), requests, failures)


def _signed(settings: Settings) -> SignedTokens:
    path = settings.jwt_jwks
    assert path is not None
    assert settings.jwt_issuer is not None
    assert settings.jwt_audience is not None
    keys: WatchedFile[tuple[IssuerKey, ...]] = WatchedFile((path,), lambda: read_keys(path))
    claims = Claims(settings.jwt_user_claim, settings.jwt_project_claim, settings.jwt_roles_claim)
    operators = _lower(settings.jwt_operator)
    return SignedTokens(lambda: keys.content, settings.jwt_issuer, settings.jwt_audience, claims, operators)


def _keystone(settings: Settings, failures: Buckets) -> KeystoneTokens:
    assert settings.keystone is not None
    file = settings.keystone_credentials
    credentials = read_credentials(file) if file is not None else None
    client = KeystoneClient(settings.keystone, credentials, settings.keystone_authority)
    return KeystoneTokens(client.ask, _lower(settings.keystone_operator), failures.wait)


def _lower(roles: tuple[str, ...]) -> frozenset[str]:
    return frozenset(role.lower() for role in roles)
