"""Profiles of ``weft``: a name for a controller, for a token and for whom one acts as; and who goes before whom."""

from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Weft
from tests.unit.conftest import started


@pytest.fixture(autouse=True)
def config(weft: Weft, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file of the profiles, which is not there yet; no variable says anything."""
    for name in ("WEFT_URL", "WEFT_TOKEN_FILE", "WEFT_PROFILE", "WEFT_CA", "WEFT_CONFIG_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / ".config" / "weft" / "config.yaml"


def now(weft: Weft, *options: str) -> dict[str, Any]:
    """What holds, and who said so."""
    said = weft(*options, "config", "show", "-o", "json")
    assert said.err == ""
    return {name: (one["value"], one["source"]) for name, one in json.loads(said.out)["now"].items()}


def test_a_profile_leads_to_the_controller(weft: Weft, controller: dict[str, Any], config: Path) -> None:
    where = ("--url", controller["rest"], "--token-file", controller["token_file"])
    assert weft("config", "set", "lab", *where) == (0, f"profile lab is in {config}\n", "")
    assert config.stat().st_mode & 0o777 == 0o600
    assert weft("--profile", "lab", "segment", "list").status == 0
    assert weft("segment", "list", "--profile", "lab").status == 0
    assert weft("segment", "list").status == 3
    assert weft("config", "use", "lab") == (0, "profile lab holds\n", "")
    assert weft("segment", "list").status == 0
    assert weft("config", "use", "") == (0, "no profile holds\n", "")
    assert weft("config", "delete", "lab") == (0, "profile lab is deleted\n", "")
    assert weft("segment", "list", "--profile", "lab").status == 2


def test_an_option_goes_before_a_variable_and_that_before_the_profile(
    weft: Weft, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert now(weft)["url"] == ("http://127.0.0.1:8181", "the usual address")
    weft("config", "set", "lab", "--url", "http://lab:1", "--project", "red", "--role", "tester")
    weft("config", "set", "other", "--url", "http://other:1")
    weft("config", "use", "other")
    assert now(weft)["url"] == ("http://other:1", "profile other")
    monkeypatch.setenv("WEFT_PROFILE", "lab")
    assert now(weft) == {
        "profile": ("lab", None),
        "url": ("http://lab:1", "profile lab"),
        "token": (None, None),
        "project": ("red", "profile lab"),
        "roles": ("tester", "profile lab"),
        "ca_certificate": (None, None),
    }
    assert now(weft, "--profile", "other")["url"] == ("http://other:1", "profile other")
    monkeypatch.setenv("WEFT_URL", "http://variable:1")
    monkeypatch.setenv("WEFT_AS_PROJECT", "blue")
    monkeypatch.setenv("WEFT_AS_ROLE", "a,b")
    assert now(weft)["url"] == ("http://variable:1", "WEFT_URL")
    assert (now(weft)["project"], now(weft)["roles"]) == (("blue", "WEFT_AS_PROJECT"), ("a, b", "WEFT_AS_ROLE"))
    said = now(weft, "--url", "http://option:1", "--as-project", "green")
    assert said["url"] == ("http://option:1", "--url")
    assert (said["project"], said["roles"]) == (("green", "--as-project"), (None, None))


def test_a_token_goes_to_the_controller_of_its_profile_and_to_no_other(
    weft: Weft, controller: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    token_file = controller["token_file"]
    weft("config", "set", "lab", "--url", "http://lab:1", "--token-file", token_file)
    assert now(weft, "--profile", "lab")["token"][0] == "****"
    monkeypatch.setenv("WEFT_URL", controller["rest"])
    assert now(weft, "--profile", "lab")["token"] == (None, None)
    assert "none was given" in weft("--profile", "lab", "segment", "list").err, "it would have been good here"
    assert weft("--profile", "lab", "--token-file", token_file, "segment", "list").status == 0, (
        "whoever says so, means it"
    )
    weft("config", "set", "lab", "--url", controller["rest"] + "/")
    assert weft("--profile", "lab", "segment", "list").status == 0, "it is the same address"


def test_a_token_is_kept_where_its_owner_alone_may_read_it(
    weft: Weft, controller: dict[str, Any], config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(Path(controller["token_file"]).read_text()))
    assert weft("config", "set", "lab", "--url", controller["rest"], "--token").err == ""
    assert weft("--profile", "lab", "segment", "list").status == 0
    shown = weft("--profile", "lab", "config", "show").out
    assert shown.splitlines()[3].split() == ["token", "****", "profile", "lab"]
    assert Path(controller["token_file"]).read_text().strip() not in shown
    config.chmod(0o640)
    status, _, err = weft("segment", "list")
    assert status == 2
    assert err == f"weft: Invalid value: others may read the token in {config} (mode 0640); say: chmod 600 {config}\n"
    config.write_text(config.read_text().replace("token: ", "token: x"))
    config.chmod(0o600)
    assert "refuses the token of profile lab;" in weft("--profile", "lab", "segment", "list").err


def test_a_profile_is_changed_field_by_field_and_an_empty_value_clears(weft: Weft, config: Path) -> None:
    weft("config", "set", "lab", "--url", "http://lab:1", "--project", "red", "--role", "a", "--token-file", "t")
    weft("config", "set", "lab", "--project", "blue")
    assert json.loads(weft("config", "show", "-o", "json").out)["profiles"]["lab"] == {
        "url": "http://lab:1",
        "project": "blue",
        "roles": ["a"],
        "ca_certificate": None,
        "token": None,
        "token_file": str(Path("t").absolute()),
    }
    assert "has roles, which are those of a project" in weft("config", "set", "lab", "--project", "").err
    assert weft("config", "set", "lab", "--project", "", "--role", "", "--url", "", "--token-file", "").status == 0
    assert config.read_text() == "profiles:\n  lab: {}\n"


def test_files_that_a_profile_names_are_beside_it(weft: Weft, controller: dict[str, Any], config: Path) -> None:
    config.parent.mkdir(parents=True)
    config.write_text(f"profiles: {{lab: {{url: '{controller['rest']}', token_file: token}}}}")
    status, _, err = weft("--profile", "lab", "status")
    assert status == 2
    assert f"profile lab: token_file {config.parent}/token cannot be read: No such file" in err
    (config.parent / "token").write_text(Path(controller["token_file"]).read_text())
    assert weft("--profile", "lab", "status").status == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "cannot be read: line 1, column"),
        ("profiles: 5", ": profiles: must be an object"),
        ("profiles: {lab: {colour: red}}", ": profiles.lab.colour: is not a field"),
        ("profiles: {lab: {url: 5}}", ": profiles.lab.url: must be a text"),
        ("profiles: {lab: {roles: [a]}}", ": profiles.lab: has roles, which are those of a project"),
        ("profile: moon", "moon is no profile in"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_in_one_line(weft: Weft, config: Path, text: str, said: str) -> None:
    config.parent.mkdir(parents=True)
    config.write_text(text)
    status, out, err = weft("status")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert str(config) in err
    assert said in err


def test_who_names_a_profile_or_a_file_that_is_not_there_is_told(weft: Weft, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "--profile moon is no profile in" in weft("--profile", "moon", "status").err
    monkeypatch.setenv("WEFT_PROFILE", "moon")
    assert "WEFT_PROFILE moon is no profile in" in weft("status").err
    monkeypatch.setenv("WEFT_CONFIG_FILE", "nowhere.yaml")
    assert "WEFT_CONFIG_FILE nowhere.yaml cannot be read" in weft("status").err
    monkeypatch.setenv("WEFT_CA", "nowhere.pem")
    monkeypatch.delenv("WEFT_CONFIG_FILE")
    monkeypatch.delenv("WEFT_PROFILE")
    assert "WEFT_CA nowhere.pem cannot be read" in weft("status").err


def test_a_file_of_ones_own_is_made_with_the_first_profile(
    weft: Weft, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = tmp_path / "mine" / "weft.yaml"
    monkeypatch.setenv("WEFT_CONFIG_FILE", str(mine))
    assert weft("config", "use", "lab").status == 2
    assert weft("config", "set", "lab", "--url", "http://lab:1") == (0, f"profile lab is in {mine}\n", "")
    assert weft("config", "use", "lab").status == 0
    assert now(weft)["url"] == ("http://lab:1", "profile lab")


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], Path]]:
    """A controller that speaks TLS, and its certificate, which nobody vouches for."""
    folder = tmp_path_factory.mktemp("encrypted")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ("-subj", "/CN=weft", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate)
    subprocess.run([*command, *subject], check=True, capture_output=True)
    with started(folder, "--rest-certificate", str(certificate), "--rest-key", str(key)) as ready:
        yield ready, certificate


def test_a_controller_that_speaks_tls_is_believed_by_its_certificate(
    weft: Weft, encrypted: tuple[dict[str, Any], Path], controller: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, certificate = encrypted
    where = ("--url", ready["rest"], "--token-file", ready["token_file"])
    assert ready["rest"].startswith("https://")
    status, _, err = weft(*where, "segment", "list")
    assert status == 3
    assert "name the certificate that vouches for it (--ca-certificate or WEFT_CA)" in err
    assert weft(*where, "segment", "list", "--ca-certificate", str(certificate)).status == 0
    assert weft("config", "set", "safe", *where, "--ca-certificate", str(certificate)).err == ""
    assert weft("--profile", "safe", "segment", "list").status == 0
    monkeypatch.setenv("WEFT_CA", str(certificate))
    assert weft(*where, "segment", "list").status == 0
    monkeypatch.setenv("WEFT_CA", controller["token_file"])
    assert "holds no certificates in PEM form" in weft(*where, "segment", "list").err
