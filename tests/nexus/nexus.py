"""A Nexus of the tests' own, over real HTTPS on the loopback. Its object model is that of NX-OS, as far as it goes.

``with Nexus(folder) as nexus`` has 8 interfaces, and the account ``weft``. What people do at its console are its
methods; ``forwarding`` is which VLANs its interfaces carry, and whoever is in ``tree.watchers`` hears when it may have
changed, so that it can drive a bridge that moves frames.
"""

from __future__ import annotations

import ssl
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.certificates import make_certificate
from tests.nexus import rules, vlan_lists
from tests.nexus.classes import vlan_number
from tests.nexus.console import Console
from tests.nexus.http import Asked
from tests.nexus.http import Handler as HttpHandler
from tests.nexus.sessions import Sessions
from tests.nexus.tree import Object, Tree

PASSWORD = "s3cret-of-the-switch"


class Carried(NamedTuple):
    """What an interface carries: one VLAN without tags, and these with."""

    untagged: int | None
    tagged: frozenset[int]


class Nexus:
    """The switch, and what may go wrong with it."""

    def __init__(self, folder: Path, interfaces: int = 8) -> None:
        self.chain, self._key = make_certificate(folder, "nexus.test")
        self.sessions = Sessions({"weft": PASSWORD})
        self.lock = threading.RLock()
        self.asked: list[Asked] = []
        self.delay = 0.0  # seconds before it answers
        self.garbage: bytes | None = None  # what it answers to everything
        self.refuses: set[str] = set()  # a request with any of these texts in it is refused
        self.answers_left: int | None = None  # after so many writes they are done, and not answered
        self.loses_requests = False
        self.down = True  # until it is started
        self._interfaces = interfaces
        self._port = 0
        self.tree = Tree()
        self.boot()

    def boot(self) -> None:
        """Start as from the factory: nothing of what was configured is there any more."""
        watchers = self.tree.watchers
        self.tree, self.console = Tree(), Console()
        self.vethernets: dict[tuple[str, int], str] = {}
        for name, kind in (("bd", "bdEntity"), ("intf", "interfaceEntity"), ("vpc", "vpcEntity"), ("fm", "fmEntity")):
            self.tree.add("sys", kind)
            assert self.tree.at(f"sys/{name}") is not None
        self.tree.add("sys", "eqptCh")
        self.tree.add("sys/fm", "fmNxapi", adminSt="enabled")
        self.tree.add("sys/fm", "fmVpc")
        self.tree.add("sys/fm", "fmVnSegment")
        self.tree.add("sys/bd", "l2BD", "vlan-1", name="default")
        for number in range(1, self._interfaces + 1):
            self.tree.add("sys/intf", "l1PhysIf", f"eth1/{number}")
        rules.settle(self.tree)
        self.tree.watchers = watchers

    def heal(self) -> None:
        """Let nothing go wrong any more, and forget what was asked, and who has signed in."""
        if self.down:
            self.start()
        self.delay, self.garbage, self.answers_left, self.loses_requests = 0.0, None, None, False
        self.sessions.lifetime, self.sessions.logins = 600.0, 0
        self.sessions.expire()
        self.refuses.clear()
        self.asked.clear()

    def settle(self) -> None:
        """Work out what is operational now."""
        rules.settle(self.tree)

    # running

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, at the port of before if there was one."""
        nexus = self

        class Handler(HttpHandler):
            service = nexus

        class Server(ThreadingHTTPServer):
            def get_request(self) -> tuple[ssl.SSLSocket, object]:
                connection, peer = self.socket.accept()
                connection.settimeout(10)
                return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), peer

            def handle_error(self, request: object, client_address: object) -> None:
                """Whoever does not trust it hangs up."""

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self._key)
        self._server = Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_port
        self.down = False
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Be gone: nobody is answered any more. What is configured stays."""
        if not self.down:
            self.down = True
            self._server.shutdown()
            self._server.server_close()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://127.0.0.1:{self._port}"

    # what is seen of it

    def vlan(self, number: int) -> dict[str, str] | None:
        """The VLAN of that number."""
        found = self.tree.at(f"sys/bd/bd-[vlan-{number}]")
        return found.attributes if found is not None else None

    def interface(self, name: str) -> dict[str, str]:
        """The interface of that name."""
        return self._interface(name).attributes

    def forwarding(self) -> dict[str, Carried]:
        """Which VLANs each interface carries: those that are there, and nothing where it is down.

        ``eth1/1.3`` is the virtual interface on channel 3 of ``eth1/1``.
        """
        with self.lock:
            vlans = {
                vlan_number(bd.attributes["fabEncap"])
                for bd in self.tree.of_class("l2BD")
                if bd.attributes["adminSt"] == "active"
            }
            found = {}
            for interface in self.tree.of_class(*rules.INTERFACES):
                up = interface.attributes["adminSt"] == "up" and interface.dn not in self.tree.unplugged
                found[interface.attributes["id"]] = Carried(*rules.carried(interface, vlans)) if up else NOTHING
            for (name, channel), wanted in self.vethernets.items():
                number = self.console.carries(name, channel, wanted)
                found[f"{name}.{channel}"] = Carried(number, frozenset()) if number in vlans else NOTHING
            return found

    # what people do

    def write(self, dn: str, kind: str, **attributes: str) -> None:
        """Configure by hand."""
        with self.lock:
            self.tree.post(dn, {kind: {"attributes": attributes}})

    def write_vlan(self, number: int, **attributes: str) -> None:
        """Configure a VLAN by hand."""
        self.write(f"sys/bd/bd-[vlan-{number}]", "l2BD", **attributes)

    def delete_vlan(self, number: int) -> None:
        """``no vlan N``."""
        with self.lock:
            self.tree.delete(f"sys/bd/bd-[vlan-{number}]")

    def write_interface(self, name: str, **attributes: str) -> None:
        """Configure an interface by hand."""
        found = self._interface(name)
        self.write(found.dn, found.kind.name, **attributes)

    def allowed(self, name: str) -> frozenset[int]:
        """The VLANs that are allowed on a trunk."""
        return vlan_lists.read(self.interface(name)["trunkVlans"])

    def channel(self, name: str, *members: str, vpc: int | None = None) -> None:
        """Make a port channel, and with a number of it a virtual one that the other peer has as well."""
        with self.lock:
            self.write(f"sys/intf/aggr-[{name}]", "pcAggrIf", id=name)
            for member in members:
                dn = self._interface(member).dn
                self.write(f"sys/intf/aggr-[{name}]/rsmbrIfs-[{dn}]", "pcRsMbrIfs", tDn=dn)
            if vpc is not None:
                self.write("sys/fm/vpc", "fmVpc", adminSt="enabled")
                for dn, kind in (("sys/vpc/inst", "vpcInst"), ("sys/vpc/inst/dom", "vpcDom")):
                    self.write(dn, kind)
                self.write(f"sys/vpc/inst/dom/if-[{vpc}]", "vpcIf", id=str(vpc))
                self.write(f"sys/vpc/inst/dom/if-[{vpc}]/rsvpcConf", "vpcRsVpcConf", tDn=f"sys/intf/aggr-[{name}]")

    def plug_virtual(self, name: str, channel: int, profile: str) -> None:
        """A host brings up a virtual interface by 802.1Qbh, and names the profile that it wants."""
        with self.lock:
            self.vethernets[name, channel] = profile
        for watcher in self.tree.watchers:
            watcher()

    def _interface(self, name: str) -> Object:
        return self.tree.need(f"sys/intf/{'aggr' if name.startswith('po') else 'phys'}-[{name}]")


NOTHING = Carried(None, frozenset())
