"""One Nexus: what it holds of Weft's, and how it is told to hold something else.

It adds to what people have configured, and takes away what is its own alone. An interface that a machine has left is
shut, and is on VLAN 1 again, as one that nobody uses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from weft.apps.plugins.nexus import changes, vlan_lists
from weft.apps.plugins.nexus import state as states
from weft.apps.plugins.nexus.changes import Change, Telling
from weft.apps.plugins.nexus.holdings import Holdings
from weft.apps.plugins.nexus.items import Access, Held, Identity, Member, Profile, Trunk, Virtual, Vlan
from weft.apps.plugins.nexus.names import is_ours
from weft.apps.plugins.nexus.profiles import Profiles
from weft.apps.plugins.nexus.session import Refused, Session
from weft.apps.plugins.nexus.settings import Place
from weft.apps.plugins.nexus.state import InterfaceState, State
from weft.controller.contracts import Unreachable

Answer = TypeVar("Answer")


class Device:
    """A switch that a session reaches."""

    def __init__(self, session: Session, place: Place) -> None:
        self._session = session
        self._place = place
        self._allowed = vlan_lists.read(place.vlans)
        self._holdings = Holdings(place)
        self._profiles = Profiles(session, place.owner) if place.channels else None

    @property
    def url(self) -> str:
        """Where it is."""
        return self._session.url

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def interfaces(self) -> dict[str, bool]:
        """The interfaces at which VIFs and cables may be, and whether they have carrier."""
        found: dict[str, bool] = {}
        state = self._run(lambda: states.read(self._session, vlans=False))
        for name, one in self._holdings.switchports(state).items():
            if one.mode != "vntag":
                found[name] = one.ready
            else:
                found |= {f"{name}.{channel}": one.carrier for channel in range(1, self._place.channels + 1)}
        return found

    def read_back(self) -> dict[Identity, Held]:
        """All that it holds of Weft's."""
        state = self._read()
        found: dict[Identity, Held] = {item.identity: item for item in self._holdings.items(state)}
        if self._profiles is not None:
            found |= {item.identity: item for item in self._run(self._profiles.read)}
        return found

    def apply(self, puts: Sequence[Held], drops: Sequence[Identity]) -> dict[Identity, str]:
        """Let it hold these, and none of those identities. Returns what it refuses, and why."""
        state = self._read()
        telling = Telling(self._session, {})
        self._leave(state, telling, drops)
        self._put_vlans(state, telling, [item for item in puts if isinstance(item, Vlan)])
        self._put_interfaces(state, telling, puts)
        if self._profiles is not None:
            wanted = [item for item in puts if isinstance(item, Profile | Virtual)]
            ready = [item for item in wanted if self._may_use(state, telling, item)]
            names = [identity for identity in drops if identity[0] in ("profile", "virtual")]
            telling.refused |= self._profiles.apply(ready, names)
        else:
            for item in puts:
                if isinstance(item, Profile | Virtual):
                    telling.refused[item.identity] = "the place has no channels for 802.1Qbh in its settings"
        self._drop_vlans(state, telling, drops)
        return telling.refused

    # taking away

    def _leave(self, state: State, telling: Telling, drops: Iterable[Identity]) -> None:
        """Take interfaces off VLANs of Weft's."""
        ports, told = self._holdings.switchports(state), list[Change]()
        leaving: dict[str, list[tuple[Identity, int]]] = {}
        for identity in drops:
            kind, name, number = identity
            one = ports.get(name)
            if one is None:
                continue
            if kind == "member":
                self._holdings.granted.discard((name, number))
                if not one.open and number in one.trunk and self._holdings.is_ours(state, number):
                    leaving.setdefault(name, []).append((identity, number))
            elif (
                kind == "access"
                and one.mode == "access"
                and one.access is not None
                and self._holdings.is_ours(state, one.access)
            ):
                told.append(changes.interface(identity, one, adminSt="down", accessVlan="vlan-1"))
        for name, vlans in leaving.items():
            told.append(changes.trunk(ports[name], "-", vlans))
            ports[name].trunk -= {number for _, number in vlans}
        telling.post(told)

    def _drop_vlans(self, state: State, telling: Telling, drops: Iterable[Identity]) -> None:
        told = []
        for identity in drops:
            kind, _, number = identity
            if kind != "vlan":
                continue
            found = state.vlans.get(number)
            if found is not None and is_ours(self._place.owner, found.name):
                told.append(changes.vlan(identity, number, status="deleted"))
            else:
                self._holdings.vlans.discard(number)  # gone, or somebody has made it theirs
        telling.post(told)
        self._holdings.vlans -= {change.identities[0][2] for change in told} - {
            number for kind, _, number in telling.refused if kind == "vlan"
        }

    # putting

    def _put_vlans(self, state: State, telling: Telling, vlans: Iterable[Vlan]) -> None:
        told = []
        for item in vlans:
            found = state.vlans.get(item.number)
            if item.number not in self._allowed:
                telling.refused[item.identity] = f"VLAN {item.number} is not among those for Weft: {self._place.vlans}"
            elif found is not None and not self._holdings.is_ours(state, item.number):
                telling.refused[item.identity] = (
                    f"VLAN {item.number} is somebody else's: its name there is {found.name!r}"
                )
            else:
                encapsulation = {} if item.segment is None else {"accEncap": f"vxlan-{item.segment}"}
                told.append(changes.vlan(item.identity, item.number, name=item.name, adminSt="active", **encapsulation))
        telling.post(told)
        made = {change.identities[0] for change in told} - telling.refused.keys()
        for _, _, number in made:
            self._holdings.vlans.add(number)

    def _put_interfaces(self, state: State, telling: Telling, puts: Sequence[Held]) -> None:
        ports = self._holdings.switchports(state)
        trunks, told = list[Change](), list[Change]()
        joining: dict[str, list[tuple[Identity, int]]] = {}
        for item in puts:
            if not isinstance(item, Trunk | Member | Access):
                continue
            one = ports.get(item.interface)
            if one is None or one.mode == "vntag":
                telling.refused[item.identity] = f"{item.interface} is no switchport here that Weft may configure"
            elif isinstance(item, Trunk):
                trunks += self._trunk(item, one)
            elif not self._may_use(state, telling, item):
                continue
            elif isinstance(item, Access):
                attributes = {"mode": "access", "accessVlan": f"vlan-{item.vlan}", "adminSt": "up"}
                told.append(changes.interface(item.identity, one, **attributes))
            elif one.open:
                self._holdings.granted.add((item.interface, item.vlan))
            else:
                joining.setdefault(item.interface, []).append((item.identity, item.vlan))
        telling.post(trunks)
        told += [changes.trunk(ports[name], "+", vlans) for name, vlans in joining.items()]
        telling.post(told)

    def _trunk(self, item: Trunk, one: InterfaceState) -> list[Change]:
        """An interface becomes a trunk, which carries nothing but what it is given, unless somebody gave it a list."""
        if one.mode == "trunk":
            return []
        attributes = {"mode": "trunk", "adminSt": "up"}
        if one.open:
            attributes["trunkVlans"], one.trunk = "none", frozenset()
        one.mode = "trunk"
        return [changes.interface(item.identity, one, **attributes)]

    def _may_use(self, state: State, telling: Telling, item: Member | Access | Profile | Virtual) -> bool:
        """Whether the VLAN is Weft's; nobody is let into somebody else's."""
        if isinstance(item, Virtual):
            return True
        wanted: Identity = ("vlan", "", item.vlan)
        if wanted not in telling.refused and self._holdings.is_ours(state, item.vlan):
            return True
        telling.refused[item.identity] = telling.refused.get(wanted, f"VLAN {item.vlan} is not Weft's there")
        return False

    def _read(self) -> State:
        state = self._run(lambda: states.read(self._session))
        self._holdings.note(state)
        return state

    def _run(self, ask: Callable[[], Answer]) -> Answer:
        """What is asked, where a refusal means that the switch does not do what every Nexus does."""
        try:
            return ask()
        except Refused as refusal:
            raise Unreachable(f"{self.url}: {refusal}") from None
