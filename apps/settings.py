"""What an operator may set: by a flag, by the environment (``WEFT_REST`` …), or in a YAML file, in this order."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, NoReturn

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from weft.apps import shadow_names
from weft.apps.file_errors import why

OFF = "off"
WAYS = ("none", "token", "jwt", "keystone")
_ADDRESS = "must be HOST:PORT with a port from 0 to 65535, where 0 chooses a free one"


def _setting(default: Any, description: str, rule: str, **more: Any) -> Any:
    """A setting, what it is for, and the rule that whoever breaks it is told."""
    return Field(default, description=description, json_schema_extra={"rule": rule}, **more)


def _split(value: object) -> object:
    """What stands between commas, of a text."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _network(value: str) -> str:
    ip_network(value)
    return value


def _url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in ("http", "https") or not rest or any(c.isspace() or c in "@?#" for c in rest):
        raise ValueError(value)
    return value


def _host(value: str) -> str:
    if not set(value.lower()) <= set("abcdefghijklmnopqrstuvwxyz0123456789-._"):
        raise ValueError(value)
    return value


def _way(value: str) -> str:
    if value not in WAYS:
        raise ValueError(value)
    return value


_Hosts = Annotated[tuple[Annotated[str, AfterValidator(_host)], ...], BeforeValidator(_split)]
_Shadows = Annotated[tuple[Annotated[str, AfterValidator(shadow_names.check)], ...], BeforeValidator(_split)]
_Texts = Annotated[tuple[str, ...], BeforeValidator(_split)]
_Ways = Annotated[tuple[Annotated[str, AfterValidator(_way)], ...], BeforeValidator(_split), Field(min_length=1)]
_Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], BeforeValidator(_split)]
_Url = Annotated[str, AfterValidator(_url)]
_Urls = Annotated[tuple[_Url, ...], BeforeValidator(_split)]


class Settings(BaseModel):
    """The settings of ``weft-controller``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rest: str = _setting("127.0.0.1:8181", "where the REST API listens, HOST:PORT; port 0 chooses one", _ADDRESS)
    neutron: str | None = _setting(
        "127.0.0.1:9696",
        "where the APIs of Neutron and Quantum listen, HOST:PORT, or off; port 0 chooses one",
        f"{_ADDRESS}, or off",
    )
    rest_certificate: Path | None = _setting(
        None, "a PEM file: the certificate (and its chain) of REST and Neutron, which speak TLS then", "must be a path"
    )
    rest_key: Path | None = _setting(None, "a PEM file: the private key of that certificate", "must be a path")
    insecure: bool = _setting(
        False, "let REST and Neutron listen beyond this machine without TLS", "must be true or false"
    )
    allowed_host: _Hosts = _setting(
        (),
        "names by which clients may call REST and Neutron, with commas between; addresses and localhost are known",
        "must be names of hosts, without scheme and port",
    )
    allowed_origin: _Urls = _setting(
        (),
        "web pages that may use the APIs, such as https://ui.example:8443, with commas between",
        "must be like https://HOST:PORT",
    )
    auth: _Ways = _setting(
        ("token",),
        "who is believed beside the operator's token, with commas between: token, jwt, keystone; or none: everybody",
        "must be none, or some of token, jwt, keystone with commas between",
    )
    policy: Path | None = _setting(None, "a YAML file of rules that take the place of built-in ones", "must be a path")
    keystone: _Url | None = _setting(
        None, "the URL of Keystone, such as http://127.0.0.1:5000", "must be like http://HOST:PORT"
    )
    keystone_credentials: Path | None = _setting(
        None,
        "a YAML file (mode 0600) of what Weft signs in to Keystone with [default: each token is asked of itself]",
        "must be a path",
    )
    keystone_authority: Path | None = _setting(
        None, "a PEM file: who signs Keystone's certificate [default: whom the system trusts]", "must be a path"
    )
    keystone_operator: _Texts = _setting(
        ("admin",), "roles in Keystone that make an operator, with commas between", "must be names of roles"
    )
    jwt_jwks: Path | None = _setting(None, "a JWKS file: the public keys of the issuer of JWTs", "must be a path")
    jwt_issuer: str | None = _setting(None, "the issuer of JWTs (claim iss)", "must be a text")
    jwt_audience: str | None = _setting(None, "whom JWTs must be for (claim aud)", "must be a text")
    jwt_user_claim: str = _setting("sub", "the claim of a JWT that names the user", "must be a text")
    jwt_project_claim: str = _setting("project", "the claim of a JWT that names the project", "must be a text")
    jwt_roles_claim: str = _setting(
        "roles", "the claim of a JWT that lists the roles; realm_access.roles is one inside another", "must be a text"
    )
    jwt_operator: _Texts = _setting(
        ("operator",), "roles in a JWT that make an operator, with commas between", "must be names of roles"
    )
    trusted_proxy: _Networks = _setting(
        (),
        "addresses of service proxies whose X-User-Id, X-Project-Id and X-Roles are believed, with commas between",
        "must be IP addresses or prefixes",
    )
    request_rate: float = _setting(
        1000.0, "requests a second that one credential may make", "must be a number above 0", gt=0, allow_inf_nan=False
    )
    failure_rate: float = _setting(
        20.0,
        "requests a second without a valid token that one address may make",
        "must be a number above 0",
        gt=0,
        allow_inf_nan=False,
    )
    extensions: _Texts = _setting(
        ("portstats",),
        "extensions that are in force, with commas between, or none; `weft extensions` lists those that are installed",
        "must be names of extensions with commas between, or none",
    )
    openflow: str = _setting("127.0.0.1:6653", "where switches connect, HOST:PORT; port 0 chooses one", _ADDRESS)
    openflow_unix: Path | None = _setting(None, "an AF_UNIX path where switches connect as well", "must be a path")
    ovsdb: str | None = _setting(
        None,
        "where switches' databases connect (ovs-vsctl set-manager), HOST:PORT; port 0 chooses one [default: nowhere]",
        _ADDRESS,
    )
    plugins: Path | None = _setting(
        None, "a YAML file of plug-ins and their settings [default: Open vSwitch alone]", "must be a path"
    )
    store: Path = _setting(Path("weft.db"), "the file that keeps the model", "must be a path")
    token_file: Path | None = _setting(
        None, "the file that keeps the API's token [default: STORE.token]", "must be a path"
    )
    shadow: _Shadows = _setting(
        (),
        "stages to compile beside the real ones: NAME=module:attribute, NAME=file.py:attribute, "
        "or NAME of an installed one; several with commas between",
        shadow_names.RULE,
    )
    shadow_budget: int = _setting(
        500_000, "evaluations within which a shadow must catch up, or it is given up", "must be a number above 0", gt=0
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

    @field_validator("neutron", mode="before")
    @classmethod
    def _off(cls, value: object) -> object:
        return None if value == OFF or value is False else value  # YAML reads a bare off as false

    @field_validator("rest", "neutron", "openflow", "ovsdb")
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
        usual = ",".join(field.default) if isinstance(field.default, tuple) else field.default
        default = "" if usual in (None, "") else f" [default: {usual}]"
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
        settings = Settings.model_validate({**filed, **named, **flags})
        _check_together(settings)
        return settings
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        flag, variable = "--" + name.replace("_", "-"), f"WEFT_{name.upper()}"
        source = flag if name in flags else variable if name in named else f"{config}: {name}"
        raise SettingsError(f"{source} {_complaint(name, first['input'])}") from None


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches the address.

    >>> is_loopback("127.0.0.1:0"), is_loopback("[::1]:80"), is_loopback("localhost:80"), is_loopback("0.0.0.0:80")
    (True, True, True, False)
    """
    host, _ = split(address)
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check_together(settings: Settings) -> None:
    """Raises ``SettingsError`` where settings that are right alone cannot be together."""
    open_to_all = [
        f"--{name} {address}"
        for name, address in (("rest", settings.rest), ("neutron", settings.neutron))
        if address is not None and not is_loopback(address)
    ]
    encrypted = settings.rest_certificate is not None and settings.rest_key is not None
    needed: dict[str, dict[str, object]] = {
        "jwt": {
            "--jwt-jwks": settings.jwt_jwks,
            "--jwt-issuer": settings.jwt_issuer,
            "--jwt-audience": settings.jwt_audience,
        },
        "keystone": {"--keystone": settings.keystone},
    }
    if (settings.rest_certificate is None) != (settings.rest_key is None):
        raise SettingsError("--rest-certificate and --rest-key go together, and one of them is missing")
    if "none" in settings.auth and len(settings.auth) > 1:
        raise SettingsError("--auth none lets everybody in, so it cannot be together with another way")
    if "none" in settings.auth and open_to_all:
        raise SettingsError(
            f"--auth none is for this machine alone: whoever reaches {open_to_all[0]} would be operator"
        )
    for way in settings.auth:
        for option, value in needed.get(way, {}).items():
            if not value:
                raise SettingsError(f"{option} is missing, and --auth {way} needs it")
    if open_to_all and not encrypted and not settings.insecure:
        raise SettingsError(
            f"{open_to_all[0]} reaches beyond this machine, and tokens would pass there for all to read: "
            "give --rest-certificate and --rest-key, or say --insecure"
        )


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
