"""Who asks too much, or cannot be known now, is told at each API when to come again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import falcon.testing
import pytest

from tests.stores import MemoryStore
from weft.apps.identity.identity import Busy, Identity, NotNow, Presented, Unanswered
from weft.apps.northbound.app import build_app
from weft.apps.openstack.app import build_openstack
from weft.controller.service import Service

PATHS = {
    "/v1/segments": build_app,
    "/v1/nowhere": build_app,
    "/v2.0/networks": build_openstack,
    "/v1.1/tenants/blue/networks": build_openstack,
    "/v1.0/tenants/blue/networks.xml": build_openstack,
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("why", "status"), [(Busy("slow down", 2.2), 429), (Unanswered("no answer", 4), 503)])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_it_is_told_when_to_come_again(path: str, why: NotNow, status: int, method: str) -> None:
    def identify(presented: Presented) -> Identity:
        raise why

    build: Callable[..., Any] = PATHS[path]
    answer = falcon.testing.StartResponseMock()
    environ = falcon.testing.create_environ(path, method=method, headers={"X-Auth-Token": "t"})
    body = b"".join(build(Service(MemoryStore()), identify)(environ, answer))
    assert answer.status is not None
    assert int(answer.status[:3]) == status
    told = {name.lower(): value for name, value in answer.headers}
    assert told["retry-after"] == str(why.seconds)
    assert str(why).encode() in body
