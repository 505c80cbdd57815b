"""What a Nexus answers, as tests look at it."""

from __future__ import annotations

from typing import Any

import httpx

Document = dict[str, Any]


def post(client: httpx.Client, dn: str, document: object) -> httpx.Response:
    return client.post(f"/api/mo/{dn}.json", json=document)


def refused(answer: httpx.Response, status: int = 400) -> str:
    """What it says of what it refuses, in the envelope of its errors."""
    assert answer.status_code == status
    ((kind, body),) = answer.json()["imdata"][0].items()
    assert kind == "error"
    assert set(body["attributes"]) == {"code", "text"}
    return str(body["attributes"]["text"])


def found(answer: httpx.Response) -> list[Document]:
    assert answer.status_code == 200, answer.text
    document = answer.json()
    assert document["totalCount"] == str(len(document["imdata"]))
    return list(document["imdata"])
