"""What answers about extensions and plug-ins look like."""

from __future__ import annotations

from pydantic import BaseModel, Field

from weft.apps.northbound.description.shown import WHOLE


class ShownAttribute(BaseModel):
    """An attribute that an extension gives to things of a kind."""

    model_config = WHOLE
    kind: str = Field(description="The kind of thing that has it.")
    name: str = Field(description="Its name among the fields of the thing.")
    doc: str = Field(description="What it says.")
    set_by: str = Field(description="Who may set it: the `owner` of the thing, or the `operator` alone.")


class ShownExtension(BaseModel):
    """What something from outside Weft's core adds to it."""

    model_config = WHOLE
    alias: str = Field(description="Its name for programs; it begins the names of its attributes.")
    name: str = Field(description="Its name for people.")
    description: str = Field(description="What it is for.")
    updated: str = Field(description="When its definition has changed last.")
    attributes: list[ShownAttribute] = Field(description="What may be said of things because of it.")
    tables: list[str] = Field(description="The tables that it adds to the switches.")
    stages: list[str] = Field(description="The stages of the compiler that it adds.")
    resources: list[str] = Field(description="The paths that it adds to this API.")


class ShownExtensions(BaseModel):
    """The extensions in force."""

    model_config = WHOLE
    extensions: list[ShownExtension] = Field(description="By their aliases.")


class ShownPlugin(BaseModel):
    """What realises ports at places of its own, and what it can honour. What it cannot is refused."""

    model_config = WHOLE
    name: str = Field(description="Its name, as the `plugin` of switches has it.")
    transports: list[str] = Field(description="How segments may get from one place to another.")
    vif_kinds: list[str] = Field(description="The kinds of VIFs that it takes.")
    security: list[str] = Field(description="The levels of security that it keeps up.")
    traits: list[str] = Field(description="The traits that ports and segments may have there.")
    learns: bool = Field(description="Whether it forwards by the addresses that it has seen, and so along trees alone.")
    flow_tables: bool = Field(description="Whether it follows the compiled flow entries.")
    openflow: bool = Field(description="Whether its switches come to the controller by OpenFlow.")


class ShownPlugins(BaseModel):
    """The plug-ins in force."""

    model_config = WHOLE
    plugins: list[ShownPlugin] = Field(description="By their names.")
