"""``weft-controller``: starts the controller, without Ryu's own launcher."""

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")  # known: Ryu stands on it
import eventlet  # noqa: E402

eventlet.monkey_patch()  # before anything makes a lock

from weft.apps import shared_locks  # noqa: E402

shared_locks.install()

import logging  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from collections.abc import Sequence  # noqa: E402

import structlog  # noqa: E402

from weft.apps.settings import Settings, SettingsError, load  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the controller until SIGINT or SIGTERM. Exit status 2: a setting is wrong; 1: it could not start."""
    try:
        settings = load(sys.argv[1:] if arguments is None else arguments)
    except SettingsError as error:
        sys.exit(_complain(str(error), 2))
    _configure_log(settings)
    from weft.controller.adapters.openflow import compat  # noqa: F401  # before anything of ryu

    from ryu.base.app_manager import AppManager  # isort: skip
    from ryu.lib import hub  # isort: skip
    from weft.apps.extensions.installed import ExtensionUnusable
    from weft.apps.http.certificate import CertificateUnusable
    from weft.apps.identity.issuer_keys import KeysUnusable
    from weft.apps.identity.keystone_client import CredentialsUnusable
    from weft.apps.identity.token_file import TokenUnusable
    from weft.apps.plugins.installed import PluginUnusable
    from weft.controller.adapters.oslo_policy import PolicyUnusable
    from weft.controller.contracts import StoreUnavailable, StoreUnusable
    from weft.controller.extension import Clash

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    files = (PolicyUnusable, PluginUnusable, TokenUnusable, CertificateUnusable, CredentialsUnusable, KeysUnusable)
    unusable = (StoreUnusable, *files)
    manager = AppManager.get_instance()
    try:
        manager.load_apps(["weft.apps.fabric_app"])
        services = manager.instantiate_apps(settings=settings)
        hub.joinall(services)
    except (*unusable, ExtensionUnusable, Clash, StoreUnavailable, OSError) as error:
        sys.exit(_complain(str(error), 1))


def _leave(*_: object) -> None:
    """End at once: switches keep their flows, and what was acknowledged is in the store."""
    os._exit(0)


def _complain(message: str, status: int) -> int:
    print(f"weft-controller: {' '.join(message.split())}", file=sys.stderr)
    return status


def _configure_log(settings: Settings) -> None:
    level = getattr(logging, settings.log_level.upper())
    logging.basicConfig(
        stream=sys.stderr, level=max(level, logging.WARNING), format="%(levelname)s %(name)s %(message)s"
    )
    render = (
        structlog.processors.JSONRenderer()
        if settings.log_json
        else structlog.dev.ConsoleRenderer(
            colors=False,
            exception_formatter=structlog.dev.plain_traceback,  # the usual one tells local variables, tokens too
        )
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info if settings.log_json else _as_it_is,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _as_it_is(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return event


if __name__ == "__main__":
    main()
