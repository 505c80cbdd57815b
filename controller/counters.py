"""What switches have counted, in the words of the model: whose frames have died, and why.

Pure: here it is said what is to be asked of which switch, and what the answers mean. ``contracts.Counters`` asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple, get_args

from weft.controller.compile.stages.limits import Limit, meter_of
from weft.controller.contracts import Count, Question, Reading, Traffic
from weft.controller.flow.decode import fields_of
from weft.controller.flow.encode import Encoder
from weft.controller.flow.flow import flow
from weft.controller.flow.meter import LAST_ID
from weft.controller.model.facts import Endpoint, Port
from weft.controller.model.network import Network
from weft.controller.pipeline.core import CORE, DROP, PORT, REASON, SOURCE
from weft.controller.pipeline.schema import Pipeline, Register

LIMITS: tuple[Limit, ...] = get_args(Limit)  # each of them has a meter, and is the reason for which that drops
_ENCODER = Encoder(CORE)
_NOTHING = Count(0, 0)


class Nowhere(Exception):
    """The port's frames are counted nowhere: there is no VIF in it, or none that a switch has spoken of."""


class Place(NamedTuple):
    """Where a port's frames are counted."""

    port: str
    number: int
    switch: str
    interface: str
    ofport: int


class Dropped(NamedTuple):
    """Frames that have died on a switch, of the port with that number or, when it is 0, of nobody's, for one reason."""

    switch: str
    number: int
    reason: str
    counted: Count


def place_of(network: Network, port_id: str) -> Place:
    """``place_of(network, id)`` says where the port's frames are counted. Raises ``KeyError`` and ``Nowhere``."""
    port, at = network.port(port_id), network.location(port_id)
    if port is None:
        raise KeyError(port_id)
    if network.attachment(port_id) is None:
        raise Nowhere("no VIF is plugged in")
    if at is None:
        raise Nowhere("the VIF is nowhere yet")
    interface = network.interface(at)
    if interface is None:
        raise Nowhere(f"switch {at.switch} has no interface {at.interface}")
    return Place(port_id, port.number, *at, interface.ofport)


def about_port(place: Place) -> Question:
    """What the port's switch is to be asked."""
    return Question(
        ofports=(place.ofport,),
        entries=tuple((DROP.id, _match(register, place.number)) for register in (SOURCE, PORT)),
        meters=tuple(id for id in (meter_of(place.ofport, limit) for limit in LIMITS) if id <= LAST_ID),
    )


def about_drops(network: Network) -> dict[str, Question]:
    """What every switch is to be asked to know why frames die."""
    question = Question(entries=((DROP.id, b""),), meters=None)
    return {str(switch.id): question for switch in network.of_kind("switch")}


def port_document(place: Place, reading: Reading, pipeline: Pipeline = CORE) -> dict[str, Any]:
    """What has passed and what has died at a port.

    What a VIF has sent includes what was dropped of it; what it was sent does not.
    """
    traffic = reading.ports.get(place.ofport, Traffic(_NOTHING, _NOTHING))
    charged = (Dropped(place.switch, *one) for one in _charged(reading, pipeline) if one[0] == place.number)
    metered = (Dropped(place.switch, place.number, *one) for one in _metered(place.ofport, reading))
    dropped = _summed((*charged, *metered))
    return {
        "port": place.port,
        "switch": place.switch,
        "interface": place.interface,
        "received": _document(traffic.received),
        "sent": _document(traffic.sent),
        "dropped": [
            {"reason": d.reason, **_document(d.counted), "why": pipeline.reason_by_name[d.reason].doc} for d in dropped
        ],
        "dropped_frames": sum(d.counted.frames for d in dropped),
    }


def drops_document(
    network: Network, found: Iterable[Dropped], answered: Collection[str], limit: int, pipeline: Pipeline = CORE
) -> dict[str, Any]:
    """Why frames die, over all switches: the ``limit`` pairs of port and reason with most frames, the worst first.

    A switch of the model that is not among those that have answered is named.
    """
    worst = _summed(found)[:limit]
    numbers = {dropped.number for dropped in worst}
    port_by_number = {p.number: p for p in network.of_kind("port") if isinstance(p, Port) and p.number in numbers}
    return {
        "drops": [_drop_document(port_by_number.get(dropped.number), dropped, pipeline) for dropped in worst],
        "unanswered": sorted(str(s.id) for s in network.of_kind("switch") if s.id not in answered),
    }


def drops_on(network: Network, switch: str, reading: Reading, pipeline: Pipeline = CORE) -> Iterator[Dropped]:
    """What has died on a switch, as its entries and its meters have counted it."""
    for number, reason, count in _charged(reading, pipeline):
        yield Dropped(switch, number, reason, count)
    ofports = {meter // len(LIMITS) for meter in reading.meters}  # as ``meter_of`` numbers them
    for end in network.interfaces_of(switch) if ofports else ():
        interface = network.interface(end)
        port = _port_at(network, end) if interface is not None and interface.ofport in ofports else None
        if interface is not None and port is not None:
            for limit, count in _metered(interface.ofport, reading):
                yield Dropped(switch, port.number, limit, count)


def _port_at(network: Network, end: Endpoint) -> Port | None:
    vif = network.vif_at(end)
    port = network.port_of_vif(vif) if vif is not None else None
    return network.port(port) if port is not None else None


def _charged(reading: Reading, pipeline: Pipeline) -> Iterator[tuple[int, str, Count]]:
    """Whose frames, why, and how many, as entries have counted them."""
    reason_by_number = {reason.number: reason for reason in pipeline.reasons}
    for table, match, count in reading.entries:
        told = _registers(match) if table == DROP.id and count.frames else {}
        reason = reason_by_number.get(told.get(REASON.name, 0))
        if reason is not None:
            yield told.get(SOURCE.name, told.get(PORT.name, 0)), reason.name, count


def _metered(ofport: int, reading: Reading) -> Iterator[tuple[str, Count]]:
    """Why and how many, as the meters of an interface have counted them."""
    for limit in LIMITS:
        count = reading.meters.get(meter_of(ofport, limit), _NOTHING)
        if count.frames:
            yield limit, count


def _match(register: Register, value: int) -> bytes:
    """The match of the entries that have this value in a register, among others."""
    return _ENCODER.entry(flow(DROP, 0, **{register.name: value}), 0).match


def _registers(match: bytes) -> dict[str, int]:
    """What an entry of the drop table matches, by the names of its registers."""
    try:
        said = {field.name: (value, mask) for field, value, mask in fields_of(match)}
    except ValueError:  # a switch that says such a thing says nothing of ours
        return {}
    found: dict[str, int] = {}
    for register in (REASON, SOURCE, PORT):
        value, mask = said.get(f"reg{register.reg}", (0, 0))
        if mask is None or mask & register.mask == register.mask:
            found[register.name] = (value & register.mask) >> register.low
    return found


def _summed(found: Iterable[Dropped]) -> list[Dropped]:
    """One for each switch, port and reason, the most frames first."""
    counts: dict[tuple[str, int, str], Count] = {}
    for switch, number, reason, count in found:
        before = counts.get((switch, number, reason), _NOTHING)
        counts[switch, number, reason] = Count(before.frames + count.frames, before.octets + count.octets)
    summed = [Dropped(*key, count) for key, count in counts.items()]
    return sorted(summed, key=lambda d: (-d.counted.frames, d.switch, d.number, d.reason))


def _drop_document(port: Port | None, dropped: Dropped, pipeline: Pipeline) -> dict[str, Any]:
    """Of a port that is gone meanwhile no more is known than of nobody."""
    return {
        "port": port.id if port is not None else None,
        "name": port.name if port is not None else None,
        "segment": port.segment if port is not None else None,
        "switch": dropped.switch,
        "reason": dropped.reason,
        "frames": dropped.counted.frames,
        "why": pipeline.reason_by_name[dropped.reason].doc,
    }


def _document(count: Count) -> dict[str, int]:
    return {"frames": count.frames, "bytes": count.octets}
