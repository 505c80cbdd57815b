"""``/v1/tokens``: who is known by a token. Its secret is in the answer that makes it, and nowhere else ever again."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from uuid import uuid4

import falcon
from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from weft.apps.identity.stored_tokens import hash_of, new_secret
from weft.apps.northbound import spelling
from weft.apps.northbound.acting import caller_of
from weft.apps.northbound.bodies import read_json
from weft.apps.northbound.description.meanings import NAME, TEXT, whole
from weft.apps.northbound.description.operations import Answer, Operation, Operations, Parameter
from weft.apps.northbound.paths import TOKENS
from weft.apps.northbound.problems import refused
from weft.apps.northbound.seeing import seen, sight_of
from weft.apps.northbound.shapes import STRICT, checked
from weft.controller.model.accounts import Token
from weft.controller.model.commands import Create, Delete, Refusal
from weft.controller.model.facts import Fact
from weft.controller.model.rights import Caller
from weft.controller.model.trait_rules import TIMES
from weft.controller.service import Refused, Service

MEMBER = "member"
LONGEST = 100 * 366 * 24 * 3600  # seconds


_Name = Annotated[str, WithJsonSchema(dict(NAME))]
_Text = Annotated[str, WithJsonSchema(dict(TEXT))]
_Time = Annotated[int, BeforeValidator(spelling.seconds), WithJsonSchema(dict(whole(TIMES)))]


class ShownToken(BaseModel):
    """A token, without its secret."""

    id: str = Field(description="Its id, by which it is revoked.")
    user: str = Field(description="Who is known by it.")
    project: str | None = Field(description="The project that it acts for; null: an operator's, for none.")
    roles: list[str] = Field(description="What it may do: `operator`, `member`, `reader`, or roles of your own.")
    expires: int | None = Field(description="When it ends, in seconds since 1970; null: never.")
    description: str = Field(description="A text for people.")
    created_at: int = Field(description="When it was made, in seconds since 1970.")
    revision: int = Field(description="The revision that made it.")


class MadeToken(ShownToken):
    """A token that has just been made."""

    secret: str = Field(description="What its holder sends. It is shown this once, and kept nowhere.")


class Tokens(BaseModel):
    """Tokens, the oldest first."""

    tokens: list[ShownToken]


class NewToken(BaseModel):
    """A token to be made."""

    model_config = STRICT
    user: _Name | None = Field(None, description="Who is known by it; else who makes it.")
    project: _Name | None = Field(None, description="The project that it acts for; an operator's may be of none.")
    roles: list[_Name] = Field([MEMBER], description="What it may do.", min_length=1)
    expires: _Time | None = Field(
        None, description="When it ends, in seconds since 1970 or as `2030-01-01T00:00:00Z`; null: never."
    )
    expires_in: int | None = Field(
        None, description="In how many seconds it ends, in place of `expires`.", ge=1, le=LONGEST
    )
    description: _Text = Field("", description="A text for people.")


def view(fact: Fact) -> dict[str, Any]:
    """What is shown of a token: never its hash."""
    assert isinstance(fact, Token)
    return {name: _plain(getattr(fact, name)) for name in ShownToken.model_fields}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


class TokenList:
    """List the tokens, or make one."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="list_tokens",
            group="tokens",
            summary="List the tokens",
            doc="Those that the caller may see, without their secrets, which nobody has but their holders.",
            parameters=tuple(Parameter(name, f"Only those with this `{name}`.") for name in ("user", "project")),
            answers={200: Answer("What was found.", Tokens)},
        ),
        "POST": Operation(
            id="create_token",
            group="tokens",
            summary="Make a token",
            doc="The answer has its `secret`, and no other answer ever has: it is kept nowhere. So this request knows "
            "no `Idempotency-Key`. Nobody gives a token more than they have.",
            body=NewToken,
            answers={201: Answer("It is made, durably.", MadeToken, ("Location",))},
            refusals=(403, 409, 422),
            example={"user": "ann", "project": "shop", "roles": [MEMBER], "expires_in": 2592000},
        ),
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """All of them, or those whose fields are exactly as the query says."""
        wanted = req.params.items()
        found = map(view, sight_of(self._service, req).all("token"))
        resp.media = {"tokens": [token for token in found if all(token[name] == value for name, value in wanted)]}

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Make one, and tell its secret."""
        caller, secret = caller_of(req), new_secret()
        command = Create("token", _fields(checked(NewToken, read_json(req)), caller, secret))
        try:
            (fact,) = self._service.submit([command], caller)
        except Refused as error:
            raise refused(error.refusal) from None
        assert fact is not None
        resp.status = falcon.HTTP_CREATED
        resp.location = f"{TOKENS}/{fact.id}"
        resp.cache_control = ["no-store"]
        resp.media = view(fact) | {"secret": secret}


def _fields(given: dict[str, Any], caller: Caller, secret: str) -> dict[str, Any]:
    """The fields of the fact."""
    seconds = given.pop("expires_in", None)
    if seconds is not None:
        if given.get("expires") is not None:
            raise refused(Refusal("malformed", "expires_in", "is given beside expires"))
        given["expires"] = caller.at + seconds
    if given.get("expires") is not None and given["expires"] <= caller.at:
        raise refused(Refusal("malformed", "expires", "has passed already"))
    given["user"] = given.get("user") or caller.user
    given["roles"] = tuple(given.get("roles", (MEMBER,)))
    return {"id": str(uuid4()), "hash": hash_of(secret), **given}


class OneToken:
    """Show or revoke one."""

    operations: ClassVar[Operations] = {
        "GET": Operation(
            id="show_token",
            group="tokens",
            summary="Show a token",
            answers={200: Answer("It, without its secret.", ShownToken)},
            refusals=(404,),
        ),
        "DELETE": Operation(
            id="delete_token",
            group="tokens",
            summary="Revoke a token",
            doc="From the next request on nobody is known by it.",
            answers={204: Answer("It is gone.")},
            refusals=(403, 404),
        ),
    }

    def __init__(self, service: Service) -> None:
        self._service = service

    def on_get(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """The one of that id."""
        resp.media = view(seen(self._service, req, "token", id))

    def on_delete(self, req: falcon.Request, resp: falcon.Response, id: str) -> None:
        """Revoke it."""
        try:
            self._service.submit([Delete("token", id)], caller_of(req))
        except Refused as error:
            raise refused(error.refusal) from None
        resp.status = falcon.HTTP_NO_CONTENT
