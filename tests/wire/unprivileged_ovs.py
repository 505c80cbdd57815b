"""A real Open vSwitch to test with. It needs no root: its ports are of its own making, and no frame leaves it.

Its daemons run in a directory of their own and know nothing of the machine's Open vSwitch. They end with the test,
however the test ends.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

from tests.packets import packed
from tests.wire.flow_line import frame_of
from weft.controller.adapters.openflow import messages, statistics
from weft.controller.flow.entry import Entry, Identity
from weft.controller.flow.frame import Frame
from weft.controller.flow.headers import seen
from weft.controller.flow.meter import METERS, held_meter

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
IS_THERE = shutil.which("ovs-vswitchd") is not None and Path(SCHEMA).exists()
CONTROLLER = 0xFFFFFFFD
HELLO, ERROR, ECHO_REQUEST, ECHO_REPLY, MULTIPART_REPLY, BARRIER_REPLY = 0, 1, 2, 3, 19, 21
TIMEOUT = 20  # seconds that any answer may take


class OpenVSwitch:
    """A database server and a switch daemon with dummy datapaths (as Open vSwitch's own tests use them)."""

    def __init__(self, rundir: Path) -> None:
        self.rundir = rundir
        self._control: socket.socket | None = None
        self._environment = os.environ | {f"OVS_{name}DIR": str(rundir) for name in ("RUN", "LOG", "DB", "SYSCONF")}
        self._run("ovsdb-tool", "create", f"{rundir}/conf.db", SCHEMA)
        self._daemons = [self._begin("ovsdb-server", f"{rundir}/conf.db", f"--remote=punix:{rundir}/db.sock")]
        self.vsctl("--retry", "--no-wait", "init")
        self._daemons.append(
            self._begin("ovs-vswitchd", f"unix:{rundir}/db.sock", "--enable-dummy", "--disable-system")
        )

    def close(self) -> None:
        """End both daemons."""
        if self._control is not None:
            self._control.close()
        for daemon in reversed(self._daemons):
            daemon.terminate()
            daemon.wait(TIMEOUT)

    def vsctl(self, *arguments: str) -> str:
        """What ovs-vsctl prints; it returns when the switch daemon has done what it says."""
        return self._run("ovs-vsctl", f"--timeout={TIMEOUT}", f"--db=unix:{self.rundir}/db.sock", *arguments)

    def appctl(self, *arguments: str) -> str:
        """What the switch daemon answers; asked as ovs-appctl would (JSON-RPC), but by no process of its own."""
        if self._control is None:
            self._control = socket.socket(socket.AF_UNIX)
            self._control.settimeout(TIMEOUT)
            self._control.connect(f"{self.rundir}/ovs-vswitchd.ctl")
        method, *params = arguments
        self._control.sendall(json.dumps({"id": 0, "method": method, "params": params}).encode())
        said = b""
        while True:
            part = self._control.recv(1 << 16)
            assert part, "the switch daemon has closed the connection"
            said += part
            if part.endswith(b"}"):
                with suppress(json.JSONDecodeError):
                    answer = json.loads(said)
                    break
        if answer["error"]:
            raise RuntimeError(f"{' '.join(arguments)[:300]}: {answer['error']}")
        return str(answer["result"])

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
        self._socket.sendall(messages.hello(next(self._xids)) + messages.set_config(next(self._xids)))
        assert next(self._replies())[1] == HELLO

    def remove(self) -> None:
        """Take it away."""
        self._socket.close()
        self._ovs.vsctl("del-br", self.name)

    def add(self, entries: Iterable[Entry]) -> dict[Identity, tuple[int, int]]:
        """Install the entries as the controller does. Type and code of the error for those that it refuses."""
        meters_first = sorted(entries, key=lambda entry: entry.table != METERS)
        entry_by_xid = {next(self._xids): entry for entry in meters_first}
        barrier = next(self._xids)
        added = [
            messages.add_meter(entry, xid) if entry.table == METERS else messages.add_flow(entry, xid)
            for xid, entry in entry_by_xid.items()
        ]
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
        """All flow entries that it holds, as it says them."""
        replies = self._multipart(messages.flow_stats_request(next(self._xids)))
        found = [stat for reply in replies for stat in messages.flow_stats(reply)]
        return [Entry(stat.table, stat.priority, stat.match, stat.instructions, stat.cookie) for stat in found]

    def holds(self) -> list[Entry]:
        """All that it holds, meters too."""
        replies = self._multipart(statistics.meter_config_request(next(self._xids)))
        meters = [held_meter(*config) for reply in replies for config in statistics.meter_configs(reply)]
        return [*self.dump(), *meters]

    def clear(self) -> None:
        """Take all flow entries away."""
        self._ovs.ofctl("del-flows", self.name)

    def add_text(self, texts: Iterable[str]) -> None:
        """Install entries that are written for ovs-ofctl; what is a comment to its add-flows is a meter to us."""
        texts = list(texts)
        for text in texts:
            if text.startswith("# add-meter: "):
                self._ovs.ofctl("add-meter", self.name, text.removeprefix("# add-meter: "))
        file = self._ovs.rundir / f"{self.name}.flows"
        file.write_text("\n".join(texts), encoding="utf-8")
        self._ovs.ofctl("add-flows", self.name, str(file))

    def trace(self, frame: Frame | bytes, in_port: int) -> list[tuple[int, tuple[int, ...]]]:
        """The ports that a frame would leave by, in order, each with the tags that it would leave with."""
        octets = frame if isinstance(frame, bytes) else packed(frame)
        actions = re.findall(r"Datapath actions: (.*)", self._traced(octets, in_port))[-1]
        tags = (seen(octets) if isinstance(frame, bytes) else frame).vlans
        return list(self._leaving(actions, list(tags)))

    def looks_up(self, octets: bytes, in_port: int) -> list[tuple[int, int | None]]:
        """The tables that it would look a frame up in, in order, each with the cookie of what matches there."""
        line = r"^ *(\d+)\. (?:No match\.|.*priority \d+(?:, cookie (\w+))?)$"
        lines = re.findall(line, self._traced(octets, in_port), re.MULTILINE)
        return [(int(table), int(cookie, 16) if cookie else None) for table, cookie in lines]

    def sees(self, octets: bytes) -> Frame:
        """What it reads out of a frame."""
        return frame_of(self._traced(octets, 1).splitlines()[0])

    def _traced(self, octets: bytes, in_port: int) -> str:
        return self._ovs.appctl("ofproto/trace", self.name, f"in_port={in_port}", octets.hex())

    def _leaving(self, actions: str, tags: list[int]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The ports that the datapath's actions output to, each with the tags there."""
        for action in re.findall(r"(?:[^,(]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))+", actions):
            if action.isdigit():
                yield self._ofport_by_datapath_port[int(action)], tuple(tags)
            elif action.startswith("clone("):
                yield from self._leaving(action[6:-1], list(tags))
            elif action.startswith("push_vlan"):
                vid, pcp = re.findall(r"vid=(\d+),pcp=(\d+)", action)[0]
                tags.insert(0, int(vid) | int(pcp) << 13)
            elif action == "pop_vlan":
                tags.pop(0)
            elif action.startswith("userspace") and "controller" in action:
                yield CONTROLLER, tuple(tags)
            else:
                assert action == "drop" or action.startswith("meter("), f"not understood: {action} in {actions}"

    def _multipart(self, request: bytes) -> Iterator[bytes]:
        """The replies to a request for what it holds."""
        self._socket.sendall(request)
        for reply in self._replies():
            if reply[1] == MULTIPART_REPLY:
                yield reply
                if not messages.more_follow(reply):
                    return

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
