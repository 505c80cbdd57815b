"""ARP and RARP that claim somebody else's MAC or IP address."""

from __future__ import annotations

from collections.abc import Iterator

from weft.conformance.families.attempt import STRANGER, STRANGER_IP, Bare, Said, Scene
from weft.conformance.octets.arp import ARP, RARP, REPLY, REQUEST, REVERSE_REPLY, REVERSE_REQUEST, arp
from weft.conformance.octets.ethernet import BROADCAST, NOBODY, ethernet, snap

DIES = "admit:arp-sender"


def _mine(scene: Scene) -> str:
    return scene.me.ip4 if scene.me.addresses else STRANGER_IP


def false_sender_mac(scene: Scene) -> Iterator[Said]:
    """The sender's MAC is false, his address is not."""
    me, far = scene.me, scene.far
    for operation, verb in ((REQUEST, "request"), (REPLY, "reply")):
        for liar in (scene.near.mac, far.mac, STRANGER, NOBODY, BROADCAST, "01:00:5e:00:00:01"):
            for way, destination in scene.ways:
                packet = arp(operation, (liar, _mine(scene)), (far.mac, far.ip4))
                yield f"{verb} of {liar} {way}", ethernet(destination, me.mac, ARP, packet), DIES
                yield f"{verb} of {liar} in SNAP {way}", snap(destination, me.mac, ARP, packet), DIES


def false_sender_address(scene: Scene) -> Iterator[Said]:
    """The sender's address is false, his MAC is not: gratuitous ARP for others, and answers in their place."""
    me, far = scene.me, scene.far
    for operation, verb in ((REQUEST, "request"), (REPLY, "reply")):
        for liar in (scene.near.ip4, far.ip4, STRANGER_IP, "127.0.0.1", "255.255.255.255", "224.0.0.1"):
            for way, destination in scene.ways:
                for target in (liar, far.ip4):
                    packet = arp(operation, (me.mac, liar), (far.mac, target))
                    name = f"{verb} of {liar} for {target}"
                    yield f"{name} {way}", ethernet(destination, me.mac, ARP, packet), DIES
                    yield f"{name} in SNAP {way}", snap(destination, me.mac, ARP, packet), DIES
        nothing = arp(REPLY, (me.mac, "0.0.0.0"), (far.mac, far.ip4))
        yield "reply of nobody", ethernet(BROADCAST, me.mac, ARP, nothing), DIES


def false_sender(scene: Scene) -> Iterator[Said]:
    """Both are somebody's: what a man in the middle says."""
    me = scene.me
    for operation, verb in ((REQUEST, "request"), (REPLY, "reply")):
        for victim in (scene.near, scene.far):
            for way, destination in scene.ways:
                packet = arp(operation, (victim.mac, victim.ip4), (scene.far.mac, scene.far.ip4))
                yield f"{verb} as {victim.name} {way}", ethernet(destination, me.mac, ARP, packet), DIES


def odd_resolution(scene: Scene) -> Iterator[Said]:
    """ARP that a switch does not read, and some hosts do: other hardware, protocols, lengths and operations."""
    me, far = scene.me, scene.far
    claims = ((me.mac, far.ip4), (far.mac, far.ip4))
    for way, destination in scene.ways:
        odd = {
            "hardware 6 (IEEE 802)": arp(REPLY, *claims, hardware=6),
            "hardware 0": arp(REPLY, *claims, hardware=0),
            "protocol 0801": arp(REPLY, *claims, protocol=0x0801),
            "protocol 86dd": arp(REPLY, *claims, protocol=0x86DD),
            "MACs of 8 octets": arp(REPLY, *claims, lengths=(8, 4)),
            "MACs of no octets": arp(REPLY, *claims, lengths=(0, 4)),
            "addresses of 16 octets": arp(REPLY, *claims, lengths=(6, 16)),
        }
        for operation in (0, 3, 4, 5, 8, 9, 25, 0x0101, 0x0201, 0xFFFF):
            odd[f"operation {operation}"] = arp(operation, *claims)
        for name, packet in odd.items():
            yield f"{name} {way}", ethernet(destination, me.mac, ARP, packet), DIES
    for length in range(28):
        cut = ethernet(BROADCAST, me.mac, ARP, arp(REPLY, *claims)[:length])
        yield f"{length} octets of 28", Bare(cut), DIES
        snapped = snap(BROADCAST, me.mac, ARP, arp(REPLY, *claims)[:length])
        yield f"{length} octets of 28, in SNAP", Bare(snapped), DIES


def reverse_resolution(scene: Scene) -> Iterator[Said]:
    """RARP as a machine that has just moved here announces itself, for machines that are elsewhere."""
    me, far = scene.me, scene.far
    nothing = "0.0.0.0"
    for way, destination in scene.ways:
        for operation in (REVERSE_REQUEST, REVERSE_REPLY, REQUEST, REPLY):
            for name, sender, target in (
                ("both", far.mac, far.mac), ("the sender", far.mac, me.mac), ("the target", me.mac, far.mac),
            ):  # fmt: skip
                packet = arp(operation, (sender, nothing), (target, nothing))
                yield f"operation {operation}, {name} false {way}", ethernet(destination, me.mac, RARP, packet), DIES
        answer = arp(REVERSE_REPLY, (me.mac, nothing), (me.mac, nothing))
        yield f"an answer {way}", ethernet(destination, me.mac, RARP, answer), DIES
