"""A Ryu application of a few lines on our listener; it says on stdout, as JSON lines, what happens to it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import structlog

from weft.controller.adapters.openflow import compat  # noqa: F401  # isort: skip  # Ryu cannot be imported before
from ryu.base import app_manager
from ryu.controller import ofp_event
from ryu.controller.handler import DEAD_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from ryu.lib import hub
from ryu.ofproto import ofproto_v1_4

from weft.controller.adapters.openflow import messages
from weft.controller.adapters.openflow.connection import Connection, Patience
from weft.controller.adapters.openflow.guard import Kind
from weft.controller.adapters.openflow.listener import Listener, mutual_tls
from weft.controller.adapters.openflow.live_sessions import Sessions


def say(event: str, **what: Any) -> None:
    print(json.dumps({"event": event, **what}), flush=True)


class TinyApp(app_manager.RyuApp):  # type: ignore[misc]
    """Takes barrier replies and flow statistics as bytes, packets as Ryu's events."""

    OFP_VERSIONS = (ofproto_v1_4.OFP_VERSION,)

    def __init__(self, *arguments: Any, **contexts: Any) -> None:
        super().__init__(*arguments, **contexts)
        structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.JSONRenderer()])
        asked = json.loads(os.environ["TINY_APP"])
        listener = Listener(
            port=0,
            unix=Path(asked["unix"]) if "unix" in asked else None,
            tls=mutual_tls(*(Path(path) for path in asked["tls"])) if "tls" in asked else None,
            hooks={Kind.BARRIER_REPLY: self.barrier, Kind.FLOW_STATS: self.flows, Kind.ERROR: self.error},
            patience=Patience(**asked.get("patience", {})),
            sessions=Sessions(asked.get("most_unfinished", 1024)),
        )
        listener.bind()
        listener.install()
        say("ready", port=listener.port, address=listener.address)

    def barrier(self, connection: Connection, xid: int, message: bytes) -> None:
        say("barrier", switch=connection.name, xid=xid, message=message.hex())

    def flows(self, connection: Connection, xid: int, message: bytes) -> None:
        say("flows", switch=connection.name, count=len(list(messages.flow_stats(message))))

    def error(self, connection: Connection, xid: int, message: bytes) -> None:
        raise RuntimeError("this hook always fails")

    @set_ev_cls(ofp_event.EventOFPStateChange, [MAIN_DISPATCHER, DEAD_DISPATCHER])  # type: ignore[untyped-decorator]
    def state_changed(self, event: Any) -> None:
        say(event.state, switch=event.datapath.name)

    @set_ev_cls(ofp_event.EventOFPPacketIn, MAIN_DISPATCHER)  # type: ignore[untyped-decorator]
    def packet(self, event: Any) -> None:
        """The first letters of a packet say what to do."""
        connection, data = event.msg.datapath, event.msg.data
        say("packet", switch=connection.name, size=len(data))
        if data.startswith(b"flood"):
            hub.spawn(self.flood, connection)
        if data.startswith(b"raise"):
            raise RuntimeError("this handler always fails")

    def flood(self, connection: Connection) -> None:
        """Send until the session cannot take any more."""
        sent = 0
        while connection.send(messages.barrier_request(connection.next_xid()) * 10_000):
            sent += 1
        say("flooded", switch=connection.name, sent=sent)


if __name__ == "__main__":
    from ryu.cmd.manager import main

    sys.exit(main(["tests.wire.tiny_app"]))
