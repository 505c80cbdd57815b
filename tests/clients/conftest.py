"""One controller for each way, shared by the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.ways import WAYS, Way, way


@pytest.fixture(scope="module", params=WAYS)
def come(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """Each of the ways."""
    with way(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found
