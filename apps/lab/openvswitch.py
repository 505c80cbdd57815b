"""An Open vSwitch instance of the lab's own: its database server and its switch daemon, in the lab's namespace."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from subprocess import Popen

from weft.apps.lab.commands import begin, last_lines, run
from weft.apps.lab.errors import LabError
from weft.apps.lab.patience import await_truth

_SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
_START = 20.0  # seconds in which a daemon must listen; a tenth of a second is usual


def datapath_type(wanted: str) -> str:
    """What Open vSwitch calls the datapath that is wanted: auto, kernel or user. ``LabError`` when it is not to be had.

    No switch need run. What shows it is a datapath in a network namespace, which both end with the command.
    """
    if wanted == "user":
        return "netdev"
    try:
        run("mnexec", "-n", "ovs-dpctl", "add-dp", "system@weft-probe")
    except LabError:
        if wanted == "kernel":
            ways = "Load the module (modprobe openvswitch), or say --datapath user."
            raise LabError(f"The kernel has no Open vSwitch datapath. {ways}") from None
        return "netdev"
    return "system"


class OpenVSwitch:
    """Two daemons in the foreground, as children of the lab. It must be made inside the lab's namespace."""

    def __init__(self, rundir: Path) -> None:
        self.rundir = rundir
        for name in ("OVS_RUNDIR", "OVS_DBDIR", "OVS_LOGDIR", "OVS_SYSCONFDIR"):
            os.environ[name] = str(rundir)  # so that every ovs-vsctl that the lab or Mininet starts finds this instance
        run("ovsdb-tool", "create", f"{rundir}/conf.db", _SCHEMA)
        self.daemons = (
            self._daemon("ovsdb-server", f"{rundir}/conf.db", f"--remote=punix:{rundir}/db.sock", listens="db.sock"),
            self._daemon("ovs-vswitchd", f"unix:{rundir}/db.sock", listens="ovs-vswitchd.ctl"),
        )

    def _daemon(self, name: str, *arguments: str, listens: str) -> Popen[bytes]:
        log = self.rundir / f"{name}.log"
        control = f"--unixctl={self.rundir}/{name}.ctl"
        quiet = ("-vconsole:off", "-vsyslog:off", "-vfile:info", f"--log-file={log}")
        daemon = begin(name, *arguments, control, "--no-chdir", *quiet, output=self.rundir / f"{name}.out")
        await_truth(lambda: (self.rundir / listens).exists() or daemon.poll() is not None, _START)
        if not (self.rundir / listens).exists():
            raise LabError(f"{name} did not start. It said last:\n{last_lines(log)}")
        if name == "ovsdb-server":
            run("ovs-vsctl", "--no-wait", "init")
        return daemon

    @property
    def dead(self) -> list[str]:
        """The daemons that have ended, by name."""
        return [str(daemon.args[3]) for daemon in self.daemons if daemon.poll() is not None]  # type: ignore[index]

    def ports(self) -> dict[str, int]:
        """The OpenFlow port number of each interface that one was asked for; ``LabError`` if one has got no number."""
        columns = ("--columns=name,ofport,ofport_request,error", "list", "Interface")
        rows = json.loads(run("ovs-vsctl", "--format=json", *columns))["data"]
        for name, ofport, wanted, error in rows:
            if isinstance(wanted, int) and wanted != ofport:
                raise LabError(f"Open vSwitch could not take interface {name} as port {wanted}: {error or ofport}")
        return {name: ofport for name, ofport, wanted, _ in rows if isinstance(wanted, int)}


def add_bridges(bridges: Iterable[tuple[str, str, dict[int, str]]], datapath: str) -> None:
    """Make bridges (name, datapath id, interface by port number) in one transaction.

    They are closed until a controller has spoken (secure), and stay as they are while it is silent.
    """
    transaction: list[str] = []
    for name, dpid, interfaces in bridges:
        transaction += ["--", "add-br", name, "--", "set", "Bridge", name]
        transaction += [f"datapath_type={datapath}", "fail_mode=secure", "protocols=OpenFlow14"]
        transaction += [f"other_config:datapath-id={dpid}", "other_config:disable-in-band=true"]
        for port, interface in sorted(interfaces.items()):
            transaction += ["--", "add-port", name, interface]
            transaction += ["--", "set", "Interface", interface, f"ofport_request={port}"]
    run("ovs-vsctl", *transaction)


def call_controller(bridges: Iterable[str], controller: str) -> None:
    """Let the bridges call that controller, and call again within a second whenever it is gone."""
    names = list(bridges)
    run("ovs-vsctl", *(word for name in names for word in ("--", "set-controller", name, controller)))
    # Open vSwitch 3.1 heeds max_backoff only when it changes, so it must be a transaction of its own.
    run("ovs-vsctl", *(word for name in names for word in ("--", "set", "Controller", name, "max_backoff=1000")))
