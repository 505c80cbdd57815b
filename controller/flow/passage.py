"""One frame on its way through the tables of one switch: what the switch knows of it, and what is done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from weft.controller.flow.actions import Action, Copy, Load, PopVlan, PushVlan, Set
from weft.controller.flow.decode import Unknown
from weft.controller.flow.encode import VLAN_ETHERTYPE
from weft.controller.flow.frame import INNER, Frame
from weft.controller.flow.octets import IP_TYPES, Octets, Tag
from weft.controller.pipeline.schema import Register

RESUBMITS = 4096  # as many as Open vSwitch does for one frame
TAGS = 2  # as many as it knows of one frame: who pushes more loses the innermost
SHORTEST = 60  # octets of a frame on a wire, without its check sequence
_NOTHING_INSIDE: Mapping[str, int] = dict.fromkeys(INNER, 0)
_REGISTERS: Mapping[str, int] = {f"reg{n}": 0 for n in range(16)}


class Passage:
    """A frame on its way. ``fields`` are what flows match, by name."""

    def __init__(self, frame: Frame, in_port: int, octets: Octets | None = None) -> None:
        self._octets = octets
        self._unseen = frame.vlans[1:]  # Open vSwitch looks no deeper than one tag (its vlan-limit)
        self._types = tuple(tag.type for tag in octets.tags) if octets else (VLAN_ETHERTYPE,) * len(frame.vlans[:1])
        self.frame = replace(frame, vlans=frame.vlans[:1]) if self._unseen else frame
        self.left = RESUBMITS
        self.fields = {"in_port": in_port, **_REGISTERS, **_NOTHING_INSIDE}
        if not self._unseen:
            self.fields.update(frame.inner)
        self.fields["eth_src"] = int(frame.src.replace(":", ""), 16)
        self.fields["eth_dst"] = int(frame.dst.replace(":", ""), 16)
        self.fields["eth_type"] = VLAN_ETHERTYPE if self._unseen else frame.eth_type
        self._tag(self.frame.vlans, self._types)

    def copy(self) -> Passage:
        """The same frame, at the same point of its way."""
        copied = object.__new__(Passage)
        copied.__dict__.update(self.__dict__)
        copied.fields = dict(self.fields)
        return copied

    @property
    def length(self) -> int:
        """Its octets, as many as it had when it last left; the fewest of any frame where they are not known."""
        return len(self._octets.octets) if self._octets is not None else SHORTEST

    def load(self, register: Register, value: int) -> None:
        """Write a register."""
        name = f"reg{register.reg}"
        self.fields[name] = self.fields[name] & ~register.mask | value << register.low

    def read(self, register: Register) -> int:
        """What a register holds."""
        return (self.fields[f"reg{register.reg}"] & register.mask) >> register.low

    def leaves(self) -> tuple[Frame, bytes]:
        """The frame as it leaves now, and its octets, where they are known."""
        if self._octets is None:
            return replace(self.frame, vlans=self.frame.vlans + self._unseen) if self._unseen else self.frame, b""
        self._octets = self._octets.made(self.frame, tuple(map(Tag, self._types, self.frame.vlans)))
        return self.frame, self._octets.octets

    def write(self, action: Action | Unknown) -> None:
        """Do what changes registers or the frame. Raises ``ValueError`` for anything else."""
        vlans = self.frame.vlans
        match action:
            case Load(register, value):
                self.load(register, value)
            case Copy(register, "vlan_vid") if vlans:
                self._tag((vlans[0] & 0xE000 | self.read(register) & 0xFFF, *vlans[1:]), self._types)
            case Set("vlan_vid", value) if vlans:
                self._tag((vlans[0] & 0xE000 | value & 0xFFF, *vlans[1:]), self._types)
            case Set("vlan_pcp", value) if vlans:
                self._tag((vlans[0] & 0xFFF | value << 13, *vlans[1:]), self._types)
            case Set("eth_src", value):
                self.fields["eth_src"] = value
                self.frame = replace(self.frame, src=value.to_bytes(6, "big").hex(":"))
            case Set("eth_dst", value):
                self.fields["eth_dst"] = value
                self.frame = replace(self.frame, dst=value.to_bytes(6, "big").hex(":"))
            case Set("ip_dscp", value) if self.frame.eth_type in IP_TYPES:
                self.fields["ip_dscp"] = value
                inner = {name: said for name, said in self.frame.inner.items() if name != "ip_dscp"}
                self.frame = replace(self.frame, inner=inner | ({"ip_dscp": value} if value else {}))
                self._octets = self._octets.marked(value) if self._octets is not None else None
            case PushVlan():
                self._tag((0, *vlans)[:TAGS], (VLAN_ETHERTYPE, *self._types)[:TAGS])
            case PopVlan():
                self._tag(vlans[1:], self._types[1:])
            case _:
                raise ValueError(f"a simulated switch cannot do {action!r} to {self.frame}")

    def _tag(self, vlans: tuple[int, ...], types: tuple[int, ...]) -> None:
        """Go on with these tags."""
        if vlans != self.frame.vlans:
            self.frame = replace(self.frame, vlans=vlans)
        self._types = types
        self.fields["vlan_vid"] = 0x1000 | vlans[0] & 0xFFF if vlans else 0
        self.fields["vlan_pcp"] = vlans[0] >> 13 if vlans else 0
