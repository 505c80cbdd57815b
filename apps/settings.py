"""What an operator may set: by a flag, by the environment (``WEFT_REST`` …), or in a YAML file, in this order."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator


class Settings(BaseModel):
    """The settings of ``weft-controller``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rest: str = Field("127.0.0.1:8181", description="where the REST API listens, HOST:PORT; port 0 chooses one")
    openflow: str = Field("127.0.0.1:6653", description="where switches connect, HOST:PORT; port 0 chooses one")
    openflow_unix: Path | None = Field(None, description="an AF_UNIX path where switches connect as well")
    store: Path = Field(Path("weft.db"), description="the file that keeps the model")
    token_file: Path | None = Field(None, description="the file that keeps the API's token [default: STORE.token]")
    audit_interval: float = Field(30.0, gt=0, description="seconds between two audits of a switch")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error")
    log_json: bool = Field(False, description="write the log as JSON lines")

    @field_validator("rest", "openflow")
    @classmethod
    def _address(cls, value: str) -> str:
        split(value)
        return value

    @property
    def token_path(self) -> Path:
        """Where the API's token is kept."""
        return self.token_file or self.store.with_name(self.store.name + ".token")


class SettingsError(Exception):
    """A setting that cannot be; the message names it."""


def split(address: str) -> tuple[str, int]:
    """Host and port of an address. Raises ``ValueError``.

    >>> split("127.0.0.1:8181"), split("[::1]:0")
    (('127.0.0.1', 8181), ('::1', 0))
    """
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError(f"must be HOST:PORT, not {address!r}")
    return host.strip("[]"), int(port)


def load(arguments: Sequence[str] = (), environment: Mapping[str, str] = os.environ) -> Settings:
    """``load(arguments)`` returns the settings. Raises ``SettingsError``, which names the setting that is wrong."""
    parser = argparse.ArgumentParser("weft-controller", description="The Weft controller: REST above, OpenFlow below.")
    parser.add_argument("--config", help="a YAML file of these settings, by the same names", metavar="FILE")
    for name, field in Settings.model_fields.items():
        flag = "--" + name.replace("_", "-")
        default = "" if field.default is None else f" [default: {field.default}]"
        if field.annotation is bool:
            parser.add_argument(flag, action="store_true", default=None, help=field.description)
        else:
            parser.add_argument(flag, metavar=name.upper(), help=f"{field.description}{default}")
    flags = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    config = flags.pop("config", None) or environment.get("WEFT_CONFIG")
    named = {
        name: environment[f"WEFT_{name.upper()}"]
        for name in Settings.model_fields
        if f"WEFT_{name.upper()}" in environment
    }
    try:
        return Settings.model_validate({**(_read(config) if config else {}), **named, **flags})
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(
            f"{'.'.join(map(str, first['loc']))}: {first['msg'].removeprefix('Value error, ')}"
        ) from None


def _read(path: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"config: {error}") from None
    if not isinstance(found, dict):
        raise SettingsError(f"config: {path} holds no settings by name")
    return {str(name).replace("-", "_"): value for name, value in found.items()}
