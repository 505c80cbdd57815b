"""Another set of stages is to be what the switches follow."""

from __future__ import annotations

from collections.abc import Iterator

from weft.controller.model.commands import Promote, Refusal
from weft.controller.model.network import Change, Network
from weft.controller.model.promotion import REAL, Promotion
from weft.controller.model.rules import Malformed


def promote(network: Network, command: Promote) -> Iterator[Change]:
    """The changes that make it so. Which sets there are, the model does not know."""
    before = network.promotion
    try:
        after = Promotion(shadow=command.shadow) if command.shadow != REAL else None
    except Malformed as error:
        raise Refusal("malformed", error.field, error.rule) from None
    if network.promoted != command.shadow:
        yield Change(before, after)
