"""What ``weft`` says of an address, a value or a token that is wrong: whose it is, and the rule."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.command import Weft


def test_a_wrong_port_is_never_taken_for_another_one(weft: Weft) -> None:
    with socket.socket() as other:
        try:
            other.bind(("127.0.0.1", 99999 % 65536))
        except OSError:
            pytest.skip("somebody else listens on that port")
        other.listen()
        other.setblocking(False)
        assert weft("--url", "http://127.0.0.1:99999", "status").status == 3
        with pytest.raises(BlockingIOError):
            other.accept()


@pytest.mark.parametrize(
    "url",
    ["garbage", "http://127.0.0.1:99999", "http://127.0.0.1:0", "http://:80", "ftp://x", "http://a..b", "http://xn--"],
)
def test_a_bad_address_is_told_with_who_said_it(weft: Weft, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    rule = f"must be http://HOST:PORT (or https://) with a port from 1 to 65535, not '{url}'"
    assert weft("status", "--url", url) == (3, "", f"weft: --url {rule}\n")
    monkeypatch.setenv("WEFT_URL", url)
    assert weft("status") == (3, "", f"weft: WEFT_URL {rule}\n")
    assert weft("--url", "", "status").err.startswith("weft: --url must be"), "an empty option is no missing one"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("port", "list", "-o", "xml"), "'--output' / '-o': 'xml' is not one of 'table', 'json', 'yaml'"),
        (("segment", "create", "r", "--project", "a", "--mtu", "big"), "'--mtu': must be a whole number, not 'big'"),
        (("drops", "--watch", "0"), "'--watch': must be at least 0.1, not '0'"),
        (("drops", "--watch", "inf"), "'--watch': must be at most 86400, not 'inf'"),
        (("drops", "--limit", "0"), "'--limit': must be at least 1, not '0'"),
        (("link", "create", "s1:e1", "s2"), "'b': must be SWITCH:INTERFACE, not 's2'"),
    ],
)
def test_a_bad_value_is_told_with_its_option_and_the_rule(weft: Weft, arguments: tuple[str, ...], said: str) -> None:
    assert weft(*arguments) == (2, "", f"weft: Invalid value for {said}\n")


def test_a_wrong_token_is_told_with_where_it_came_from_and_how_to_get_the_right_one(
    weft: Weft, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("the-token-of-somebody-else")
    told = [weft("status", "--token-file", str(wrong))]
    monkeypatch.setenv("WEFT_TOKEN_FILE", str(wrong))
    told.append(weft("status"))
    monkeypatch.setenv("WEFT_TOKEN", wrong.read_text())
    told.append(weft("status"))
    monkeypatch.delenv("WEFT_TOKEN")
    monkeypatch.delenv("WEFT_TOKEN_FILE")
    wrong.rename(tmp_path / "weft.db.token")
    told.append(weft("status"))
    sources = (f"--token-file {wrong}", f"WEFT_TOKEN_FILE {wrong}", "WEFT_TOKEN", "./weft.db.token")
    for (status, out, err), source in zip(told, sources, strict=True):
        assert (status, out, err.count("\n")) == (1, "", 1)
        assert f"refuses the token of {source}; name the token's file by --token-file" in err
        assert "(token_file)" in err
        assert "somebody-else" not in err


@pytest.mark.parametrize(
    ("kind", "said"), [("port", "List the ports: all of them, or those"), ("switch", "List the switches.")]
)
def test_help_says_what_is_listed(weft: Weft, kind: str, said: str) -> None:
    assert said in weft(kind, "list", "--help").out
    assert said in weft(kind, "--help").out
