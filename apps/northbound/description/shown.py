"""What answers look like: the shapes of what is shown, read off the facts where there is one."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from weft.apps.northbound.description.meanings import NAME, meaning
from weft.apps.northbound.paths import COLLECTIONS
from weft.apps.northbound.shapes import described, title
from weft.controller.model.documents import field_names
from weft.controller.model.facts import KINDS

WHOLE = ConfigDict(extra="forbid")


class PortStatus(BaseModel):
    """Whether frames pass, as far as the switches have proven it."""

    model_config = WHOLE
    state: Literal["ACTIVE", "BUILD", "DOWN", "ERROR"] = Field(
        description="`ACTIVE` only when every switch that its flows live on has acknowledged them."
    )
    reason: str = Field(description="Why it is not active; where it is: which extension fails for it, or empty.")


class ShownInterface(BaseModel):
    """An interface of a switch, as it said last."""

    model_config = WHOLE
    name: str = Field(description="Its name.")
    ofport: int = Field(description="Its OpenFlow port number.")
    up: bool = Field(description="Whether it has carrier.")


class UnknownSwitch(BaseModel):
    """A switch that is connected and that the model does not know. It is told nothing."""

    model_config = WHOLE
    dpid: str = Field(description="Its datapath id.", pattern="^[0-9a-f]{16}$")
    address: str = Field(description="Where it is connected from.")


class Tags(BaseModel):
    """The tags of one thing, all of them."""

    model_config = WHOLE
    tags: list[Annotated[str, WithJsonSchema(dict(NAME))]] = Field(description="Words for finding it again.")


class ProblemDocument(BaseModel):
    """What is answered to a request that fails (RFC 9457)."""

    model_config = WHOLE
    type: str = Field(description="Which sort of problem it is.", pattern="^urn:weft:problem:[a-z-]+$")
    title: str = Field(description="The phrase of its status.")
    status: int = Field(description="The status of the answer.")
    detail: str = Field(description="What is wrong, in a sentence.")
    field: str | None = Field(description="The field or parameter that stands in the way; a path where it is nested.")
    rule: str | None = Field(description="The rule that it breaks.")
    remedy: str | None = Field(description="What to do about it.")
    instance: str = Field(description="This request: what the audit log and the controller's log call it.")


class FieldChange(BaseModel):
    """One field that has changed."""

    model_config = WHOLE
    field: str = Field(description="The field; `vif`: what is plugged into the port.")
    before: Any = Field(description="What it was; null: nothing.")
    after: Any = Field(description="What it is since.")


class HistoryEntry(BaseModel):
    """What was changed at once, when, and by whom."""

    model_config = WHOLE
    revision: int = Field(description="The revision of the model since.")
    at: int = Field(description="When, in seconds since 1970 (UTC); 0: not known.")
    user: str = Field(description="Who did it.")
    what: Literal["created", "updated", "deleted"] = Field(description="What was done.")
    changes: list[FieldChange] = Field(description="The fields that have changed.")


class ShownHistory(BaseModel):
    """How a thing came to be as it is."""

    model_config = WHOLE
    history: list[HistoryEntry] = Field(description="The newest first.")
    next: str = Field("", description="Where the rest is; left out when this is the end.")


class AuditRecord(BaseModel):
    """Who has asked for what, from where, and what came of it."""

    model_config = WHOLE
    at: int = Field(description="When, in seconds since 1970 (UTC).")
    user: str = Field(description="Who asked.")
    project: str | None = Field(description="For which project; null: for none.")
    origin: str = Field(description="From where: the address, and what the request was called.")
    action: str = Field(description="What was asked for.")
    kind: str = Field(description="With which kind of thing.")
    id: str = Field(description="With which one.")
    outcome: str = Field(description="`done`, or the reason of the refusal.")
    detail: str = Field(description="The fields that were given; or why it was refused.")
    revision: int = Field(description="The revision of the model since; 0: nothing has changed.")


class AuditLog(BaseModel):
    """What was asked for, granted and refused."""

    model_config = WHOLE
    records: list[AuditRecord] = Field(description="The newest first.")
    next: str = Field("", description="Where the rest is; left out when this is the end.")


class Finding(BaseModel):
    """Something that somebody should know."""

    model_config = WHOLE
    severity: Literal["error", "warning"] = Field(description="`error`: what was asked for does not work.")
    about: str = Field(description="What it is about: its kind, and its name.")
    what: str = Field(description="What is wrong.")
    do: str = Field(description="What to do about it.")


class Findings(BaseModel):
    """All that is wrong, or may be."""

    model_config = WHOLE
    findings: list[Finding] = Field(description="Errors first.")


class Flow(BaseModel):
    """An entry that a switch holds or should hold, and why."""

    model_config = WHOLE
    table: str = Field(description="The table that it is in.")
    priority: int = Field(description="The greater is looked at first.")
    match: str = Field(description="What a frame must be.")
    actions: str = Field(description="What is done with it.")
    name: str = Field(description="What it is called.")
    cookie: str = Field(description="Its cookie, as ovs-ofctl prints it.")
    stage: str = Field(description="The stage of the compiler that wants it.")
    reasons: list[str] = Field(description="The facts because of which it is there.")
    state: str = Field(description="Whether the switch has acknowledged it.")
    ofctl: str = Field(description="In the notation of ovs-ofctl.")
    text: str = Field(description="All of it in a line.")


class Flows(BaseModel):
    """The flow entries of a switch."""

    model_config = WHOLE
    flows: list[Flow] = Field(description="In the order in which the switch looks at them.")


class ShownClaim(BaseModel):
    """What an interface of a switch says itself that it is for, and what came of it."""

    model_config = WHOLE
    switch: str = Field(description="The switch.")
    interface: str = Field(description="Its interface.")
    port: str = Field(description="The port that it is for.")
    mac: str = Field(description="The MAC address behind it.")
    vif_kind: str = Field(description="What sort of interface it is.")
    project: str | None = Field(description="The project that it says it is of.")
    device: str = Field(description="The machine behind it.")
    outcome: Literal["granted", "refused"] = Field(description="What came of it.")
    field: str = Field(description="Where it was refused: which field stood in the way.")
    rule: str = Field(description="Where it was refused: the rule.")
    located: bool = Field(description="Whether the VIF is there because of this claim.")
    revision: int = Field(description="When it changed last.")


class Claims(BaseModel):
    """What interfaces say themselves."""

    model_config = WHOLE
    claims: list[ShownClaim] = Field(description="Granted and refused.")


class Counted(BaseModel):
    """Frames, and their bytes."""

    model_config = WHOLE
    frames: int = Field(description="How many frames.")
    bytes: int = Field(description="How many bytes they had.")


class DroppedHere(Counted):
    """Frames of a port that have died for one reason."""

    reason: str = Field(description="The rule that they have died by.")
    why: str = Field(description="What it says.")


class Counters(BaseModel):
    """What has passed at a port and what has died."""

    model_config = WHOLE
    port: str = Field(description="The port.")
    switch: str = Field(description="The switch that counts it.")
    interface: str = Field(description="Its interface there.")
    received: Counted = Field(description="What its VIF has sent, with what was dropped of it.")
    sent: Counted = Field(description="What its VIF was sent.")
    dropped: list[DroppedHere] = Field(description="What has died, the most first.")
    dropped_frames: int = Field(description="How many have died in all.")


class Dropped(BaseModel):
    """Frames that have died at one place for one reason."""

    model_config = WHOLE
    port: str | None = Field(description="Whose they were; null: nobody's who is known.")
    name: str | None = Field(description="The name of that port.")
    segment: str | None = Field(description="The segment of that port.")
    switch: str = Field(description="The switch that dropped them.")
    reason: str = Field(description="The rule that they have died by.")
    frames: int = Field(description="How many.")
    why: str = Field(description="What the rule says.")


class Drops(BaseModel):
    """Why frames die."""

    model_config = WHOLE
    drops: list[Dropped] = Field(description="The most first.")
    unanswered: list[str] = Field(description="The switches that did not answer.")


class Health(BaseModel):
    """The health of the process."""

    model_config = WHOLE
    status: Literal["ok"] = Field(description="It answers, so it lives.")
    revision: int = Field(description="How far its model has come.")


class Performed(BaseModel):
    """What came of a transaction."""

    model_config = WHOLE
    revision: int = Field(description="The revision of the model when all was done.")
    results: list[dict[str, Any] | None] = Field(
        description="What each command made or changed; null: nothing is left."
    )


BESIDE: dict[str, dict[str, Any]] = {  # what is shown of a fact and is no field of it
    "port": {"vif": str | None, "effective_security": str, "status": PortStatus},
    "switch": {
        "connected": bool,
        "settled": bool,
        "problems": list[str],
        "software": str | None,
        "interfaces": list[ShownInterface],
    },
    "link": {"up": bool},
    "quota": {"usage": dict[str, int], "effective": dict[str, int]},
}


@cache
def shown(kind: str) -> type[BaseModel]:
    """The shape of a thing of that kind, as it is shown whole."""
    return _shown(kind, title(kind), ...)


@cache
def part(kind: str) -> type[BaseModel]:
    """The shape of what ``fields`` leaves of it."""
    return _shown(kind, f"PartOf{title(kind)}", None)


@cache
def collection(kind: str) -> type[BaseModel]:
    """The shape of a list of them."""
    items: Any = list[shown(kind) | part(kind)]  # type: ignore[misc]
    members: dict[str, Any] = {COLLECTIONS[kind]: (items, Field(description="What was found, in order."))}
    members["next"] = (str, Field(None, description="Where the rest of the list is; left out when this is the end."))
    if kind == "switch":
        doc = "Those that are connected and that the model does not know; for the operator alone."
        members["unknown"] = (list[UnknownSwitch], Field(None, description=doc))
    model: type[BaseModel] = create_model(f"{title(kind)}List", __config__=WHOLE, **members)
    return model


@cache
def made(kind: str) -> type[BaseModel]:
    """The shape of several that were made at once."""
    items: Any = list[shown(kind)]  # type: ignore[misc]
    members: dict[str, Any] = {COLLECTIONS[kind]: (items, Field(description="What was made, in the order asked for."))}
    model: type[BaseModel] = create_model(f"Made{title(kind)}List", __config__=WHOLE, **members)
    return model


def _shown(kind: str, name: str, default: Any) -> type[BaseModel]:
    hints = get_type_hints(KINDS[kind])
    members: dict[str, Any] = {
        field: (described(kind, field, hints[field], read=False), default) for field in field_names(kind)
    }
    for field, hint in BESIDE.get(kind, {}).items():
        members[field] = (hint, Field(default, description=meaning(kind, field).doc))
    about = (KINDS[kind].__doc__ or "").replace("``", "`")
    model: type[BaseModel] = create_model(name, __config__=WHOLE, __doc__=about, **members)
    return model
