"""The pipeline and the stages that a compiler runs: Weft's own, and those of extensions beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Protocol

from weft.controller.compile.audience import Placed
from weft.controller.compile.stage import Stage
from weft.controller.compile.stages import STAGES
from weft.controller.flow.flow import Flow
from weft.controller.flow.meter import MeterWish
from weft.controller.model.declared import Declared
from weft.controller.pipeline.core import CORE
from weft.controller.pipeline.schema import Pipeline

MOST_WISHES = 20_000  # of one subject of an extension's stage: more are a fault of the stage


class Trespass(ValueError):
    """An extension's stage has wished for what is not its extension's to wish for."""


class Guest(NamedTuple):
    """What the stages of an extension may write: its own tables, and meters with its own numbers."""

    extension: str
    tables: frozenset[str] = frozenset()
    meters: range = range(0)

    def checked(self, stage: Stage, placed: Iterable[Placed]) -> Iterator[Placed]:
        """The wishes of a stage of the extension. Raises ``Trespass`` where one is not its own to wish for."""
        for number, one in enumerate(placed):
            if number >= MOST_WISHES:
                raise Trespass(f"stage {stage.name} of extension {self.extension} wants more than {MOST_WISHES} flows")
            self._check(stage, one.flow)
            yield one

    def _check(self, stage: Stage, wish: Flow | MeterWish) -> None:
        whose = f"stage {stage.name} of extension {self.extension}"
        if isinstance(wish, MeterWish):
            if wish.id not in self.meters:
                raise Trespass(f"{whose} wants meter {wish.id}, which is not one of its own")
        elif wish.table.name not in self.tables:
            raise Trespass(f"{whose} writes to table {wish.table.name}, which is not its own")


class Told(Protocol):
    """What clients are told of an extension."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def alias(self) -> str:
        """What programs call it."""

    @property
    def description(self) -> str:
        """What it does."""

    @property
    def updated(self) -> str:
        """When its interface has changed last."""


class Composed(NamedTuple):
    """A pipeline, the stages that fill it, and of whom they are where they are not Weft's own.

    ``guests`` are by the stage's id, ``attributes`` are what extensions declare on facts, and ``extensions`` are they
    themselves, by alias.
    """

    pipeline: Pipeline = CORE
    stages: tuple[Stage, ...] = STAGES
    guests: Mapping[int, Guest] = {}
    attributes: tuple[Declared, ...] = ()
    extensions: tuple[Told, ...] = ()


ALONE = Composed()
