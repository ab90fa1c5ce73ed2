"""What does a new database hold?

The starter curriculum and the demo corpus (demo.py). The curriculum lies in data/curriculum: `taxonomy.yaml` with
fields, sub-fields and disciplines, `votes.yaml` with what was said about them and about candidates that were removed,
and one file a discipline with its subjects, of which at least one has a syllabus. data/README.md has their form.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml

from glan_core import ids
from glan_core.demo import insert_demo
from glan_core.entities import (
    SUBJECT_LEVELS,
    ClassSession,
    KeyConcept,
    Subject,
    Syllabus,
    TaxonomyNode,
    Vote,
)
from glan_core.errors import CurriculumError, SettingsError
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import Cursor, explained_errors, open_database
from glan_core.store.ingest import Entity, ingest
from glan_core.store.votes import insert_votes

CURRICULUM_FOLDER = PROJECT_FOLDER / "data" / "curriculum"
_VERDICTS: dict[str, Literal["keep", "remove"]] = {"keep": "keep", "remove": "remove"}


class Curriculum(NamedTuple):
    """Everything the curriculum files say."""

    taxonomy_nodes: tuple[TaxonomyNode, ...]
    """With the candidates for which there was a vote: `removed` by the majority, or `pending` in spite of it."""
    subjects: tuple[Subject, ...]
    syllabi: tuple[Syllabus, ...]
    class_sessions: tuple[ClassSession, ...]
    key_concepts: tuple[KeyConcept, ...]
    votes: tuple[Vote, ...] = ()


def read_curriculum(folder: Path = CURRICULUM_FOLDER) -> Curriculum:
    """Read a curriculum folder; CurriculumError, with the file's name, if it does not have the expected form."""
    nodes = _read_taxonomy(folder / "taxonomy.yaml")
    disciplines = {node.name: node for node in nodes if node.level == "discipline"}
    candidates, votes = _read_votes(folder / "votes.yaml", nodes) if (folder / "votes.yaml").exists() else ([], [])
    courses = _Courses([], [], [], [])
    for path in sorted((folder / "disciplines").glob("*.yaml")):
        data = _load(path)
        try:
            discipline = disciplines[data["discipline"]]
            for subject in data["subjects"]:
                courses.add(discipline.taxonomy_node_id, subject)
        except (KeyError, TypeError, ValueError) as error:
            raise CurriculumError(
                f"{path.name} does not have the form of a discipline file: {error!r}.", "data/README.md shows the form."
            ) from error
    return Curriculum(
        taxonomy_nodes=(*nodes, *candidates),
        subjects=tuple(courses.subjects),
        syllabi=tuple(courses.syllabi),
        class_sessions=tuple(courses.class_sessions),
        key_concepts=tuple(courses.key_concepts),
        votes=tuple(votes),
    )


def insert_curriculum(cursor: Cursor, curriculum: Curriculum) -> None:
    """Put a curriculum into the database; what is there already stays as it is."""
    entities: list[Entity] = [entity for part in curriculum[:-1] for entity in part]
    ingest(cursor, entities)
    insert_votes(cursor, curriculum.votes)


def create_database(path: Path, *, curriculum: Curriculum | None, demo: Path | None = None) -> None:
    """Make a database file, with a curriculum and a folder's demo corpus if they are given; whole or not at all.

    Raises StoreError if it cannot be made, SettingsError if something is there already, and CurriculumError if the
    demo corpus cannot be read or is one of another curriculum.
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
            if demo is not None:
                insert_demo(database.cursor(), demo)
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


def _read_votes(path: Path, nodes: Sequence[TaxonomyNode]) -> tuple[list[TaxonomyNode], list[Vote]]:
    """Give the candidates that are not in the taxonomy, and all votes."""
    known = {(node.level, node.name): node for node in nodes}
    candidates, votes = [], []
    data = _load(path)
    try:
        voted_at = datetime.combine(data["date"], time(), UTC)
        for entry in data["nodes"]:
            node = known.get((entry["level"], entry["name"]))
            if node is None:
                node = _candidate(entry, known)
                candidates.append(node)
            votes += [
                Vote(
                    ids.vote_id(node.taxonomy_node_id, reviewer, voted_at),
                    node.taxonomy_node_id,
                    reviewer,
                    _VERDICTS[said["verdict"]],
                    said.get("reason", ""),
                    voted_at,
                )
                for reviewer, said in entry["votes"].items()
            ]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CurriculumError(
            f"{path.name} does not have the form of a vote log: {error!r}.", "data/README.md shows the form."
        ) from error
    return candidates, votes


def _candidate(entry: dict[str, Any], known: dict[tuple[str, str], TaxonomyNode]) -> TaxonomyNode:
    above = {"sub_field": "field", "discipline": "sub_field"}[entry["level"]]
    parent_id = known[above, entry["parent"]].taxonomy_node_id
    return TaxonomyNode(
        ids.taxonomy_node_id(parent_id, entry["name"]),
        parent_id,
        entry["level"],
        entry["name"],
        entry["description"],
        status="removed" if _is_voted_out(entry["votes"]) else "pending",
        origin="starter",
    )


def _is_voted_out(votes: dict[str, dict[str, str]]) -> bool:
    verdicts = [said["verdict"] for said in votes.values()]
    return verdicts.count("remove") > verdicts.count("keep")


class _Courses(NamedTuple):
    """What the discipline files hold, as it is read."""

    subjects: list[Subject]
    syllabi: list[Syllabus]
    class_sessions: list[ClassSession]
    key_concepts: list[KeyConcept]

    def add(self, discipline_id: str, data: dict[str, Any]) -> None:
        """Add one subject with its syllabus, if it has one."""
        if data["level"] not in SUBJECT_LEVELS:
            raise ValueError(f"{data['level']!r} is no level")
        subject_id = ids.subject_id(discipline_id, data["name"])
        self.subjects.append(Subject(subject_id, discipline_id, data["name"], data["level"], tuple(data["subtopics"])))
        if "syllabus" not in data:
            return
        text = syllabus_text(data)
        syllabus_id = ids.syllabus_id(subject_id, text)
        self.syllabi.append(Syllabus(syllabus_id, subject_id, 1, text))
        for position, session in enumerate(data["syllabus"]["class_sessions"], start=1):
            session_id = ids.class_session_id(syllabus_id, position)
            self.class_sessions.append(
                ClassSession(session_id, syllabus_id, position, session["title"], session["description"])
            )
            self.key_concepts.extend(
                KeyConcept(ids.key_concept_id(session_id, number), session_id, number, name)
                for number, name in enumerate(session["key_concepts"], start=1)
            )


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise CurriculumError(f"{path} cannot be read: {error}.", "Restore it from the project.") from error
