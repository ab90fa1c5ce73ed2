"""How do mixed entities, as a journal or a run brings them, get into their tables?"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from glan_core.calls import EndpointModel, ModelCall, SharedText
from glan_core.entities import (
    Answer,
    ClassSession,
    Failure,
    Instruction,
    KeyConcept,
    QualityFlag,
    Subject,
    Syllabus,
    TaxonomyNode,
)
from glan_core.judgements import ComparedAnswer, Comparison, Judgement
from glan_core.regenerations import Regeneration
from glan_core.store.answers import insert_answers, insert_quality_flags
from glan_core.store.comparisons import insert_compared_answers, insert_comparisons
from glan_core.store.database import Cursor, Database, transaction
from glan_core.store.endpoint_models import insert_endpoint_models
from glan_core.store.failures import insert_failures
from glan_core.store.instructions import insert_instructions
from glan_core.store.journals import save_journal_bytes
from glan_core.store.judgements import insert_judgements
from glan_core.store.line_batches import KnownRowsError, LineRows, insert_rows
from glan_core.store.model_calls import insert_model_calls, insert_shared_texts
from glan_core.store.regenerations import insert_regenerations
from glan_core.store.subjects import insert_subjects
from glan_core.store.syllabi import insert_class_sessions, insert_key_concepts, insert_syllabi
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes

_ROWS_AT_ONCE = 2_000
_NO_ROWS: Mapping[type, LineRows] = {}

Entity = (
    TaxonomyNode
    | Subject
    | Syllabus
    | ClassSession
    | KeyConcept
    | SharedText
    | ModelCall
    | Instruction
    | Answer
    | QualityFlag
    | Failure
    | EndpointModel
    | Judgement
    | ComparedAnswer
    | Comparison
    | Regeneration
)

# In the order in which rows refer to each other, so that no batch leaves an orphan behind.
INSERTS: dict[type, Callable[[Cursor, Sequence[Any]], None]] = {
    SharedText: insert_shared_texts,
    ModelCall: insert_model_calls,
    TaxonomyNode: insert_taxonomy_nodes,
    Subject: insert_subjects,
    Syllabus: insert_syllabi,
    ClassSession: insert_class_sessions,
    KeyConcept: insert_key_concepts,
    Instruction: insert_instructions,
    Answer: insert_answers,
    QualityFlag: insert_quality_flags,
    Failure: insert_failures,
    EndpointModel: insert_endpoint_models,
    Judgement: insert_judgements,
    ComparedAnswer: insert_compared_answers,
    Comparison: insert_comparisons,
    Regeneration: insert_regenerations,
}


def ingest(cursor: Cursor, entities: Iterable[Entity]) -> None:
    """Insert entities of any kinds in one transaction; what is there already stays, so doing it twice is safe."""
    with transaction(cursor):
        _insert(cursor, entities)


def ingest_up_to(cursor: Cursor, entities: Iterable[Entity], *, run_id: str, journal_bytes: int) -> None:
    """Insert as `ingest` does, and remember in the same transaction how much of the run's journal is in now."""
    with transaction(cursor):
        _insert(cursor, entities)
        save_journal_bytes(cursor, run_id, journal_bytes)


def ingest_journal(
    database: Database, cursor: Cursor, entries: Iterable[Entity], *, run_id: str, journal_bytes: int
) -> int:
    """Insert what a journal holds, a few thousand rows at a time to bound the memory; gives the number of rows."""
    rest = iter(entries)
    rows = 0
    while batch := list(itertools.islice(rest, _ROWS_AT_ONCE)):
        with database.writing:  # let go between batches, as other runs write as well
            ingest(cursor, batch)
            database.tidy(cursor)
        rows += len(batch)
    with database.writing:
        save_journal_bytes(cursor, run_id, journal_bytes)
    return rows


def ingest_lines(
    database: Database,
    cursor: Cursor,
    rows: Mapping[type, LineRows],
    others: Sequence[Entity],
    *,
    run_id: str,
    journal_bytes: int,
) -> None:
    """Insert what a part of a journal holds, as rows of the kinds in LINE_KINDS and as entities, in one transaction.

    Raises UnusualLinesError, and nothing of it is in then, for lines that are to be read one by one.
    """
    with database.writing:
        try:
            _insert_part(cursor, rows, others, run_id=run_id, journal_bytes=journal_bytes, are_new=True)
        except KnownRowsError:  # calls that were tried again, a journal that is taken in anew
            _insert_part(cursor, rows, others, run_id=run_id, journal_bytes=journal_bytes, are_new=False)


def _insert_part(
    cursor: Cursor,
    rows: Mapping[type, LineRows],
    others: Sequence[Entity],
    *,
    run_id: str,
    journal_bytes: int,
    are_new: bool,
) -> None:
    with transaction(cursor):
        _insert(cursor, others, rows, are_new=are_new)
        save_journal_bytes(cursor, run_id, journal_bytes)


def _insert(
    cursor: Cursor, entities: Iterable[Entity], rows: Mapping[type, LineRows] = _NO_ROWS, *, are_new: bool = False
) -> None:
    by_kind: dict[type, list[Entity]] = {}
    for entity in entities:
        by_kind.setdefault(type(entity), []).append(entity)
    for kind, insert in INSERTS.items():
        if kind in rows:
            insert_rows(cursor, kind, rows[kind], are_new=are_new)
        insert(cursor, by_kind.get(kind, []))
