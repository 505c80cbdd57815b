"""What an operator says of the switches, in YAML. Whatever is wrong is named."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from weft.apps.plugins.nexus import vlan_lists
from weft.apps.plugins.nexus.names import OWNER
from weft.apps.plugins.nexus.secret import Secret

_INTERFACE = re.compile(r"(eth[0-9]{1,3}(?:/[0-9]{1,3}){1,2}|po[0-9]{1,4}|vpc[0-9]{1,5})")


def _url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme != "https" or not rest or any(c.isspace() or c in "@?#" for c in rest):
        raise ValueError("must be https://HOST or https://HOST:PORT, without a user name in it")
    return value.rstrip("/")


def _password(value: str) -> str:
    Secret(value)
    return value


def _vlans(value: str) -> str:
    if not vlan_lists.read(value) <= vlan_lists.USABLE:
        raise ValueError("must be VLANs from 2 to 3967; the others are the switch's own")
    return value


def _interface(value: str) -> str:
    if not _INTERFACE.fullmatch(value):
        raise ValueError("must be interfaces like eth1/1, po10 or vpc10")
    return value


def _owner(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,11}", value):
        raise ValueError("must be 1 to 12 letters and digits, the first a letter")
    return value


class Device(BaseModel):
    """A switch: where it is, and how to sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_url)]
    username: str = Field(min_length=1, max_length=255)
    password: Annotated[str, AfterValidator(_password)]
    ca: Path | None = None
    verify: bool = True
    timeout: float = Field(15.0, gt=0, le=60, allow_inf_nan=False)


class Place(Device):
    """A switch, or a pair of them, that ports and links are at."""

    peer: Device | None = None
    interfaces: tuple[Annotated[str, AfterValidator(_interface)], ...] | None = None
    vlans: Annotated[str, AfterValidator(_vlans)] = "2-3967"
    vn_segment: int | None = Field(None, ge=4096, le=16773120)
    channels: int = Field(0, ge=0, le=256)
    owner: Annotated[str, AfterValidator(_owner)] = OWNER


class Settings(BaseModel):
    """All places of the plug-in, by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    places: dict[str, Place] = Field(min_length=1)


def read(given: Mapping[str, Any]) -> Settings:
    """``read(given)`` returns the settings. Raises ``ValueError("field: rule")``, which holds no value."""
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{field}: {first['msg'].removeprefix('Value error, ')}") from None
    for name, place in settings.places.items():
        for label, device in (("", place), ("peer.", place.peer)):
            if device is None or device.ca is None:
                continue
            if not device.verify:
                raise ValueError(f"places.{name}.{label}ca: is of no use where verify is false")
            try:
                ssl.create_default_context(cafile=str(device.ca))
            except ssl.SSLError:
                raise ValueError(f"places.{name}.{label}ca: {device.ca} holds no certificates in PEM form") from None
            except OSError as error:
                raise ValueError(f"places.{name}.{label}ca: cannot read {device.ca}: {error.strerror}") from None
    return settings
