"""The starter curriculum has the shape that the paper reports, and goes into a database whole."""

import dataclasses
import shutil
from collections import Counter
from pathlib import Path

import pytest

from glan_core import paper
from glan_core.entities import SUBJECT_LEVELS, TaxonomyNode
from glan_core.errors import CurriculumError, SettingsError, StoreError
from glan_core.starter import CURRICULUM_FOLDER, Curriculum, create_database, insert_curriculum, read_curriculum
from glan_core.store.database import Database, open_database
from glan_core.store.reports import list_fields, totals
from glan_core.store.votes import list_votes
from tests.small_curriculum import small_curriculum


@pytest.fixture(scope="module")
def curriculum() -> Curriculum:
    """The shipped curriculum."""
    return read_curriculum()


def kept(curriculum: Curriculum) -> list[TaxonomyNode]:
    """Give the nodes without the candidates that were voted out."""
    return [node for node in curriculum.taxonomy_nodes if node.status == "kept"]


# Its shape ----------------------------------------------------------------------------------------------------------


def test_every_field_has_as_many_disciplines_as_in_the_paper(curriculum: Curriculum):
    nodes = {node.taxonomy_node_id: node for node in kept(curriculum)}
    field_of = {
        node.taxonomy_node_id: nodes[nodes[node.parent_id].parent_id].name
        for node in kept(curriculum)
        if node.level == "discipline"
    }
    assert Counter(field_of.values()) == paper.DISCIPLINES_BY_FIELD


def test_every_sub_field_holds_a_discipline(curriculum: Curriculum):
    sub_fields = {node.taxonomy_node_id for node in kept(curriculum) if node.level == "sub_field"}
    assert {node.parent_id for node in kept(curriculum) if node.level == "discipline"} == sub_fields


def test_no_two_siblings_share_a_name(curriculum: Curriculum):
    names = Counter((node.parent_id, node.name.casefold()) for node in curriculum.taxonomy_nodes)
    assert max(names.values()) == 1


def test_no_two_disciplines_share_a_name(curriculum: Curriculum):
    names = Counter(node.name.casefold() for node in curriculum.taxonomy_nodes if node.level == "discipline")
    assert max(names.values()) == 1


def test_every_node_is_described(curriculum: Curriculum):
    assert [node.name for node in curriculum.taxonomy_nodes if not node.description.strip()] == []


def test_three_disciplines_are_ours_and_the_others_from_the_paper(curriculum: Curriculum):
    origins = Counter(node.origin for node in kept(curriculum) if node.level == "discipline")
    assert origins == {"paper": 123, "starter": 3}


def test_no_two_subjects_of_a_discipline_share_a_name(curriculum: Curriculum):
    names = Counter((subject.discipline_id, subject.name.casefold()) for subject in curriculum.subjects)
    assert max(names.values()) == 1


def test_every_subject_has_a_level_and_subtopics(curriculum: Curriculum):
    assert {subject.level for subject in curriculum.subjects} <= set(SUBJECT_LEVELS)
    assert [subject.name for subject in curriculum.subjects if not subject.subtopics] == []


def test_every_discipline_has_subjects_and_a_syllabus(curriculum: Curriculum):
    discipline_of = {subject.subject_id: subject.discipline_id for subject in curriculum.subjects}
    with_syllabus = {discipline_of[syllabus.subject_id] for syllabus in curriculum.syllabi}
    disciplines = {node.taxonomy_node_id for node in kept(curriculum) if node.level == "discipline"}
    assert with_syllabus == set(discipline_of.values()) == disciplines


def test_each_reader_voted_once_on_a_node(curriculum: Curriculum):
    by_node = Counter((vote.taxonomy_node_id, vote.reviewer) for vote in curriculum.votes)
    assert max(by_node.values()) == 1
    assert set(Counter(node_id for node_id, _ in by_node).values()) == {3}


def test_what_the_paper_names_was_not_voted_on(curriculum: Curriculum):
    of_the_paper = {node.taxonomy_node_id for node in curriculum.taxonomy_nodes if node.origin == "paper"}
    assert {vote.taxonomy_node_id for vote in curriculum.votes}.isdisjoint(of_the_paper)


def test_every_syllabus_has_as_many_sessions_and_concepts_as_in_the_paper(curriculum: Curriculum):
    fewest, most = paper.CLASS_SESSIONS_PER_SYLLABUS
    sessions = Counter(session.syllabus_id for session in curriculum.class_sessions)
    assert set(sessions) == {syllabus.syllabus_id for syllabus in curriculum.syllabi}
    assert all(fewest <= number <= most for number in sessions.values())
    concepts = Counter(concept.class_session_id for concept in curriculum.key_concepts)
    assert set(concepts) == {session.class_session_id for session in curriculum.class_sessions}
    assert all(4 <= number <= 6 for number in concepts.values())  # the paper says about five


def test_no_two_concepts_of_a_syllabus_share_a_name(curriculum: Curriculum):
    syllabus_of = {session.class_session_id: session.syllabus_id for session in curriculum.class_sessions}
    names = Counter((syllabus_of[c.class_session_id], c.name.casefold()) for c in curriculum.key_concepts)
    assert [name for (_, name), number in names.items() if number > 1] == []


def test_the_text_of_a_syllabus_holds_its_sessions_and_concepts(curriculum: Curriculum):
    text_of = {syllabus.syllabus_id: syllabus.text for syllabus in curriculum.syllabi}
    syllabus_of = {session.class_session_id: session.syllabus_id for session in curriculum.class_sessions}
    for session in curriculum.class_sessions:
        assert f"Class session {session.position}: {session.title}\n" in text_of[session.syllabus_id]
    for concept in curriculum.key_concepts:
        assert concept.name in text_of[syllabus_of[concept.class_session_id]]


def test_every_id_is_there_once(curriculum: Curriculum):
    for entities in curriculum:
        ids = [dataclasses.astuple(entity)[0] for entity in entities]
        assert len(set(ids)) == len(ids)


# In the database ----------------------------------------------------------------------------------------------------


def test_the_database_holds_the_whole_curriculum(starter_database: Database, curriculum: Curriculum):
    counts = totals(starter_database.cursor())
    assert (counts.fields, counts.disciplines) == (8, paper.DISCIPLINES)
    assert counts.subjects == len(curriculum.subjects)
    assert (counts.syllabi, counts.class_sessions) == (len(curriculum.syllabi), len(curriculum.class_sessions))
    assert counts.key_concepts == len(curriculum.key_concepts)
    assert set(list_votes(starter_database.cursor())) == set(curriculum.votes)


def test_fields_stand_in_the_order_of_the_file(starter_database: Database, curriculum: Curriculum):
    in_the_file = tuple(node.name for node in curriculum.taxonomy_nodes if node.level == "field")
    assert list_fields(starter_database.cursor()) == in_the_file


@pytest.mark.parametrize(
    ("table", "column", "parent", "parent_column"),
    [
        ("taxonomy_node", "parent_id", "taxonomy_node", "taxonomy_node_id"),
        ("vote", "taxonomy_node_id", "taxonomy_node", "taxonomy_node_id"),
        ("subject", "discipline_id", "taxonomy_node", "taxonomy_node_id"),
        ("syllabus", "subject_id", "subject", "subject_id"),
        ("class_session", "syllabus_id", "syllabus", "syllabus_id"),
        ("key_concept", "class_session_id", "class_session", "class_session_id"),
    ],
)
def test_no_row_is_an_orphan(starter_database: Database, table: str, column: str, parent: str, parent_column: str):
    orphans = starter_database.cursor().execute(
        f"""
        select count(*)
        from {table}
        where {column} is not null
            and {column} not in (select {parent_column} from {parent})
        """
    )
    assert orphans.fetchone() == (0,)


def test_inserting_the_curriculum_again_changes_nothing(starter_database: Database, curriculum: Curriculum):
    cursor = starter_database.cursor()
    before = totals(cursor)
    insert_curriculum(cursor, curriculum)
    assert totals(cursor) == before


def test_a_database_is_created_with_a_curriculum_or_without(tmp_path: Path):
    create_database(tmp_path / "full.duckdb", curriculum=small_curriculum().curriculum)
    create_database(tmp_path / "empty.duckdb", curriculum=None)
    with open_database(tmp_path / "full.duckdb") as full, open_database(tmp_path / "empty.duckdb") as empty:
        assert (totals(full.cursor()).subjects, totals(empty.cursor()).subjects) == (2, 0)


def test_a_database_that_is_there_is_not_created_again(starter_file: Path):
    with pytest.raises(SettingsError, match="is there already"):
        create_database(starter_file, curriculum=None)


def test_a_database_that_cannot_be_created_leaves_nothing_behind(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        create_database(tmp_path / "file" / "new.duckdb", curriculum=None)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# Its files ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """A copy of the curriculum that a test may change."""
    return Path(shutil.copytree(CURRICULUM_FOLDER, tmp_path / "curriculum"))


@pytest.mark.parametrize("content", ["", "5", "- name: Field\n", "- 5\n", "fields: {}\n"])
def test_a_taxonomy_of_another_form_is_an_error_that_names_the_file(own_folder: Path, content: str):
    (own_folder / "taxonomy.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(CurriculumError, match=r"^taxonomy\.yaml does not have the form"):
        read_curriculum(own_folder)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "discipline: Physics\n",
        "discipline: Numerology\nsubjects: []\n",
        "discipline: Physics\nsubjects:\n  - {name: Optics, level: hard, subtopics: [light]}\n",
        "discipline: Physics\nsubjects:\n  - {name: Optics, level: advanced, subtopics: [light], syllabus: {}}\n",
    ],
)
def test_a_discipline_of_another_form_is_an_error_that_names_the_file(own_folder: Path, content: str):
    (own_folder / "disciplines" / "physics.yaml").write_text(content, encoding="utf-8")
    with pytest.raises(CurriculumError, match=r"^physics\.yaml does not have the form"):
        read_curriculum(own_folder)


def test_a_file_that_is_no_yaml_is_an_error(own_folder: Path):
    (own_folder / "taxonomy.yaml").write_text("- {", encoding="utf-8")
    with pytest.raises(CurriculumError, match="cannot be read"):
        read_curriculum(own_folder)


def test_a_missing_folder_is_an_error(tmp_path: Path):
    with pytest.raises(CurriculumError, match="cannot be read"):
        read_curriculum(tmp_path / "nowhere")
