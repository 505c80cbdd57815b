"""What frames do with the extension ``curfew``, without a switch."""

from __future__ import annotations

import sys
from pathlib import Path

from weft.apps.model_file import read
from weft.controller.compile.stages import STAGES
from weft.controller.extension import compose
from weft.controller.pipeline.core import CORE
from weft.controller.trial import Trial

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from curfew import CURFEW  # noqa: E402

EXTENDED = compose(CORE, STAGES, CURFEW)
ROBOT, LAPTOP = "02:00:00:00:00:02", "02:00:00:00:00:01"


def test_a_port_under_curfew_says_nothing_and_hears_all() -> None:
    trial = Trial(read(HERE / "curfew.yaml", EXTENDED.attributes), composed=EXTENDED)
    assert trial.send("robot", LAPTOP) == ((), ("curfew:silent",))
    assert trial.send("laptop", ROBOT) == (("vif robot",), ())
