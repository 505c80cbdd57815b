"""A frame for several ports: a copy for each."""

from __future__ import annotations

from weft.controller.compile.seats import heard
from weft.controller.compile.stages.limits import limited
from weft.controller.compile.view import View
from weft.controller.flow.actions import Action, Apart, Load, Resubmit
from weft.controller.pipeline.core import PORT, RECEIVE


def copy_for(view: View, port: str, segment: str) -> tuple[Action, ...]:
    """What gives the port a copy, where it hears the segment.

    What a meter drops is gone for all that is done with the frame after it. So a port with a rate has a copy apart.
    """
    number = heard(view, port, segment)
    if number is None:
        return ()
    copy = (Load(PORT, number), Resubmit(RECEIVE))
    return (Apart(copy),) if limited(view, port, "deliver:rate") else copy
