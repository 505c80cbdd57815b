"""What an operator may say of the switches; whatever is wrong is named, and no password is ever shown."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.nexus.conftest import access
from tests.nexus.nexus import PASSWORD, Nexus
from tests.nexus.telling import cabled, tell
from weft.apps.plugins.nexus import NexusPlugin
from weft.apps.plugins.nexus.secret import Secret, SecretUnusable
from weft.controller.contracts import Unreachable

Make = Callable[..., NexusPlugin]
GOOD: dict[str, Any] = {"url": "https://n1.example", "username": "weft", "password": "env:NEXUS"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"url": "http://n1.example"}, "url"),
        ({"url": "https://weft:secret@n1.example"}, "url"),
        ({"url": 5}, "url"),
        ({"username": ""}, "username"),
        ({"password": "hunter22"}, "password"),
        ({"password": "env:"}, "password"),
        ({"password": "env:a b"}, "password"),
        ({"password": 7}, "password"),
        ({"ca": "/nowhere/ca.pem"}, "ca"),
        ({"verify": "perhaps"}, "verify"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
        ({"vlans": "1-100"}, "vlans"),
        ({"vlans": "4000"}, "vlans"),
        ({"vlans": "x"}, "vlans"),
        ({"interfaces": ["Gigabit0/1"]}, "interfaces"),
        ({"owner": "two words"}, "owner"),
        ({"vn_segment": 1}, "vn_segment"),
        ({"channels": -1}, "channels"),
        ({"colour": "red"}, "colour"),
        ({"peer": {"url": "https://n2.example"}}, "peer.username"),
    ],
)
def test_what_is_wrong_is_named_and_not_shown(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValueError, match=r"^places\.n1\.") as raised:
        NexusPlugin({"places": {"n1": GOOD | change}})
    said = str(raised.value)
    assert said.startswith(f"places.n1.{field}")
    assert ": " in said
    assert "hunter22" not in said
    assert "secret@" not in said


@pytest.mark.parametrize("given", [{}, {"places": {}}, {"places": []}, {"places": {"n1": None}}, {"more": 1}])
def test_places_are_needed(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="places"):
        NexusPlugin(given)


def test_a_file_is_ones_own_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n", encoding="utf-8")
    path.chmod(0o640)
    secret = Secret(f"file:{path}")
    with pytest.raises(SecretUnusable, match="chmod 600"):
        secret.read()
    path.chmod(0o600)
    assert secret.read() == PASSWORD
    path.write_text("another\n", encoding="utf-8")
    assert secret.read() == "another"  # it is read when it is needed, never kept
    for content in (b"", b"\n", b"\xff\xff", b"two\nlines"):
        path.write_bytes(content)
        with pytest.raises(SecretUnusable):
            secret.read()
    path.unlink()
    with pytest.raises(SecretUnusable, match="No such file"):
        secret.read()


def test_a_password_in_a_file_signs_in(nexus: Nexus, plugin: Make, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(PASSWORD, encoding="utf-8")
    path.chmod(0o644)
    one = plugin(password=f"file:{path}")
    with pytest.raises(Unreachable, match="chmod 600"):
        one.read_back("n1")
    path.chmod(0o600)
    assert one.read_back("n1") == []


def test_no_password_is_in_logs_representations_or_errors(
    nexus: Nexus, plugin: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    one = plugin(channels=2)
    tell(one, cabled("eth1/1", 20))
    nexus.stop()
    with pytest.raises(Unreachable) as raised:
        one.read_back("n1")
    nexus.start()
    shown = [repr(one), str(vars(one)), str(raised.getrepr(showlocals=True)), caplog.text, _all_of(one)]
    assert nexus.url in caplog.text  # there are logs to look into
    assert all(PASSWORD not in text for text in shown)
    assert PASSWORD.encode() not in pickle.dumps(one.read_back("n1"))


def _all_of(thing: object, depth: int = 6) -> str:
    """What is found by looking into a thing, and into what it holds."""
    if depth == 0:
        return repr(thing)
    inside = getattr(thing, "__dict__", None)
    if isinstance(thing, dict):
        inside = thing
    if isinstance(thing, list | tuple):
        return " ".join(_all_of(one, depth - 1) for one in thing)
    if inside is None:
        return repr(thing)
    return " ".join(f"{name}={_all_of(value, depth - 1)}" for name, value in inside.items())


def test_a_certificate_is_checked_unless_somebody_says_otherwise(nexus: Nexus, plugin: Make, tmp_path: Path) -> None:
    without = {name: value for name, value in access(nexus).items() if name != "ca"}
    strict = NexusPlugin({"places": {"n1": without}})
    with pytest.raises(Unreachable, match="certificate verify failed"):
        strict.read_back("n1")
    assert nexus.sessions.logins == 0
    lax = NexusPlugin({"places": {"n1": without | {"verify": False}}})
    assert lax.read_back("n1") == []
    (tmp_path / "ca.pem").write_text("nonsense", encoding="utf-8")
    with pytest.raises(ValueError, match=r"places\.n1\.ca"):
        plugin(ca=str(tmp_path / "ca.pem"))
