"""What answers about shadows look like."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from weft.apps.northbound.description.shown import WHOLE
from weft.apps.northbound.shapes import STRICT

State = Literal["followed", "compiled", "compiling", "given-up", "missing"]


class ShownShadow(BaseModel):
    """A set of stages that is compiled on the live facts."""

    model_config = WHOLE
    name: str = Field(description="Its name; `core` are the real stages.")
    doc: str = Field(description="What it is.")
    state: State = Field(
        description="`followed`: it is what switches are told; `missing`: it was promoted, or is to be compiled, and "
        "cannot be had."
    )
    promoted: bool = Field(description="Whether it is what the switches are to follow, now or as soon as it can be.")
    problems: list[str] = Field(description="What is wrong with it: why it was given up, or whom it failed for.")
    added: list[str] = Field(description="The stages that it has beside the real ones.")
    replaced: list[str] = Field(description="The stages that it has in place of the real ones of the same names.")
    left_out: list[str] = Field(description="The real stages that it does without.")
    evaluations: int = Field(description="How often its stages have been run.")
    seconds: float = Field(description="How long that took; on the event loop's time, when nothing else was due.")


class ShownShadows(BaseModel):
    """All sets of stages."""

    model_config = WHOLE
    shadows: list[ShownShadow] = Field(description="The real stages first.")


class ChangedShadow(BaseModel):
    """Which stages the switches are to follow."""

    model_config = STRICT
    promoted: bool = Field(description="True: these; false: the real ones, if these are followed now.")


class FlowDifference(BaseModel):
    """One place in a switch's tables where the two differ."""

    model_config = WHOLE
    switch: str = Field(description="The switch.")
    what: Literal["added", "removed", "changed"] = Field(description="What the shadow does there.")
    before: str = Field(description="The flow of the stages that are followed; empty: none.")
    after: str = Field(description="The flow of the shadow; empty: none.")


class TableDifference(BaseModel):
    """How the tables of all switches differ."""

    model_config = WHOLE
    added: int = Field(description="Flows that the shadow has and the stages that are followed have not.")
    removed: int = Field(description="Flows that it has not and they have.")
    changed: int = Field(description="Flows that do otherwise.")
    flows: list[FlowDifference] = Field(description="Each of them, switch by switch; at most as many as asked for.")


class ShownFate(BaseModel):
    """What becomes of a frame."""

    model_config = WHOLE
    receivers: list[str] = Field(description="Who receives it, and with which tags.")
    reasons: list[str] = Field(description="Why it, or a copy of it, dies anywhere.")


class FrameDifference(BaseModel):
    """A frame that fares otherwise."""

    model_config = WHOLE
    frame: str = Field(description="What it is: its segment, who says it, and to whom.")
    before: ShownFate = Field(description="By the tables of the stages that are followed.")
    after: ShownFate = Field(description="By those of the shadow.")


class BehaviourDifference(BaseModel):
    """How frames fare otherwise, walked through both tables. No frame is sent."""

    model_config = WHOLE
    tried: int = Field(description="How many frames were tried.")
    differing: int = Field(description="How many of them fare otherwise.")
    whole: bool = Field(description="Whether all frames were tried that the model gives, or all must fare alike.")
    frames: list[FrameDifference] = Field(description="Those that fare otherwise; at most 100.")


class ShownStageCost(BaseModel):
    """What a stage costs in one of the two sets."""

    model_config = WHOLE
    flows: int = Field(description="Flows and meters on all switches.")
    bytes: int = Field(description="The octets of the messages that tell the switches.")
    evaluations: int = Field(description="How often it was run since the controller started.")
    seconds: float = Field(description="How long that took.")


class CostDifference(BaseModel):
    """What a stage costs, as it is followed and in the shadow."""

    model_config = WHOLE
    stage: str = Field(description="The stage.")
    before: ShownStageCost | None = Field(description="As it is followed; null: it is not there.")
    after: ShownStageCost | None = Field(description="In the shadow; null: it is not there.")


class ShadowDifference(BaseModel):
    """How a shadow differs from what the switches follow."""

    model_config = WHOLE
    name: str = Field(description="The shadow.")
    against: str = Field(description="The stages that the switches follow.")
    revision: int = Field(description="The revision of the model that both were read at.")
    tables: TableDifference = Field(description="In the tables of the switches.")
    behaviour: BehaviourDifference = Field(description="In what becomes of frames.")
    cost: list[CostDifference] = Field(description="Stage by stage.")
