"""For whom a flow or a meter is: one switch, or each switch that a segment lives on or crosses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from weft.controller.flow.flow import Flow
from weft.controller.flow.meter import MeterWish


@dataclass(frozen=True, slots=True)  # no tuple: it must differ from the segment of the same name
class Here:
    """One switch."""

    switch: str


@dataclass(frozen=True, slots=True)
class Wherever:
    """Each switch that the segment lives on or crosses."""

    segment: str


Audience = Here | Wherever


class Placed(NamedTuple):
    """A flow or a meter, and for whom it is."""

    audience: Audience
    flow: Flow | MeterWish


def here(switch: str, flow: Flow | MeterWish) -> Placed:
    """The flow or the meter, for one switch."""
    return Placed(Here(switch), flow)


def wherever(segment: str, flow: Flow) -> Placed:
    """The flow, for each switch that the segment lives on or crosses."""
    return Placed(Wherever(segment), flow)
