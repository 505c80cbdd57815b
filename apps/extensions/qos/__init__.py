"""Quality of service: the DSCP mark of what ports send, and how much each may send."""

from __future__ import annotations

from typing import Any

from weft.apps.extensions.qos.attributes import ATTRIBUTES
from weft.apps.extensions.qos.stages import METERS, QOS_TABLE, qos
from weft.controller.extension import Extension, Inserted


def _commands() -> Any:
    from weft.apps.extensions.qos.commands import commands

    return commands


QOS = Extension(
    name="Quality of service",
    alias="qos",
    description="Marks what ports send with a DSCP, and bounds how much they may send, by port or by segment.",
    updated="2012-11-24T00:00:00Z",
    attributes=ATTRIBUTES,
    tables=(Inserted(QOS_TABLE, after="admit"),),
    stages=(qos,),
    meters=METERS,
    commands=_commands,
)
