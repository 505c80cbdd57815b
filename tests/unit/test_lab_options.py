"""The lab's options: what is refused before anything is made; and how the lab counts."""

from __future__ import annotations

from collections import Counter
from io import StringIO

import pytest
from rich.console import Console

from weft.apps.lab import report
from weft.apps.lab.main import main
from weft.apps.lab.matrix import expected
from weft.topologies.shapes import SHAPES


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--patience", "-1", "must be a number above 0, not -1"),
        ("--patience", "0", "must be a number above 0, not 0"),
        ("--patience", "nan", "must be a number above 0, not nan"),
        ("--patience", "long", "must be a number, not 'long'"),
        ("--hosts", "many", "must be a whole number, not 'many'"),
        ("--datapath", "glass", "'glass' is not one of 'auto', 'kernel', 'user'"),
    ],
)
def test_a_bad_value_is_told_with_its_option_and_the_rule(
    capsys: pytest.CaptureFixture[str], option: str, value: str, said: str
) -> None:
    with pytest.raises(SystemExit) as end:
        main((option, value))
    assert end.value.code == 2
    assert capsys.readouterr() == ("", f"weft-lab: Invalid value for '{option}': {said}\n")


@pytest.mark.parametrize(("missing", "said"), [(1, "1 difference between"), (2, "2 differences between")])
def test_one_is_not_spoken_of_as_many(missing: int, said: str) -> None:
    fabric = SHAPES["single"]()
    wanted, said_so = expected(fabric), StringIO()
    seen = wanted - Counter(dict.fromkeys(list(wanted)[:missing], 1))
    assert not report.show(Console(file=said_so), fabric, wanted, seen)
    assert f"Wrong: {said} expected and seen." in said_so.getvalue()
