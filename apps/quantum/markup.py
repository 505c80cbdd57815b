"""Documents as text: JSON, or the XML that Quantum makes of the same.

Some members are attributes of their element, all others are elements inside it. The elements of a list have its name
without the last letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from weft.apps.quantum.formats import XML
from weft.apps.quantum.versions import Version

_ATTRIBUTES = frozenset(
    {
        *("id", "name", "state", "op-status", "code"),
        *("alias", "namespace", "updated"),
        *("rx_bytes", "rx_packets", "rx_errors", "tx_bytes", "tx_packets", "tx_errors"),
    }
)
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


def rendered(document: Mapping[str, Any], version: Version, media_type: str) -> bytes:
    """``rendered(document, version, media_type)`` is the document, which has one member, as bytes.

    >>> from weft.apps.quantum.versions import V11
    >>> rendered({"ports": [{"id": "p", "attachment": {"id": "a&b"}}]}, V11, XML).decode().partition("?>")[2].strip()
    '<ports xmlns="http://openstack.org/quantum/api/v1.1"><port id="p"><attachment id="a&amp;b" /></port></ports>'
    """
    if media_type != XML:
        return json.dumps(document).encode()
    ((name, value),) = document.items()
    root = _element(name, value)
    root.set("xmlns", version.namespace)
    text: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text


def _element(name: str, value: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(value, Mapping):
        for member, inner in value.items():
            if member in _ATTRIBUTES:
                element.set(member, _text(inner))
            else:
                element.append(_element(member, inner))
    elif isinstance(value, list):
        element.extend(_element(name[:-1], inner) for inner in value)
    else:
        element.text = _text(value)
    return element


def _text(value: object) -> str:
    """What no XML can hold is shown as what cannot be shown."""
    return _NO_XML.sub("\ufffd", str(value))
