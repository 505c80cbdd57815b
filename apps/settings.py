"""What an operator may set: by a flag, by the environment (``WEFT_REST`` …), or in a YAML file, in this order."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from weft.apps.file_errors import why

_ADDRESS = "must be HOST:PORT with a port from 0 to 65535, where 0 chooses a free one"


def _setting(default: Any, description: str, rule: str, **more: Any) -> Any:
    """A setting, what it is for, and the rule that whoever breaks it is told."""
    return Field(default, description=description, json_schema_extra={"rule": rule}, **more)


class Settings(BaseModel):
    """The settings of ``weft-controller``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rest: str = _setting("127.0.0.1:8181", "where the REST API listens, HOST:PORT; port 0 chooses one", _ADDRESS)
    openflow: str = _setting("127.0.0.1:6653", "where switches connect, HOST:PORT; port 0 chooses one", _ADDRESS)
    openflow_unix: Path | None = _setting(None, "an AF_UNIX path where switches connect as well", "must be a path")
    ovsdb: str | None = _setting(
        None,
        "where switches' databases connect (ovs-vsctl set-manager), HOST:PORT; port 0 chooses one [default: nowhere]",
        _ADDRESS,
    )
    store: Path = _setting(Path("weft.db"), "the file that keeps the model", "must be a path")
    token_file: Path | None = _setting(
        None, "the file that keeps the API's token [default: STORE.token]", "must be a path"
    )
    audit_interval: float = _setting(
        30.0, "seconds between two audits of a switch", "must be a number above 0", gt=0, allow_inf_nan=False
    )
    log_level: str = _setting(
        "info",
        "debug, info, warning or error",
        "must be debug, info, warning or error",
        pattern="^(debug|info|warning|error)$",
    )
    log_json: bool = _setting(False, "write the log as JSON lines", "must be true or false")

    @field_validator("rest", "openflow", "ovsdb")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None:
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
    # A port above 65535 would be taken modulo 65536 further down: another one than what was said.
    if not colon or not host or not (port.isascii() and port.isdecimal()) or len(port) > 5 or int(port) > 65535:
        raise ValueError(f"{_ADDRESS}, not {address!r}")
    return host.strip("[]"), int(port)


def load(arguments: Sequence[str] = (), environment: Mapping[str, str] = os.environ) -> Settings:
    """``load(arguments)`` returns the settings. Raises ``SettingsError``, which names the setting that is wrong."""
    parser = _Parser("weft-controller", description="The Weft controller: REST above, OpenFlow below.")
    parser.add_argument("--config", help="a YAML file of these settings, by the same names", metavar="FILE")
    for name, field in Settings.model_fields.items():
        flag = "--" + name.replace("_", "-")
        default = "" if field.default is None else f" [default: {field.default}]"
        if field.annotation is bool:
            parser.add_argument(flag, action="store_true", default=None, help=field.description)
        else:
            parser.add_argument(flag, metavar=name.upper(), help=f"{field.description}{default}")
    flags = {name: value for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    option = flags.pop("config", None)
    config = option or environment.get("WEFT_CONFIG")
    filed = _read(config, "--config" if option else "WEFT_CONFIG") if config else {}
    named = {
        name: environment[f"WEFT_{name.upper()}"]
        for name in Settings.model_fields
        if f"WEFT_{name.upper()}" in environment
    }
    try:
        return Settings.model_validate({**filed, **named, **flags})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        flag, variable = "--" + name.replace("_", "-"), f"WEFT_{name.upper()}"
        source = flag if name in flags else variable if name in named else f"{config}: {name}"
        raise SettingsError(f"{source} {_complaint(name, first['input'])}") from None


class _Parser(argparse.ArgumentParser):
    """A parser that raises what is wrong, instead of printing its whole usage."""

    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"{message} (--help lists the options)")


def _complaint(name: str, value: object) -> str:
    """The rule that the value breaks, and the value."""
    if name not in Settings.model_fields:
        return f"is not a setting; these are: {', '.join(Settings.model_fields)}"
    return f"{Settings.model_json_schema()['properties'][name]['rule']}, not {value!r}"


def _read(path: str, source: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{source}: cannot read {path}: {why(error)}") from None
    if not isinstance(found, dict):
        raise SettingsError(f"{source}: {path} holds no settings by name")
    return {str(name).replace("-", "_"): value for name, value in found.items()}
