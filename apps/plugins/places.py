"""Every place that a plug-in in force realises, and its driver: they come and go with the facts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.lib import hub

from weft.apps.plugins.driver import Pace, PlaceDriver
from weft.apps.plugins.own_thread import NoThread, OwnThread, Returns
from weft.controller.contracts import Plugin
from weft.controller.model.facts import Switch
from weft.controller.service import Service

CALM = 0.2  # seconds between two looks at which places there are


class Places:
    """The drivers, by place. Switches that come by OpenFlow have none; they have sessions."""

    def __init__(self, service: Service, plugins: Mapping[str, Plugin[Any]], pace: Pace) -> None:
        self._service = service
        self._plugins = {name: plugin for name, plugin in plugins.items() if not plugin.capabilities.openflow}
        self._pace = pace
        self._drivers: dict[str, PlaceDriver] = {}
        self._changed = hub.Event()
        self._returns = Returns()
        service.on_commit.append(lambda revision: self._changed.set())
        for plugin in self._plugins.values():
            attach = getattr(plugin, "attach", None)
            if attach is not None:
                attach(service, self.look)

    def run(self) -> None:
        """Follow the facts, for as long as the green thread lives."""
        while self._plugins:
            self._changed.clear()
            self._meet()
            hub.sleep(CALM)
            self._changed.wait()

    @property
    def driven(self) -> Collection[str]:
        """The places that are driven now."""
        return self._drivers.keys()

    def wake(self, place: str) -> None:
        """Something may be wanted otherwise there."""
        driver = self._drivers.get(place)
        if driver is not None:
            driver.wake()

    def look(self, place: str) -> None:
        """Its interfaces may be others."""
        driver = self._drivers.get(place)
        if driver is not None:
            driver.look()

    def compiled(self) -> None:
        """The model is compiled: who waited for that goes on."""
        for driver in self._drivers.values():
            if driver.waiting:
                driver.wake()

    def _meet(self) -> None:
        """Give each new place a driver; those of places that are gone end by themselves, when they are woken."""
        for switch in self._service.network.of_kind("switch"):
            assert isinstance(switch, Switch)
            driver = self._drivers.get(switch.id)
            if switch.plugin in self._plugins and driver is None:
                self._begin(switch)
        for driver in self._drivers.values():
            if not driver.is_needed:
                driver.wake()

    def _begin(self, switch: Switch) -> None:
        plugin = self._plugins[switch.plugin]
        calls = OwnThread(f"{plugin.name} {switch.id}", self._returns) if getattr(plugin, "waits", True) else NoThread()
        driver = self._drivers[switch.id] = PlaceDriver(switch.id, plugin, self._service, calls, self._pace)
        hub.spawn(self._drive, driver)

    def _drive(self, driver: PlaceDriver) -> None:
        try:
            driver.run()
        finally:
            del self._drivers[driver.place]
            self._changed.set()  # there may be a place of that name again, of another plug-in
