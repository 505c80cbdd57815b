"""The fabrics that the society lives on: each has four hosts of each tenant on four switches, or all on one."""

from __future__ import annotations

from collections.abc import Callable

from tests.attacks.society import HOSTS
from weft.topologies.fabric import Fabric
from weft.topologies.leaf_spine import leaf_spine
from weft.topologies.ring import ring
from weft.topologies.single import single

OPTIONS = {
    "single": ("--hosts", f"{HOSTS}"),
    "ring": ("--switches", "4", "--hosts", f"{HOSTS // 4}"),
    "leaf-spine": ("--spines", "2", "--leaves", "4", "--hosts", f"{HOSTS // 4}"),
}
FABRICS: dict[str, Callable[[], Fabric]] = {
    "single": lambda: single(HOSTS),
    "ring": lambda: ring(4, HOSTS // 4),
    "leaf-spine": lambda: leaf_spine(2, 4, HOSTS // 4),
}
