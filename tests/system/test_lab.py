"""The lab does what it says, and however it ends nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.system.held_lab import HeldLab, held_lab, wait_until
from weft.apps.lab import matrix
from weft.apps.lab.openvswitch import datapath_type
from weft.topologies.linear import linear

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may make network namespaces"),
]
LAB = str(Path(sys.executable).with_name("weft-lab"))
SMALL = ("--topology", "linear", "--switches", "2")


def start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen([LAB, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def left_of(pid: int) -> list[str]:
    """What is on the machine that the lab of that process made: directories, namespaces, processes."""
    left = [str(path) for path in Path("/run").glob(f"weft-lab/{pid}-*")]
    left += [str(path) for path in Path("/run").glob(f"netns/weft-lab-{pid}-*")]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if any(entry.startswith(f"WEFT_LAB={pid}-".encode()) for entry in environment.split(b"\0")):
            left.append((process / "cmdline").read_text().replace("\0", " "))
    return left


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldLab]:
    with held_lab(tmp_path_factory.mktemp("lab"), *SMALL) as held:
        yield held


def in_host(host: dict[str, Any], *command: str) -> subprocess.CompletedProcess[str]:
    enter = ["nsenter", "--net", "--target", str(host["pid"])]
    return subprocess.run([*enter, *command], capture_output=True, text=True, timeout=20, check=False)


def pings(a: dict[str, Any], b: dict[str, Any]) -> bool:
    return in_host(a, "ping", "-c1", "-W2", b["ip4"]).returncode == 0


# a run from beginning to end


@pytest.mark.parametrize(
    "options",
    [
        ("--topology", "single"),
        ("--topology", "linear"),
        ("--topology", "ring", "--hosts", "2"),
        ("--topology", "leaf-spine"),
        ("--topology", "fat-tree", "--hosts", "1"),
    ],
    ids=lambda options: options[1],
)
def test_every_shape_ends_with_a_correct_matrix_and_leaves_nothing(options: tuple[str, ...], tmp_path: Path) -> None:
    run = start(*options, "--keep-logs", str(tmp_path))
    said, _ = run.communicate(timeout=120)
    assert run.returncode == 0, said
    assert "Correct:" in said
    assert {"controller.log", "ovs-vswitchd.log"} <= {path.name for path in tmp_path.iterdir()}
    assert left_of(run.pid) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--topology", "ring", "--spines", "2"), "A ring fabric has no --spines; its sizes are --switches, --hosts."),
        (("--topology", "fat-tree", "--k", "5"), "There is no such fat-tree fabric: k must be even, not 5."),
        (("--describe", "/no/such/place/lab.json"), "There is no directory /no/such/place to write lab.json to."),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_a_sentence(options: tuple[str, ...], message: str) -> None:
    run = start(*options)
    said, _ = run.communicate(timeout=60)
    assert run.returncode == 2
    assert message in said
    assert left_of(run.pid) == []


# a held lab


def test_the_description_says_what_runs(lab: HeldLab) -> None:
    description = lab.description
    assert [switch["name"] for switch in description["switches"]] == ["s1", "s2"]
    (cable,) = description["links"]
    assert (cable["a"], cable["b"]) == (["s1", 1], ["s2", 1])
    segments = {segment["name"]: segment for segment in lab.get("/v1/segments")["segments"]}
    for segment in description["segments"]:
        assert segment.items() <= segments[segment["name"]].items()
    ports = {port["id"]: port for port in lab.get("/v1/ports")["ports"]}
    assert len(description["hosts"]) == len(ports) == 8
    for host in description["hosts"]:
        (interface,) = json.loads(in_host(host, "ip", "-json", "address", "show", host["interface"]).stdout)
        assert interface["address"] == host["mac"]
        assert [address["local"] for address in interface["addr_info"]] == [host["ip4"]]  # and no IPv6
        assert int(lab.inside("ovs-vsctl", "get", "Interface", host["switch_interface"], "ofport")) == host["ofport"]
        assert (ports[host["port"]]["segment"], ports[host["port"]]["vif"]) == (host["segment"], host["vif"])


def test_the_controller_is_reached_from_outside_and_the_switches_live_inside(lab: HeldLab) -> None:
    address, _, port = lab.description["controller"]["openflow"].rpartition(":")
    socket.create_connection((address, int(port)), timeout=5).close()
    assert lab.api.get("/healthz").json()["status"] == "ok"
    assert os.readlink(f"/proc/{lab.description['controller']['pid']}/ns/net") == os.readlink("/proc/self/ns/net")
    assert {"s1", "s2"} <= {line.split(":")[1].strip() for line in lab.inside("ip", "-o", "link").splitlines()}
    assert not Path("/sys/class/net/s1-eth1").exists()


def test_neighbours_with_the_same_address_do_not_meet(lab: HeldLab) -> None:
    assert pings(lab.hosts["red1"], lab.hosts["red4"])
    assert pings(lab.hosts["blue1"], lab.hosts["blue4"])
    in_host(lab.hosts["red4"], "ip", "link", "set", lab.hosts["red4"]["interface"], "down")
    assert not pings(lab.hosts["red1"], lab.hosts["red4"])
    assert pings(lab.hosts["blue1"], lab.hosts["blue4"])
    in_host(lab.hosts["red4"], "ip", "link", "set", lab.hosts["red4"]["interface"], "up")


def test_the_matrix_shows_what_is_wrong_with_a_fabric(lab: HeldLab) -> None:
    """Flows put in by hand, while no controller is there to take them out."""
    fabric = linear(switches=2)
    ofport = {name: host["ofport"] for name, host in lab.hosts.items()}
    processes = {name: host["pid"] for name, host in lab.hosts.items()}
    flow = f"priority=65535,in_port={ofport['red1']}"
    to_red2, to_blue1 = f"output:{ofport['red2']}", f"output:{ofport['blue1']}"
    cases = {
        "drop": "red1 to red2 by unicast: 1 frame expected, 0 seen",
        to_blue1: "red1 to blue1 by broadcast: 0 frames expected, 1 seen",
        f"{to_red2},{to_red2}": "red1 to red2 by unicast: 1 frame expected, 2 seen",
        f"push_vlan:0x8100,set_field:4196->vlan_vid,{to_red2}": "red1 to red2 by stray: 0 frames expected, 5 seen",
    }

    def faults() -> set[str]:
        lab.appctl("revalidator/wait")  # until then the datapath may still go by older flows
        return set(matrix.faults(matrix.expected(fabric), matrix.seen(fabric, processes)))

    lab.kill_controller()
    try:
        for actions, fault in cases.items():
            lab.ofctl("add-flow", "s1", f"{flow},actions={actions}")
            assert fault in faults()
        lab.ofctl("del-flows", "s1", flow, "--strict")
        assert faults() == set()
    finally:
        lab.start_controller()
        lab.settle()


def test_a_held_lab_outlives_its_controller_and_says_how_to_have_it_back(tmp_path: Path) -> None:
    with held_lab(tmp_path, *SMALL) as held:
        said = tmp_path / "lab.out"
        held.kill_controller()
        wait_until(lambda: "To start it again" in said.read_text(), "the lab tells of it")
        assert pings(held.hosts["red1"], held.hosts["red3"])
        assert " ".join(held.description["controller"]["command"]) in said.read_text()
        held.start_controller()
        held.settle()  # at the same address, with the same token and the same store
        again = held.controllers.pop()
    assert again.wait(10) != 0, "what was started again belongs to the lab, and ends with it"
    assert left_of(held.description["lab"]["pid"]) == []


def test_sigint_ends_a_held_lab_with_its_verdict(tmp_path: Path) -> None:
    path = tmp_path / "lab.json"
    run = start(*SMALL, "--hold", "--describe", str(path))
    wait_until(path.exists, "the lab is ready", 60)
    run.send_signal(signal.SIGINT)
    said, _ = run.communicate(timeout=30)
    assert run.returncode == 0, said
    assert left_of(run.pid) == []


def test_two_labs_run_side_by_side(tmp_path: Path, lab: HeldLab) -> None:
    with ExitStack() as stack:
        other = stack.enter_context(held_lab(tmp_path, *SMALL))
        assert other.description["controller"]["rest"] != lab.description["controller"]["rest"]
        assert other.rundir != lab.rundir
        assert pings(other.hosts["red1"], other.hosts["red3"])
    assert left_of(other.description["lab"]["pid"]) == []
    assert pings(lab.hosts["red1"], lab.hosts["red3"])
    lab.settle()


def test_mininets_command_line_opens_inside_the_lab() -> None:
    run = subprocess.run(
        [LAB, *SMALL, "--cli"],
        input="red1 ping -c1 -W2 red4\nexit\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 received" in run.stdout + run.stderr


def test_a_kernel_that_cannot_forward_is_told_before_anything_starts() -> None:
    if datapath_type("auto") == "system":
        pytest.skip("the kernel forwards for Open vSwitch here")
    run = subprocess.run([LAB, "--datapath", "kernel"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert run.stderr.startswith("No lab: The kernel has no Open vSwitch datapath. Load the module")


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


# ends that nobody planned


@pytest.mark.parametrize(
    ("number", "seconds"),
    [*((signal.SIGINT, seconds) for seconds in (0.3, 0.7, 1.1, 1.6, 2.2)), (signal.SIGTERM, 1.3), (signal.SIGHUP, 1.3)],
)
def test_an_interrupted_lab_leaves_nothing(number: signal.Signals, seconds: float) -> None:
    run = start(*SMALL, "--hold")
    time.sleep(seconds)
    run.send_signal(number)
    run.communicate(timeout=30)
    assert left_of(run.pid) == []


@pytest.mark.parametrize("seconds", [0.8, 1.5, 4.0])
def test_the_next_lab_removes_what_a_killed_one_left(seconds: float) -> None:
    killed = start(*SMALL, "--hold")
    time.sleep(seconds)
    killed.kill()
    killed.wait()
    following = start("--topology", "single", "--hosts", "2")
    said, _ = following.communicate(timeout=60)
    assert following.returncode == 0, said
    assert left_of(killed.pid) == left_of(following.pid) == []
