"""How do mixed entities, as a journal or a run brings them, get into their tables?"""

from collections.abc import Callable, Iterable, Sequence
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
from glan_core.store.answers import insert_answers, insert_quality_flags
from glan_core.store.database import Cursor, transaction
from glan_core.store.endpoint_models import insert_endpoint_models
from glan_core.store.failures import insert_failures
from glan_core.store.instructions import insert_instructions
from glan_core.store.model_calls import insert_model_calls, insert_shared_texts
from glan_core.store.subjects import insert_subjects
from glan_core.store.syllabi import insert_class_sessions, insert_key_concepts, insert_syllabi
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes

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
}


def ingest(cursor: Cursor, entities: Iterable[Entity]) -> None:
    """Insert entities of any kinds in one transaction; what is there already stays, so doing it twice is safe."""
    by_kind: dict[type, list[Entity]] = {}
    for entity in entities:
        by_kind.setdefault(type(entity), []).append(entity)
    if not by_kind:
        return
    with transaction(cursor):
        for kind, insert in INSERTS.items():
            insert(cursor, by_kind.get(kind, []))
