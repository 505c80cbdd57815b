"""A session with a Nexus: NX-API, over HTTPS. It signs in when it must, and again when its token has expired."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from weft.apps.plugins.nexus.secret import Secret, SecretUnusable
from weft.controller.contracts import Unreachable

Document = dict[str, Any]
LONGEST_ANSWER = 32 << 20
_SIGNED_OUT = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Refused(Exception):
    """What a switch has refused, in its own words."""


class Found(NamedTuple):
    """A managed object, as a switch tells of it."""

    kind: str
    dn: str
    attributes: Mapping[str, str]


class Session:
    """A switch at a URL. Its certificate must be signed by ``authority``, or by whom the system trusts.

    Everything raises ``Unreachable`` where the switch does not answer in ``patience`` seconds, or not as a Nexus does,
    and ``Refused`` where it says no.
    """

    def __init__(
        self,
        url: str,
        username: str,
        password: Secret,
        authority: Path | None = None,
        verify: bool = True,
        patience: float = 15.0,
    ) -> None:
        self.url = url
        self._username = username
        self._password = password
        self._patience = patience
        self._signed_in = False
        trust: ssl.SSLContext | bool = verify
        if verify and authority is not None:
            trust = ssl.create_default_context(cafile=str(authority))
        self._http = httpx.Client(
            base_url=url, timeout=patience, trust_env=False, verify=trust, limits=httpx.Limits(max_connections=2)
        )

    def __repr__(self) -> str:
        return f"<session with {self.url}>"

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def below(self, dn: str, kinds: Sequence[str]) -> list[Found]:
        """All objects of these classes at that name and below."""
        query = {"query-target": "subtree", "target-subtree-class": ",".join(kinds)}
        found = []
        for one in _objects(self._ask("GET", f"/api/mo/{dn}.json", query=query), self.url):
            ((kind, body),) = one.items() if len(one) == 1 else ((None, None),)
            attributes = body.get("attributes") if isinstance(body, dict) else None
            if not isinstance(attributes, dict) or not all(isinstance(value, str) for value in attributes.values()):
                raise self._strange()
            found.append(Found(str(kind), attributes.get("dn", ""), attributes))
        return found

    def post(self, dn: str, document: Document) -> None:
        """Let the objects in the document be so: all of them, or none."""
        _objects(self._ask("POST", f"/api/mo/{dn}.json", document), self.url)

    def run(self, commands: Sequence[str], kind: str = "cli_conf") -> list[str]:
        """Say these commands, and return what is said to each. The first that is refused is the last that is said."""
        asked = {
            "version": "1.0",
            "type": kind,
            "chunk": "0",
            "sid": "1",
            "input": " ;".join(commands),
            "output_format": "json",
        }
        status, answer = self._send("POST", "/ins", {"ins_api": asked}, auth=self._credentials())
        if status in _SIGNED_OUT:
            raise self._unreachable("it does not take the user name and the password")
        match answer:
            case {"ins_api": {"outputs": {"output": list(outputs)}}}:
                pass
            case {"ins_api": {"outputs": {"output": dict(output)}}}:
                outputs = [output]
            case _:
                raise self._strange()
        said = []
        for command, output in zip(commands, outputs, strict=False):
            if output.get("code") != "200":
                why = str(output.get("clierror") or output.get("msg") or "").strip()
                raise Refused(f"{command}: {why[:300]}")
            body = output.get("body")
            said.append(body if isinstance(body, str) else "")
        if len(said) != len(commands):
            raise self._strange()
        return said

    def _ask(self, method: str, path: str, body: Document | None = None, query: Mapping[str, str] | None = None) -> Any:
        """What is answered to who has signed in."""
        for attempt in (1, 2):
            if not self._signed_in:
                self._sign_in()
            status, answer = self._send(method, path, body, query)
            if status not in _SIGNED_OUT:
                break
            self._signed_in = False  # the token has expired, or the switch has started anew
            if attempt == 2:
                raise self._unreachable(f"it answers {status} to who has just signed in")
        if status >= 400 and _error(answer) is None:
            raise self._unreachable(f"it answers {status}")
        return answer

    def _sign_in(self) -> None:
        name, password = self._credentials()
        self._http.cookies.clear()
        user = {"aaaUser": {"attributes": {"name": name, "pwd": password}}}
        status, answer = self._send("POST", "/api/aaaLogin.json", user)
        if status in _SIGNED_OUT:
            raise self._unreachable("it does not take the user name and the password")
        if status != HTTPStatus.OK or not self._http.cookies:
            raise self._strange()
        _objects(answer, self.url)
        self._signed_in = True

    def _credentials(self) -> tuple[str, str]:
        try:
            return self._username, self._password.read()
        except SecretUnusable as error:
            raise self._unreachable(str(error)) from None

    def _send(
        self,
        method: str,
        path: str,
        body: Document | None = None,
        query: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> tuple[int, Any]:
        deadline = time.monotonic() + self._patience
        content = bytearray()
        try:
            with self._http.stream(method, path, json=body, params=query, auth=auth) as response:
                for part in response.iter_bytes():
                    content += part
                    if len(content) > LONGEST_ANSWER:
                        raise self._unreachable("its answer is too long")
                    if time.monotonic() > deadline:
                        raise self._unreachable(f"its answer is not whole after {self._patience:g} s")
            return response.status_code, httpx.Response(200, content=bytes(content)).json()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(str(error) or type(error).__name__) from None
        except (ValueError, RecursionError):
            if response.status_code in _SIGNED_OUT or response.status_code >= 500:
                return response.status_code, None
            raise self._strange() from None

    def _strange(self) -> Unreachable:
        return self._unreachable("it answers what is no answer of NX-API")

    def _unreachable(self, why: str) -> Unreachable:
        return Unreachable(f"{self.url}: {why}")


def _objects(answer: Any, url: str) -> list[Document]:
    """What is in the envelope of an answer."""
    refused = _error(answer)
    if refused is not None:
        raise Refused(refused)
    match answer:
        case {"imdata": list(found)} if all(isinstance(one, dict) for one in found):
            return found
        case {"aaaLogin": dict()}:  # as releases before 9 answer who signs in
            return [answer]
    raise Unreachable(f"{url}: it answers what is no answer of NX-API")


def _error(answer: Any) -> str | None:
    """What the answer says was wrong, if it does."""
    match answer:
        case {"imdata": [{"error": {"attributes": {"text": str(text)}}}, *_]}:
            return text[:300]
    return None
