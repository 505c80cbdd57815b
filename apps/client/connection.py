"""Requests to one controller, and answers as Python values. What is no good answer is raised."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from weft.apps.client.errors import NotActive, Problem, Unreachable

Document = dict[str, Any]
Documents = list[Document]
Filter = str | bool | int | Iterable[str]
_WAITED = "Weft-Waited"


class Connection:
    """The HTTP side of a client; ``headers`` go with every request."""

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        timeout: float,
        transport: httpx.BaseTransport | None = None,
        verify: ssl.SSLContext | bool = True,
    ) -> None:
        # The controller is on this machine or in the management network: no proxy of the environment is asked.
        self._http = httpx.Client(
            base_url=url, headers=headers, timeout=timeout, trust_env=False, transport=transport, verify=verify
        )
        self._timeout = timeout
        self.url = url

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        if_revision: int | None = None,
        wait: float | None = None,
        key: str | None = None,
    ) -> Document:
        """``ask(method, path)`` returns the JSON object that is answered, empty where there is none.

        With ``if_revision`` only if it still is at that revision; with ``wait`` when the switches have acknowledged, or
        after so many seconds; ``key`` names the request, so that it may be sent again. Raises ``Problem``,
        ``NotActive`` and ``Unreachable``.
        """
        headers = {} if if_revision is None else {"If-Match": f'"{if_revision}"'}
        if key is not None:
            headers["Idempotency-Key"] = key
        query = dict(params or {})
        more: dict[str, Any] = {"timeout": self._timeout}
        if wait is not None:
            query |= {"wait": "active", "timeout": f"{wait:.3f}"}
            more["timeout"] = self._timeout + wait
        if json is not None:
            more["json"] = json
        with self._reaching():
            response = self._http.request(method, path, params=query, headers=headers, **more)
        document = self._document(response)
        state, _, reason = response.headers.get(_WAITED, "active").partition("; ")
        if wait is not None and state != "active":
            raise NotActive(state, reason, document)
        return document

    @contextmanager
    def stream(self, path: str, *, params: Mapping[str, Any], silence: float) -> Iterator[Iterator[str]]:
        """The lines of an answer that lasts; more than ``silence`` seconds without any is no connection any more."""
        timeout = httpx.Timeout(self._timeout, read=silence)
        with self._reaching(), self._http.stream("GET", path, params=dict(params), timeout=timeout) as response:
            if response.is_error:
                response.read()
                self._document(response)
            yield response.iter_lines()

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (httpx.TransportError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            if "CERTIFICATE_VERIFY_FAILED" in reason:
                reason += "; name the certificate that vouches for it (--ca-certificate or WEFT_CA)"
            raise Unreachable(f"no controller answers at {self.url}: {reason}") from error

    def _document(self, response: httpx.Response) -> Document:
        try:
            document = response.json() if response.content else {}
        except ValueError:
            document = None
        if not isinstance(document, dict) or response.is_redirect:
            raise Unreachable(f"what answers at {self.url} is no controller (status {response.status_code})")
        if response.is_error:
            raise Problem({"status": response.status_code, "title": response.reason_phrase} | document)
        return document


def query_of(**values: Filter | None) -> dict[str, Any]:
    """The query that says these values: several where there are several, and nothing for None.

    >>> query_of(name=["a", "b"], admin_up=True, tags=None)
    {'name': ['a', 'b'], 'admin_up': 'true'}
    """
    return {name: _texts(value) for name, value in values.items() if value is not None}


def _texts(value: Filter) -> str | list[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else [str(one) for one in value]
