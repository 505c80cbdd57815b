"""Garbage on the OpenFlow port and on the REST port disturbs nobody else."""

from __future__ import annotations

import os
import random
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from tests.system.held_lab import HeldLab, wait_until
from tests.system.traffic import Hosts

pytestmark = pytest.mark.system

HELLO = bytes.fromhex("0500000800000001")


def garbage() -> Iterator[tuple[str, bytes]]:
    """Bytes that no switch should send."""
    yield "a HELLO with an element of no length", bytes.fromhex("0500001000000001" + "0001000000000000")
    yield "a HELLO with a huge element", bytes.fromhex("0500001000000001" + "0001ffff00000000")
    yield "a header without an end", HELLO[:5]
    yield "a message of no length", bytes.fromhex("0500000000000001")
    yield "a message that never ends", bytes.fromhex("0513ffff00000001") + bytes(100)
    for version in (0, 1, 4, 6, 0x7F, 0xFF):
        yield f"version {version}", bytes([version]) + HELLO[1:]
    for kind in range(36):
        for body in (b"", bytes(8), bytes(40), b"\xff" * 48):
            yield f"type {kind} with {len(body)} bytes", HELLO + struct.pack("!BBHI", 5, kind, 8 + len(body), 2) + body
    chance = random.Random(7)
    for number in range(60):
        yield f"noise {number}", chance.randbytes(chance.randrange(1, 400))
    yield "HTTP", b"GET / HTTP/1.1\r\n\r\n"


def openflow(lab: HeldLab) -> tuple[str, int]:
    host, _, port = lab.description["controller"]["openflow"].rpartition(":")
    return host, int(port)


def undisturbed(lab: HeldLab, sessions: set[str]) -> None:
    """No session has ended, everything is settled, and the API answers at once."""
    began = time.monotonic()
    assert lab.settled()
    assert time.monotonic() - began < 1.0
    assert ended(lab) == sessions, "a switch's session has ended"


def ended(lab: HeldLab) -> set[str]:
    """The lines about sessions with named switches that have ended."""
    with open(lab.description["controller"]["log"], errors="replace") as log:
        return {line for line in log if "session ends" in line and "switch=0" in line}


def test_garbage_to_the_openflow_port(lab: HeldLab, hosts: Hosts) -> None:
    before = ended(lab)
    for _, octets in garbage():
        with socket.create_connection(openflow(lab), 5) as stranger:
            stranger.sendall(octets)
    undisturbed(lab, before)
    # a change still reaches the switches
    lab.api.patch("/v1/ports/red1", json={"admin_up": False}).raise_for_status()
    lab.api.patch("/v1/ports/red1", json={"admin_up": True}).raise_for_status()
    wait_until(lab.settled, "the change arrives")
    assert hosts.run(0.5, 0.05, {}).clean
    assert ended(lab) == before


@pytest.mark.alone
def test_two_thousand_idle_connections(lab: HeldLab, hosts: Hosts) -> None:
    before = ended(lab)
    idle = [socket.create_connection(openflow(lab), 10) for _ in range(2000)]
    try:
        undisturbed(lab, before)
        slowest = 0.0
        for number in range(20):
            began = time.monotonic()
            lab.api.patch("/v1/ports/red1", json={"description": f"round {number}"}).raise_for_status()
            slowest = max(slowest, time.monotonic() - began)
        print(f"  slowest of 20 changes beside 2,000 idle connections: {slowest * 1000:.0f} ms")
        assert hosts.run(0.5, 0.05, {}).clean
    finally:
        for connection in idle:
            connection.close()
    undisturbed(lab, before)


def test_a_second_connection_with_a_live_datapath_id_is_refused(lab: HeldLab) -> None:
    before = ended(lab)
    dpid = int(lab.description["switches"][0]["dpid"], 16)
    with socket.create_connection(openflow(lab), 5) as impostor:
        impostor.sendall(bytes.fromhex("05000010000000010001000800000020"))
        features = struct.pack("!BBHIQIBB2xII", 5, 6, 32, 2, dpid, 0, 254, 0, 0x4F, 0)
        impostor.sendall(features)
        impostor.settimeout(5)
        while impostor.recv(4096):
            pass
    undisturbed(lab, before)


def test_an_unknown_switch_is_kept_told_nothing_and_listed(lab: HeldLab) -> None:
    bridge = f"stray{os.getpid()}"[:15]
    command = lab.description["controller"]["command"]
    target = f"unix:{command[command.index('--openflow-unix') + 1]}"
    made = ("add-br", bridge, "--", "set", "Bridge", bridge, "datapath_type=netdev", "fail_mode=secure")
    described = ("protocols=OpenFlow14", "other_config:datapath-id=00000000deadbeef")
    lab.inside("ovs-vsctl", *made, *described, "--", "set-controller", bridge, target)
    try:
        wait_until(
            lambda: [s["dpid"] for s in lab.get("/v1/switches")["unknown"]] == ["00000000deadbeef"], "it is listed"
        )
        assert "actions=" not in lab.ofctl("dump-flows", bridge)
        assert lab.settled()
    finally:
        lab.inside("ovs-vsctl", "del-br", bridge)
    wait_until(lambda: lab.get("/v1/switches")["unknown"] == [], "it is forgotten")


def rest_garbage() -> Iterator[bytes]:
    yield b"\x00" * 100
    yield b"GET " + b"/" * 20000 + b" HTTP/1.1\r\n\r\n"
    yield b"POST /v1/segments HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n{"
    yield b"POST /v1/segments HTTP/1.1\r\nContent-Length: -1\r\n\r\n{"
    yield b"POST /v1/segments HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    yield b"GET /healthz HTTP/9.9\r\n\r\n"
    yield b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 2000 + b"\r\n"
    yield b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"  # TLS


def test_garbage_to_the_rest_port(lab: HeldLab) -> None:
    before = ended(lab)
    address = (lab.api.base_url.host, lab.api.base_url.port or 80)
    half_open = []
    for _ in range(20):
        for octets in rest_garbage():
            stranger = socket.create_connection(address, 5)
            stranger.sendall(octets)
            half_open.append(stranger)
    undisturbed(lab, before)
    for stranger in half_open:
        stranger.close()
    token = lab.api.headers["authorization"]
    for body in (b"", b"{", b"[]", b"null", b'{"name": NaN}', b'{"name": "\xff"}', b'{"a":' * 5000, b'{"name": 1}'):
        answer = lab.api.post("/v1/segments", content=body, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, (body[:40], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert lab.api.get("/v1/segments", headers={"Authorization": token[:-1]}).status_code == 401
    undisturbed(lab, before)
