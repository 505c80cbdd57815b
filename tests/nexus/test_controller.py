"""A controller, as a process, with Nexus of the tests' own: from requests over REST to VLANs on a switch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.nexus.conftest import access
from tests.nexus.nexus import NOTHING, PASSWORD, Carried, Nexus
from weft.apps.lab.patience import await_truth
from weft.conformance.controller import Process

PATIENCE = 40.0


class Running:
    """A controller whose place ``n1`` is a Nexus: ``eth1/1`` is a cable, machines are at the others."""

    def __init__(self, folder: Path, nexus: Nexus) -> None:
        self.folder, self.nexus = folder, nexus
        self.process = Process(folder, settings={"nexus": {"places": {"n1": access(nexus) | {"timeout": 2}}}})
        self.client = self.process.client()
        self.client.create("switch", {"id": "n1", "plugin": "nexus"})
        self.client.create(
            "segment", {"id": "red", "name": "red", "project": "demo", "segmentation_id": 20, "security": "none"}
        )

    def machine(self, name: str, interface: str) -> None:
        """A machine with a VIF, plugged into a port of red."""
        self.client.create("port", {"id": name, "name": name, "segment": "red"})
        place = {"switch": "n1", "interface": interface}
        mac = f"02:00:00:00:00:{int(interface.rpartition('/')[2]):02x}"
        self.client.create("vif", {"id": name, "mac": mac, "vif_kind": "physical", **place})
        self.client.plug(name, name)

    def state(self, port: str) -> str:
        """The port's status, and why."""
        status: Any = self.client.show("port", port)["status"]
        return f"{status['state']} {status['reason']}"

    def restart(self) -> None:
        """Kill the controller, and start it again."""
        self.process.restart()
        self.client = self.process.client()

    def close(self) -> None:
        self.client.close()
        self.process.close()


@pytest.fixture
def running(nexus: Nexus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setenv("NEXUS_PASSWORD", PASSWORD)
    running = Running(tmp_path, nexus)
    yield running
    running.close()


def becomes(truth: Callable[[], object], what: Callable[[], object]) -> None:
    """Wait until it is so."""
    assert await_truth(truth, PATIENCE), what()


def test_a_nexus_follows_requests_outages_and_restarts_and_its_password_is_nowhere(running: Running) -> None:
    nexus, client = running.nexus, running.client
    running.machine("a", "eth1/2")
    running.machine("b", "eth1/3")
    becomes(lambda: running.state("a").startswith("ACTIVE"), lambda: running.state("a"))
    assert nexus.forwarding()["eth1/2"] == nexus.forwarding()["eth1/3"] == Carried(20, frozenset())

    nexus.delete_vlan(20)
    client.audit("n1")
    becomes(lambda: nexus.forwarding()["eth1/2"] == Carried(20, frozenset()), lambda: nexus.vlan(20))

    nexus.stop()
    client.update("port", "b", {"admin_up": False})
    client.audit("n1")
    becomes(lambda: not running.state("a").startswith("ACTIVE"), lambda: running.state("a"))
    becomes(lambda: nexus.url in str(client.show("switch", "n1")["problems"]), lambda: client.show("switch", "n1"))
    nexus.start()
    becomes(lambda: nexus.forwarding()["eth1/3"] == NOTHING, lambda: nexus.forwarding())
    becomes(lambda: running.state("a").startswith("ACTIVE"), lambda: running.state("a"))

    running.restart()
    client = running.client
    becomes(lambda: running.state("a").startswith("ACTIVE"), lambda: running.state("a"))
    client.unplug("a")
    client.delete("port", "a")
    client.unplug("b")
    becomes(lambda: nexus.vlan(20) is None, lambda: nexus.vlan(20))

    nexus.write_vlan(20, name="finance")
    client.plug("b", "b")
    client.update("port", "b", {"admin_up": True})
    becomes(lambda: "finance" in running.state("b"), lambda: running.state("b"))
    assert nexus.forwarding()["eth1/3"] == NOTHING

    with pytest.raises(Exception, match="security"):
        client.update("segment", "red", {"security": "mac+ip"})
    shown = [repr(client.list(kind)) for kind in ("switch", "segment", "port", "vif")]
    shown += [repr(client.doctor()), repr(client.health()), repr(client.audit_log())]
    kept = [path.read_bytes() for path in running.folder.rglob("*") if path.is_file()]
    assert kept
    assert PASSWORD not in " ".join(shown)
    assert all(PASSWORD.encode() not in content for content in kept)


def test_settings_that_are_wrong_are_named_at_the_start(nexus: Nexus, tmp_path: Path) -> None:
    wrong = access(nexus) | {"password": "hunter22"}
    with pytest.raises(Exception, match=r"places\.n1\.password") as raised:
        Process(tmp_path, settings={"nexus": {"places": {"n1": wrong}}})
    assert "hunter22" not in str(raised.value)
