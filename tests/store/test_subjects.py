"""Subjects belong to a discipline, and repeats across disciplines are meant."""

import dataclasses

from glan_core import ids
from glan_core.entities import Subject
from glan_core.store.subjects import find_subject, insert_subjects, list_subjects
from tests.conftest import Small


def test_subjects_of_a_discipline_are_listed_by_name(small: Small):
    listed = list_subjects(small.cursor, [small.nodes.physics.taxonomy_node_id])
    assert listed == (small.nodes.mechanics, small.nodes.optics)


def test_no_disciplines_have_no_subjects(small: Small):
    assert list_subjects(small.cursor, []) == ()


def test_a_subject_comes_back_as_it_went_in(small: Small):
    subject = Subject("id", "discipline", "Spectroscopy «ü»", "advanced", ("lines", "bands"), "run", "call")
    insert_subjects(small.cursor, [subject])
    assert find_subject(small.cursor, "id") == subject


def test_an_unknown_subject_is_none(small: Small):
    assert find_subject(small.cursor, "nowhere") is None


def test_a_subject_that_is_inserted_again_changes_nothing(small: Small):
    insert_subjects(small.cursor, [dataclasses.replace(small.nodes.optics, level="advanced", subtopics=())])
    assert find_subject(small.cursor, small.nodes.optics.subject_id) == small.nodes.optics


def test_the_same_subject_stands_in_two_disciplines(small: Small):
    chemistry_id = small.nodes.chemistry.taxonomy_node_id
    twin = dataclasses.replace(
        small.nodes.optics, subject_id=ids.subject_id(chemistry_id, "Optics"), discipline_id=chemistry_id
    )
    insert_subjects(small.cursor, [twin])
    both = list_subjects(small.cursor, [small.nodes.physics.taxonomy_node_id, chemistry_id])
    assert [subject.name for subject in both] == ["Mechanics", "Optics", "Optics"]


def test_the_same_subject_twice_in_one_batch_is_one_row(small: Small):
    subject = Subject("id", "discipline", "Spectroscopy", "advanced")
    insert_subjects(small.cursor, [subject, subject])
    assert list_subjects(small.cursor, ["discipline"]) == (subject,)
