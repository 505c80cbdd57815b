"""YAML whose plain words are what they look like, as in version 1.2.

PyYAML follows version 1.1, where a MAC such as 52:54:00:12:34:56 may be a number to the base 60, a datapath id with
leading zeros an octal one, and a segment called ``no`` is false. Nothing of that is so here, and a key may not stand
twice in a mapping.
"""

from __future__ import annotations

import re
from typing import Any

import yaml


def load(text: str) -> Any:
    """``load(text)`` returns the one document in the text. Raises ``yaml.YAMLError``.

    >>> load("{mac: 52:54:00:12:34:56, dpid: 0000000000000010, name: no, mtu: 1500}")
    {'mac': '52:54:00:12:34:56', 'dpid': '0000000000000010', 'name': 'no', 'mtu': 1500}
    """
    return yaml.load(text, _Loader)


class _Loader(yaml.SafeLoader):
    """Sixteen digits are a datapath id, never a number."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} is given twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}  # none of version 1.1's
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"(0|-?[1-9][0-9]{0,14})$"), list("-0123456789"))
