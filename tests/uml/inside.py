"""The first process of a guest: it mounts what a system has, loads modules, and runs the tests that it is told to.

Started with the path of the order as its argument, which may name a command instead of tests. The guest ends with it.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
import termios
import threading
import tty
from pathlib import Path
from typing import Any, TextIO

WANTED = ("bridge", "8021q", "veth", "nf_tables", "nft_limit", "nft_log", "tun")
MODULES = Path("/usr/lib/uml")
LINE = "/dev/ttyS0"
POWER_OFF = 0x4321FEDC  # LINUX_REBOOT_CMD_POWER_OFF


def prepare(environment: dict[str, str]) -> None:
    """Mount, load, and set what programs expect. Starting a program costs much here, so next to none is started.

    Of pytest's plug-ins only those that are named are loaded: the others take longer than the kernel does.
    """
    for kind, where in (("proc", "/proc"), ("sysfs", "/sys"), ("tmpfs", "/run")):
        if libc.mount(kind.encode(), where.encode(), kind.encode(), 0, None):
            print(f"cannot mount {kind} at {where}: {os.strerror(ctypes.get_errno())}")
    for folder in ("/run/netns", "/run/tmp", "/run/kernel/lib"):
        os.makedirs(folder)
    os.environ.clear()
    os.environ.update(environment, TMPDIR="/run/tmp", WEFT_GUEST="1", PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    os.environ["PATH"] = environment.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    subprocess.run(["ip", "link", "set", "lo", "up"], check=False)
    os.symlink(MODULES / "modules", "/run/kernel/lib/modules")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=False)
    subprocess.run(["modprobe", "-d", "/run/kernel", "-a", *WANTED], check=False)


def end_with(line: int) -> None:
    """Power off when nobody is at the other end of the line any more."""
    while os.read(line, 1):
        pass
    shutil.rmtree(Path(sys.argv[1]).parent, ignore_errors=True)
    libc.reboot(POWER_OFF)


class Told:
    """A plug-in of pytest that runs what a line names, and answers with what came of it."""

    def __init__(self, requests: TextIO, answers: TextIO) -> None:
        self.requests, self.answers = requests, answers

    def say(self, answer: Any) -> None:
        """One line of JSON."""
        self.answers.write(json.dumps(answer) + "\n")
        self.answers.flush()

    def pytest_runtestloop(self, session: Any) -> bool:
        """Run tests for as long as somebody names them."""
        items = {item.nodeid: item for item in session.items}
        self.say({"ready": len(items)})
        for line in self.requests:
            asked = json.loads(line)
            item = items[asked["run"]]
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=items.get(asked["next"]))
            self.say({"done": asked["run"]})
        return True

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Tell how one step of a test went."""
        self.say(self.config.hook.pytest_report_to_serializable(config=self.config, report=report))

    def pytest_configure(self, config: Any) -> None:
        """Reports are made by this configuration's rules."""
        self.config = config


def main() -> None:
    """All that happens in a guest."""
    order = json.loads(Path(sys.argv[1]).read_text())
    prepare(order["environment"])
    line = os.open(LINE, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line, termios.TCSANOW)
    os.chdir(order["root"])
    if "command" in order:
        del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
        threading.Thread(target=end_with, args=(line,), daemon=True).start()
        ended = subprocess.run(order["command"], stdin=subprocess.DEVNULL, stdout=line, stderr=line, check=False)
        Path(sys.argv[1]).with_name("status").write_text(str(ended.returncode))
        termios.tcdrain(line)
        return
    import pytest

    sys.path.insert(0, order["root"])
    told = Told(os.fdopen(line, "r", closefd=False), os.fdopen(line, "w", closefd=False))
    pytest.main(["-p", "pytest_timeout", *order["files"]], plugins=[told])


if __name__ == "__main__":
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        main()
    except BaseException as failure:  # whoever waits for an answer reads this on the console
        print(f"the guest fails: {failure!r}", flush=True)
    if not Path(sys.argv[1]).with_name("status").exists():
        shutil.rmtree(Path(sys.argv[1]).parent, ignore_errors=True)  # whoever started us may be dead
    libc.reboot(POWER_OFF)
