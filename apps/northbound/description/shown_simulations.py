"""What a frame that is sent into a simulated switch looks like, and what is told of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from weft.apps.northbound.description.meanings import NAME
from weft.apps.northbound.description.shown import WHOLE
from weft.apps.northbound.shapes import STRICT

LONGEST = 9216  # octets of a frame
OCTETS = {"type": "string", "pattern": "^([0-9a-fA-F]{2})+$", "maxLength": 2 * LONGEST}
Name = Annotated[str, WithJsonSchema(dict(NAME))]
Octets = Annotated[str, WithJsonSchema(OCTETS)]


class SentFrame(BaseModel):
    """A frame that a machine sends: at a port, or at an interface of a switch."""

    model_config = STRICT
    frame: Octets = Field(description="Its octets from the destination's MAC on, in hexadecimal.")
    port: Name | None = Field(None, description="The port of the machine; where none is given, `switch` is needed.")
    switch: Name | None = Field(None, description="The switch that the machine is at.")
    interface: Name | None = Field(None, description="The interface of that switch.")


class HeardFrame(BaseModel):
    """A frame as a machine has heard it."""

    model_config = WHOLE
    switch: str = Field(description="The switch that the machine is at.")
    interface: str = Field(description="The interface of that switch.")
    port: str | None = Field(description="The port of the VIF there; null: there is none.")
    name: str = Field(description="The name of that port.")
    frame: str = Field(description="Its octets, in hexadecimal.")


class FrameStep(BaseModel):
    """One thing that has happened to a frame, or to a copy of it, in a switch."""

    model_config = WHOLE
    what: Literal["matched", "left", "told", "died"] = Field(
        description="An entry has `matched`; it has `left` by an interface; the controller was `told`; it has `died`."
    )
    table: str | None = Field(None, description="The table that it was in.")
    match: str | None = Field(None, description="What the entry matches.")
    actions: str | None = Field(None, description="What the entry does.")
    interface: str | None = Field(None, description="By which interface it has left.")
    frame: str | None = Field(None, description="Its octets then, in hexadecimal.")
    reason: str | None = Field(None, description="The reason for which it has died.")
    why: str | None = Field(None, description="That, in a sentence.")


class FrameVisit(BaseModel):
    """What has happened to a frame in one switch."""

    model_config = WHOLE
    switch: str = Field(description="The switch.")
    interface: str = Field(description="By which interface it has come in.")
    frame: str = Field(description="Its octets then, in hexadecimal.")
    steps: list[FrameStep] = Field(description="All that has happened to it and its copies, in turn.")
    broken: str = Field(description="Why the switch could do nothing with it; empty where it could.")


class FrameStory(BaseModel):
    """All that became of a frame."""

    model_config = WHOLE
    heard: list[HeardFrame] = Field(description="What machines have heard of it.")
    visits: list[FrameVisit] = Field(description="The switches that it, or a copy of it, has come to, in turn.")
    lost: str = Field(description="What became of it outside of any switch; empty where nothing did.")
