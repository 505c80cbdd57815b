"""The questions to Keystone, over HTTP. No answer that is not one of Keystone's own is taken for one."""

from __future__ import annotations

import os
import ssl
import stat
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import structlog
import yaml

from weft.apps.file_errors import why
from weft.apps.identity.identity import Unanswered

PATIENCE = 5.0  # seconds
MOST_CONNECTIONS = 16
LONGEST_ANSWER = 1 << 20
RETRY = 2.0  # seconds, told to clients while Keystone does not answer
_TOKENS = "/v3/auth/tokens"
_log = structlog.get_logger("weft.identity")


class CredentialsUnusable(Exception):
    """The file of the credentials for Keystone is none to rely on."""


class KeystoneClient:
    """Keystone at a URL. Without credentials of its own, each token is asked of itself.

    Its certificate must be signed by ``authority``, or by whom the system trusts. Raises ``CredentialsUnusable``.
    """

    def __init__(
        self,
        url: str,
        credentials: dict[str, str] | None = None,
        authority: Path | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = httpx.Client(
            base_url=url.rstrip("/").removesuffix("/v3"),
            timeout=PATIENCE,
            trust_env=False,
            verify=True if authority is None else _trusting(authority),
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
        )
        self._credentials = credentials
        self._own: str | None = None

    def ask(self, token: str) -> dict[str, Any] | None:
        """``ask(token)`` is Keystone's document of the token; None where it is none. Raises ``Unanswered``."""
        for again in (False, True):
            own = token if self._credentials is None else self._own_token(anew=again)
            status, answer, _ = self._send(
                "GET", f"{_TOKENS}?nocatalog", {"X-Auth-Token": own, "X-Subject-Token": token}
            )
            if status == HTTPStatus.OK:
                return _member(answer, "token")
            if status == HTTPStatus.NOT_FOUND and isinstance(answer.get("error"), dict):
                return None
            if status == HTTPStatus.UNAUTHORIZED and isinstance(answer.get("error"), dict):
                if self._credentials is None:
                    return None  # it cannot even ask for itself
                continue
            break
        raise self._unanswered(f"it answers {status}")

    def _own_token(self, anew: bool) -> str:
        """A token of the credentials, which serves until Keystone does not take it any more."""
        if self._own is None or anew:
            status, _, headers = self._send("POST", _TOKENS, {}, _question(self._credentials or {}))
            text = headers.get("X-Subject-Token", "")
            if status != HTTPStatus.CREATED or not text:
                raise self._unanswered(f"it answers {status} to the controller's own credentials")
            self._own = text
        return self._own

    def _send(
        self, method: str, path: str, headers: dict[str, str], body: Any = None
    ) -> tuple[int, dict[str, Any], httpx.Headers]:
        try:
            with self._http.stream(
                method, path, headers={"Accept": "application/json"} | headers, json=body
            ) as response:
                content = b""
                for part in response.iter_bytes():
                    content += part
                    if len(content) > LONGEST_ANSWER:
                        raise self._unanswered("its answer is too long")
            answer = httpx.Response(200, content=content).json() if content else {}
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
            raise self._unanswered(str(error) or type(error).__name__) from None
        return response.status_code, answer if isinstance(answer, dict) else {}, response.headers

    def _unanswered(self, why: str) -> Unanswered:
        _log.warning("keystone does not answer", url=str(self._http.base_url), why=why)
        return Unanswered("Keystone does not answer", RETRY)


def _trusting(authority: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(authority))
    except OSError as error:  # of ssl as well
        raise CredentialsUnusable(f"{authority} holds no certificates in PEM form ({error.strerror})") from None


def _member(answer: dict[str, Any], name: str) -> dict[str, Any]:
    found = answer.get(name)
    return found if isinstance(found, dict) else {}


def _question(credentials: dict[str, str]) -> dict[str, Any]:
    """What signs in with these credentials."""
    if "application_credential_id" in credentials:
        application = {
            "id": credentials["application_credential_id"],
            "secret": credentials["application_credential_secret"],
        }
        return {"auth": {"identity": {"methods": ["application_credential"], "application_credential": application}}}
    user = {
        "name": credentials["username"],
        "password": credentials["password"],
        "domain": {"id": credentials.get("user_domain_id", "default")},
    }
    project = {
        "name": credentials["project_name"],
        "domain": {"id": credentials.get("project_domain_id", "default")},
    }
    identity = {"methods": ["password"], "password": {"user": user}}
    return {"auth": {"identity": identity, "scope": {"project": project}}}


_BY_PASSWORD = frozenset({"username", "password", "project_name"})
_BY_APPLICATION = frozenset({"application_credential_id", "application_credential_secret"})
_MAY = {_BY_PASSWORD: _BY_PASSWORD | {"user_domain_id", "project_domain_id"}, _BY_APPLICATION: _BY_APPLICATION}


def read_credentials(path: Path) -> dict[str, str]:
    """``read_credentials(path)`` returns what the YAML file holds. Raises ``CredentialsUnusable``, which says why."""
    try:
        with open(path, encoding="utf-8") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            found = yaml.safe_load(file.read())
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CredentialsUnusable(f"cannot read the credentials for Keystone in {path}: {why(error)}") from None
    if mode & 0o077:
        raise CredentialsUnusable(f"Others may use the credentials in {path} (mode {mode:04o}). Say: chmod 600 {path}")
    if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()):
        for needed, allowed in _MAY.items():
            if needed <= found.keys() <= allowed:
                return found
    raise CredentialsUnusable(
        f"{path} must hold username, password and project_name (and user_domain_id, project_domain_id where they are "
        "not default), or application_credential_id and application_credential_secret"
    )
