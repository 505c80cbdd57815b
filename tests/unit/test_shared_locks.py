"""Plug-ins write their log from native threads, and the controller its own at the same time: nobody waits forever."""

from __future__ import annotations

import subprocess
import sys
import textwrap

PROGRAM = textwrap.dedent("""
    import warnings
    warnings.simplefilter("ignore")
    import weft.apps.launch  # patches all that the controller has patched
    import logging, os, threading
    import structlog
    from ryu.lib import hub
    from weft.apps.plugins.own_thread import OwnThread, Returns

    nowhere = open(os.devnull, "w")
    logging.basicConfig(stream=nowhere, level=logging.INFO)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(nowhere))
    mine, returns, done = threading.RLock(), Returns(), []

    def write(who):
        for number in range(300):
            with mine:
                logging.getLogger(who).info("number %s", number)
            structlog.get_logger(who).info("number", number=number)
        return who

    def native(who):
        done.append(OwnThread(who, returns).call(60.0, write, who))

    def green(who):
        while len(done) < 4:
            write(who)
            hub.sleep(0)

    who = [hub.spawn(native, f"native{n}") for n in range(4)] + [hub.spawn(green, f"green{n}") for n in range(2)]
    hub.joinall(who)
    print(*sorted(done))
    os._exit(0)
""")


def test_locks_are_shared_by_native_threads_and_green_ones() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=90, check=False)
    assert (done.stdout, done.stderr) == ("native0 native1 native2 native3\n", "")
