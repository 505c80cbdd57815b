"""What docs/write-a-plugin.md tells newcomers to type works, and the controller runs what comes of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.unit.conftest import started

ROOT = Path(__file__).parents[2]
INSTALL = "pip install -e weft-acme"
ANNOUNCE = "(cd weft-acme && python -c 'import setuptools; setuptools.setup()' -q egg_info 2>/dev/null)"  # no network
LINES = [["vm1", 100, "untagged"]]


def blocks() -> list[str]:
    """The commands of the first section, block by block."""
    text = (ROOT / "docs" / "write-a-plugin.md").read_text()
    section = text.partition("\n## Within the hour\n")[2].partition("\n## ")[0]
    return re.findall(r"```bash\n(.*?)```", section, flags=re.DOTALL)


class Newcomer(NamedTuple):
    """Somebody with the package that the first block makes, and a controller that runs its plug-in."""

    folder: Path
    environment: dict[str, str]

    def run(self, script: str, folder: Path | None = None) -> str:
        """What the commands say. They must not fail."""
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=folder or self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return done.stdout

    def asks(self, *words: str) -> Any:
        """What ``weft`` answers, as JSON."""
        return json.loads(self.run(f"weft {' '.join(words)} -o json"))

    @property
    def sheet(self) -> Path:
        """The device."""
        return self.folder / "sheets" / "s1.vlans.json"

    def lines(self) -> Any:
        """What the device holds."""
        return json.loads(self.sheet.read_text())


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """All that stands in the first two blocks has been typed."""
    folder = tmp_path_factory.mktemp("newcomer")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WEFT_")}
    environment = {
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(folder / "weft-acme"),
    }
    first, second = blocks()
    before, run, _ = first.partition("weft-controller")
    assert INSTALL in before
    newcomer = Newcomer(folder / "weft-acme", environment)
    newcomer.run(before.replace(INSTALL, ANNOUNCE), folder)
    options = run and re.findall(r"--plugins \S+", first)[0].split()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYTHONPATH", environment["PYTHONPATH"])
        patched.chdir(newcomer.folder)
        with started(newcomer.folder, *options) as ready:
            environment |= {"WEFT_URL": ready["rest"], "WEFT_TOKEN_FILE": ready["token_file"]}
            newcomer.run(second)
            yield newcomer


def test_the_port_is_active_because_the_device_holds_what_is_wanted(newcomer: Newcomer) -> None:
    assert newcomer.lines() == LINES
    (flow,) = newcomer.asks("flows", "s1")
    assert (flow["actions"], flow["state"]) == ("vm1 is in VLAN 100, untagged", "installed")
    switch = newcomer.asks("switch", "show", "s1")
    assert (switch["plugin"], switch["dpid"], switch["connected"], switch["settled"]) == ("acme", None, True, True)


def test_what_is_changed_by_hand_is_put_right(newcomer: Newcomer) -> None:
    newcomer.sheet.write_text('[["vm2", 7, "tagged"]]')
    newcomer.run("weft switch audit s1")
    newcomer.run("for i in $(seq 100); do grep -q vm1 sheets/s1.vlans.json && exit; sleep 0.1; done")
    assert newcomer.lines() == LINES


def test_a_device_that_is_away_is_told_of_and_catches_up(newcomer: Newcomer) -> None:
    newcomer.run("mv sheets/s1.interfaces.json sheets/away && weft wait port --for DOWN web")
    told = json.loads(newcomer.run("weft doctor -o json || true"))
    (finding,) = [found for found in told if found["about"] == "switch s1"]
    assert finding["what"].startswith("Not connected: it is unreachable: its interfaces cannot be read: ")
    newcomer.run("mv sheets/away sheets/s1.interfaces.json && weft switch audit s1 && weft wait port --timeout 60 web")


def test_what_its_capabilities_leave_out_is_refused_with_the_reason(newcomer: Newcomer) -> None:
    said = newcomer.run("weft port update web --security mac 2>&1 || true")
    assert "plug-in acme, which switch 's1' is of, cannot honour security mac of port" in said


def test_the_kit_finds_nothing_wrong_with_it_in_a_history_of_misfortunes(newcomer: Newcomer) -> None:
    said = newcomer.run("weft conformance acme --no-traits --histories 1 --steps 12 2>&1")
    assert "seed 0: passes" in said
    assert "acme passes: 0 traits, 0 of them broken; 1 histories, " in said
