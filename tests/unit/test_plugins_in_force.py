"""The file of plug-ins: what it may say, and what is told of one that cannot be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.conftest import ANYWHERE
from weft.apps.plugins import in_force, template
from weft.apps.plugins.installed import PluginUnusable, installed

MODULE = """
from weft.apps.plugins.paper import Paper

class Acme(Paper):
    name = "acme"

def crashes(settings):
    return {}["nothing"]

def nothing(settings):
    return object()

class Liar(Paper):
    name = "liar"
    capabilities = Paper.capabilities._replace(traits=frozenset({"max_rate", "teleport"}))

text = "no factory"
"""
ENTRY_POINTS = """
[weft.plugins]
acme = weft_acme:Acme
other = weft_acme:Acme
liar = weft_acme:Liar
crashes = weft_acme:crashes
nothing = weft_acme:nothing
text = weft_acme:text
gone = weft_acme:Gone
absent = weft_absent:Absent
"""


def install(folder: Path, package: str, entry_points: str, **modules: str) -> None:
    """Put a package where Python finds it, with what it announces."""
    metadata = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(entry_points)
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(source)


@pytest.fixture
def complaint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """What is told of a file that says this; acme and its like are installed."""
    install(tmp_path / "site", "weft-acme", ENTRY_POINTS, weft_acme=MODULE)
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "weft_acme", raising=False)
    file = tmp_path / "plugins.yaml"

    def complaint(text: str) -> str:
        file.write_text(text)
        with pytest.raises(PluginUnusable) as told:
            in_force.read(file)
        said = str(told.value)
        assert said.startswith(f"{file}: ")
        return said.removeprefix(f"{file}: ")

    return complaint


@pytest.mark.usefixtures("complaint")
def test_what_the_file_names_is_in_force_beside_open_vswitch_unless_that_is_off(tmp_path: Path) -> None:
    file = tmp_path / "plugins.yaml"
    assert set(in_force.read(None).capabilities) == {"openvswitch"}
    file.write_text(f"acme: {{folder: {tmp_path}}}")
    force = in_force.read(file)
    assert (set(force.plugins), set(force.capabilities)) == ({"acme"}, {"acme", "openvswitch"})
    assert force.capabilities["acme"] is force.plugins["acme"].capabilities
    file.write_text(f"acme: {{folder: {tmp_path}}}\nliar: off\nopenvswitch: off")
    assert set(in_force.read(file).capabilities) == {"acme"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[acme]", "must map the names of plug-ins to their settings"),
        ("acme: {folder: x\n", "cannot be read: line 2, column 1: expected ',' or '}', but got '<stream end>'"),
        ("acme: x", "acme: must be a mapping of settings, or off, not 'x'"),
        ("acme: {}\nacme: {}", "cannot be read: line 2, column 1: 'acme' is given twice"),
        ("acme: {}", "acme: folder: must be a directory, with a sheet for each switch"),
        ("acme: {folder: /nowhere}", "acme: folder: must be a directory, with a sheet for each switch"),
        ("acme: {folder: /, color: red}", "acme: color: is not a setting; there is one, folder"),
        ("openvswitch: {host: h1}", "openvswitch: host: is not a setting; it has none, or is off"),
        ("openvswitch: off", "must name a plug-in that is not off"),
        ("other: {folder: /}", "other: must have the name that it is installed by, not 'acme'"),
        ("crashes: {}", "crashes: failed: KeyError: 'nothing'"),
        ("nothing: {}", "nothing: is no plug-in: it has no desired"),
        ("text: {}", "text: weft_acme:text must be a function that makes the plug-in"),
        ("absent: {}", "absent: cannot be loaded: ModuleNotFoundError: No module named 'weft_absent'"),
    ],
)
def test_what_is_wrong_is_told_with_file_plugin_field_and_rule(
    complaint: Callable[[str], str], text: str, said: str
) -> None:
    assert complaint(text) == said


def test_one_that_is_not_installed_is_told_with_those_that_are(complaint: Callable[[str], str]) -> None:
    said = complaint("acne: {}")
    assert said.startswith("acne: is no plug-in that is installed; these are: ")
    assert "acme" in said.split(": ")[-1].split(", ")


def test_capabilities_that_do_not_exist_are_told(complaint: Callable[[str], str]) -> None:
    said = complaint("liar: {folder: /}")
    assert said.startswith("liar: capabilities.traits: must be some of fixed_ips, ")
    assert said.endswith(", not teleport")


@pytest.mark.usefixtures("complaint")
def test_two_packages_with_a_plugin_of_one_name_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "more", "weft-rival", "[weft.plugins]\nacme = weft_rival:Acme\n")
    monkeypatch.syspath_prepend(tmp_path / "more")
    with pytest.raises(PluginUnusable, match="acme: weft-acme and weft-rival both bring a plug-in of this name"):
        installed()


def test_the_controller_says_it_in_a_line_and_does_not_start(tmp_path: Path) -> None:
    file = tmp_path / "plugins.yaml"
    command = [sys.executable, "-m", "weft.apps.launch", *ANYWHERE, "--store", str(tmp_path / "weft.db")]
    done = subprocess.run([*command, "--plugins", str(file)], capture_output=True, text=True, timeout=60, check=False)
    said = f"weft-controller: {file}: cannot be read: No such file or directory\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
    assert not (tmp_path / "weft.db").exists(), "the store was opened for nothing"


@pytest.mark.parametrize("name", ["Acme", "acme_switch", "-acme", "acme-", "9lives", "a" * 51, "", "../acme"])
def test_a_new_plugin_has_a_name_that_packages_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="must be lower-case letters, digits and dashes"):
        template.write(name, tmp_path / "new")
    assert not (tmp_path / "new").exists()
