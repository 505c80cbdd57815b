"""A bridge of one network namespace: what it holds, and how it is changed. Each call is done when it returns."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from weft.apps.lab.namespaces import inside
from weft.apps.plugins.linux_bridge import bridge, table
from weft.apps.plugins.linux_bridge.items import TAGGED, Identity, Item, Known, Member, Rules, Table, Vlan, plain
from weft.apps.plugins.linux_bridge.nft import Nft, Refused
from weft.controller.contracts import Unreachable


class Place(NamedTuple):
    """Which bridge a place is: its name, and the network namespace that it is in (None: our own)."""

    bridge: str
    namespace: str | None = None


class Device:
    """The bridge of one place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._table = f"weft_{place.bridge}"
        self._nft = Nft()
        self._numbers: dict[str, int] = {}  # of interfaces, as they were seen last
        self._spelled: dict[Identity, tuple[Item, Item]] = {}  # what we wrote, and how nft says it

    def interfaces(self) -> dict[str, bool]:
        """The bridge's interfaces -> carrier.

        Raises ``Unreachable`` where one went and came back under its name: nothing is known of the new one.
        """
        with self._kernel() as kernel:
            there = bridge.ports(kernel, self.place.bridge)
        numbers = there.numbers if there is not None else {}
        replaced = [name for name, number in numbers.items() if self._numbers.get(name, number) != number]
        self._numbers = dict(numbers)
        if replaced:
            raise Unreachable(f"{', '.join(replaced)}: another interface has the name now")
        carriers = there.carriers if there is not None else {}
        return {name: up for name, up in carriers.items() if table.PLAIN.fullmatch(name)}

    def read_back(self) -> list[Item]:
        """All that the bridge and our table hold."""
        with self._kernel() as kernel:
            found: list[Item] = []
            there = bridge.ports(kernel, self.place.bridge)
            if there is not None:
                found += [*there.items, *bridge.vlans(kernel, self.place.bridge, there), *bridge.known(kernel, there)]
            for item in table.items(table.listed(self._nft, self._table)):
                wrote, listed = self._spelled.get(item.identity, (item, item))
                found.append(wrote if item == listed else item)
            return found

    def apply(self, puts: Sequence[Item], drops: Sequence[Identity]) -> dict[Identity, str]:
        """Let it hold ``puts`` and not ``drops``. A machine hears and is heard only while its rules are there."""
        puts = [plain(item) for item in puts]
        with self._kernel() as kernel:
            complaints: dict[Identity, str] = {}
            if bridge.BRIDGE in puts:
                self._make(kernel, complaints)
            self._unlink(kernel, [i for i in drops if i[0] in ("member", "vlan", "known")], complaints)
            rules = [item for item in puts if isinstance(item, Table | Rules)]
            complaints |= table.write(
                self._nft, self._table, rules, [i for i in drops if i[0] in ("table", "rules", "stray")]
            )
            self._learn([item for item in rules if item.identity not in complaints])
            self._link(kernel, [item for item in puts if isinstance(item, Member | Vlan)], complaints)
            return complaints

    def _make(self, kernel: IPRoute, complaints: dict[Identity, str]) -> None:
        try:
            bridge.make(kernel, self.place.bridge, bridge.ports(kernel, self.place.bridge))
        except NetlinkError as error:
            complaints[bridge.BRIDGE.identity] = bridge.words(error)

    def _unlink(self, kernel: IPRoute, identities: Sequence[Identity], complaints: dict[Identity, str]) -> None:
        """That something is gone already is as it should be."""
        there = bridge.ports(kernel, self.place.bridge) if identities else None
        for identity in identities if there is not None else ():
            assert there is not None
            try:
                match identity:
                    case ("known", interface, vid, mac):
                        bridge.forget(kernel, there, Known(interface, int(vid), mac))
                    case ("vlan", interface, vid):
                        bridge.let(kernel, self.place.bridge, there, Vlan(interface, int(vid), TAGGED), False)
                    case (_, interface):
                        bridge.treat(kernel, there, Member(interface, bridge.UNTOUCHED))
            except NetlinkError as error:
                if error.code not in (errno.ENODEV, errno.ENOENT):
                    complaints[identity] = bridge.words(error)

    def _link(self, kernel: IPRoute, items: Sequence[Member | Vlan], complaints: dict[Identity, str]) -> None:
        """Interfaces are in VLANs only when nftables has taken their rules."""
        there = bridge.ports(kernel, self.place.bridge) if items else None
        for item in items:
            if ("rules", item.interface) in complaints:
                continue
            try:
                if there is None:
                    raise NetlinkError(errno.ENODEV)
                if isinstance(item, Member):
                    bridge.treat(kernel, there, item)
                else:
                    bridge.let(kernel, self.place.bridge, there, item, True)
            except NetlinkError as error:
                complaints[item.identity] = bridge.words(error)

    def _learn(self, written: Sequence[Item]) -> None:
        """Another version of nft may spell what we wrote in other words: those are what we shall read."""
        listed = {item.identity: item for item in table.items(table.listed(self._nft, self._table))} if written else {}
        for item in written:
            self._spelled[item.identity] = (item, listed.get(item.identity, item))

    @contextmanager
    def _kernel(self) -> Iterator[IPRoute]:
        """A conversation with the kernel, and all of the block in the bridge's namespace."""
        there = nullcontext() if self.place.namespace is None else inside(Path("/run/netns", self.place.namespace))
        try:
            with there, IPRoute() as kernel:
                yield kernel
        except FileNotFoundError as missing:
            raise Unreachable(f"there is no {missing.filename}") from missing
        except (NetlinkError, OSError, Refused) as failed:
            raise Unreachable(str(failed)) from failed
