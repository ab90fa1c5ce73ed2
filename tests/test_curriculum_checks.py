"""The shipped curriculum is without mistakes, and each kind of mistake is found."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glan_core.commands import check
from glan_core.curriculum_checks import check_curriculum, find_near_twins
from glan_core.embedding.encoder import DIMENSIONS
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.entities import Vote
from glan_core.ids import stable_seed
from glan_core.starter import Curriculum, read_curriculum
from tests.terminal import Terminal


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    """The shipped curriculum."""
    return read_curriculum()


def changed(part: str, number: int, **values: object) -> Callable[[Curriculum], Curriculum]:
    """Change fields of one entity."""

    def change(curriculum: Curriculum) -> Curriculum:
        entities = list(getattr(curriculum, part))
        entities[number] = dataclasses.replace(entities[number], **values)
        return curriculum._replace(**{part: tuple(entities)})

    return change


def without(part: str, *numbers: int) -> Callable[[Curriculum], Curriculum]:
    """Leave entities out."""

    def change(curriculum: Curriculum) -> Curriculum:
        kept = (entity for number, entity in enumerate(getattr(curriculum, part)) if number not in numbers)
        return curriculum._replace(**{part: tuple(kept)})

    return change


def with_copy(part: str, number: int, **values: object) -> Callable[[Curriculum], Curriculum]:
    """Add another of an entity, with some fields changed."""

    def change(curriculum: Curriculum) -> Curriculum:
        entities = getattr(curriculum, part)
        return curriculum._replace(**{part: (*entities, dataclasses.replace(entities[number], **values))})

    return change


def changes(*each: Callable[[Curriculum], Curriculum]) -> Callable[[Curriculum], Curriculum]:
    """Do one after the other."""
    return lambda curriculum: functools.reduce(lambda changed, change: change(changed), each, curriculum)


def many_sub_fields(curriculum: Curriculum) -> Curriculum:
    """Add ten sub-fields."""
    return changes(
        *(with_copy("taxonomy_nodes", 1, taxonomy_node_id=f"new {n}", name=f"Magic {n}") for n in range(10))
    )(curriculum)


def test_the_shipped_curriculum_has_no_mistakes(curriculum: Curriculum):
    assert check_curriculum(curriculum) == ()


MISTAKES = {
    "a field is missing": (without("taxonomy_nodes", 0), "its node is not there"),
    "an orphan": (changed("class_sessions", 3, syllabus_id="nowhere"), "its syllabus is not there"),
    "a short description": (changed("taxonomy_nodes", 2, description="Past."), "5 characters of text"),
    "another language": (
        changed(
            "taxonomy_nodes",
            2,
            description="Die Geschichte der Vereinigten Staaten wird von den Anfängen bis heute erzählt und erklärt.",
        ),
        "another language (de)",
    ),
    "no name": (changed("subjects", 0, name="Mechanics\n"), "this is no name"),
    "filler": (changed("class_sessions", 0, title="Introduction to optics"), "says nothing of what is taught"),
    "a subject too few": (without("subjects", 0), "11 subjects"),
    "few subtopics": (changed("subjects", 0, subtopics=("One thing", "Another")), "2 subtopics"),
    "a subtopic twice": (changed("subjects", 0, subtopics=("Heat", "Work", "heat")), "2 times: heat"),
    "a subtopic that is its subject": (
        changed("subjects", 0, name="Heat flow", subtopics=("Heat-flow", "Work", "Fire")),
        "a subtopic repeats the name of its subject",
    ),
    "a field too many": (with_copy("taxonomy_nodes", 0, taxonomy_node_id="new", name="Magic"), "9 fields"),
    "no sub-fields": (many_sub_fields, "sub-fields"),
    "a discipline too many": (
        with_copy("taxonomy_nodes", 2, taxonomy_node_id="new", name="Wizardry"),
        "disciplines in place of 20",
    ),
    "a node twice": (with_copy("taxonomy_nodes", 2, taxonomy_node_id="new"), "2 times: american history"),
    "a sub-field that is not kept": (changed("taxonomy_nodes", 1, status="pending"), "its node is not there"),
    "a discipline that is not kept": (changed("taxonomy_nodes", 2, status="removed"), "its discipline is not there"),
    "a vote on nothing": (changed("votes", 0, taxonomy_node_id="nowhere"), "its node is not there"),
    "a level that is thin": (
        changes(*(changed("subjects", number, level="advanced") for number in range(4))),
        "0 introductory subjects",
    ),
    "a subject twice": (with_copy("subjects", 0, subject_id="new"), "2 times:"),
    "a class session too few": (without("class_sessions", 0, 1, 2), "its class session is not there"),
    "a title twice": (with_copy("class_sessions", 0, class_session_id="new"), "2 times:"),
    "many class sessions": (
        changes(*(with_copy("class_sessions", 0, class_session_id=f"new {n}", title=f"Part {n}") for n in range(25))),
        "37 class sessions",
    ),
    "a concept too few": (without("key_concepts", 0, 1), "3 key concepts"),
    "a long concept": (changed("key_concepts", 0, name="Heat " * 30), "characters"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(curriculum: Curriculum, mistake: str):
    change, what = MISTAKES[mistake]
    findings = check_curriculum(change(curriculum))
    assert any(what in finding.what for finding in findings), findings


def test_a_concept_that_repeats_another_or_its_title_is_found(curriculum: Curriculum):
    first, second = curriculum.key_concepts[:2]
    title = curriculum.class_sessions[0].title
    twice = changed("key_concepts", 1, name=f"{first.name.upper()} ")(curriculum)
    assert {finding.what[:7] for finding in check_curriculum(twice)} == {"2 times", "this is"}
    same = changed("key_concepts", 1, name=title.upper())(curriculum)
    (finding,) = check_curriculum(same)
    assert finding.what == "a key concept repeats the title of its class session"
    assert finding.place.endswith(f" > {title}")
    assert second.class_session_id == first.class_session_id


def test_a_discipline_without_a_syllabus_is_found(curriculum: Curriculum):
    gone = curriculum.syllabi[0].syllabus_id
    sessions = {each.class_session_id for each in curriculum.class_sessions if each.syllabus_id == gone}
    bare = curriculum._replace(
        syllabi=curriculum.syllabi[1:],
        class_sessions=tuple(each for each in curriculum.class_sessions if each.syllabus_id != gone),
        key_concepts=tuple(each for each in curriculum.key_concepts if each.class_session_id not in sessions),
    )
    assert [finding.what for finding in check_curriculum(bare)] == ["no subject has a syllabus"]


def test_votes_that_say_otherwise_than_the_status_are_found(curriculum: Curriculum):
    node = curriculum.taxonomy_nodes[5]
    against = tuple(
        Vote(f"v{number}", node.taxonomy_node_id, f"reading {number}", "remove", "", datetime.now(UTC))
        for number in range(3)
    )
    found = check_curriculum(curriculum._replace(votes=against))
    assert [finding.what for finding in found] == [
        *(f"reading {number} gives no reason to remove it" for number in range(3)),
        "it is kept, and the majority says remove",
    ]
    assert {finding.place for finding in found} == {node.name}


def test_near_twins_stand_below_one_place_and_the_most_alike_come_first(curriculum: Curriculum):
    names = [subject.name for subject in curriculum.subjects[:3]]

    def encode(texts: Sequence[str]) -> np.ndarray:
        vectors = np.eye(len(texts), dtype=np.float32)
        first, second, third = (list(texts).index(name) for name in names)
        vectors[second] = vectors[first]
        vectors[third] = 0.95 * vectors[first] + np.sqrt(1 - 0.95**2) * vectors[third]
        return vectors

    found = find_near_twins(curriculum, encode, similarity=0.9)
    assert [({twins.one, twins.other}, twins.similarity) for twins in found] == [
        ({names[0], names[1]}, 1.0),
        ({names[0], names[2]}, 0.95),
        ({names[1], names[2]}, 0.95),
    ]


def different_vectors(self: EmbeddingWorker, function: Callable[..., Any], texts: list[str]) -> np.ndarray:
    """Stand in for the process that embeds: no two names mean the same."""
    rows = [np.random.default_rng(stable_seed(text)).normal(size=DIMENSIONS) for text in texts]
    vectors = np.array(rows, np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_command_says_what_there_is_and_what_is_wrong(
    tmp_path: Path, curriculum: Curriculum, monkeypatch: pytest.MonkeyPatch
):
    terminal = Terminal(tmp_path)
    ran = terminal.run("check", "curriculum", "--no-twins", "--json")
    assert (ran.code, ran.data["findings"]) == (0, [])
    assert ran.data["counts"]["disciplines"] == 126
    monkeypatch.setattr(check, "read_curriculum", lambda: without("subjects", 0)(curriculum))
    monkeypatch.setattr(EmbeddingWorker, "compute", different_vectors)
    ran = terminal.run("check", "curriculum")
    assert ran.code == 1
    assert "mistakes" in ran.out
    assert "0 near twins" in ran.out
