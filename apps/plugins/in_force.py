"""Which plug-ins a controller runs, and with which settings: what the file of ``--plugins`` says.

It maps the name of each plug-in to its settings. Open vSwitch is in force unless the file says that it is ``off``.
What a plug-in holds, and what the model refuses for its sake, stays as it is for as long as the controller runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import structlog
import yaml

from weft.apps import yaml12
from weft.apps.file_errors import why
from weft.apps.plugins.installed import PluginUnusable, installed
from weft.controller.contracts import Plugin
from weft.controller.model.capabilities import EVERYTHING, OPENVSWITCH, OPTIONAL_TRAITS, Capabilities
from weft.controller.model.facts import TRANSPORTS, VIF_KINDS
from weft.controller.model.traits import SECURITY_LEVELS

log = structlog.get_logger(__name__)

OFF = "off"
VERBS = ("desired", "read_back", "apply", "interfaces")
_KNOWN = {
    "transports": TRANSPORTS,
    "vif_kinds": VIF_KINDS,
    "security": SECURITY_LEVELS,
    "traits": OPTIONAL_TRAITS,
}


class InForce(NamedTuple):
    """The plug-ins of a controller, by name. Open vSwitch's switches come by OpenFlow: it is never made."""

    plugins: Mapping[str, Plugin[Any]]
    capabilities: Mapping[str, Capabilities]


def read(path: Path | None) -> InForce:
    """The plug-ins that the file names, made. Raises ``PluginUnusable``, which names file, plug-in, field and rule."""
    if path is None:
        return InForce({}, {OPENVSWITCH: EVERYTHING})
    try:
        wanted = _settings_by_name(path)
        openvswitch = wanted.pop(OPENVSWITCH, {})
        if openvswitch and openvswitch != OFF:
            raise PluginUnusable(f"{OPENVSWITCH}: {min(openvswitch)}: is not a setting; it has none, or is {OFF}")
        plugins = {name: made(name, settings) for name, settings in wanted.items() if settings != OFF}
    except PluginUnusable as error:
        raise PluginUnusable(f"{path}: {error}") from error.__cause__
    capabilities = {name: plugin.capabilities for name, plugin in plugins.items()}
    if openvswitch != OFF:
        capabilities[OPENVSWITCH] = EVERYTHING
    if not capabilities:
        raise PluginUnusable(f"{path}: must name a plug-in that is not {OFF}")
    return InForce(plugins, capabilities)


def _settings_by_name(path: Path) -> dict[str, Any]:
    """What the file says of each plug-in: settings, or that it is off."""
    try:
        said = yaml12.load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise PluginUnusable(f"cannot be read: {why(error)}") from None
    if not isinstance(said, dict):
        raise PluginUnusable("must map the names of plug-ins to their settings")
    wanted = {str(name): {} if settings is None else settings for name, settings in said.items()}
    for name, settings in wanted.items():
        if settings != OFF and not isinstance(settings, dict):
            raise PluginUnusable(f"{name}: must be a mapping of settings, or {OFF}, not {settings!r}")
    return wanted


def made(name: str, settings: Mapping[str, Any]) -> Plugin[Any]:
    """The plug-in of that name with these settings. Raises ``PluginUnusable``."""
    known = installed()
    if name not in known:
        raise PluginUnusable(f"{name}: is no plug-in that is installed; these are: {', '.join(known)}")
    factory = known[name].factory()
    try:
        plugin = factory(settings)
    except ValueError as error:
        raise PluginUnusable(f"{name}: {error}") from error
    except Exception as error:
        log.exception("a plug-in cannot be made", plugin=name)
        raise PluginUnusable(f"{name}: failed: {type(error).__name__}: {error}") from error
    for flaw in flaws(name, plugin):
        raise PluginUnusable(f"{name}: {flaw}")
    return plugin


def flaws(name: str, plugin: object) -> Iterator[str]:
    """What keeps something from being a plug-in of that name."""
    for verb in VERBS:
        if not callable(getattr(plugin, verb, None)):
            yield f"is no plug-in: it has no {verb}"
    said = getattr(plugin, "name", None)
    if said != name:
        yield f"must have the name that it is installed by, not {said!r}"
    can = getattr(plugin, "capabilities", None)
    if not isinstance(can, Capabilities):
        yield f"capabilities: must be Capabilities, not {type(can).__name__}"
        return
    for field, words in _KNOWN.items():
        strange = sorted(set(getattr(can, field)) - set(words))
        if strange:
            yield f"capabilities.{field}: must be some of {', '.join(words)}, not {', '.join(strange)}"
