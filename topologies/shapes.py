"""The shapes of fabric that there are, by name."""

from collections.abc import Callable

from weft.topologies.fabric import Fabric
from weft.topologies.fat_tree import fat_tree
from weft.topologies.leaf_spine import leaf_spine
from weft.topologies.linear import linear
from weft.topologies.ring import ring
from weft.topologies.single import single

SHAPES: dict[str, Callable[..., Fabric]] = {
    "leaf-spine": leaf_spine,
    "single": single,
    "linear": linear,
    "ring": ring,
    "fat-tree": fat_tree,
}
