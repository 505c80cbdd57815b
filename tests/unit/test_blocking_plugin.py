"""A device that blocks its plug-in holds up neither the switches' echoes, nor the API, nor another place."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.unit.conftest import started
from tests.unit.test_plugins_in_force import install
from weft.apps.bench.echoes import Echoes

ENTRY_POINT = "[weft.plugins]\nslow = weft_slow:Slow\n"
MODULE = """
import ctypes
from pathlib import Path
from weft.apps.plugins.paper import Paper

class Slow(Paper):
    name = "slow"

    def read_back(self, place):
        if place.startswith("slow"):
            (self._folder / f"{place}.asked").touch()
            ctypes.CDLL(None).sleep(30)  # as a library in C waits for a device
        return super().read_back(place)
"""
BLOCKED = 25  # more places than the event loop's own pool has threads
PATIENCE = 20.0


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_echoes_the_api_and_another_place_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", "weft-slow", ENTRY_POINT, weft_slow=MODULE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    plugins = tmp_path / "plugins.yaml"
    plugins.write_text(f"slow: {{folder: {tmp_path}}}")
    slow = [f"slow{number}" for number in range(BLOCKED)]
    for name in (*slow, "quick"):
        (tmp_path / f"{name}.interfaces.json").write_text('{"vm1": true}')
        (tmp_path / f"{name}.vlans.json").write_text("[]")
    with started(tmp_path, "--plugins", str(plugins)) as ready:
        token = Path(ready["token_file"]).read_text().strip()
        with httpx.Client(base_url=ready["rest"], headers={"Authorization": f"Bearer {token}"}) as api:

            def make(*names: str) -> None:
                made = api.post("/v1/switches", json={"switches": [{"id": n, "plugin": "slow"} for n in names]})
                assert made.status_code == 201, made.text

            make(*slow)
            until(lambda: all((tmp_path / f"{name}.asked").exists() for name in slow))
            host, _, port = ready["openflow"].rpartition(":")
            with Echoes((host, int(port))) as echoes:
                make("quick")
                until(lambda: api.get("/v1/switches/quick").json()["settled"])
                until(lambda: len(echoes.waits) > 50)
            assert echoes.worst < 1.0
            assert not any(api.get(f"/v1/switches/{name}").json()["settled"] for name in slow), "they never blocked"
