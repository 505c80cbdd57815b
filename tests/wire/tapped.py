"""A real switch whose wires are tapped: frames go into it, and all that leaves it is told, octet by octet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tests.wire.unprivileged_ovs import BARRIER_REPLY, CONTROLLER, Bridge, OpenVSwitch
from weft.controller.adapters.openflow import messages
from weft.controller.flow.entry import Entry
from weft.controller.flow.meter import METERS

PACKET_IN = 10
AT_ONCE = 90  # frames: a dummy interface keeps up to 100 waiting
_FILE_HEADER, _FRAME_HEADER = 24, 16  # octets, in a file of captured frames (pcap)


class Sent(NamedTuple):
    """A frame that was sent into a switch, and by which OpenFlow port."""

    octets: bytes
    in_port: int


Heard = tuple[int, bytes]  # by which OpenFlow port, and the frame


class TappedBridge(Bridge):
    """A bridge that answers for each frame: by which ports it has left, and with which octets.

    Its datapath asks for each sort of frame. Otherwise what it remembers of one may be done to another: where a tag is
    taken off and the same put back, Open vSwitch 3.1 does not remember that this hangs on the tag's priority too.
    """

    def __init__(self, ovs: OpenVSwitch, name: str, ofports: Iterable[int]) -> None:
        ofports = list(ofports)
        super().__init__(ovs, name, ofports)
        self._tap_by_ofport = {ofport: ovs.rundir / f"{name}-{ofport}.pcap" for ofport in ofports}
        for ofport, file in self._tap_by_ofport.items():
            ovs.vsctl("set", "Interface", f"{name}-{ofport}", f"options:tx_pcap={file}")
        ovs.appctl("upcall/disable-megaflows")
        self._taps = {ofport: _Tap(file) for ofport, file in self._tap_by_ofport.items()}

    def load(self, entries: Sequence[Entry]) -> None:
        """Hold these entries and no others."""
        held = self.holds()
        gone = [entry for entry in held if entry.table != METERS] + [entry for entry in held if entry.table == METERS]
        self._socket.sendall(
            b"".join(
                messages.delete_meter(entry, 0) if entry.table == METERS else messages.delete_flow(entry, 0)
                for entry in gone
            )
        )
        assert self.add(entries) == {}
        self._ovs.appctl("revalidator/purge")  # what the datapath remembers of the entries before

    def carry(self, frames: Sequence[Sent]) -> Counter[Heard]:
        """All that leaves the switch when these frames have come in, those to the controller too."""
        for _ in self._told_controller():
            pass  # a trace may have told it something
        waiting: dict[int, list[str]] = {}
        for octets, in_port in frames:
            waiting.setdefault(in_port, []).append(octets.hex())
        done = self._looked_up() + len(frames)
        for in_port, octets_in_hex in waiting.items():
            assert len(octets_in_hex) <= AT_ONCE
            self._ovs.appctl("netdev-dummy/receive", f"{self.name}-{in_port}", *octets_in_hex)
        while self._looked_up() < done:
            pass
        heard = Counter((ofport, octets) for ofport, tap in self._taps.items() for octets in tap.read())
        return heard + Counter((CONTROLLER, octets) for octets in self._told_controller())

    def _looked_up(self) -> int:
        said = re.search(r"hit:(\d+) missed:(\d+)", self._ovs.appctl("dpif/show"))
        assert said is not None
        return int(said[1]) + int(said[2])

    def _told_controller(self) -> Iterator[bytes]:
        barrier = next(self._xids)
        self._socket.sendall(messages.barrier_request(barrier))
        for reply in self._replies():
            if reply[1] == PACKET_IN:
                yield reply[len(reply) - int.from_bytes(reply[12:14], "big") :]
            elif reply[1] == BARRIER_REPLY and int.from_bytes(reply[4:8], "big") == barrier:
                return


class _Tap:
    """A growing file of frames."""

    def __init__(self, file: Path) -> None:
        self._file, self._read = file, _FILE_HEADER

    def read(self) -> Iterator[bytes]:
        """The frames that have come since the last time."""
        with self._file.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        at = 0
        while at < len(new):
            end = at + _FRAME_HEADER + int.from_bytes(new[at + 8 : at + 12], "little")
            yield new[at + _FRAME_HEADER : end]
            at = end


def in_batches(frames: Iterable[Sent]) -> Iterator[list[Sent]]:
    """As many frames as a switch takes at once, until there are no more."""
    left = iter(frames)
    while batch := list(islice(left, AT_ONCE)):
        yield batch
