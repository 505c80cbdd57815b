"""Who may speak with the tests' Nexus, and what its command line takes."""

from __future__ import annotations

import httpx
import pytest

from tests.nexus.answers import post, refused
from tests.nexus.nexus import NOTHING, PASSWORD, Carried, Nexus

# who may speak


def test_a_wrong_password_is_401(stranger: httpx.Client) -> None:
    for name, password in (("weft", "wrong"), ("nobody", PASSWORD), ("nobody", "")):
        answer = stranger.post("/api/aaaLogin.json", json={"aaaUser": {"attributes": {"name": name, "pwd": password}}})
        assert "incorrect" in refused(answer, 401)


def test_without_a_cookie_all_is_403(stranger: httpx.Client) -> None:
    assert "Token" in refused(stranger.get("/api/mo/sys.json"), 403)
    assert "Token" in refused(post(stranger, "sys/bd/bd-[vlan-20]", {"l2BD": {}}), 403)
    assert "Token" in refused(stranger.delete("/api/mo/sys/bd/bd-[vlan-20].json"), 403)


def test_a_token_expires_and_a_refresh_gives_another(nexus: Nexus, client: httpx.Client) -> None:
    before = client.cookies["APIC-cookie"]
    assert client.get("/api/aaaRefresh.json").status_code == 200
    assert client.cookies["APIC-cookie"] != before
    nexus.sessions.expire()
    refused(client.get("/api/mo/sys.json"), 403)
    refused(client.get("/api/aaaRefresh.json"), 403)


def test_who_has_signed_out_is_a_stranger(client: httpx.Client) -> None:
    user = {"aaaUser": {"attributes": {"name": "weft"}}}
    assert client.post("/api/aaaLogout.json", json=user).status_code == 200
    refused(client.get("/api/mo/sys.json"), 403)


def test_nobody_is_served_who_does_not_trust_it(nexus: Nexus) -> None:
    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        httpx.get(f"{nexus.url}/api/mo/sys.json")


# the command line


def run(client: httpx.Client, text: str, kind: str = "cli_conf", password: str = PASSWORD) -> httpx.Response:
    asked = {"version": "1.0", "type": kind, "chunk": "0", "sid": "1", "input": text, "output_format": "json"}
    return client.post("/ins", json={"ins_api": asked}, auth=("weft", password))


def test_a_port_profile_is_what_a_virtual_interface_becomes(nexus: Nexus, stranger: httpx.Client) -> None:
    nexus.console.auto_create = True
    nexus.plug_virtual("eth1/1", 3, "red")
    nexus.write_vlan(20)
    commands = ["port-profile type vethernet red", "switchport mode access", "switchport access vlan 20"]
    assert run(stranger, " ;".join(commands)).is_success
    assert nexus.forwarding()["eth1/1.3"] == NOTHING  # neither up nor enabled
    assert run(stranger, " ;".join([commands[0], "no shutdown", "state enabled"])).is_success
    assert nexus.forwarding()["eth1/1.3"] == Carried(20, frozenset())
    shown = run(stranger, "show running-config", "cli_show_ascii").json()
    assert "  switchport access vlan 20\n" in shown["ins_api"]["outputs"]["output"]["body"]
    assert run(stranger, "no port-profile type vethernet red").is_success
    assert nexus.forwarding()["eth1/1.3"] == NOTHING


def test_a_channel_that_is_bound_has_what_it_is_bound_to(nexus: Nexus, stranger: httpx.Client) -> None:
    nexus.plug_virtual("eth1/1", 3, "red")
    nexus.write_vlan(20)
    profile = ["port-profile type vethernet red", "switchport access vlan 20", "no shutdown", "state enabled"]
    bound = ["interface vethernet 7", "inherit port-profile red", "bind interface ethernet 1/1 channel 3"]
    assert run(stranger, " ;".join(profile)).is_success
    assert nexus.forwarding()["eth1/1.3"] == NOTHING  # nobody has bound it, and none is made by itself
    assert run(stranger, " ;".join([*bound, "no shutdown"])).is_success
    assert nexus.forwarding()["eth1/1.3"] == Carried(20, frozenset())
    assert run(stranger, " ;".join(["interface vethernet 8", bound[2]])).status_code == 500
    assert run(stranger, " ;".join(["interface vethernet 8", "inherit port-profile green"])).status_code == 500
    assert run(stranger, "no interface vethernet 7").is_success
    assert nexus.forwarding()["eth1/1.3"] == NOTHING


@pytest.mark.parametrize(
    "text",
    [
        "port-profile type vethernet red ;switchport access vlan 4000",
        "port-profile type vethernet red ;nonsense",
        "switchport access vlan 20",
        "no port-profile type vethernet green",
        "port-profile type vethernet " + "n" * 81,
    ],
)
def test_the_command_line_says_which_command_was_wrong(stranger: httpx.Client, text: str) -> None:
    answer = run(stranger, text)
    assert answer.status_code == 500
    output = answer.json()["ins_api"]["outputs"]["output"]
    last = output[-1] if isinstance(output, list) else output
    assert (last["code"], last["msg"]) == ("400", "Input CLI command error")
    assert last["clierror"]


def test_without_the_feature_set_there_are_no_port_profiles(nexus: Nexus, stranger: httpx.Client) -> None:
    nexus.console.vmfex = False
    assert run(stranger, "port-profile type vethernet red").status_code == 500


def test_the_command_line_asks_for_the_password(stranger: httpx.Client) -> None:
    refused(run(stranger, "show running-config", "cli_show_ascii", password="wrong"), 401)
    asked = {"version": "1.0", "type": "cli_show", "chunk": "0", "sid": "1", "input": "x", "output_format": "json"}
    refused(stranger.post("/ins", json={"ins_api": asked}), 401)
    refused(stranger.post("/ins", json={"ins_api": {}}, auth=("weft", PASSWORD)))
