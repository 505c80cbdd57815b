"""Ryu can be imported once the shim is; also by the stock ryu-manager, which imports nothing of ours first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from weft.controller.adapters.openflow import compat


def run(script: str, *arguments: str, options: tuple[str, ...] = ()) -> str:
    command = [sys.executable, "-W", "ignore", *options, "-c", script, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


def test_the_shim_makes_ryu_importable() -> None:
    run("import weft.controller.adapters.openflow.compat, ryu.base.app_manager, ryu.flags, ryu.cmd.manager")


def test_the_shim_loads_nothing_until_ryu_is_wanted() -> None:
    run("import sys, weft.controller.adapters.openflow.compat; assert not {'eventlet', 'ryu'} & set(sys.modules)")


def test_the_start_up_file_makes_the_stock_ryu_manager_work(tmp_path: Path) -> None:
    assert compat.write_startup_file(tmp_path) == compat.write_startup_file(tmp_path) == tmp_path / compat.STARTUP_FILE
    # A folder with .pth files is read at start-up when it is a site folder; this makes one of it.
    script = "import site, sys; site.addsitedir(sys.argv.pop(1)); from ryu.cmd.manager import main; main()"
    assert run(script, str(tmp_path), "--version") == "ryu-manager 4.34\n"


def test_the_start_up_file_is_harmless_without_weft(tmp_path: Path) -> None:
    compat.write_startup_file(tmp_path)
    script = "import site, sys; site.addsitedir(sys.argv[1]); assert 'weft' not in sys.modules"
    assert run(script, str(tmp_path), options=("-S", "-E")) == ""


def test_versions_compare_by_number() -> None:
    assert compat.LooseVersion("1.10.0") > compat.LooseVersion("1.9")
    assert compat.LooseVersion("1.9") == compat.LooseVersion("1.9")


def test_a_missing_distutils_is_stood_in_for() -> None:
    run(
        "import sys, importlib.util as u; find = u.find_spec;"
        "sys.modules['distutils'] = None;"
        "from weft.controller.adapters.openflow import compat;"
        "u.find_spec = lambda name, *a: None if name == 'distutils' else find(name, *a);"
        "compat.repair(); from distutils.version import LooseVersion; import ryu.flags;"
        "assert LooseVersion is compat.LooseVersion"
    )
