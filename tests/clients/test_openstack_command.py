"""The ``openstack`` command, unmodified. Each call takes a second or two, so there are few, and each says much."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.ways import Way, way


class Session:
    """What ``openstack`` answers to the operator."""

    def __init__(self, come: Way) -> None:
        self._come = come

    def __call__(self, words: str) -> Any:
        """The JSON that a command which shows or lists something prints."""
        return json.loads(self._said(f"{words} -f json", 0))

    def do(self, words: str) -> None:
        """Let a command do what prints nothing."""
        self._said(words, 0)

    def refused(self, words: str) -> str:
        """What a command says that fails."""
        return self._said(words, 1)

    def _said(self, words: str, status: int) -> str:
        done = self._come.command(*words.split())
        assert done.returncode == status, f"{words}: {done.stdout}{done.stderr}"
        return done.stderr if status else done.stdout


@pytest.fixture(scope="module")
def by_token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    with way("token", tmp_path_factory.mktemp("token")) as found:
        yield found


@pytest.fixture(scope="module")
def by_keystone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    with way("keystone", tmp_path_factory.mktemp("keystone")) as found:
        yield found


def test_a_lab_session_with_nobody_to_ask_who_one_is(tmp_path: Path) -> None:
    with way("none", tmp_path) as come:
        say = Session(come)
        wire = "--provider-network-type vlan --provider-physical-network fabric --provider-segment 100"
        network = say(f"network create {wire} --tag blue lab")
        assert (network["provider:segmentation_id"], network["tags"], network["status"]) == (100, ["blue"], "ACTIVE")
        subnet = say("subnet create --network lab --subnet-range 10.0.0.0/24 --dns-nameserver 10.0.0.53 lab4")
        assert subnet["allocation_pools"] == [{"start": "10.0.0.2", "end": "10.0.0.254"}]
        port = say("port create --network lab --fixed-ip subnet=lab4,ip-address=10.0.0.7 --tag x web")
        assert (port["fixed_ips"][0]["ip_address"], port["tags"], port["status"]) == ("10.0.0.7", ["x"], "DOWN")
        say.do("port set --allowed-address ip-address=10.0.0.99 --disable web")
        (shown,) = say("port list --network lab --long")
        assert (shown["Name"], shown["Fixed IP Addresses"][0]["ip_address"]) == ("web", "10.0.0.7")
        (pair,) = come.operator.network.get_port(port["id"]).allowed_address_pairs
        assert pair == {"ip_address": "10.0.0.99", "mac_address": port["mac_address"]}
        assert "No Network found for moon" in say.refused("network show moon")
        assert "still depend on subnet" in say.refused("subnet delete lab4")
        assert "10.0.0.0/99" in say.refused("subnet create --network lab --subnet-range 10.0.0.0/99 wrong")
        say.do("port delete web")
        say.do("network delete lab")


def test_groups_and_trunks_with_a_token(by_token: Way) -> None:
    say, sdk = Session(by_token), by_token.operator.network
    networks = [sdk.create_network(name=name) for name in ("outer", "inner")]
    _, child = (sdk.create_port(network_id=network.id, name=f"{network.name}-port") for network in networks)
    assert {one["Name"] for one in say("network list")} == {"outer", "inner"}
    rule = say("security group rule create --protocol tcp --dst-port 80:81 --remote-ip 10.0.0.0/8 default")
    assert (rule["port_range_min"], rule["port_range_max"], rule["direction"]) == (80, 81, "ingress")
    wrong = say.refused("security group rule create --protocol nonsense default")
    assert "nonsense" in wrong
    subport = "port=inner-port,segmentation-type=vlan,segmentation-id=7"
    trunk = say(f"network trunk create --parent-port outer-port --subport {subport} t")
    assert trunk["sub_ports"] == [{"port_id": child.id, "segmentation_type": "vlan", "segmentation_id": 7}]
    assert say("port show outer-port")["trunk_details"]["trunk_id"] == trunk["id"]


def test_projects_are_named_as_keystone_names_them(by_keystone: Way) -> None:
    say = Session(by_keystone)
    say.do("quota set --networks 7 red")
    quotas = {one["Resource"]: one["Limit"] for one in say("quota show --network red")}
    assert (quotas["networks"], quotas["ports"]) == (7, -1)
    network = say("network create --project red lab")
    assert network["project_id"] == by_keystone.red
    policy = say("network rbac create --type network --action access_as_shared --target-project red lab")
    assert (policy["object_id"], policy["target_project_id"]) == (network["id"], by_keystone.red)
