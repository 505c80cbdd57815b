"""The layers of the design: who may import whom. Each breach is named in a sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("controller", "apps", "topologies")

# A room may import itself, and what is named here. The deepest room that a module is in counts.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "controller.model": (),
    "controller.pipeline": (),
    "controller.flow": ("controller.pipeline",),
    "controller.compile": ("controller.model", "controller.pipeline", "controller.flow"),
    "controller.sync": ("controller.flow",),
    "controller.contracts": (
        "controller.model",
        "controller.pipeline",
        "controller.flow",
        "controller.compile",
        "controller.sync",
    ),
    "controller.audit_log": ("controller.model", "controller.contracts"),
    "controller.sight": ("controller.model",),
    "controller.extension": ("controller",),
    "controller.shadow": ("controller.model", "controller.pipeline", "controller.flow", "controller.compile"),
    "controller.rehearsal": ("controller.model", "controller.pipeline", "controller.flow", "controller.compile"),
    "controller.trial": (
        "controller.model",
        "controller.pipeline",
        "controller.flow",
        "controller.compile",
        "controller.comparison",
        "controller.rehearsal",
        "controller.shadow",
    ),
    "controller.comparison": (
        "controller.model",
        "controller.pipeline",
        "controller.flow",
        "controller.compile",
        "controller.rehearsal",
        "controller.shadow",
    ),
    "controller.fabric_state": (
        "controller.model",
        "controller.pipeline",
        "controller.flow",
        "controller.compile",
        "controller.sync",
        "controller.contracts",
        "controller.shadow",
    ),
    "controller.service": (
        "controller.fabric_state",
        "controller.model",
        "controller.pipeline",
        "controller.flow",
        "controller.compile",
        "controller.sync",
        "controller.contracts",
        "controller.audit_log",
        "controller.sight",
    ),
    "controller.counters": (
        "controller.model",
        "controller.pipeline",
        "controller.flow",
        "controller.compile",
        "controller.contracts",
    ),
    "controller.adapters": ("controller",),
    "topologies": ("controller.model",),
    "apps.http": ("apps.settings", "apps.watched_file"),
    "apps": ("controller", "topologies", "conformance"),
    "apps.conformance": ("conformance", "controller", "apps"),
    "apps.conformance.machine": ("conformance.machine", "conformance.octets"),  # else it would share our mistakes
    "apps.conformance.octets": ("conformance.octets",),
}
# Clocks, chance, threads, files, frameworks: only the edges may know them.
EDGE = ("controller.adapters", "apps", "topologies")
WORLDLY = {
    *("asyncio", "datetime", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select", "selectors"),
    *("signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "uuid"),
    *("eventlet", "falcon", "httpx", "pydantic", "ryu", "structlog"),
}


def complaints_about(module: str, source: str) -> Iterator[str]:
    """A sentence for each import of the module that the layers forbid."""
    room = max((room for room in MAY_IMPORT if is_in(module, room)), key=len, default=None)
    if room is None:
        if module != "controller":  # which is only their folder
            yield f"{module} is in no layer"
        return
    allowed = (room, *MAY_IMPORT[room])
    for line, imported in imports(source):
        top, _, rest = imported.partition(".")
        where = f"{module}, line {line}"
        if not imported:
            yield f"{where}: imports by a relative name"
        elif is_in(imported, "weft.apps.conformance"):
            yield f"{where}: imports {imported}; it is weft.conformance{imported.removeprefix('weft.apps.conformance')}"
        elif top in ROOMS:
            yield f"{where}: imports {imported} bare; it is weft.{imported}"
        elif top == "weft" and not any(is_in(rest, other) for other in allowed):
            yield f"{where}: {room} must not import {rest}"
        elif top in WORLDLY and not any(is_in(module, edge) for edge in EDGE):
            yield f"{where}: {room} must not know {top}"


def imports(source: str) -> Iterator[tuple[int, str]]:
    """What a module imports, wherever in it: line, and full name; an empty name where it is relative."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}" if node.level == 0 else ""


def is_in(module: str, room: str) -> bool:
    """Whether the module is the room, or in it."""
    return module == room or module.startswith(room + ".")


def modules(*folders: str) -> Iterator[tuple[str, str]]:
    """Each module's name after the repository's root, and its source."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path.read_text(encoding="utf-8")


def test_every_import_keeps_to_the_layers() -> None:
    complaints = [complaint for name, source in modules(*ROOMS) for complaint in complaints_about(name, source)]
    assert complaints == []


def test_nothing_is_imported_under_two_names() -> None:
    """Two identities of one class compare unequal, so nobody may leave ``weft.`` out; tests neither."""
    bare = [
        f"{name}, line {line}: imports {imported}"
        for name, source in modules("tests", "scripts")
        for line, imported in imports(source)
        if imported.partition(".")[0] in ROOMS or is_in(imported, "weft.apps.conformance")
    ]
    assert bare == []


def test_there_is_something_to_look_at() -> None:
    names = [name for name, _ in modules(*ROOMS)]
    assert {room for room in MAY_IMPORT if room not in names} <= {"controller.extension"}


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        (
            "controller.compile.view",
            "from weft.controller.sync.plan import order",
            "must not import controller.sync.plan",
        ),
        ("controller.sync.plan", "import weft.controller.compile.view", "must not import controller.compile.view"),
        ("controller.sync.plan", "from weft.controller.model import facts", "must not import controller.model.facts"),
        ("controller.model.facts", "from weft.controller.flow.flow import Flow", "must not import controller.flow"),
        ("controller.flow.flow", "from weft.controller import service", "must not import controller.service"),
        (
            "controller.service",
            "from weft.controller.adapters import sqlite_store",
            "must not import controller.adapters",
        ),
        ("controller.adapters.sqlite_store", "from weft.apps import launch", "must not import apps.launch"),
        ("topologies.ring", "from weft.controller.service import Service", "must not import controller.service"),
        ("controller.model.facts", "def f():\n    import time", "line 2: controller.model must not know time"),
        ("controller.compile.routes", "from random import shuffle", "must not know random"),
        ("controller.service", "import ryu.base.app_manager", "must not know ryu"),
        ("apps.cli", "from controller.model.facts import Key", "imports controller.model.facts.Key bare"),
        ("apps.conformance.machine", "from weft.controller.model import facts", "must not import controller.model"),
        ("apps.cli", "from weft.apps.conformance.bed import Bed", "it is weft.conformance.bed.Bed"),
        ("controller.model.facts", "from .rules import Malformed", "imports by a relative name"),
    ],
)
def test_a_breach_is_named(module: str, source: str, complaint: str) -> None:
    (said,) = complaints_about(module, source)
    assert said.startswith(f"{module}, line ")
    assert complaint in said


def test_a_new_room_must_be_given_its_layer() -> None:
    assert list(complaints_about("controller.utils", "")) == ["controller.utils is in no layer"]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("controller.compile.stages.edge", "from weft.controller.pipeline.core import CORE"),
        ("controller.sync.delta", "from weft.controller.flow.entry import Entry"),
        ("controller.adapters.openflow.session", "from time import monotonic\nfrom ryu.lib import hub"),
        ("apps.fabric_app", "from weft.controller.service import Service\nimport sys"),
        ("controller.model.facts", "from dataclasses import dataclass"),
    ],
)
def test_what_the_layers_allow_is_no_breach(module: str, source: str) -> None:
    assert list(complaints_about(module, source)) == []
