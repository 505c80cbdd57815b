"""Tests marked ``guest`` run on a kernel whose bridges know VLANs: this one if it can, otherwise a guest's.

A process of pytest has one guest, which it boots for its first such test. Each worker of xdist has its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.uml.guest import Broken, Guest, obstacle
from tests.uml.kernel import bridges_know_vlans

GUESTS = pytest.StashKey[Guest]()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what can run nowhere here."""
    if item.get_closest_marker("guest") is not None and not at_home() and (why := obstacle()) is not None:
        pytest.skip(why)


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Let the guest run the test, and report what it reports."""
    if item.get_closest_marker("guest") is None or at_home() or obstacle() is not None:
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in _reports(item, nextitem):
        item.ihook.pytest_runtest_logreport(report=report)
    item.session._setupstate.teardown_exact(nextitem)  # what the test before has left for this one, for the next is not
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def pytest_unconfigure(config: pytest.Config) -> None:
    """The guest ends with its tests."""
    guest = config.stash.get(GUESTS, None)
    if guest is not None:
        guest.close()


@cache
def at_home() -> bool:
    """Whether bridges of this very kernel know VLANs, and we may make some."""
    if os.environ.get("WEFT_GUEST"):
        return True
    if os.geteuid():
        return False
    return bridges_know_vlans()


def _reports(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[pytest.TestReport]:
    config = item.config
    try:
        if config.stash.get(GUESTS, None) is None:
            ours = {other.path for other in item.session.items if other.get_closest_marker("guest") is not None}
            config.stash[GUESTS] = Guest(ours)
        for said in config.stash[GUESTS].run(item.nodeid, nextitem.nodeid if nextitem is not None else None):
            report: Any = config.hook.pytest_report_from_serializable(config=config, data=said)
            if isinstance(report.longrepr, list):  # where and why a test was skipped; JSON knows no tuples
                report.longrepr = tuple(report.longrepr)
            yield report
    except Broken as broken:
        if config.stash.get(GUESTS, None) is not None:
            config.stash[GUESTS].close()
            del config.stash[GUESTS]
        yield pytest.TestReport(item.nodeid, item.location, dict(item.keywords), "failed", str(broken), "call")
