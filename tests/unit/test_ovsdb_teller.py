"""The model hears what appears, changes and goes; and hears nothing of it when a connection is lost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.controller import Controller
from tests.ovsdb import bridge, finished, interface, mac, row_id, tables
from weft.controller.adapters.ovsdb import teller
from weft.controller.adapters.ovsdb.database import Database
from weft.controller.adapters.ovsdb.teller import UNHEARD, Teller
from weft.controller.model.commands import Create, ObserveInterfaces, Unplug, Update
from weft.controller.model.facts import Endpoint


class Hypervisor:
    """A database, and one connection after the other that tells the model of it."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.heard: set[int] | None = None  # the switches that it speaks for; None: all
        self.connect()

    def connect(self, **said: Any) -> None:
        """A new connection, and all that the database holds then."""
        self.database = Database()
        self.teller = Teller(
            self.database, self.controller.service, lambda dpids: {d for d in dpids if self.heard in (None, {d})}
        )
        self.say(**said)

    def say(self, **updates: Any) -> None:
        """An update, and what it changes is told."""
        finished(self.database.update(updates))
        self.tell()

    def tell(self) -> None:
        """A round."""
        finished(self.teller.tell())


@pytest.fixture
def controller() -> Controller:
    """A switch with two interfaces, and two ports that are free."""
    controller = Controller().do(
        Create("switch", {"id": "s1", "dpid": 0xAA}),
        Create("segment", {"id": "red", "name": "red", "project": "shop"}),
        Create("port", {"id": "web", "name": "web", "segment": "red"}),
        Create("port", {"id": "db", "name": "db", "segment": "red"}),
    )
    controller.service.observe(ObserveInterfaces("s1", {"tap0": (1, True), "tap1": (2, True)}))
    return controller


@pytest.fixture
def hypervisor(controller: Controller) -> Hypervisor:
    return Hypervisor(controller)


def outcomes(controller: Controller) -> dict[str, tuple[str, str]]:
    """Of each interface that claims something: the port, and what came of it."""
    network = controller.service.network
    claims = [network.claim(end) for end in network.claims_of("s1")]
    return {claim.id.interface: (claim.port, claim.outcome) for claim in claims if claim is not None}


def plugged(controller: Controller, port: str) -> Endpoint | None:
    """Where the VIF is that is in the port."""
    network = controller.service.network
    attachment = network.attachment(port)
    vif = network.vif(attachment.vif) if attachment is not None else None
    return vif.location if vif is not None else None


def revision(controller: Controller) -> int:
    return controller.service.network.revision


def test_what_appears_is_plugged_in(controller: Controller, hypervisor: Hypervisor) -> None:
    hypervisor.say(**tables(0xAA, tap0="web", tap1="db"))
    assert outcomes(controller) == {"tap0": ("web", "granted"), "tap1": ("db", "granted")}
    assert plugged(controller, "web") == Endpoint("s1", "tap0")
    assert plugged(controller, "db") == Endpoint("s1", "tap1")


def test_what_changes_is_told_anew(controller: Controller, hypervisor: Hypervisor) -> None:
    hypervisor.say(**tables(0xAA, tap0="web"))
    hypervisor.say(Interface={row_id("tap0"): interface("tap0", "db", attached_mac=mac("tap0"))})
    assert outcomes(controller) == {"tap0": ("db", "granted")}
    assert plugged(controller, "web") is None
    assert plugged(controller, "db") == Endpoint("s1", "tap0")


@pytest.mark.parametrize(
    "update",
    [
        {"Interface": {row_id("tap0"): {"old": {}}}},
        {"Interface": {row_id("tap0"): interface("tap0")}},
        {"Bridge": {row_id(f"bridge {0xAA}"): bridge(0xAA)}},
        {"Bridge": {row_id(f"bridge {0xAA}"): {"old": {}}}},
    ],
    ids=["the interface is gone", "it claims nothing", "it left the bridge", "the bridge is gone"],
)
def test_what_goes_is_told_as_gone(controller: Controller, hypervisor: Hypervisor, update: dict[str, Any]) -> None:
    hypervisor.say(**tables(0xAA, tap0="web"))
    hypervisor.say(**update)
    assert outcomes(controller) == {}
    assert plugged(controller, "web") is None
    assert not controller.service.network.count("vif")


def test_a_connection_that_is_lost_takes_nothing_back(controller: Controller, hypervisor: Hypervisor) -> None:
    hypervisor.say(**tables(0xAA, tap0="web", tap1="db"))
    before = revision(controller)
    hypervisor.connect()  # and the database has said nothing yet
    assert revision(controller) == before
    hypervisor.connect(**tables(0xAA, tap0="web", tap1="db"))
    assert revision(controller) == before
    hypervisor.connect(**tables(0xAA, tap0="web"))
    assert outcomes(controller) == {"tap0": ("web", "granted")}
    assert plugged(controller, "db") is None


def test_a_bridge_that_has_no_datapath_id_yet_takes_nothing_back(
    controller: Controller, hypervisor: Hypervisor
) -> None:
    hypervisor.say(**tables(0xAA, tap0="web"))
    starting = tables(0xAA, tap0="web")
    starting["Bridge"][row_id(f"bridge {0xAA}")]["new"]["datapath_id"] = ["set", []]
    hypervisor.connect(**starting)
    assert outcomes(controller) == {"tap0": ("web", "granted")}


def test_an_unknown_switch_is_told_when_it_is_known(controller: Controller, hypervisor: Hypervisor) -> None:
    hypervisor.say(**tables(0xBB, tap0="web"))
    assert not controller.service.network.count("claim")
    assert hypervisor.teller.rest == UNHEARD
    controller.do(Create("switch", {"id": "s2", "dpid": 0xBB}))
    hypervisor.tell()
    assert plugged(controller, "web") == Endpoint("s2", "tap0")
    assert hypervisor.teller.rest > UNHEARD


def test_whoever_does_not_speak_for_a_switch_is_not_heard(controller: Controller, hypervisor: Hypervisor) -> None:
    controller.do(Create("switch", {"id": "s2", "dpid": 0xBB}))
    hypervisor.heard = {0xBB}
    hypervisor.say(**tables(0xAA, tap0="web"))
    assert outcomes(controller) == {}
    assert hypervisor.teller.rest == UNHEARD
    hypervisor.heard = {0xAA}
    hypervisor.tell()
    assert outcomes(controller) == {"tap0": ("web", "granted")}


def test_a_refused_claim_is_told_again_after_a_while_and_only_then(
    controller: Controller, hypervisor: Hypervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    controller.do(Update("port", "web", {"vif_kinds": ("veth",)}))
    hypervisor.say(**tables(0xAA, tap0="web"))
    assert outcomes(controller) == {"tap0": ("web", "refused")}
    controller.do(Update("port", "web", {"vif_kinds": ()}))
    hypervisor.tell()
    assert outcomes(controller) == {"tap0": ("web", "refused")}
    monkeypatch.setattr(teller, "AGAIN", 0.0)
    hypervisor.tell()
    assert outcomes(controller) == {"tap0": ("web", "granted")}


def test_a_claim_that_is_refused_again_and_again_makes_no_revisions(
    controller: Controller, hypervisor: Hypervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    hypervisor.say(**tables(0xAA, tap0="nowhere", tap1="Not an id!"))
    assert outcomes(controller) == {"tap0": ("nowhere", "refused"), "tap1": ("Not an id!", "refused")}
    before = revision(controller)
    monkeypatch.setattr(teller, "AGAIN", 0.0)
    for _ in range(3):
        hypervisor.tell()
    assert revision(controller) == before


def test_a_granted_claim_is_not_told_again(controller: Controller, hypervisor: Hypervisor) -> None:
    """Whoever unplugs it by hand wants it unplugged, until the hypervisor says something else."""
    hypervisor.say(**tables(0xAA, tap0="web"))
    controller.do(Unplug("web"))
    hypervisor.tell()
    hypervisor.connect(**tables(0xAA, tap0="web"))
    assert plugged(controller, "web") is None


def test_a_claim_that_no_fact_can_hold_is_left_out_and_the_others_are_told(
    controller: Controller, hypervisor: Hypervisor
) -> None:
    said = tables(0xAA, tap1="db")
    said["Port"][row_id("port tap1")]["new"]["interfaces"] = ["set", [["uuid", row_id(n)] for n in ("bad", "tap1")]]
    said["Interface"][row_id("bad")] = interface("bad", "w" * 2000)
    hypervisor.say(**said)
    assert outcomes(controller) == {"tap1": ("db", "granted")}


def test_a_full_store_holds_up_no_claim(controller: Controller, hypervisor: Hypervisor) -> None:
    controller.store.full = True
    hypervisor.say(**tables(0xAA, tap0="web"))
    assert plugged(controller, "web") == Endpoint("s1", "tap0")
