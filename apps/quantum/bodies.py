"""What a request's body says, in JSON or in XML. Nothing hostile gets further than here."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from xml.etree import ElementTree

import falcon
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from weft.apps.northbound.bodies import MAX_DEPTH, json_value, read_bytes
from weft.apps.northbound.problems import Problem
from weft.apps.quantum.faults import Fault, bad_request, other
from weft.apps.quantum.formats import JSON, XML, format_of, media_type

MAX_BYTES = 1 << 14  # no name is longer, and more elements than that hold would hold up everybody else


def read_object(req: falcon.Request, name: str) -> dict[str, Any] | None:
    """``read_object(req, name)`` returns the members of the object of that name; None where there is no body.

    Members that Quantum does not know are there as well: it calls them data extensions. Raises a 400 ``Fault``, and a
    ``Problem`` where the body does not arrive.
    """
    if not req.content_length and "TRANSFER-ENCODING" not in req.headers:
        return None
    body = read_bytes(req)
    if len(body) > MAX_BYTES:
        raise Fault(other(HTTPStatus.REQUEST_ENTITY_TOO_LARGE), f"the body may have {MAX_BYTES} bytes, not {len(body)}")
    if media_type(req) not in (JSON, XML, ""):
        raise bad_request(f"must be {JSON} or {XML}", "Content-Type")
    try:
        value = _xml_value(body) if format_of(req) == XML else json_value(body)
    except Problem as error:
        raise bad_request(error.description or "") from None
    if not isinstance(value, dict) or not isinstance(value.get(name), dict):
        raise bad_request(f"the body must have an object {name!r}")
    found: dict[str, Any] = value[name]
    return found


def _xml_value(body: bytes) -> dict[str, Any]:
    """The object that the root element is, by its name."""
    parser = DefusedXMLParser(target=_Shallow(), forbid_dtd=True)
    try:
        parser.feed(body)
        root = parser.close()
    except DefusedXmlException:
        raise bad_request("the body has a document type or entities of its own") from None
    except ElementTree.ParseError as error:
        raise bad_request(f"the body is not XML: {error}") from None
    except (ValueError, LookupError):
        raise bad_request("the body is XML in an encoding that nobody reads here; send UTF-8") from None
    return {_local(root.tag): _members(root)}


class _Shallow(ElementTree.TreeBuilder):
    """Builds the tree, and stops where elements are nested deeper than any request needs."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: Any, attrs: dict[Any, Any], /) -> Any:
        """An element begins."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise bad_request(f"the body is nested deeper than {MAX_DEPTH}")
        return super().start(tag, attrs)

    def end(self, tag: Any, /) -> ElementTree.Element:
        """An element ends."""
        self._depth -= 1
        return super().end(tag)


def _members(element: ElementTree.Element) -> dict[str, Any]:
    """Attributes and the elements inside, whose namespaces are not looked at."""
    members: dict[str, Any] = {}
    inside = [(child.tag, _members(child) if len(child) else child.text or "") for child in element]
    for name, value in (*element.attrib.items(), *inside):
        if _local(name) in members:
            raise bad_request("is given twice", _local(name))
        members[_local(name)] = value
    return members


def _local(name: str) -> str:
    return name.rpartition("}")[2]
