"""Questions to one switch, and the answers that belong to them, told apart by transaction id."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.lib import hub

from weft.controller.adapters.openflow import messages, statistics
from weft.controller.adapters.openflow.connection import Connection
from weft.controller.adapters.openflow.protocol import (
    OFPBCT_CLOSE_REQUEST,
    OFPBCT_COMMIT_REQUEST,
    OFPBCT_DISCARD_REQUEST,
    OFPBCT_OPEN_REQUEST,
)
from weft.controller.flow.entry import Entry
from weft.controller.flow.meter import METERS, held_meter
from weft.controller.sync.plan import Batch, Change, Message, Removal

WINDOW = 4  # batches of a cold fill that may be unanswered
ANSWER_TIME = 30.0  # seconds that a switch may take for one answer
QUESTION_TIME = 2.0  # seconds that it may take for all answers to what somebody who waits wants to know
MOST_ENTRIES = 1_000_000  # that a switch may say it holds
MOST_ANSWERED = 1 << 26  # bytes of answers to what somebody wants to know
OVER = -1  # in place of a transaction id
Answer = tuple[int, bytes, str]  # transaction id, message, and what kind of error it is when it is one
Request = Callable[[int], bytes]  # from the transaction id to the message


class NoAnswer(Exception):
    """The switch did not answer, or answered a question that every switch must grant with an error."""


class Declined(NoAnswer):
    """The switch answered with an error."""


class Pending:
    """One question on its way: the transaction ids that its answers may carry, and those that have come."""

    def __init__(self) -> None:
        self.index_by_xid: dict[int, int] = {}
        self.errors: dict[int, str] = {}
        self.answers: hub.Queue[Answer] = hub.Queue()

    def wait(self, xid: int) -> bytes:
        """The answer with that id. Errors about the messages of a batch are noted as they pass by.

        Raises ``Declined`` when it is an error, and ``NoAnswer`` when none comes in time.
        """
        while True:
            answered, message, error = self.next()
            if answered in self.index_by_xid and error:
                self.errors[self.index_by_xid[answered]] = error
            elif answered == xid and error:
                raise Declined(f"it answered {error}")
            elif answered == xid:
                return message

    def next(self) -> Answer:
        """The next answer, whichever it is. Raises ``NoAnswer`` when none comes in time."""
        try:
            answer: Answer = self.answers.get(timeout=ANSWER_TIME)
        except hub.QueueEmpty:
            raise NoAnswer(f"it did not answer for {ANSWER_TIME:g} s") from None
        if answer[0] == OVER:
            raise NoAnswer("its session is over")
        return answer


class Conversation:
    """Asks a switch what it holds, and tells it what it should hold."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._pending_by_xid: dict[int, Pending] = {}
        self._bundle = 0

    def hear(self, xid: int, message: bytes, error: str = "") -> bool:
        """An answer has come; whether anybody waits for it."""
        pending = self._pending_by_xid.get(xid)
        if pending is not None:
            pending.answers.put((xid, message, error))
        return pending is not None

    def end(self) -> None:
        """No answer will come any more."""
        for pending in set(self._pending_by_xid.values()):
            pending.answers.put((OVER, b"", ""))

    def dump(self) -> Iterator[Entry]:
        """All entries that the switch holds, flows and meters, as it says them.

        An entry that fades by a time-out, or has flags, is not the one that was asked for, whatever it does: it comes
        without a cookie. Raises ``NoAnswer``.
        """
        with self._asking() as pending:
            xid = self._next_xid(pending)
            self._connection.send(messages.flow_stats_request(xid))
            more, count = True, 0
            while more:
                reply = pending.wait(xid)
                more = messages.more_follow(reply)
                for stat in messages.flow_stats(reply):
                    cookie = stat.cookie if stat.plain else 0
                    yield Entry(stat.table, stat.priority, stat.match, stat.instructions, cookie)
                    count += 1
                if count > MOST_ENTRIES:
                    raise NoAnswer(f"it says that it holds more than {MOST_ENTRIES} flows")
        yield from self._meters()

    def _meters(self) -> Iterator[Entry]:
        """All meters that the switch holds; none where it knows of no such thing."""
        with self._asking() as pending:
            xid = self._next_xid(pending)
            self._connection.send(statistics.meter_config_request(xid))
            more, count = True, 0
            while more:
                try:
                    reply = pending.wait(xid)
                except Declined:
                    return
                more = messages.more_follow(reply)
                for config in statistics.meter_configs(reply):
                    yield held_meter(config.id, config.flags_and_bands)
                    count += 1
                if count > MOST_ENTRIES:
                    raise NoAnswer(f"it says that it holds more than {MOST_ENTRIES} meters")

    def ask(self, requests: Sequence[Request]) -> list[list[bytes]]:
        """The replies to each of the multipart requests, all asked at once; none where the switch answers an error.

        Anybody may ask at any time, whatever else is being said. Raises ``NoAnswer`` when they are not all there in
        ``QUESTION_TIME``.
        """
        late = NoAnswer(f"it did not answer for {QUESTION_TIME:g} s")
        size = 0
        with self._asking() as pending, hub.Timeout(QUESTION_TIME, late):
            replies: dict[int, list[bytes]] = {self._next_xid(pending): [] for _ in requests}
            asked = [request(xid) for request, xid in zip(requests, replies, strict=True)]
            self._connection.send(b"".join(asked))
            unanswered = set(replies)
            while unanswered:
                xid, reply, error = pending.next()
                size += len(reply)
                if size > MOST_ANSWERED:
                    raise NoAnswer(f"it answers more than {MOST_ANSWERED} bytes")
                if not error:
                    replies[xid].append(reply)
                if error or not messages.more_follow(reply):
                    unanswered.discard(xid)
            return list(replies.values())

    def tell(self, batch: Batch[Entry]) -> dict[int, str]:
        """Tell the switch an atomic batch, and return what it refused: the error by index of the message.

        Where a message was refused, nothing of the batch holds. Raises ``NoAnswer``.
        """
        with self._asking() as pending:
            encoded = self._encode(batch, pending)
            self._bundle = self._bundle + 1 & 0xFFFFFFFF or 1
            opened = self._control(pending, OFPBCT_OPEN_REQUEST)
            closed = self._control(pending, OFPBCT_CLOSE_REQUEST)
            added = [messages.bundle_add(self._bundle, message) for message in encoded]
            self._connection.send(b"".join((opened[1], *added, closed[1])))
            pending.wait(opened[0])
            pending.wait(closed[0])  # a bad message is reported by now, and a COMMIT would leave it out silently
            settled = self._control(pending, OFPBCT_DISCARD_REQUEST if pending.errors else OFPBCT_COMMIT_REQUEST)
            self._connection.send(settled[1])
            try:
                pending.wait(settled[0])
            except NoAnswer:
                if not pending.errors:  # it failed at COMMIT for another reason than one of its messages
                    raise
            return pending.errors

    def pour(self, batches: Iterator[Batch[Entry]]) -> Iterator[tuple[Batch[Entry], dict[int, str]]]:
        """Tell the switch many batches, up to ``WINDOW`` of them before the first is answered.

        Yields each when it was answered, with the errors by index; all of it holds but for those. Raises ``NoAnswer``.
        """
        with self._asking() as pending:
            ahead: deque[tuple[Batch[Entry], int, int]] = deque()
            for batch in batches:
                first = len(pending.index_by_xid)
                encoded = self._encode(batch, pending)
                barrier = self._next_xid(pending)
                self._connection.send(b"".join((*encoded, messages.barrier_request(barrier))))
                ahead.append((batch, first, barrier))
                if len(ahead) == WINDOW:
                    yield self._answered(pending, *ahead.popleft())
            while ahead:
                yield self._answered(pending, *ahead.popleft())

    def _answered(
        self, pending: Pending, batch: Batch[Entry], first: int, barrier: int
    ) -> tuple[Batch[Entry], dict[int, str]]:
        pending.wait(barrier)
        last = first + len(batch.messages)
        return batch, {index - first: error for index, error in pending.errors.items() if first <= index < last}

    def _encode(self, batch: Batch[Entry], pending: Pending) -> list[bytes]:
        encoded = []
        for message in batch.messages:
            xid = self._next_xid(pending)
            pending.index_by_xid[xid] = len(pending.index_by_xid)
            encoded.append(_encoded(message, xid))
        return encoded

    def _control(self, pending: Pending, request: int) -> tuple[int, bytes]:
        xid = self._next_xid(pending)
        return xid, messages.bundle_control(self._bundle, request, xid)

    def _next_xid(self, pending: Pending) -> int:
        xid = self._connection.next_xid()
        self._pending_by_xid[xid] = pending
        return xid

    @contextmanager
    def _asking(self) -> Iterator[Pending]:
        pending = Pending()
        try:
            yield pending
        finally:
            for xid in [xid for xid, other in self._pending_by_xid.items() if other is pending]:
                del self._pending_by_xid[xid]


def _encoded(message: Message[Entry], xid: int) -> bytes:
    match message:
        case Change(meter):
            return messages.change_meter(meter, xid)
        case Removal(identity):
            remove = messages.delete_meter if identity.table == METERS else messages.delete_flow
            return remove(identity, xid)
        case _:
            add = messages.add_meter if message.table == METERS else messages.add_flow
            return add(message, xid)
