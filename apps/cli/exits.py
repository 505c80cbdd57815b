"""What the exit status of ``weft`` says to scripts."""

from __future__ import annotations

from http import HTTPStatus

DONE = 0
REFUSED = 1  # by the controller, for any reason that has no number of its own
USAGE = 2
UNREACHABLE = 3
PENDING = 4  # --dry-run: there is something to change
NOT_FOUND = 5
CONFLICT = 6
TIMEOUT = 7
INTERRUPTED = 130

MEANING = {
    DONE: "done",
    REFUSED: "refused",
    USAGE: "wrong usage",
    UNREACHABLE: "no controller",
    PENDING: "--dry-run: there are changes",
    NOT_FOUND: "no such thing",
    CONFLICT: "in conflict with what there is, or changed meanwhile",
    TIMEOUT: "not in time",
    INTERRUPTED: "interrupted",
}
_BY_ANSWER: dict[int, int] = {
    HTTPStatus.NOT_FOUND: NOT_FOUND,
    HTTPStatus.CONFLICT: CONFLICT,
    HTTPStatus.PRECONDITION_FAILED: CONFLICT,
}


class NotInTime(Exception):
    """What was waited for has not come; the message says what."""


def of_answer(status: int) -> int:
    """The exit status for an answer of the API that is an error.

    >>> of_answer(404), of_answer(412), of_answer(403)
    (5, 6, 1)
    """
    return _BY_ANSWER.get(status, REFUSED)


def told() -> str:
    """All of them in one sentence, for the help."""
    return "Exit status " + "; ".join(f"{status}: {meaning}" for status, meaning in MEANING.items()) + "."
