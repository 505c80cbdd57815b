"""Which extensions clients are told of, in whichever API: those in force, and them who may see them."""

from __future__ import annotations

from weft.controller.extension import Extension
from weft.controller.model.policy import Target
from weft.controller.model.rights import Caller
from weft.controller.service import Service

RIGHT = "get_extensions"
OPENSTACK = "weft-"  # begins their aliases there: OpenStack's clients take `qos` for an API of OpenStack's
_OPEN = Target(open=True)


def extensions_for(service: Service, caller: Caller) -> tuple[Extension, ...]:
    """The extensions in force that the caller may hear of, by their aliases."""
    if not caller._replace(policy=service.policy).may(RIGHT, _OPEN):
        return ()
    found = [extension for extension in service.extensions if isinstance(extension, Extension)]
    return tuple(sorted(found, key=lambda extension: extension.alias))
