"""The demo corpus comes whole, is named for what it is, and goes when asked to."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from docs.make_demo import PAIRS_PER_DISCIPLINE, SEED, places_of_runs
from glan_core.curriculum_checks import check_curriculum
from glan_core.demo import DEMO_FOLDER, insert_demo, put_back_demo, remove_demo, write_demo
from glan_core.embedding.encoder import ENCODER
from glan_core.entities import Filter, QualityFlag, Strategy
from glan_core.errors import CurriculumError
from glan_core.ids import content_id
from glan_core.llm import built_in
from glan_core.outline import read_outline
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import Cursor, Database, open_database
from glan_core.store.demo_pairs import DEMO_TABLES, DemoStanding, demo_standing
from glan_core.store.embeddings import insert_embeddings, link_instructions, list_vectors, read_vectors, vector_numbers
from glan_core.store.ingest import ingest
from glan_core.store.pairs import count_pairs, lineage, list_pairs
from glan_core.store.projections import count_unplaced_instructions, find_newest_projection
from glan_core.store.reports import taxonomy_counts, totals
from glan_core.store.runs import list_runs, save_run, spending
from tests.conftest import Small
from tests.small_curriculum import small_curriculum
from tests.small_pairs import answer, instruction, model_call, run

VECTORS = np.array([[0.6, 0.8], [1.0, 0.0]], np.float32)


def entities(*names: str, run_id: str) -> list[object]:
    """Make answered questions with their calls."""
    made: list[object] = []
    for name in names:
        made += [
            model_call(f"call-{name}", run_id=run_id),
            model_call(f"answering-{name}", run_id=run_id, stage="answers"),
            instruction(name, run_id=run_id),
            answer(name, run_id=run_id),
        ]
    return made


@pytest.fixture
def folder(small_file: Path, tmp_path: Path) -> Path:
    """A demo corpus of two pairs of the small curriculum, one of them flagged."""
    folder = tmp_path / "demo"
    with open_database(Path(shutil.copy(small_file, tmp_path / "making.duckdb"))) as making:
        cursor = making.cursor()
        save_run(cursor, run("demo"))
        ingest(cursor, [*entities("a", "b", run_id="demo"), QualityFlag("b", "refusal")])
        insert_embeddings(cursor, encoder="e", texts=["Question a?", "Question b?"], vectors=VECTORS)
        assert write_demo(cursor, folder)["answer"] == 2
    return folder


@pytest.fixture
def with_own(small: Small, folder: Path) -> Small:
    """The small curriculum with the demo corpus and a pair of one's own, c."""
    save_run(small.cursor, run("own"))
    ingest(small.cursor, entities("c", run_id="own"))
    insert_demo(small.cursor, folder)
    return small


@pytest.fixture(scope="module")
def shipped_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the app makes it."""
    path = tmp_path_factory.mktemp("shipped") / "glan.duckdb"
    create_database(path, curriculum=read_curriculum(), demo=DEMO_FOLDER)
    return path


@pytest.fixture
def shipped(shipped_file: Path) -> Iterator[Cursor]:
    """A cursor of a database as the app makes it; nobody writes to it."""
    with open_database(shipped_file) as opened:
        yield opened.cursor()


def everything(database: Database) -> dict[str, list[str]]:
    """Give the rows of the tables that a demo corpus fills, and of which vector stands for which question."""
    cursor = database.cursor()
    tables = (*DEMO_TABLES, "embedded_instruction")
    return {table: sorted(map(str, cursor.execute(f"from {table}").fetchall())) for table in tables}


# In and out ---------------------------------------------------------------------------------------------------------


def test_what_was_written_comes_back_with_its_runs_marked(small: Small, folder: Path, tmp_path: Path):
    insert_demo(small.cursor, folder)
    with open_database(tmp_path / "making.duckdb") as making:
        made = everything(making)
        cursor = making.cursor()
        cursor.execute("update run set is_demo = true")
        cursor.execute("update embedding set number = 1 - number")  # in the files they lie in the order of their ids
        contents = {"a": content_id("Question a?"), "b": content_id("Question b?")}
        link_instructions(cursor, encoder="e", content="instruction", content_of=contents)
        assert everything(small.database) == everything(making) != made


def test_the_same_database_gives_the_same_files(folder: Path, tmp_path: Path):
    with open_database(tmp_path / "making.duckdb") as making:
        write_demo(making.cursor(), tmp_path / "again")
    for table in DEMO_TABLES:
        name = f"{table}.parquet"
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_putting_it_in_twice_changes_nothing(with_own: Small, folder: Path):
    before = everything(with_own.database)
    insert_demo(with_own.cursor, folder)
    assert everything(with_own.database) == before


def test_its_vectors_are_numbered_after_those_that_are_there(small: Small, folder: Path):
    insert_embeddings(small.cursor, encoder="e", texts=["mine", "Question a?"], vectors=-VECTORS)
    insert_demo(small.cursor, folder)
    assert np.array_equal(read_vectors(small.cursor, encoder="e"), np.stack([*-VECTORS, VECTORS[1]]))
    found = vector_numbers(small.cursor, encoder="e", content="instruction")
    assert found.to_pylist() == [{"instruction_id": "a", "number": 1}, {"instruction_id": "b", "number": 2}]


def test_questions_about_a_syllabus_that_is_gone_are_not_written(with_own: Small, tmp_path: Path):
    with_own.cursor.execute("update instruction set syllabus_id = 'gone' where instruction_id = 'a'")
    rows = write_demo(with_own.cursor, tmp_path / "fewer")
    assert (rows["instruction"], rows["answer"], rows["quality_flag"]) == (2, 2, 1)


def test_a_corpus_of_another_curriculum_is_refused_whole(database: Database, folder: Path):
    with pytest.raises(CurriculumError, match="2 demo pairs were made of syllabi"):
        insert_demo(database.cursor(), folder)
    assert not any(everything(database).values())


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PAR1 no more")])
def test_a_missing_or_broken_file_is_named(small: Small, folder: Path, damage):
    damage(folder / "answer.parquet")
    with pytest.raises(CurriculumError, match=r"answer\.parquet"):
        insert_demo(small.cursor, folder)
    assert not any(everything(small.database).values())


def test_a_new_database_with_a_broken_demo_is_not_left_half_made(folder: Path, tmp_path: Path):
    (folder / "run.parquet").unlink()
    with pytest.raises(CurriculumError):
        create_database(tmp_path / "new" / "glan.duckdb", curriculum=small_curriculum().curriculum, demo=folder)
    assert list((tmp_path / "new").iterdir()) == []


# Removed and put back -----------------------------------------------------------------------------------------------


def test_it_is_counted_apart(with_own: Small):
    counts = totals(with_own.cursor)
    assert (counts.answers, counts.demo_answers, counts.flagged, counts.demo_flagged) == (3, 2, 1, 1)
    assert demo_standing(with_own.cursor) == DemoStanding(2, is_removed=False)


def test_its_calls_were_not_paid_here(with_own: Small):
    assert spending(with_own.cursor).calls == 2


def test_removed_it_counts_nowhere(with_own: Small):
    remove_demo(with_own.cursor)
    counts = totals(with_own.cursor)
    assert (counts.instructions, counts.answers, counts.demo_answers, counts.flagged, counts.runs) == (1, 1, 0, 0, 1)
    assert list_pairs(with_own.cursor, Filter(), limit=9).instruction_id.tolist() == ["c"]
    assert lineage(with_own.cursor, "a") is None
    assert [listed.run_id for listed in list_runs(with_own.cursor)] == ["own"]
    assert taxonomy_counts(with_own.cursor).set_index("name").loc["Optics", "pairs"] == 1
    assert demo_standing(with_own.cursor) == DemoStanding(2, is_removed=True)


def test_put_back_it_counts_again(with_own: Small, folder: Path):
    before = everything(with_own.database)
    remove_demo(with_own.cursor)
    put_back_demo(with_own.cursor, folder)
    assert everything(with_own.database) == before


def test_it_can_be_put_into_a_database_that_was_made_without_it(small: Small, folder: Path):
    assert demo_standing(small.cursor) is None
    put_back_demo(small.cursor, folder)
    assert demo_standing(small.cursor) == DemoStanding(2, is_removed=False)


def test_an_answer_of_ones_own_to_a_demo_question_goes_with_the_question(with_own: Small):
    ingest(with_own.cursor, [answer("a", answer_id="mine", run_id="own")])
    remove_demo(with_own.cursor)
    assert count_pairs(with_own.cursor, Filter()) == 1


# What is shipped ----------------------------------------------------------------------------------------------------


def test_every_discipline_has_as_many_shipped_pairs(shipped: Cursor):
    counts = taxonomy_counts(shipped)
    disciplines = counts[counts.level == "discipline"]
    assert set(disciplines.pairs) == {PAIRS_PER_DISCIPLINE}
    assert disciplines.pairs.sum() == totals(shipped).demo_answers >= 2_500
    assert len(list_runs(shipped)) == len(places_of_runs(read_outline(counts)))


def test_the_readme_of_the_data_says_how_many_pairs_there_are(shipped: Cursor):
    text = (DEMO_FOLDER.parent / "README.md").read_text(encoding="utf-8")
    counts = totals(shipped)
    assert f"| demo pairs | {counts.demo_answers:,} |" in text
    assert f"| disciplines with demo pairs | {counts.disciplines_with_pairs:,}: " in text
    assert f"{counts.demo_flagged:,} of the {counts.demo_answers:,} pairs carry a flag" in text


def test_the_shipped_pairs_lead_back_to_the_shipped_curriculum(shipped: Cursor):
    curriculum = read_curriculum()
    assert check_curriculum(curriculum) == ()
    known = {concept.key_concept_id for concept in curriculum.key_concepts}
    drawn = {
        row[0] for row in shipped.execute("select distinct key_concept_id from instruction_key_concept").fetchall()
    }
    assert drawn <= known
    # Through the view every pair has its place; a question without an answer would be one row too.
    assert count_pairs(shipped, Filter()) == count_pairs(shipped, Filter(has_answer=True)) == totals(shipped).answers


def test_the_shipped_pairs_have_their_calls_by_the_built_in_model(shipped: Cursor):
    orphans = """
        select count(*)
        from pair
        where instruction_model_call_id not in (select model_call_id from model_call)
            or answer_model_call_id not in (select model_call_id from model_call)
    """
    assert shipped.execute(orphans).fetchall() == [(0,)]
    assert shipped.execute("select distinct model from model_call").fetchall() == [(built_in.MODEL,)]
    first = list_pairs(shipped, Filter(), limit=1).instruction_id[0]
    found = lineage(shipped, first)
    assert found is not None
    assert len(found.path) == 4
    assert len(found.instruction_messages[-1].content) > 100  # the syllabus is unfolded from shared_text


def test_the_shipped_pairs_are_of_both_strategies_and_several_finished_runs(shipped: Cursor):
    halves = dict(shipped.execute("select strategy, count(*) from pair group by all").fetchall())
    assert halves.keys() == set(Strategy)
    assert 0.4 < halves[Strategy.ONE_SESSION] / sum(halves.values()) < 0.6
    runs = list_runs(shipped)
    assert len(runs) > 3
    assert all(made.is_demo and made.state == "finished" and made.seed == SEED for made in runs)


def test_every_shipped_pair_has_its_place_on_the_map(shipped: Cursor):
    projection = find_newest_projection(shipped)
    assert projection is not None
    assert projection.method == "umap"
    different = shipped.execute("select count(distinct text) from instruction").fetchone()
    assert different is not None
    assert different[0] > 0.99 * totals(shipped).demo_answers
    assert projection.landmarks == different[0]
    assert count_unplaced_instructions(shipped, projection.projection_id) == 0


def test_every_shipped_pair_leads_to_the_vector_of_its_question(shipped: Cursor):
    numbers = vector_numbers(shipped, encoder=ENCODER, content="instruction")
    texts = dict(shipped.execute("select instruction_id, text from instruction").fetchall())
    assert numbers["instruction_id"].to_pylist() == sorted(texts)
    vectors = read_vectors(shipped, encoder=ENCODER)
    assert np.array_equal(
        vectors[numbers["number"].to_numpy()],
        list_vectors(shipped, encoder=ENCODER, texts=[texts[found] for found in sorted(texts)]),
    )
