"""The controller, as a Ryu application: the service in the middle, switches below, REST above."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from time import monotonic, perf_counter
from typing import Any

import structlog

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.base import app_manager
from ryu.controller import ofp_event, ofp_handler
from ryu.controller.handler import CONFIG_DISPATCHER, DEAD_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from ryu.lib import hub

from weft.apps import settings as weft_settings
from weft.apps import stage_sets
from weft.apps.extensions.installed import composed
from weft.apps.http.doorway import WsgiApp
from weft.apps.http.listeners import Listeners
from weft.apps.identity import token_file
from weft.apps.identity.assemble import identify
from weft.apps.northbound.app import build_app
from weft.apps.openstack.app import build_openstack
from weft.apps.plugins import in_force
from weft.apps.plugins.counters import AllCounters, counting
from weft.apps.plugins.driver import Pace
from weft.apps.plugins.places import Places
from weft.controller.adapters.openflow import discovery
from weft.controller.adapters.openflow.connection import Connection
from weft.controller.adapters.openflow.guard import Kind
from weft.controller.adapters.openflow.interfaces import MOST_INTERFACES
from weft.controller.adapters.openflow.listener import Listener
from weft.controller.adapters.openflow.live_counters import LiveCounters
from weft.controller.adapters.openflow.session import SwitchSession
from weft.controller.adapters.oslo_policy import OsloPolicy
from weft.controller.adapters.ovsdb.listener import Listener as DatabaseListener
from weft.controller.adapters.sqlite_store import SqliteStore
from weft.controller.contracts import StoreUnavailable
from weft.controller.model.commands import CREATABLE
from weft.controller.model.policy import BUILTIN
from weft.controller.service import Service

log = structlog.get_logger(__name__)

GROWTH = 500  # facts more than there were, after which these count as staying; a look at 6,000 took 0.15 s
LOG_INTERVAL = 1.0  # seconds for which a refusal may wait to be written down
GARBAGE = (50_000, 20, 50)  # nearly all that is made is kept, and looking for the rest takes a quarter of the time
LONGEST_SLICE = 0.01  # seconds of compiling after which the switches get their turn
ANSWERS = (
    *(Kind.BARRIER_REPLY, Kind.BUNDLE_CONTROL, Kind.ERROR),
    *(Kind.FLOW_STATS, Kind.PORT_STATS, Kind.METER_STATS, Kind.METER_CONFIG, Kind.DESC),
)


class FabricApp(app_manager.RyuApp):  # type: ignore[misc]
    """Starts everything, and passes on what Ryu reports."""

    def __init__(self, *args: Any, settings: weft_settings.Settings | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.settings = settings or weft_settings.load()
        file = self.settings.policy
        policy = BUILTIN if file is None else OsloPolicy(file, lambda complaint: log.error(complaint))
        variants = stage_sets.load(self.settings.shadow)
        extended, force = composed(self.settings.extensions), in_force.read(self.settings.plugins)
        store = SqliteStore(self.settings.store)
        self.service = Service(store, policy, extended, variants, force.plugins, force.capabilities)
        self._shade()
        self.places = Places(self.service, force.plugins, Pace(audit=self.settings.audit_interval))
        self.sessions: dict[Connection, SwitchSession] = {}
        self._described: dict[Connection, list[Any]] = {}
        host, port = weft_settings.split(self.settings.openflow)
        hooks = {kind: self._hook(kind) for kind in ANSWERS}
        self.listener = Listener(host=host, port=port, unix=self.settings.openflow_unix, hooks=hooks)
        self.listener.install()
        self._work = hub.Event()
        self.service.on_work = self._work.set
        self.service.on_wake = self._wake
        self.service.counters = AllCounters([LiveCounters(self.sessions.values), *counting(force.plugins.values())])

    def _shade(self) -> None:
        """Bound what shadows may cost, and say which are not to be had."""
        shadows = self.service.shadows
        shadows.budget, shadows.clock = self.settings.shadow_budget, perf_counter
        if len(shadows.names) > 1:
            stage_sets.limit_evaluations()
            shadows.limit = stage_sets.evaluation
        for name, why in shadows.unusable.items():
            log.error("a shadow cannot be compiled", shadow=name, why=why)
        if shadows.missing:
            log.error(
                "the promoted stages are not there, and switches follow the real ones",
                promoted=shadows.missing,
                remedy="start again with --shadow, or: weft shadow demote",
            )

    def start(self) -> None:
        """Listen, and say so in one line of JSON on standard output."""
        super().start()
        try:
            self.listener.bind()
        except OSError as error:
            raise OSError(
                f"cannot listen for switches (--openflow {self.settings.openflow}): {error.strerror}"
            ) from None
        urls = self._serve_apis()
        databases = self._listen_for_databases()
        self.threads += [hub.spawn(self._compile), hub.spawn(self._discover), hub.spawn(self._keep_log)]
        self.threads.append(hub.spawn(self.places.run))
        ready = {
            "ready": True,
            "pid": os.getpid(),
            **urls,
            "openflow": self.listener.address,
            "token_file": str(self.settings.token_path.absolute()),
        }
        if databases is not None:
            ready["ovsdb"] = databases.address
            self.threads.append(hub.spawn(databases.serve))
        print(json.dumps(ready), file=sys.stdout, flush=True)

    def _serve_apis(self) -> dict[str, str]:
        """Listen for clients of each API, and tell where."""
        settings = self.settings
        listeners = Listeners(settings)
        known = identify(settings, self.service, token_file.make_or_read(settings.token_path))
        served: dict[str, tuple[Any, WsgiApp]] = {}
        served["rest"] = (listeners.listen("--rest", settings.rest, "the API"), build_app(self.service, known))
        if settings.neutron is not None:
            remedy = "; name another address, or say --neutron off"
            neutron = listeners.listen("--neutron", settings.neutron, "Neutron's clients", remedy)
            served["neutron"] = neutron, build_openstack(self.service, known)
        self.threads += [hub.spawn(listeners.serve, *one) for one in served.values()]
        signal.signal(signal.SIGHUP, lambda *_: listeners.read_again())
        return {name: listeners.url(listener) for name, (listener, _) in served.items()}

    def _listen_for_databases(self) -> DatabaseListener | None:
        wanted = self.settings.ovsdb
        if wanted is None:
            return None
        databases = DatabaseListener(*weft_settings.split(wanted), self.service)
        try:
            databases.bind()
        except OSError as error:
            raise OSError(f"cannot listen for switches' databases (--ovsdb {wanted}): {error.strerror}") from None
        return databases

    # what Ryu reports

    @set_ev_cls(ofp_event.EventOFPPortDescStatsReply, [CONFIG_DISPATCHER])
    def ports_described(self, event: Any) -> None:
        """The switch has named its interfaces, or a part of them."""
        connection = event.msg.datapath
        ports = self._described.setdefault(connection, [])
        ports += event.msg.body
        if len(ports) > 2 * MOST_INTERFACES:
            connection.end(f"it names more than {MOST_INTERFACES} interfaces")
            ports.clear()

    @set_ev_cls(ofp_event.EventOFPStateChange, [MAIN_DISPATCHER, DEAD_DISPATCHER])
    def state_changed(self, event: Any) -> None:
        """A session begins or ends."""
        connection = event.datapath
        if event.state == MAIN_DISPATCHER:
            session = SwitchSession(connection, self.service, self.settings.audit_interval)
            session.describe(self._described.pop(connection, ()))
            self.sessions[connection] = session
            hub.spawn(session.run)
        else:
            self._described.pop(connection, None)
            ended = self.sessions.pop(connection, None)
            if ended is not None:
                ended.close()
                ended.wake()

    @set_ev_cls(ofp_event.EventOFPPortStatus, [CONFIG_DISPATCHER, MAIN_DISPATCHER])
    def port_status(self, event: Any) -> None:
        """An interface has come, gone or changed."""
        session = self.sessions.get(event.msg.datapath)
        if session is not None:
            session.port_status(event.msg.desc, event.msg.reason)

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)
    def packet_in(self, event: Any) -> None:
        """A frame that a flow hands to the controller: LLDP, and nothing else."""
        session = self.sessions.get(event.msg.datapath)
        if session is not None:
            discovery.learn(session, self.service, event.msg.match["in_port"], event.msg.data)

    def _hook(self, kind: Kind) -> Any:
        def hear(connection: Connection, xid: int, message: bytes) -> None:
            session = self.sessions.get(connection)
            if session is not None:
                session.hear(kind, xid, message)

        return hear

    # what the service asks for

    def _wake(self, switch: str) -> None:
        self.places.wake(switch)
        for session in self.sessions.values():
            if session.name == switch or session.waiting:
                session.wake()

    def _compile(self) -> None:
        """Bring the flows up to the facts whenever they have changed, in slices that leave everybody a turn."""
        frozen = 0
        gc.disable()  # while the model is loaded everything stays, and looking for garbage takes most of the time
        while True:
            self._work.clear()
            began = monotonic()
            for _ in self.service.work():
                if monotonic() - began > LONGEST_SLICE:
                    hub.sleep(0)
                    began = monotonic()
            for session in self.sessions.values():
                if session.waiting:
                    session.wake()
            self.places.compiled()
            known = sum(map(self.service.network.count, CREATABLE))
            if not gc.isenabled() or known > frozen + GROWTH:  # what stays is not looked at for garbage again and again
                frozen = known
                gc.freeze()
                gc.set_threshold(*GARBAGE)
                gc.enable()
            self._compile_shadows()
            self._work.wait()

    def _compile_shadows(self) -> None:
        """Work for the shadows until there is any for the switches; they are at the back of every queue."""
        sound = [shadow for shadow in self.service.shadows.by_name.values() if not shadow.given_up]
        began, steps = monotonic(), 0
        for _ in self.service.shadow_work():
            steps += 1
            if self._work.is_set():
                break
            if monotonic() - began > LONGEST_SLICE:
                hub.sleep(0)
                began = monotonic()
        if steps > GROWTH:  # what a shadow has come to know stays, too
            gc.freeze()
        for shadow in sound:
            if shadow.given_up:
                log.error("a shadow was given up", shadow=shadow.name, why=shadow.given_up)

    def _keep_log(self) -> None:
        """Write down now and then what was refused, which no commit takes along."""
        while True:
            hub.sleep(LOG_INTERVAL)
            try:
                self.service.keep_log()
            except StoreUnavailable as error:
                log.warning("the audit log waits", error=str(error))

    def _discover(self) -> None:
        while True:
            hub.sleep(discovery.INTERVAL)
            discovery.round_of(list(self.sessions.values()), self.service)


app_manager.require_app(ofp_handler.__name__, api_style=True)
