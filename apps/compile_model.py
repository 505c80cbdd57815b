"""``weft compile``: each switch's tables from a model file alone. No switch, store or controller takes part."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import quote

from weft.apps.model_file import read
from weft.apps.stage_difference import document
from weft.apps.stage_sets import imported
from weft.controller.compile.compiler import Compiler
from weft.controller.compile.composed import ALONE, Composed
from weft.controller.flow.text import named, ofctl
from weft.controller.model.promotion import REAL
from weft.controller.trial import Trial


class Tables(NamedTuple):
    """The flow entries of one switch, a line for each: in the pipeline's names, and in those of ``ovs-ofctl``."""

    named: tuple[str, ...]
    flows: tuple[str, ...]


def compile_model(path: Path, composed: Composed = ALONE) -> dict[str, Tables]:
    """``compile_model(path)`` returns the tables of each switch of the model by its name, also with extensions.

    The entries stand in the order in which a switch looks at them. Raises ``ModelError`` where the model is none.
    """
    network = read(path, composed.attributes)
    compiler = Compiler(network, composed.stages, composed.pipeline, composed.guests)
    for _ in compiler.settle():
        pass
    if complaints := compiler.complaints():
        raise RuntimeError("; ".join(complaints))
    tables = {}
    for switch in sorted(str(fact.id) for fact in network.of_kind("switch")):
        entries = sorted(compiler.flows(switch).values(), key=lambda e: (e.table, -e.priority, e.match))
        in_words = (tuple(form(entry, compiler.pipeline) for entry in entries) for form in (named, ofctl))
        tables[switch] = Tables(*in_words)
    return tables


def tried(path: Path, stages: str | None, composed: Composed = ALONE) -> dict[str, Any]:
    """``tried(path, stages)`` is how tables, frames and cost differ with the stages that stand at that place.

    Without stages it is the cost of the real ones. Raises ``ModelError`` where the model is none, and ``ValueError``
    where the stages are none, or fail.
    """
    network = read(path, composed.attributes)
    try:
        trial = Trial(network, imported(stages) if stages is not None else None, composed, clock=perf_counter)
    except ValueError:
        raise
    except (Exception, SystemExit) as error:  # of somebody's module, whatever it is
        raise ValueError(f"{type(error).__name__}: {error}") from None
    return document(REAL, stages or REAL, trial.difference())


def write(tables: Mapping[str, Tables], directory: Path) -> list[Path]:
    """Write ``<switch>.named`` and ``<switch>.flows`` for each switch, and return what was written.

    ``ovs-ofctl -O OpenFlow14 add-flows <bridge> <switch>.flows`` loads the second.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for switch, forms in tables.items():
        for form, lines in forms._asdict().items():
            path = directory / f"{quote(switch, safe=' ')}.{form}"  # a switch may have a slash in its name
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            written.append(path)
    return written
