"""Writes the generated parts of the documents, or with ``--check`` says which are not as the code is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from weft.apps.docs.parts import Part, current, parts, updated

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser("scripts/docs", description="Writes the generated parts of the documents.")
    parser.add_argument("--check", action="store_true", help="write nothing; show what should be otherwise")
    check = parser.parse_args().check
    drifted = [part for part in parts(ROOT) if current(part, ROOT) != part.text]
    for part in drifted:
        if check:
            print(drift(part, ROOT))
        else:
            (ROOT / part.path).write_text(updated(part, ROOT), encoding="utf-8")
            print(f"wrote {part.path} {part.name}")
    if check and drifted:
        sys.exit("The documents are not as the code is. Say: scripts/docs")


def drift(part: Part, root: Path) -> str:
    """How the part differs from what it should be."""
    return "\n".join(_diff(part, root))


def _diff(part: Part, root: Path) -> Iterator[str]:
    name = f"{part.path} {part.name}".strip()
    before, after = current(part, root).splitlines(), part.text.splitlines()
    return unified_diff(before, after, f"{name} (as it is)", f"{name} (as the code is)", lineterm="", n=1)


if __name__ == "__main__":
    main()
