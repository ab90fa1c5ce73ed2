"""Pairs of two disciplines, for what is chosen among pairs: Optics (Physics) and Reactions (Chemistry)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from glan_core.calls import Message
from glan_core.entities import ClassSession, KeyConcept, QualityFlag, Strategy, Subject, Syllabus
from glan_core.exports.request import ExportRequest
from glan_core.exports.writing import export_folder
from glan_core.store.export_log import Export
from glan_core.store.ingest import Entity, ingest
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import answer, instruction, model_call, run

_REACTIONS = ("acid", "base", "salt", "catalyst", "equilibrium")


def begin(small: Small) -> None:
    """Add a run, and to Chemistry an advanced subject with one class session of five key concepts."""
    save_run(small.cursor, run("run", seed=1))
    chemistry = small.nodes.chemistry.taxonomy_node_id
    made: list[Entity] = [
        Subject("reactions", chemistry, "Reactions", "advanced"),
        Syllabus("reactions-1", "reactions", 1, "Reactions."),
        ClassSession("session", "reactions-1", 1, "Solutions"),
        *(KeyConcept(name, "session", place, name) for place, name in enumerate(_REACTIONS, start=1)),
    ]
    ingest(small.cursor, made)


def add_pair(small: Small, key: str, *concepts: str, answer_text: str = "", **changes: Any) -> None:
    """Add an answered question on these key concepts; those of Reactions make it one of Chemistry."""
    if set(concepts) & set(_REACTIONS):
        changes |= {"syllabus_id": "reactions-1", "key_concept_ids": concepts}
        concepts = ()
    flags = changes.pop("flags", ())
    replied = answer(key, text=answer_text) if answer_text else answer(key)
    made: list[Entity] = [
        instruction(key, *concepts, **changes),
        replied,
        model_call(f"call-{key}", messages=(Message("user", f"Ask {key}."),)),
        model_call(f"answering-{key}", stage="answers", template="answers", model="n"),
        *(QualityFlag(key, kind) for kind in flags),
    ]
    ingest(small.cursor, made)


def add_pairs(small: Small, keys: Sequence[str], *concepts: str, **changes: Any) -> None:
    """Add a pair for each key, all on these key concepts."""
    for key in keys:
        add_pair(small, key, *concepts, **changes)


def two_sessions() -> dict[str, Any]:
    """Give what makes a question one over two class sessions."""
    return {"strategy": Strategy.TWO_SESSIONS}


def write(small: Small, out: Path, **settings: Any) -> Export:
    """Write a folder of what passes no gate but those that are given."""
    return export_folder(small.database, out, ExportRequest(**{"gates": (), **settings}))


def written(export: Export, split: str = "train") -> str:
    """Give the ids of a set in their order, one after the other; those of the tests are single letters."""
    rows = pq.read_table(export.path / "rows.parquet").to_pylist()
    return "".join(row["instruction_id"] for row in rows if row["split"] == split)
