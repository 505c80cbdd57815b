"""The JSON of a request, or a problem that says what is wrong with it. Nothing hostile gets further than here."""

from __future__ import annotations

import json
from http import HTTPStatus
from math import isfinite
from typing import Any, NoReturn

import falcon

from weft.apps.http.limits import MAX_BYTES
from weft.apps.northbound.problems import Problem, malformed

MAX_DEPTH = 16
MAX_DIGITS = 20  # a 64-bit number has no more


def read_json(req: falcon.Request) -> Any:
    """``read_json(req)`` returns the JSON value in the request's body. Raises ``Problem`` 400, 408, 411, 413 or 415."""
    media_type = (req.content_type or "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be application/json")
    return json_value(read_bytes(req))


def json_value(body: bytes) -> Any:
    """The JSON value that these bytes are. Raises a 400 ``Problem``."""
    try:
        value = _DECODER.decode(body.decode())
        _check(value, "", 0)
    except UnicodeDecodeError as error:
        raise malformed(f"the body is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise malformed(f"the body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})") from None
    except RecursionError:
        raise malformed(f"the body is nested deeper than {MAX_DEPTH}") from None
    return value


def read_bytes(req: falcon.Request) -> bytes:
    """The request's body, whatever it is. Raises ``Problem`` 400, 408, 411 or 413."""
    length = req.content_length
    if length is None:
        raise Problem(HTTPStatus.LENGTH_REQUIRED, "the request must say its Content-Length")
    if length > MAX_BYTES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body may have {MAX_BYTES} bytes, not {length}")
    try:
        body: bytes = req.bounded_stream.read()
    except OSError:
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, "the body did not arrive in time") from None
    if len(body) < length:
        raise malformed(f"the body ends after {len(body)} of {length} bytes")
    return body


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        raise malformed("is given twice", next(name for name in names if names.count(name) > 1))
    return result


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise malformed(f"a number has more than {MAX_DIGITS} digits")
    return int(text)


def _real(text: str) -> int | float:
    number = float(text)
    if not isfinite(number):
        raise malformed(f"{text[:MAX_DIGITS]} is beyond all numbers")
    return int(number) if number.is_integer() and abs(number) < 2**53 else number  # 5.0 is a whole number, as in JSON


def _no_number(text: str) -> NoReturn:
    raise malformed(f"{text} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole, parse_float=_real, parse_constant=_no_number)


def _check(value: Any, field: str, depth: int) -> None:
    """Refuse texts that no store, log or terminal could take, and nesting that no request needs."""
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, str):
        _check_text(value, field)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, f"{field}[{index}]", depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_text(name, field)
            _check(item, f"{field}.{name}" if field else name, depth + 1)


def _check_text(text: str, field: str) -> None:
    if "\0" in text:
        raise malformed("contains a null character", field)
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise malformed("contains half a surrogate pair", field)
