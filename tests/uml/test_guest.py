"""The guest itself: what is tested in it runs on a whole kernel, and is told as it went."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.uml.kernel import bridges_know_vlans

pytestmark = pytest.mark.guest


def test_a_guests_bridges_know_vlans() -> None:
    assert bridges_know_vlans()


def test_a_guest_runs_this_checkout_as_root() -> None:
    assert os.geteuid() == 0
    assert Path.cwd() == Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["with space", "with/slash", "ünï"])
def test_every_name_of_a_test_reaches_a_guest(name: str, request: pytest.FixtureRequest) -> None:
    assert name.isprintable()
    assert request.node.nodeid.startswith("tests/uml/test_guest.py::")


@pytest.mark.xfail(strict=True, reason="that a failure inside is a failure outside")
def test_a_failure_is_told() -> None:
    raise AssertionError("told")


def test_a_skip_is_told() -> None:
    pytest.skip("that a skip inside is a skip outside")


def test_the_modules_that_plug_ins_need_are_there() -> None:
    done = subprocess.run(["ip", "link", "add", "guest0", "type", "veth", "peer", "name", "guest1"], check=False)
    assert done.returncode == 0
    subprocess.run(["ip", "link", "delete", "guest0"], check=True)
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
