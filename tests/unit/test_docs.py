"""The documents say what the code is, and every file that they speak of is there."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from weft.apps.docs.__main__ import drift
from weft.apps.docs.parts import Part, between_markers, current, parts, updated
from weft.controller.model.traits import TRAITS
from weft.controller.pipeline import render
from weft.controller.pipeline.core import CORE
from weft.controller.pipeline.reasons import REASONS

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_readme_shows_the_pipeline_that_we_run() -> None:
    assert between_markers((ROOT / "README.md").read_text(), "pipeline") == render.tables(CORE)


def test_readme_shows_every_trait_and_the_architecture_every_reason() -> None:
    traits = between_markers((ROOT / "README.md").read_text(), "traits")
    assert re.findall(r"^\| \*\*(\w+)\*\* ", traits, flags=re.MULTILINE) == [trait.name for trait in TRAITS]
    reasons = between_markers((ROOT / "docs" / "architecture.md").read_text(), "reasons")
    assert re.findall(r"^\| `([\w:-]+)` ", reasons, flags=re.MULTILINE) == [reason.name for reason in REASONS]


def test_all_generated_parts_are_as_the_code_is() -> None:
    drifted = "\n\n".join(drift(part, ROOT) for part in parts(ROOT) if current(part, ROOT) != part.text)
    assert not drifted, f"Say: scripts/docs\n{drifted}"


def test_every_table_stands_in_the_picture_once() -> None:
    said = re.findall(r">(\w+ · \d+)<", render.drawing(CORE))
    assert said == [f"{table.name} · {table.id}" for table in CORE.tables]


def test_pictures_are_xml_with_a_title() -> None:
    pictures = [part for part in parts(ROOT) if part.path.endswith(".svg")]
    assert len(pictures) == len(list((ROOT / "docs" / "pictures").glob("*.svg")))
    for picture in pictures:
        title = ElementTree.fromstring(picture.text).find("{http://www.w3.org/2000/svg}title")
        assert title is not None
        assert title.text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text())
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


def test_only_what_is_between_its_markers_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("before\n<!-- generated: x -->\nold\n<!-- end of x -->\nafter\n")
    assert updated(Part("a.md", "x", "new"), tmp_path) == (
        "before\n<!-- generated: x -->\nnew\n<!-- end of x -->\nafter\n"
    )
    assert "-old\n+new" in drift(Part("a.md", "x", "new"), tmp_path)


def test_a_document_without_the_markers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("nothing here\n")
    with pytest.raises(ValueError, match=r"a\.md has no markers <!-- generated: x -->"):
        updated(Part("a.md", "x", "new"), tmp_path)
