"""A real Open vSwitch to test with. It needs no root: its ports are of its own making, and no frame leaves it.

Its daemons run in a directory of their own and know nothing of the machine's Open vSwitch. They end with the test,
however the test ends.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path

from weft.controller.adapters.openflow import messages
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.simulate import Frame

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
IS_THERE = shutil.which("ovs-vswitchd") is not None and Path(SCHEMA).exists()
CONTROLLER = 0xFFFFFFFD
HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, MULTIPART_REPLY, BARRIER_REPLY = 0, 1, 2, 3, 19, 21
TIMEOUT = 20  # seconds that any answer may take


class OpenVSwitch:
    """A database server and a switch daemon with dummy datapaths (as Open vSwitch's own tests use them)."""

    def __init__(self, rundir: Path) -> None:
        self.rundir = rundir
        self._environment = os.environ | {f"OVS_{name}DIR": str(rundir) for name in ("RUN", "LOG", "DB", "SYSCONF")}
        self._run("ovsdb-tool", "create", f"{rundir}/conf.db", SCHEMA)
        self._daemons = [self._begin("ovsdb-server", f"{rundir}/conf.db", f"--remote=punix:{rundir}/db.sock")]
        self.vsctl("--retry", "--no-wait", "init")
        self._daemons.append(
            self._begin("ovs-vswitchd", f"unix:{rundir}/db.sock", "--enable-dummy", "--disable-system")
        )

    def close(self) -> None:
        """End both daemons."""
        for daemon in reversed(self._daemons):
            daemon.terminate()
            daemon.wait(TIMEOUT)

    def vsctl(self, *arguments: str) -> str:
        """What ovs-vsctl prints; it returns when the switch daemon has done what it says."""
        return self._run("ovs-vsctl", f"--timeout={TIMEOUT}", f"--db=unix:{self.rundir}/db.sock", *arguments)

    def appctl(self, *arguments: str) -> str:
        """What the switch daemon answers."""
        return self._run("ovs-appctl", "-t", f"{self.rundir}/ovs-vswitchd.ctl", *arguments)

    def ofctl(self, command: str, bridge: str, *arguments: str) -> str:
        """What ovs-ofctl prints."""
        return self._run("ovs-ofctl", "-O", "OpenFlow14", command, f"unix:{self.rundir}/{bridge}.mgmt", *arguments)

    def _begin(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        quiet = ("-vconsole:off", "-vsyslog:off", "-vfile:info", f"--log-file={self.rundir}/{name}.log")
        control = ("--no-chdir", f"--unixctl={self.rundir}/{name}.ctl")
        command = ("setpriv", "--pdeathsig", "TERM", name, *arguments, *control, *quiet)
        return subprocess.Popen(command, env=self._environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, timeout=TIMEOUT + 5, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)[:300]}: {done.stderr or done.stdout}")
        return done.stdout


class Bridge:
    """A bridge with these OpenFlow ports, and a session of OpenFlow 1.4 with it."""

    def __init__(self, ovs: OpenVSwitch, name: str, ofports: Iterable[int] = ()) -> None:
        self._ovs, self.name = ovs, name
        self._xids = count(1)
        ofports = list(ofports)
        made = ["add-br", name, "--", "set", "Bridge", name, "datapath_type=dummy", "fail_mode=secure"]
        made += ["protocols=OpenFlow14"]
        for ofport in ofports:
            made += ["--", "add-port", name, f"{name}-{ofport}", "--", "set", "Interface", f"{name}-{ofport}"]
            made += ["type=dummy", f"ofport_request={ofport}"]
        ovs.vsctl(*made)
        shown = re.findall(rf"{name}-(\d+) \d+/(\d+):", ovs.appctl("dpif/show"))
        self._ofport_by_datapath_port = {int(port): int(ofport) for ofport, port in shown}
        assert set(self._ofport_by_datapath_port.values()) == set(ofports)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(TIMEOUT)
        self._socket.connect(f"{ovs.rundir}/{name}.mgmt")
        self._socket.sendall(messages.hello(next(self._xids)))
        assert next(self._replies())[1] == HELLO

    def remove(self) -> None:
        """Take it away."""
        self._socket.close()
        self._ovs.vsctl("del-br", self.name)

    def add(self, entries: Iterable[Entry]) -> dict[Identity, tuple[int, int]]:
        """Install the entries as the controller does. Type and code of the error for those that it refuses."""
        entry_by_xid = {next(self._xids): entry for entry in entries}
        barrier = next(self._xids)
        added = [messages.add_flow(entry, xid) for xid, entry in entry_by_xid.items()]
        self._socket.sendall(b"".join((*added, messages.barrier_request(barrier))))
        refused = {}
        for reply in self._replies():
            xid = int.from_bytes(reply[4:8], "big")
            if reply[1] == ERROR:
                refused[entry_by_xid[xid].identity] = messages.error(reply)
            elif reply[1] == BARRIER_REPLY and xid == barrier:
                break
        return refused

    def dump(self) -> list[Entry]:
        """All that it holds, as it says it."""
        self._socket.sendall(messages.flow_stats_request(next(self._xids)))
        found: list[messages.FlowStat] = []
        for reply in self._replies():
            if reply[1] == MULTIPART_REPLY:
                found += messages.flow_stats(reply)
                if not messages.more_follow(reply):
                    break
        return [Entry(stat.table, stat.priority, stat.match, stat.instructions, stat.cookie) for stat in found]

    def clear(self) -> None:
        """Take all entries away."""
        self._ovs.ofctl("del-flows", self.name)

    def add_text(self, texts: Iterable[str]) -> None:
        """Install entries that are written for ovs-ofctl."""
        file = self._ovs.rundir / f"{self.name}.flows"
        file.write_text("\n".join(texts), encoding="utf-8")
        self._ovs.ofctl("add-flows", self.name, str(file))

    def trace(self, frame: Frame, in_port: int) -> list[tuple[int, tuple[int, ...]]]:
        """The ports that a frame would leave by, in order, each with the tags that it would leave with."""
        said = self._ovs.appctl("ofproto/trace", self.name, f"in_port={in_port}", packed(frame).hex())
        actions = re.findall(r"Datapath actions: (.*)", said)[-1]
        tags, leaving = list(frame.vlans), []
        for action in re.findall(r"(?:[^,(]|\((?:[^()]|\([^()]*\))*\))+", actions):
            if action.isdigit():
                leaving.append((self._ofport_by_datapath_port[int(action)], tuple(tags)))
            elif action.startswith("push_vlan"):
                tags.insert(0, int(re.findall(r"vid=(\d+)", action)[0]))
            elif action == "pop_vlan":
                tags.pop(0)
            elif action.startswith("userspace") and "controller" in action:
                leaving.append((CONTROLLER, tuple(tags)))
            else:
                assert action == "drop", f"not understood: {action} in {actions}"
        return leaving

    def _replies(self) -> Iterator[bytes]:
        """The messages that it sends; whether it is alive is answered on the way."""
        while True:
            header = self._read(8)
            message = header + self._read(int.from_bytes(header[2:4], "big") - 8)
            if message[1] == ECHO_REQUEST:
                self._socket.sendall(bytes([message[0], ECHO_REPLY]) + message[2:])
            else:
                yield message

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            assert part, "the switch has closed the connection"
            data += part
        return data


def packed(frame: Frame) -> bytes:
    """The frame as it is on a wire, at its shortest."""
    tags = b"".join(b"\x81\x00" + tag.to_bytes(2, "big") for tag in frame.vlans)
    head = bytes.fromhex((frame.dst + frame.src).replace(":", "")) + tags + frame.eth_type.to_bytes(2, "big")
    return (head + frame.payload.encode()).ljust(60, b"\0")
