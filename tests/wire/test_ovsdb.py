"""Databases talk to the real controller: what they claim is heard, and whoever talks garbage holds up nobody."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.ovsdb import interface, mac, row_id, tables
from tests.wire.databases import Peer, RealController, many, wait_until
from tests.wire.switches import GoodPeer
from tests.wire.unprivileged_ovs import IS_THERE, OpenVSwitch
from weft.apps.settings import SettingsError, load

DPID, OTHER_DPID = 0xAA, 0xBB
SLOWEST = 0.5  # seconds that any echo may take while the machine is busy with other tests; a few ms are usual
MONITOR = "weft-monitor"


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealController]:
    """It knows two switches and some ports."""
    with closing(RealController(tmp_path_factory.mktemp("controller"))) as controller:
        controller.make(
            ("switch", {"id": "s1", "dpid": f"{DPID:016x}"}),
            ("switch", {"id": "s2", "dpid": f"{OTHER_DPID:016x}"}),
            ("segment", {"id": "red", "name": "red", "project": "shop"}),
            *(("port", {"id": name, "name": name, "segment": "red"}) for name in ("web", "db", "mail")),
        )
        yield controller


@pytest.fixture
def good(controller: RealController) -> Iterator[Peer]:
    """A database as it should be, whose claim is granted. Nothing is left of it after the test."""
    peer = Peer(controller, tables(DPID, tap0="web"))
    wait_until(lambda: controller.claims() == {"tap0": ("web", "granted")}, "its claim is granted")
    yield peer
    peer.update(Interface={row_id("tap0"): interface("tap0")})
    wait_until(lambda: not controller.claims(), "its claim is gone")
    peer.close()
    wait_until(lambda: ended(controller, peer), "its session has ended")


@pytest.fixture
def others(controller: RealController, good: Peer) -> Iterator[Callable[[str], None]]:
    """A switch and the good database, which measure how fast they are answered. They are, in time, all the while."""
    stop, seconds, failures = threading.Event(), list[float](), list[Exception]()

    def keep_asking() -> None:
        try:
            while not stop.wait(0.01):
                seconds.append(good.echo())
        except (OSError, EOFError) as error:
            failures.append(error)

    asking = threading.Thread(target=keep_asking, daemon=True)
    with GoodPeer(controller, 0x77) as switch:  # type: ignore[arg-type]  # all that it needs is the port
        asking.start()

        def report(what: str) -> None:
            assert switch.report(f"  {what}: a switch") < SLOWEST
            assert not failures
            measured = sorted(seconds)
            del seconds[:]
            print(f"  {what}: a database: {len(measured)} echoes, slowest {measured[-1] * 1e3:.1f} ms")
            assert measured[-1] < SLOWEST

        yield report
        report("until the end")
        stop.set()
        asking.join(10)


def ended(controller: RealController, peer: Peer) -> str:
    """Why the session of that peer has ended, as the log says it; nothing while it has not."""
    lines = [line for line in controller.log() if "session ends" in line and peer.address in line]
    return lines[-1].partition("reason=")[2] if lines else ""


def test_it_is_told_what_appears_changes_and_goes(controller: RealController, good: Peer) -> None:
    good.update(**tables(DPID, tap0="web", tap1="db"))
    wait_until(lambda: controller.claims().get("tap1") == ("db", "granted"), "another one is granted")
    good.update(Interface={row_id("tap1"): interface("tap1", "mail", attached_mac=mac("tap1"))})
    wait_until(lambda: controller.claims().get("tap1") == ("mail", "granted"), "it claims another port")
    good.update(Interface={row_id("tap1"): {"old": {}}})
    wait_until(lambda: "tap1" not in controller.claims(), "it is gone")
    vifs = controller.api.get("/v1/vifs").json()["vifs"]
    assert [(vif["mac"], vif["switch"], vif["interface"]) for vif in vifs] == [(mac("tap0"), "s1", "tap0")]


def test_a_lost_connection_takes_nothing_back(controller: RealController) -> None:
    first = Peer(controller, tables(DPID, tap0="web", tap1="db"))
    wait_until(lambda: len(controller.claims()) == 2, "both are there")
    first.close()
    wait_until(lambda: ended(controller, first), "its session has ended")
    assert len(controller.claims()) == 2
    second = Peer(controller)
    time.sleep(0.5)
    assert len(controller.claims()) == 2
    second.say({"id": second.request()["id"], "result": tables(DPID, tap1="db"), "error": None})
    wait_until(lambda: controller.claims() == {"tap1": ("db", "granted")}, "what is gone is told as gone")
    second.update(Interface={row_id("tap1"): {"old": {}}})
    wait_until(lambda: not controller.claims(), "nothing is left")
    second.close()


def test_only_one_database_speaks_for_a_switch(controller: RealController, good: Peer) -> None:
    impostor = Peer(controller, tables(DPID, tap9="mail"))
    good.echo()  # it answers the probe
    wait_until(lambda: any("another database speaks" in line for line in controller.log()), "it is logged")
    began = time.monotonic()
    while time.monotonic() - began < 4:
        good.echo()
        assert controller.claims() == {"tap0": ("web", "granted")}
        time.sleep(0.1)
    impostor.close()


def test_a_silent_speaker_is_followed_by_who_waits(controller: RealController) -> None:
    silent = Peer(controller, tables(DPID, tap0="web"))
    wait_until(lambda: controller.claims(), "it is heard")
    waiting = Peer(controller, tables(DPID, tap1="db"))
    wait_until(lambda: "another one speaks for its switch" in ended(controller, silent), "the silent one is ended")
    wait_until(lambda: controller.claims() == {"tap1": ("db", "granted")}, "the other one is heard")
    waiting.update(Interface={row_id("tap1"): {"old": {}}})
    wait_until(lambda: not controller.claims(), "nothing is left")
    waiting.close()


def test_thousands_of_interfaces_at_once(controller: RealController, others: Callable[[str], None]) -> None:
    many_claims = {f"tap{number}x": f"port-{number}" for number in range(5000)}
    held = tables(0xCC, **many_claims)
    others("before")
    large = Peer(controller, held)
    took = wait_until(lambda: any(f"{0xCC:016x}" in line for line in controller.log()), "it is heard")
    others(f"5,000 interfaces, heard in {took:.2f} s")
    large.close()


GARBAGE: dict[str, bytes | dict[str, Any]] = {
    "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "TLS": bytes.fromhex("16030102000100"),
    "no UTF-8": b'{"\xff":1}',
    "deep": b"{" * 1000,
    "NaN": b'{"id":NaN}',
    "an empty object": {},
    "an update before anything": {"id": None, "method": "update", "params": [None, {}]},
    "a transaction": {"id": 1, "method": "transact", "params": []},
    "a refusal": {"id": MONITOR, "result": None, "error": {"error": "unknown database"}},
    "a list of tables": {"id": MONITOR, "result": [], "error": None},
    "a foreign table": {"id": MONITOR, "result": {"Open_vSwitch": {}}, "error": None},
    "a row that is a number": {"id": MONITOR, "result": {"Bridge": {row_id("x"): 7}}, "error": None},
    "an unknown reply": {"id": 5, "result": [], "error": None},
    "a huge echo": {"id": 5, "method": "echo", "params": ["x" * 5000]},
}


@pytest.mark.parametrize("name", GARBAGE)
def test_whoever_talks_garbage_is_ended_and_it_is_said_why(controller: RealController, name: str) -> None:
    peer, garbage = Peer(controller), GARBAGE[name]
    peer.send(garbage) if isinstance(garbage, bytes) else peer.say(garbage)
    assert peer.is_closed()
    wait_until(lambda: ended(controller, peer), "it is logged")
    assert "failed in the controller" not in ended(controller, peer)
    peer.close()


def test_noise(controller: RealController, others: Callable[[str], None]) -> None:
    chance = Random(7)
    whole = json.dumps({"id": MONITOR, "result": tables(OTHER_DPID, tap5="db"), "error": None}).encode()
    for number in range(300):
        peer = Peer(controller)
        noise = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            noise[chance.randrange(len(noise))] = chance.randrange(256)
        peer.send(chance.randbytes(chance.randrange(1, 400)) if number % 3 == 0 else bytes(noise))
        peer.close()
    others("300 times noise")
    assert not any("Traceback" in line for line in controller.log())


ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "a string": (b'{"', b"a" * 65536),
    "backslashes": (b'{"', b"\\" * 65536),
    "blanks": (b'{"id":', b" " * 65536),
    "blanks before a message": (b"", b"\n" * 65536),
    "a list": (b'{"id":[', b"[]," * 20000),
    "objects": (b'{"id":{', b'"a":{"b":{}},' * 5000),
    "a row": (b'{"result":{"Bridge":{"x":{"new":{"ports":[', b'["uuid",""],' * 5000),
    "rows": (b'{"result":{"Port":{', b'"":{"new":{"interfaces":["set",[]]}},' * 1500),
    "messages": (b"", json.dumps({"id": "weft-echo", "result": [], "error": None}).encode() * 1000),
    "echo requests": (b"", json.dumps({"id": 1, "method": "echo", "params": []}).encode() * 1000),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_whoever_never_stops_talking_holds_up_nobody(
    controller: RealController, others: Callable[[str], None], name: str
) -> None:
    begins, goes_on = ENDLESS[name]
    before, peers = controller.resident(), [Peer(controller) for _ in range(4)]

    def talk(peer: Peer, until: float) -> None:
        with suppress(OSError):
            peer.socket.settimeout(0.5)
            peer.send(begins)
            while time.monotonic() < until:
                peer.send(goes_on)

    threads = [threading.Thread(target=talk, args=(peer, time.monotonic() + 1.5)) for peer in peers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    others(f"four that say {name} without end")
    print(f"  memory grew by {controller.resident() - before} MiB")
    assert controller.resident() - before < 100
    for peer in peers:
        peer.close()


def test_an_endless_flood_of_changes_is_heard_seldom(controller: RealController, others: Callable[[str], None]) -> None:
    liar = Peer(controller, tables(OTHER_DPID, tap5="db"))
    until, number = time.monotonic() + 2, 0
    while time.monotonic() < until:
        number += 1
        liar.update(Interface={row_id("tap5"): interface("tap5", "db" if number % 2 else None)})
    others(f"{number} changes of one claim")
    liar.update(Interface={row_id("tap5"): {"old": {}}})
    wait_until(lambda: "tap5" not in controller.claims(), "it is gone")
    told = sum("tap5" in line and "a claim is" in line for line in controller.log())
    print(f"  {told} of {number} changes were told")
    assert told <= 25
    liar.close()


@pytest.mark.alone
def test_two_thousand_silent_databases(controller: RealController, others: Callable[[str], None]) -> None:
    with many(controller, 2000) as crowd:
        others("2,000 silent databases")
        assert crowd[0].is_closed()
        newcomer = Peer(controller, tables(OTHER_DPID, tap5="db"))
        wait_until(lambda: controller.claims().get("tap5") == ("db", "granted"), "a newcomer is heard")
        newcomer.update(Interface={row_id("tap5"): {"old": {}}})
        wait_until(lambda: "tap5" not in controller.claims(), "it is gone")
        newcomer.close()


def test_a_crowd_that_talks_without_end_holds_up_nobody_who_speaks_for_a_switch(
    controller: RealController, others: Callable[[str], None]
) -> None:
    with many(controller, 200) as crowd:
        until = time.monotonic() + 2
        for peer in crowd:
            peer.socket.setblocking(False)
            peer.socket.send(b'{"id":{')
        while time.monotonic() < until:
            for peer in crowd:
                with suppress(OSError):
                    peer.socket.send(b'"a":{"b":{}},' * 1000)
        others("200 databases that talk without end")


def test_a_message_that_trickles_is_waited_for_and_one_that_stops_is_not_for_ever(controller: RealController) -> None:
    slow = Peer(controller)
    whole = json.dumps({"id": slow.request()["id"], "result": tables(OTHER_DPID, tap5="db"), "error": None}).encode()
    for start in range(0, len(whole), 40):
        slow.send(whole[start : start + 40])
        time.sleep(0.01)
    wait_until(lambda: controller.claims().get("tap5") == ("db", "granted"), "it is heard")
    slow.update(Interface={row_id("tap5"): {"old": {}}})
    wait_until(lambda: "tap5" not in controller.claims(), "it is gone")
    slow.send(b'{"id":')
    assert slow.is_closed(30)  # it answers no echo either
    wait_until(lambda: "unanswered" in ended(controller, slow), "it is logged")


@pytest.mark.skipif(not IS_THERE, reason="Open vSwitch is not installed")
def test_a_real_database(controller: RealController, tmp_path: Path) -> None:
    with closing(OpenVSwitch(tmp_path)) as ovs:
        server = f"{tmp_path}/ovsdb-server.ctl"
        ovs._run("ovs-appctl", "-t", server, "ovsdb-server/add-remote", "db:Open_vSwitch,Open_vSwitch,manager_options")
        made = ("add-br", "b", "--", "set", "Bridge", "b", "datapath_type=dummy")
        ovs.vsctl(
            *made, f"other_config:datapath-id={DPID:016x}", "--", "set-manager", f"tcp:127.0.0.1:{controller.ovsdb}"
        )
        said = ("external_ids:iface-id=web", 'external_ids:attached-mac="02:00:00:00:00:0A"', "external_ids:vm-id=v€m")
        ovs.vsctl("add-port", "b", "tap0", "--", "set", "Interface", "tap0", "type=dummy", *said)
        wait_until(lambda: controller.claims() == {"tap0": ("web", "granted")}, "the claim is granted")
        assert controller.api.get("/v1/vifs").json()["vifs"][0]["device"] == "v€m"
        ovs.vsctl("remove", "Interface", "tap0", "external_ids", "iface-id")
        wait_until(lambda: not controller.claims(), "the claim is gone")
        ovs.vsctl("set", "Interface", "tap0", "external_ids:iface-id=web")
        wait_until(lambda: controller.claims(), "the claim is back")
        ovs.vsctl("del-br", "b")
        wait_until(lambda: not controller.claims(), "and gone with its bridge")


def test_nobody_listens_for_databases_unless_told_to() -> None:
    assert load((), {}).ovsdb is None
    assert load(("--ovsdb", "[::1]:6640"), {}).ovsdb == load((), {"WEFT_OVSDB": "[::1]:6640"}).ovsdb == "[::1]:6640"


@pytest.mark.parametrize("address", ["6640", "127.0.0.1:65536", ""])
def test_a_wrong_address_is_told_as_with_the_other_settings(address: str) -> None:
    with pytest.raises(SettingsError, match=r"^--ovsdb must be HOST:PORT with a port from 0 to 65535"):
        load(("--ovsdb", address), {})


def test_a_taken_address_is_told(controller: RealController, tmp_path: Path) -> None:
    taken = f"127.0.0.1:{controller.ovsdb}"
    elsewhere = (
        "--rest",
        "127.0.0.1:0",
        "--neutron",
        "off",
        "--openflow",
        "127.0.0.1:0",
        "--store",
        str(tmp_path / "weft.db"),
    )
    command = [sys.executable, "-m", "weft.apps.launch", *elsewhere, "--ovsdb", taken]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    said = f"weft-controller: cannot listen for switches' databases (--ovsdb {taken}): Address already in use\n"
    assert (run.returncode, run.stderr) == (1, said)
