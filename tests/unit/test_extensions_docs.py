"""What docs/extensions.md tells to type works as it is written, and its tables say what holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Weft
from tests.unit.conftest import started
from weft.apps.extensions.mirror.attributes import DIRECTION, TO
from weft.apps.extensions.qos.attributes import ATTRIBUTES
from weft.apps.settings import Settings

TEXT = (Path(__file__).parents[2] / "docs" / "extensions.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    (options,) = re.findall(r"`weft-controller (--extensions \S+)`", TEXT)
    with started(tmp_path_factory.mktemp("extensions"), *options.split()) as ready:
        yield ready


def test_every_line_works(weft: Weft) -> None:
    for name in ("web", "db", "sniffer"):
        assert weft("segment", "create", name, "--id", name, "--project", "shop").status == 0
        assert weft("port", "create", name, "--id", name, "--segment", name).status == 0
    for block in re.findall(r"```bash\n(.*?)```", TEXT, flags=re.DOTALL):
        for command in (re.sub(r"\s+#.*", "", line) for line in block.splitlines()):
            said = weft(*command.split()[1:])
            assert (said.status, said.err) == (0, ""), command
    assert '"mirror:direction": "in"' in weft("port", "show", "db", "-o", "json").out
    assert weft("port", "update", "db", "--attribute", "mirror:to=").status == 0
    assert '"mirror:to": null' in weft("port", "show", "db", "-o", "json").out
    assert "must be NAME=VALUE" in weft("port", "update", "db", "--attribute", "mirror").err
    assert "must be one of in, out, both" in weft("port", "update", "db", "--attribute", "mirror:direction=up").err


def test_its_tables_name_every_field() -> None:
    declared = {one.name for one in (TO, DIRECTION, *ATTRIBUTES)}
    assert set(re.findall(r"^\| `([a-z]+:[a-z]+)` \|", TEXT, flags=re.MULTILINE)) == declared


def test_it_says_what_is_in_force_when_nobody_says() -> None:
    assert Settings.model_fields["extensions"].default == ("portstats",)
    assert "it is `portstats` alone" in TEXT
