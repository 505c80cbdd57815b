"""The rules of the fabric: each stage is one pure generator, from one subject to the flows it wants now."""

from weft.controller.compile.stages.base import base, cables
from weft.controller.compile.stages.edge import admit, classify, deliver, forward
from weft.controller.compile.stages.fabric import arrive, flood, transit

STAGES = (base, cables, classify, admit, forward, deliver, arrive, transit, flood)
