"""All versions of a syllabus stay; the newest that has class sessions counts."""

import dataclasses

from glan_core.entities import ClassDetails, ClassSession, KeyConcept, Syllabus
from glan_core.store.syllabi import (
    insert_class_sessions,
    insert_key_concepts,
    insert_syllabi,
    list_class_details,
    list_current_syllabi,
    list_syllabi,
    list_syllabi_of,
)
from tests.conftest import Small


def test_class_details_come_back_in_teaching_order(small: Small):
    syllabus_id = small.nodes.syllabus.syllabus_id
    assert list_class_details(small.cursor, [syllabus_id]) == {syllabus_id: small.nodes.details}


def test_positions_decide_the_order_and_not_the_order_of_insertion(small: Small):
    sessions = [ClassSession(f"s{i}", "y", i, f"Session {i}") for i in (3, 1, 2)]
    concepts = [KeyConcept(f"c{i}{j}", f"s{i}", j, f"concept {i}{j}") for i in (2, 3, 1) for j in (2, 1)]
    insert_class_sessions(small.cursor, sessions)
    insert_key_concepts(small.cursor, concepts)
    details = list_class_details(small.cursor, ["y"])["y"]
    assert [session.class_session_id for session in details.class_sessions] == ["s1", "s2", "s3"]
    assert [concept.key_concept_id for concept in details.key_concepts] == ["c11", "c12", "c21", "c22", "c31", "c32"]


def test_a_syllabus_without_class_sessions_has_empty_details(small: Small):
    assert list_class_details(small.cursor, ["nowhere"]) == {"nowhere": ClassDetails((), ())}


def test_a_syllabus_comes_back_as_it_went_in(small: Small):
    syllabus = Syllabus("id", "subject", 2, "Text\nwith «ü»", "run", "call")
    insert_syllabi(small.cursor, [syllabus])
    assert list_syllabi(small.cursor, ["id"]) == (syllabus,)


def test_an_unknown_syllabus_is_none(small: Small):
    assert list_syllabi(small.cursor, ["nowhere"]) == ()


def test_subjects_without_a_syllabus_have_no_current_one(small: Small):
    subject_ids = [small.nodes.optics.subject_id, small.nodes.mechanics.subject_id]
    assert list_current_syllabi(small.cursor, subject_ids) == {small.nodes.optics.subject_id: small.nodes.syllabus}


def _newer(small: Small) -> Syllabus:
    return dataclasses.replace(small.nodes.syllabus, syllabus_id="newer", version=2, text="Second text")


def test_the_newest_version_with_class_sessions_is_current(small: Small):
    insert_syllabi(small.cursor, [_newer(small)])
    insert_class_sessions(small.cursor, [ClassSession("s", "newer", 1, "Only session")])
    optics = small.nodes.optics.subject_id
    assert list_current_syllabi(small.cursor, [optics]) == {optics: _newer(small)}


def test_a_newer_version_without_class_sessions_does_not_count_yet(small: Small):
    insert_syllabi(small.cursor, [_newer(small)])
    optics = small.nodes.optics.subject_id
    assert list_current_syllabi(small.cursor, [optics]) == {optics: small.nodes.syllabus}


def test_a_version_that_is_there_already_becomes_the_next_one(small: Small):
    """Two runs that wrote the same syllabus anew at the same time both made a second version."""
    mine, theirs = _newer(small), dataclasses.replace(_newer(small), syllabus_id="theirs")
    insert_syllabi(small.cursor, [mine])
    insert_syllabi(small.cursor, [theirs, mine])
    optics = small.nodes.optics.subject_id
    versions = {each.syllabus_id: each.version for each in list_syllabi_of(small.cursor, optics)}
    assert versions == {small.nodes.syllabus.syllabus_id: 1, "newer": 2, "theirs": 3}


def test_what_is_inserted_again_changes_nothing(small: Small):
    nodes = small.nodes
    insert_syllabi(small.cursor, [dataclasses.replace(nodes.syllabus, text="Other")])
    insert_class_sessions(small.cursor, [dataclasses.replace(nodes.details.class_sessions[0], title="Other")])
    insert_key_concepts(small.cursor, [dataclasses.replace(nodes.details.key_concepts[0], name="other")])
    assert list_syllabi(small.cursor, [nodes.syllabus.syllabus_id]) == (nodes.syllabus,)
    assert list_class_details(small.cursor, [nodes.syllabus.syllabus_id]) == {nodes.syllabus.syllabus_id: nodes.details}
