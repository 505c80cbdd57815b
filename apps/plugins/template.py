"""``weft plugin new``: a package with a plug-in that works, for its author to change."""

from __future__ import annotations

import re
from pathlib import Path

from weft.apps.plugins import paper, paper_bed
from weft.apps.plugins.installed import GROUP

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
RULE = "must be lower-case letters, digits and dashes, such as acme-switch"

PROJECT = """\
[build-system]
requires = ["setuptools>=64"]
build-backend = "setuptools.build_meta"

[project]
name = "weft-{name}"
version = "0.1.0"
description = "Weft's plug-in for {name}"
requires-python = ">=3.11"
dependencies = ["weft"]

[project.entry-points."{group}"]
{name} = "{module}:{factory}"  # the name that files of --plugins have for it, and what makes it

[project.entry-points."weft.beds"]
{name} = "{module}_bed:{factory}Bed"  # for `weft conformance {name}`

[tool.setuptools]
py-modules = ["{module}", "{module}_bed"]
"""
PLUGINS = """\
# weft-controller --plugins plugins.yaml
{name}:
  folder: sheets  # what the plug-in is given as settings
"""
INTERFACES = '{"vm1": true, "vm2": true, "uplink": true}\n'
TEST = '''\
"""What the plug-in does with a device, without a controller."""

from pathlib import Path

import pytest
from {module} import {factory}, Vlan

from weft.controller.contracts import Unreachable

WANTED = Vlan("vm1", 100, "untagged")


@pytest.fixture
def plugin(tmp_path: Path) -> {factory}:
    (tmp_path / "s1.interfaces.json").write_text('{{"vm1": true}}')
    (tmp_path / "s1.vlans.json").write_text("[]")
    return {factory}({{"folder": str(tmp_path)}})


def test_the_device_holds_what_it_was_told_and_says_so(plugin: {factory}) -> None:
    assert plugin.apply("s1", [WANTED], []) == {{}}
    assert plugin.read_back("s1") == [WANTED]
    assert plugin.apply("s1", [], [WANTED.identity]) == {{}}
    assert plugin.read_back("s1") == []


def test_what_the_device_refuses_is_told_by_identity(plugin: {factory}) -> None:
    strange = Vlan("vm9", 100, "untagged")
    assert plugin.apply("s1", [WANTED, strange], []) == {{strange.identity: "no such interface"}}
    assert plugin.read_back("s1") == [WANTED]


def test_a_device_that_is_away_is_unreachable(plugin: {factory}) -> None:
    with pytest.raises(Unreachable):
        plugin.read_back("s2")
'''
README = """\
# weft-{name}

A plug-in of Weft. `{module}.py` is all of it; Weft's docs/write-a-plugin.md says what each part is for.
`{module}_bed.py` moves frames over its switches, for the conformance kit.

    pip install -e .
    weft-controller --plugins plugins.yaml
    weft switch create s1 --plugin {name} --fabric-interface uplink
    python -m pytest
    weft conformance {name}
"""


def write(name: str, folder: Path) -> list[Path]:
    """``write(name, folder)`` makes the package in a new folder, and returns its files.

    Raises ``ValueError`` for a name that cannot be one, and ``FileExistsError``.
    """
    if not NAME.fullmatch(name) or len(name) > 50:
        raise ValueError(f"{RULE}, not {name!r}")
    module = "weft_" + name.replace("-", "_")
    factory = "".join(word.capitalize() for word in name.split("-"))
    named = {"name": name, "module": module, "factory": factory, "group": GROUP}
    plugin = Path(paper.__file__).read_text(encoding="utf-8")
    plugin = plugin.replace('name = "paper"', f'name = "{name}"').replace("class Paper:", f"class {factory}:")
    bed = Path(paper_bed.__file__).read_text(encoding="utf-8")
    bed = bed.replace('PLUGIN = "paper"', f'PLUGIN = "{name}"').replace("class PaperBed", f"class {factory}Bed")
    files = {
        "pyproject.toml": PROJECT.format(**named),
        f"{module}.py": plugin,
        f"{module}_bed.py": bed,
        f"test_{module}.py": TEST.format(**named),
        "plugins.yaml": PLUGINS.format(**named),
        "sheets/s1.interfaces.json": INTERFACES,
        "sheets/s1.vlans.json": "[]\n",
        "README.md": README.format(**named),
    }
    folder.mkdir(parents=True)
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return [folder / path for path in files]
