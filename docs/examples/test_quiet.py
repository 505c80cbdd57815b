"""What frames do under the stage ``quiet``, without a switch."""

from __future__ import annotations

import sys
from pathlib import Path

from weft.apps.model_file import read
from weft.controller.trial import Trial

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from quiet import GROUPS, quiet  # noqa: E402

MODEL = HERE / "quiet.yaml"


def test_a_quiet_port_says_nothing_to_multicast_dns() -> None:
    trial = Trial(read(MODEL), quiet)
    for group in GROUPS:
        assert trial.send("printer", group) == ((), ("admit:reserved",))
        assert trial.send("laptop", group) == (("vif printer",), ())


def test_all_else_is_as_it_was() -> None:
    found = Trial(read(MODEL), quiet).difference()
    assert found.changes == {"added": 2}
    assert [frame.what for frame in found.frames] == [f"office: port printer with eth_dst={group}" for group in GROUPS]
