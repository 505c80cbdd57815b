"""``portstats``: what a switch has counted at a port, in Quantum's words."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.controller import Controller
from tests.quantum import Quantum
from weft.controller.contracts import Count, Question, Reading, Traffic
from weft.controller.counters import place_of
from weft.controller.model.commands import Create, ObserveInterfaces, Plug
from weft.controller.pipeline.core import DROP

NOTHING = dict.fromkeys(("rx_bytes", "rx_packets", "rx_errors", "tx_bytes", "tx_packets", "tx_errors"), 0)


class Counting:
    """A switch that has counted; while ``silent``, it does not answer."""

    def __init__(self, net: Controller) -> None:
        self._net = net
        self.silent = False

    def ask(self, questions: Mapping[str, Question]) -> Mapping[str, Reading]:
        """Every entry that counts what dies has counted two frames."""
        if self.silent:
            return {}
        entries = self._net.service.compiler.flows("s1").values()
        dropped = [(entry.table, entry.match, Count(2, 120)) for entry in entries if entry.table == DROP.id]
        return {"s1": Reading({1: Traffic(Count(5, 500), Count(3, 300))}, dropped)}


@pytest.fixture
def net() -> Controller:
    """Red has a port at s1, and one in which there is nothing."""
    net = Controller()
    net.do(
        Create("switch", {"id": "s1", "dpid": 1}),
        Create("segment", {"id": "n", "name": "n", "project": "red"}),
        Create("port", {"id": "p", "name": "p", "segment": "n"}),
        Create("port", {"id": "empty", "name": "e", "segment": "n"}),
        ObserveInterfaces("s1", {"tap0": (1, True)}),
        Create("vif", {"id": "v", "mac": "02:00:00:00:00:01", "switch": "s1", "interface": "tap0", "project": "red"}),
        Plug("p", "v"),
    )
    net.service.counters = Counting(net)
    return net


@pytest.fixture(params=["v1.0 json", "v1.0 xml", "v1.1 json", "v1.1 xml"])
def api(net: Controller, request: pytest.FixtureRequest) -> Quantum:
    """A member of red."""
    return Quantum(net.service, *request.param.split())


def stats(api: Quantum, port: str, network: str = "n", tenant: str = "red") -> tuple[int, dict[str, int] | None]:
    """The counters, or the code of a fault."""
    path = f"/{api.version}/extensions/ovs/tenants/{tenant}/networks/{network}/ports/{port}/stats"
    status, document = api.ask("GET", path)
    return status, {name: int(value) for name, value in document["stats"].items()} if status == 200 else None


def test_a_port_tells_what_has_passed_and_what_was_not_let_through(net: Controller, api: Quantum) -> None:
    status, told = stats(api, "p")
    assert (status, told is not None and told.keys()) == (200, NOTHING.keys())
    assert told is not None
    assert (told["rx_packets"], told["rx_bytes"], told["tx_packets"], told["tx_bytes"]) == (5, 500, 3, 300)
    assert told["rx_errors"] > told["tx_errors"] > 0, "there are more reasons why a sender's frames die"
    assert place_of(net.service.network, "p").ofport == 1


def test_where_nothing_can_have_passed_nothing_has(api: Quantum) -> None:
    assert stats(api, "empty") == (200, NOTHING)


def test_what_is_not_the_tenants_has_no_counters(api: Quantum) -> None:
    found = [stats(api, "none")[0], stats(api, "p", "none")[0], stats(api, "p", tenant="blue")[0]]
    assert found == ([430, 420, 403] if api.version == "v1.0" else [404, 404, 403])


def test_a_switch_that_does_not_answer_is_unavailable(net: Controller, api: Quantum) -> None:
    assert isinstance(net.service.counters, Counting)
    net.service.counters.silent = True
    assert stats(api, "p") == (503, None)
    net.service.counters = None
    assert stats(api, "p") == (501, None)
