"""Which vectors stand for the key concepts that can be drawn from, and for the pairs that count?"""

import dataclasses

import numpy as np
import pytest

from glan_core.store.concept_vectors import (
    count_unread_concepts,
    count_unread_pairs,
    list_concept_vectors,
    list_drawn_links,
    list_pair_vectors,
    meanings_stamp,
)
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import answer, instruction, run
from tests.store.vectors import embed, link

ENCODER = "e"


@pytest.fixture
def read(small: Small) -> Small:
    """Two pairs with vectors, one of a run that was removed, and one key concept whose name was read."""
    ingest(
        small.cursor,
        [
            instruction("a", "reflection", "phase"),
            instruction("b", "phase"),
            instruction("c", run_id="gone"),
        ],
    )
    for made in (run(), run("gone", is_removed=True)):
        save_run(small.cursor, made)
    embed(small.cursor, ENCODER, np.eye(3, dtype=np.float32))
    link(small.cursor, ENCODER, a=0, b=1, c=2)
    insert_embeddings(small.cursor, encoder=ENCODER, texts=["phase"], vectors=np.eye(1, 3, dtype=np.float32))
    return small


def test_concepts_come_in_teaching_order_with_their_place_their_vector_and_what_was_drawn(read: Small):
    concepts = list_concept_vectors(read.cursor, encoder=ENCODER)
    assert concepts["concept"].tolist()[:2] == ["reflection", "refraction"]
    assert len(concepts) == 15
    phase = concepts.set_index("concept").loc["phase"]
    assert (phase["class_session"], phase["subject"], phase["discipline"], phase["field"]) == (
        "Waves",
        "Optics",
        "Physics",
        "Natural Science",
    )
    assert (phase["number"], phase["drawn"]) == (3, 2)
    assert concepts.loc[concepts["concept"] != "phase", "number"].unique().tolist() == [-1]
    assert count_unread_concepts(read.cursor, encoder=ENCODER) == 14


def test_of_a_removed_run_no_pair_counts(read: Small):
    pairs = list_pair_vectors(read.cursor, encoder=ENCODER, content="instruction")
    assert pairs["instruction_id"].tolist() == ["a", "b"]
    assert set(pairs["subject_id"]) == {read.nodes.optics.subject_id}
    links = list_drawn_links(read.cursor, encoder=ENCODER, content="instruction")
    (reflection, phase) = read.nodes.key_concept_ids("reflection", "phase")
    assert links[["number", "key_concept_id"]].to_numpy().tolist() == [[0, reflection], [0, phase], [1, phase]]
    assert links["pair"].nunique() == 2


@pytest.mark.parametrize("status", ["kept", "removed"])
def test_below_a_removed_node_nothing_counts(read: Small, status: str):
    read.cursor.execute(
        "update taxonomy_node set status = ? where taxonomy_node_id = ?", [status, read.nodes.physics.taxonomy_node_id]
    )
    expected = 1 if status == "kept" else 0
    assert len(list_concept_vectors(read.cursor, encoder=ENCODER)) == 15 * expected
    assert len(list_pair_vectors(read.cursor, encoder=ENCODER, content="instruction")) == 2 * expected


def test_only_the_newest_syllabus_of_a_subject_counts(read: Small):
    older = dataclasses.replace(read.nodes.syllabus, syllabus_id="newer", version=2)
    ingest(read.cursor, [older])
    assert len(list_concept_vectors(read.cursor, encoder=ENCODER)) == 15  # it has no class sessions yet
    read.cursor.execute("insert into class_session values ('session', 'newer', 1, 'Light', '')")
    read.cursor.execute("insert into key_concept values ('concept', 'session', 1, 'photon')")
    assert list_concept_vectors(read.cursor, encoder=ENCODER)["concept"].tolist() == ["photon"]
    assert len(list_pair_vectors(read.cursor, encoder=ENCODER, content="instruction")) == 2


def test_what_is_not_read_is_counted_where_it_can_be_read(read: Small):
    assert count_unread_pairs(read.cursor, encoder=ENCODER, content="instruction") == 0
    assert count_unread_pairs(read.cursor, encoder="another", content="instruction") == 2
    assert count_unread_pairs(read.cursor, encoder=ENCODER, content="answer") == 0
    ingest(read.cursor, [answer("a")])
    assert count_unread_pairs(read.cursor, encoder=ENCODER, content="answer") == 1


def test_the_stamp_changes_with_what_is_compared_and_with_nothing_else(read: Small):
    def stamp() -> str:
        return meanings_stamp(read.cursor, encoder=ENCODER, content="instruction")

    before = stamp()
    read.cursor.execute("insert into saved_query values ('a', 'select 1', now())")
    assert stamp() == before
    read.cursor.execute("update run set is_removed = true")
    assert stamp() != before


def test_the_stamp_changes_with_a_text_that_was_edited_and_read_again(read: Small):
    def stamp() -> str:
        return meanings_stamp(read.cursor, encoder=ENCODER, content="instruction")

    before = stamp()
    read.cursor.execute("update embedded_instruction set number = 3 where instruction_id = 'a'")
    assert stamp() != before
    read.cursor.execute("update embedded_instruction set number = 0 where instruction_id = 'a'")
    assert stamp() == before
