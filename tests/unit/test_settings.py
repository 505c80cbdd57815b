"""The controller's settings: where they come from, and what is said of one that cannot be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from weft.apps.settings import SettingsError, load

ADDRESS = "must be HOST:PORT with a port from 0 to 65535, where 0 chooses a free one"


def refusal(*arguments: str, **environment: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load(arguments, environment)
    said = str(refused.value)
    assert "\n" not in said
    return said


def test_an_option_goes_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "weft.yaml"
    file.write_text("{rest: '127.0.0.1:1', openflow: '127.0.0.1:1', log-level: error}")
    environment = {"WEFT_CONFIG": str(file), "WEFT_REST": "127.0.0.1:2", "WEFT_OPENFLOW": "127.0.0.1:2"}
    settings = load(("--rest", "127.0.0.1:3"), environment)
    assert (settings.rest, settings.openflow, settings.log_level) == ("127.0.0.1:3", "127.0.0.1:2", "error")


@pytest.mark.parametrize("address", ["127.0.0.1:65536", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:", ":1", "9", ""])
def test_a_wrong_address_is_told_with_who_said_it(tmp_path: Path, address: str) -> None:
    file = tmp_path / "weft.yaml"
    file.write_text(f"openflow: '{address}'")
    assert refusal("--rest", address) == f"--rest {ADDRESS}, not '{address}'"
    assert refusal("--openflow", address) == f"--openflow {ADDRESS}, not '{address}'"
    assert refusal(WEFT_REST=address) == f"WEFT_REST {ADDRESS}, not '{address}'"
    assert refusal("--config", str(file)) == f"{file}: openflow {ADDRESS}, not '{address}'"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("audit_interval: soon", "audit_interval must be a number above 0, not 'soon'"),
        ("audit-interval: 0", "audit_interval must be a number above 0, not 0"),
        ("audit_interval: .inf", "audit_interval must be a number above 0, not inf"),
        ("log_level: loud", "log_level must be debug, info, warning or error, not 'loud'"),
        ("log_json: maybe", "log_json must be true or false, not 'maybe'"),
        ("store: 3", "store must be a path, not 3"),
        ("rest: 8181", f"rest {ADDRESS}, not 8181"),
        ("port: 8181", "port is not a setting; these are: rest, neutron, "),
    ],
)
def test_a_wrong_value_in_the_file_is_told_with_its_name_and_rule(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "weft.yaml"
    file.write_text(text)
    assert refusal("--config", str(file)).startswith(f"{file}: {said}")


def test_a_file_that_is_no_use_is_told_with_who_named_it(tmp_path: Path) -> None:
    file = tmp_path / "weft.yaml"
    assert refusal("--config", str(file)) == f"--config: cannot read {file}: No such file or directory"
    file.write_text("rest: [")
    assert refusal(WEFT_CONFIG=str(file)).startswith(f"WEFT_CONFIG: cannot read {file}: line 1, column 8: ")
    file.write_bytes(b"rest: \xff")
    assert "it is not UTF-8" in refusal("--config", str(file))
    file.write_text("rest")
    assert refusal("--config", str(file)) == f"--config: {file} holds no settings by name"


def test_the_program_says_it_in_one_line_and_does_not_start(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "weft.apps.launch"]
    for arguments, said in (
        (("--rest", "127.0.0.1:99999"), f"--rest {ADDRESS}, not '127.0.0.1:99999'"),
        (("--colour", "red"), "unrecognized arguments: --colour red (--help lists the options)"),
    ):
        run = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, cwd=tmp_path)
        assert (run.returncode, run.stdout, run.stderr) == (2, "", f"weft-controller: {said}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--auth jtw", "--auth must be none, or some of token, jwt, keystone with commas between, not 'jtw'"),
        ("--auth=", "--auth must be none, or some of token, jwt, keystone with commas between, not ''"),
        ("--auth none,token", "--auth none lets everybody in, so it cannot be together with another way"),
        ("--auth jwt", "--jwt-jwks is missing, and --auth jwt needs it"),
        ("--auth jwt --jwt-jwks k --jwt-issuer i", "--jwt-audience is missing, and --auth jwt needs it"),
        ("--auth token,keystone", "--keystone is missing, and --auth keystone needs it"),
        ("--keystone 127.0.0.1:5000", "--keystone must be like http://HOST:PORT, not '127.0.0.1:5000'"),
        ("--rest-key k", "--rest-certificate and --rest-key go together, and one of them is missing"),
        ("--trusted-proxy 10.0.0.1/8", "--trusted-proxy must be IP addresses or prefixes, not '10.0.0.1/8'"),
        ("--allowed-host http://x", "--allowed-host must be names of hosts, without scheme and port, not 'http://x'"),
        ("--allowed-origin x.example", "--allowed-origin must be like https://HOST:PORT, not 'x.example'"),
        ("--request-rate 0", "--request-rate must be a number above 0, not '0'"),
        ("--neutron on", f"--neutron {ADDRESS}, or off, not 'on'"),
    ],
)
def test_a_wrong_way_in_is_told_with_its_option(arguments: str, said: str) -> None:
    assert refusal(*arguments.split()) == said


@pytest.mark.parametrize("option", ["--rest", "--neutron"])
@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "10.0.0.1", "weft.example", "[::ffff:127.0.0.1]"])
def test_beyond_this_machine_there_is_tls_or_it_is_said_that_there_is_none(option: str, host: str) -> None:
    address = f"{host}:0"
    assert refusal(option, address).startswith(f"{option} {address} reaches beyond this machine, ")
    assert refusal("--auth", "none", "--insecure", option, address).startswith("--auth none is for this machine alone")
    assert load((option, address, "--insecure"), {}).insecure
    assert load((option, address, "--rest-certificate", "c", "--rest-key", "k"), {}).auth == ("token",)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"])
def test_on_this_machine_nobody_needs_to_be_asked(host: str) -> None:
    assert load(("--auth", "none", "--rest", f"{host}:0", "--neutron", f"{host}:0"), {}).auth == ("none",)


def test_several_stand_between_commas_or_in_a_list(tmp_path: Path) -> None:
    file = tmp_path / "weft.yaml"
    file.write_text("{neutron: off, allowed-host: [a.example, b.example], trusted-proxy: '10.0.0.1, fd00::/64'}")
    settings = load(("--config", str(file)), {"WEFT_KEYSTONE_OPERATOR": "admin, cloud-admin"})
    assert settings.neutron is None
    assert settings.allowed_host == ("a.example", "b.example")
    assert settings.trusted_proxy == ("10.0.0.1", "fd00::/64")
    assert settings.keystone_operator == ("admin", "cloud-admin")
    assert load(("--neutron", "off"), {}).neutron is None
