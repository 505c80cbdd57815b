"""One small held lab for all tests that leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system.held_lab import HeldLab, held_lab
from tests.system.traffic import Hosts, hosts_of


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldLab]:
    """Two spines, three leaves, six hosts for each of two tenants with the same addresses."""
    with held_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture
def hosts(lab: HeldLab) -> Iterator[Hosts]:
    """The lab's hosts, each with a socket on its wire."""
    with hosts_of(lab) as hosts:
        yield hosts
