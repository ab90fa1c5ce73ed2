"""What does a new database hold?

The starter curriculum in data/curriculum: `taxonomy.yaml` with fields, sub-fields and disciplines, and one file a
discipline with its subjects, some of them with a syllabus. data/README.md shows the form of both.
"""

import os
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from glan_core import ids
from glan_core.entities import (
    SUBJECT_LEVELS,
    ClassSession,
    KeyConcept,
    Subject,
    Syllabus,
    TaxonomyNode,
)
from glan_core.errors import CurriculumError, SettingsError
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import Cursor, explained_errors, open_database
from glan_core.store.ingest import Entity, ingest

CURRICULUM_FOLDER = PROJECT_FOLDER / "data" / "curriculum"


class Curriculum(NamedTuple):
    """Everything the curriculum files say."""

    taxonomy_nodes: tuple[TaxonomyNode, ...]
    subjects: tuple[Subject, ...]
    syllabi: tuple[Syllabus, ...]
    class_sessions: tuple[ClassSession, ...]
    key_concepts: tuple[KeyConcept, ...]


def read_curriculum(folder: Path = CURRICULUM_FOLDER) -> Curriculum:
    """Read a curriculum folder; CurriculumError, with the file's name, if it does not have the expected form."""
    nodes = _read_taxonomy(folder / "taxonomy.yaml")
    disciplines = {node.name: node for node in nodes if node.level == "discipline"}
    curriculum = Curriculum(tuple(nodes), (), (), (), ())
    for path in sorted((folder / "disciplines").glob("*.yaml")):
        data = _load(path)
        try:
            discipline = disciplines[data["discipline"]]
            for subject in data["subjects"]:
                curriculum = _with_subject(curriculum, discipline.taxonomy_node_id, subject)
        except (KeyError, TypeError, ValueError) as error:
            raise CurriculumError(
                f"{path.name} does not have the form of a discipline file: {error!r}.", "data/README.md shows the form."
            ) from error
    return curriculum


def insert_curriculum(cursor: Cursor, curriculum: Curriculum) -> None:
    """Put a curriculum into the database; what is there already stays as it is."""
    entities: list[Entity] = [entity for part in curriculum for entity in part]
    ingest(cursor, entities)


def create_database(path: Path, *, curriculum: Curriculum | None) -> None:
    """Make a database file, with a curriculum if one is given; whole or not at all.

    Raises StoreError if it cannot be made, and SettingsError if something is there already.
    """
    if path.exists():
        raise SettingsError(f"{path} is there already.", "Name another file with --database, or use this one as it is.")
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with explained_errors(path):
        unfinished.unlink(missing_ok=True)
    try:
        with open_database(unfinished, create=True) as database, explained_errors(path):
            if curriculum is not None:
                insert_curriculum(database.cursor(), curriculum)
        with explained_errors(path):
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
        unfinished.with_name(f"{unfinished.name}.wal").unlink(missing_ok=True)


def syllabus_text(subject: dict[str, Any]) -> str:
    """Write a shipped syllabus as the free text that a model would have given for it."""
    syllabus = subject["syllabus"]
    lines = [subject["name"], "", syllabus["introduction"].strip(), "", "Objectives"]
    lines += [f"- {objective}" for objective in syllabus["objectives"]]
    lines += ["", "Expected outcomes"]
    lines += [f"- {outcome}" for outcome in syllabus["outcomes"]]
    for position, session in enumerate(syllabus["class_sessions"], start=1):
        lines += ["", f"Class session {position}: {session['title']}", session["description"]]
        lines += [f"Key concepts: {'; '.join(session['key_concepts'])}"]
    return "\n".join(lines)


def _read_taxonomy(path: Path) -> list[TaxonomyNode]:
    nodes: list[TaxonomyNode] = []
    try:
        for place, field in enumerate(_load(path), start=1):
            top = _node(field, place, parent_id=None, level="field", origin="paper")
            nodes.append(top)
            for middle_place, sub_field in enumerate(field["sub_fields"], start=1):
                middle = _node(
                    sub_field, middle_place, parent_id=top.taxonomy_node_id, level="sub_field", origin="starter"
                )
                nodes.append(middle)
                nodes.extend(
                    _node(
                        discipline,
                        low_place,
                        parent_id=middle.taxonomy_node_id,
                        level="discipline",
                        origin="starter" if discipline.get("origin") == "ours" else "paper",
                    )
                    for low_place, discipline in enumerate(sub_field["disciplines"], start=1)
                )
    except (KeyError, TypeError, AttributeError) as error:
        raise CurriculumError(
            f"{path.name} does not have the form of a taxonomy: {error!r}.", "data/README.md shows the form."
        ) from error
    return nodes


def _node(data: dict[str, Any], position: int, *, parent_id: str | None, level: str, origin: str) -> TaxonomyNode:
    return TaxonomyNode(
        ids.taxonomy_node_id(parent_id, data["name"]),
        parent_id,
        level,
        data["name"],
        data["description"],
        origin=origin,
        position=position,
    )


def _with_subject(curriculum: Curriculum, discipline_id: str, data: dict[str, Any]) -> Curriculum:
    if data["level"] not in SUBJECT_LEVELS:
        raise ValueError(f"{data['level']!r} is no level")
    subject = Subject(
        ids.subject_id(discipline_id, data["name"]),
        discipline_id,
        data["name"],
        data["level"],
        tuple(data["subtopics"]),
    )
    curriculum = curriculum._replace(subjects=(*curriculum.subjects, subject))
    if "syllabus" not in data:
        return curriculum
    text = syllabus_text(data)
    syllabus = Syllabus(ids.syllabus_id(subject.subject_id, text), subject.subject_id, 1, text)
    sessions, concepts = [], []
    for position, session in enumerate(data["syllabus"]["class_sessions"], start=1):
        session_id = ids.class_session_id(syllabus.syllabus_id, position)
        sessions.append(
            ClassSession(session_id, syllabus.syllabus_id, position, session["title"], session["description"])
        )
        concepts += [
            KeyConcept(ids.key_concept_id(session_id, number), session_id, number, name)
            for number, name in enumerate(session["key_concepts"], start=1)
        ]
    return curriculum._replace(
        syllabi=(*curriculum.syllabi, syllabus),
        class_sessions=(*curriculum.class_sessions, *sessions),
        key_concepts=(*curriculum.key_concepts, *concepts),
    )


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise CurriculumError(f"{path} cannot be read: {error}.", "Restore it from the project.") from error
