"""Requests made up from the API's own description, at a real controller: each answer is one that it tells of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.openapi import document
from weft.apps.northbound.description.meanings import meaning
from weft.apps.northbound.fields import settable
from weft.apps.northbound.paths import COLLECTIONS
from weft.apps.northbound.query import showable

SETTINGS = Path(__file__).parents[1] / "schemathesis.toml"
ENDLESS = "/v1/watch"


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("phases", "paths", "examples"),
    [
        ("examples,fuzzing,stateful", "^/", 3),
        ("coverage", "^/v1/(segments|switches|audit-log|drops|openapi)|^/healthz", 1),
    ],
    ids=["every operation, alone and after another", "the bounds of every field and parameter of some"],
)
def test_no_made_up_request_finds_an_answer_that_is_not_described(
    controller: dict[str, Any], tmp_path: Path, phases: str, paths: str, examples: int
) -> None:
    token = Path(controller["token_file"]).read_text(encoding="ascii").strip()
    program = [sys.executable, "-W", "ignore", "-m", "schemathesis.cli", "--config-file", str(SETTINGS), "run"]
    asked = [f"{controller['rest']}/v1/openapi.json", "--header", f"Authorization: Bearer {token}"]
    which = ["--phases", phases, "--include-path-regex", paths, "--exclude-path", ENDLESS]
    how = ["--seed", "1", "--max-examples", str(examples), "--request-timeout", "30", "--continue-on-failure"]
    ran = subprocess.run([*program, *asked, *which, *how], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "found" not in ran.stdout.rpartition("Test cases:")[2]


def test_the_description_is_openapi() -> None:
    OpenAPIV31SpecValidator(document()).validate()


@pytest.mark.parametrize("kind", COLLECTIONS)
def test_every_field_says_what_it_means(kind: str) -> None:
    names = {*showable(kind), *(field.name for field in settable(kind))}
    assert [name for name in sorted(names) if not meaning(kind, name).doc] == []


def test_every_operation_and_parameter_says_what_it_is() -> None:
    for path, item in document()["paths"].items():
        for operation in (found for found in item.values() if "operationId" in found):
            assert operation["summary"], path
            assert all(parameter["description"] for parameter in operation["parameters"]), path
