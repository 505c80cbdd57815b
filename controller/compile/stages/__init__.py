"""The rules of the fabric: each stage is one pure generator, from one subject to the flows it wants now."""

from weft.controller.compile.stages.account import account
from weft.controller.compile.stages.address import address
from weft.controller.compile.stages.admit import admit
from weft.controller.compile.stages.base import base, cables
from weft.controller.compile.stages.edge import classify, deliver, forward, receive
from weft.controller.compile.stages.fabric import arrive, flood, transit
from weft.controller.compile.stages.inner import inner
from weft.controller.compile.stages.limits import limits
from weft.controller.compile.stages.listen import listen
from weft.controller.compile.stages.private import origin, strangers

STAGES = (
    *(base, cables, classify, admit, inner, address, limits, origin, strangers),
    *(listen, forward, receive, deliver, account),
    *(arrive, transit, flood),
)
