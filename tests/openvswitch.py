"""An Open vSwitch of a test's own, in a network namespace of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from weft.apps.lab.namespaces import inside
from weft.apps.lab.openvswitch import OpenVSwitch

_numbers = count()


@contextmanager
def open_vswitch() -> Iterator[None]:
    """Every program that is started in the block sees this Open vSwitch and this network alone. Needs root."""
    if os.geteuid() or shutil.which("ovs-vswitchd") is None:
        pytest.skip("needs root and Open vSwitch")
    namespace = f"weft-test-{os.getpid()}-{next(_numbers)}"
    environment = dict(os.environ)
    subprocess.run(["ip", "netns", "add", namespace], check=True)
    try:
        with tempfile.TemporaryDirectory(prefix="weft-") as rundir, inside(Path("/run/netns", namespace)):
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            switch = OpenVSwitch(Path(rundir))
            try:
                yield
            finally:
                for daemon in reversed(switch.daemons):
                    daemon.terminate()
                    daemon.wait(10)
    finally:
        os.environ.clear()
        os.environ.update(environment)
        subprocess.run(["ip", "netns", "delete", namespace], check=True)
