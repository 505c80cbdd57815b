"""The lab's options: what is refused before anything is made, and what two options mean together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from weft.apps.lab import report
from weft.apps.lab.main import main
from weft.apps.lab.matrix import expected
from weft.apps.lab.openvswitch import datapath_type
from weft.topologies.shapes import SHAPES

LAB = str(Path(sys.executable).with_name("weft-lab"))
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may make network namespaces")


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


@pytest.mark.system
@needs_root
def test_a_kernel_that_cannot_forward_is_told_before_anything_starts() -> None:
    if datapath_type("auto") == "system":
        pytest.skip("the kernel forwards for Open vSwitch here")
    run = subprocess.run([LAB, "--datapath", "kernel"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith("No lab: The kernel has no Open vSwitch datapath. Load the module")


@pytest.mark.system
@needs_root
def test_a_held_lab_with_a_command_line_outlives_it() -> None:
    options = ("--topology", "single", "--hosts", "1", "--cli", "--hold")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen([LAB, *options], text=True, **pipes) as lab:
        assert lab.stdin is not None
        assert lab.stdout is not None
        lab.stdin.write("nodes\nexit\n")
        lab.stdin.flush()
        said = []
        for line in lab.stdout:
            said.append(line)
            if "The lab is held" in line:
                break
        assert any("available nodes are" in line for line in said), "the command line came first"
        assert any(" 1 tenant, " in line for line in said)
        assert lab.poll() is None
        lab.send_signal(signal.SIGINT)
        assert lab.wait(30) == 0, "".join(said)
