"""Rows find the discipline that teaches what they say, and a comparison says what a corpus lacks at equal n."""

from pathlib import Path

import pytest

from glan_core.corpora import placing
from glan_core.corpora.comparison import compare_corpus
from glan_core.corpora.importing import import_corpus
from glan_core.corpora.placing import place_corpus
from glan_core.encoders import BUILT_IN_ENCODER
from glan_core.entities import Filter, Subject
from glan_core.errors import EmbeddingError
from glan_core.store.corpora import Corpus, list_corpus_rows
from glan_core.store.corpus_places import list_row_numbers, list_taught_names
from glan_core.store.database import Cursor, Database
from glan_core.store.exports import iterate_export_rows
from glan_core.store.ingest import ingest
from glan_core.store.pairs import count_pairs
from glan_core.store.reports import totals
from glan_core.store.runs import save_run
from glan_core.store.subjects import insert_subjects
from glan_core.text_vectors import embed_instructions
from tests.conftest import Small
from tests.corpus_files.files import alpaca, write
from tests.small_pairs import answer, instruction, model_call, run

ASKED = (
    "How does a convex lens focus rays of light?",
    "Which crops should follow wheat in a field to keep the soil fertile?",
    "At which angle is light reflected by a mirror?",
    "What happens to the ions when an acid is mixed with a base?",
)


@pytest.fixture
def taught(small: Small) -> Small:
    """The small curriculum with subjects in all three disciplines."""
    chemistry, agriculture = small.nodes.chemistry, small.nodes.agriculture_discipline
    named = {
        chemistry.taxonomy_node_id: ("Acids and bases", "Organic chemistry"),
        agriculture.taxonomy_node_id: ("Crop rotation", "Soil fertility"),
    }
    insert_subjects(
        small.cursor,
        [Subject(name, node, name, "introductory", ()) for node, names in named.items() for name in names],
    )
    return small


def take_in(database: Database, folder: Path, asked: tuple[str, ...] = ASKED) -> Corpus:
    """Import a corpus of these questions."""
    pairs = [(text, f"Answer {number}.") for number, text in enumerate(asked)]
    return import_corpus(database, write(folder / "set.jsonl", alpaca(pairs))).corpus


def places_of(cursor: Cursor) -> list[tuple[int, str]]:
    """Give number and discipline of every place."""
    return cursor.execute(
        """
        select number, name
        from corpus_place
        join taxonomy_node on taxonomy_node_id = discipline_id
        order by number
        """
    ).fetchall()


def add_pairs(small: Small, *texts: str) -> None:
    """Add pairs of Optics that the built-in encoder has read."""
    save_run(small.cursor, run())
    ingest(small.cursor, [instruction(f"i{number}", text=text) for number, text in enumerate(texts)])
    ingest(small.cursor, [answer(f"i{number}") for number in range(len(texts))])
    embed_instructions(small.database)


def test_every_row_gets_the_discipline_that_teaches_it(taught: Small, tmp_path: Path):
    corpus = take_in(taught.database, tmp_path)
    heard: list[tuple[int, int]] = []
    names: list[tuple[int, int]] = []
    placed = place_corpus(
        taught.database,
        corpus,
        on_progress=lambda done, total: heard.append((done, total)),
        on_names=lambda done, total: names.append((done, total)),
    )
    assert places_of(taught.cursor) == [(1, "Physics"), (2, "Agriculture"), (3, "Physics"), (4, "Chemistry")]
    assert (placed.placed, placed.embedded, placed.encoder) == (4, 4, BUILT_IN_ENCODER.encoder)
    assert placed.accuracy.texts == 0
    assert 1 / 3 < placed.median_confidence <= 1
    assert heard[-1] == (4, 4)
    assert names
    assert all(total > 4 for _, total in names)


def test_rows_are_read_once_and_placed_anew(taught: Small, tmp_path: Path):
    corpus = take_in(taught.database, tmp_path)
    place_corpus(taught.database, corpus)
    before = places_of(taught.cursor)
    again = place_corpus(taught.database, corpus)
    assert again.embedded == 0
    assert places_of(taught.cursor) == before
    as_answers = place_corpus(taught.database, corpus, content="answer")
    assert (as_answers.placed, as_answers.embedded, len(places_of(taught.cursor))) == (4, 4, 8)


def test_a_stopped_placing_leaves_places_as_they_are_and_keeps_what_was_read(
    taught: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    corpus = take_in(taught.database, tmp_path)
    place_corpus(taught.database, corpus, rows=1)
    before = places_of(taught.cursor)
    monkeypatch.setattr(placing, "_ROWS_AT_ONCE", 3)
    heard: list[int] = []
    stopped = place_corpus(
        taught.database, corpus, on_progress=lambda done, _: heard.append(done), is_stopped=lambda: bool(heard)
    )
    assert (stopped.is_stopped, stopped.placed) == (True, 0)
    assert 2 <= stopped.embedded <= 3
    assert places_of(taught.cursor) == before
    again = place_corpus(taught.database, corpus)
    assert (again.is_stopped, again.placed, again.embedded) == (False, 4, 3 - stopped.embedded)
    assert place_corpus(taught.database, corpus, is_stopped=lambda: True).is_stopped
    assert len(places_of(taught.cursor)) == 4


def test_batches_change_nothing(taught: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    corpus = take_in(taught.database, tmp_path)
    place_corpus(taught.database, corpus)
    before = places_of(taught.cursor)
    monkeypatch.setattr(placing, "_ROWS_AT_ONCE", 3)
    place_corpus(taught.database, corpus)
    assert places_of(taught.cursor) == before


def test_a_sample_is_part_of_every_larger_one(taught: Small, tmp_path: Path):
    corpus = take_in(taught.database, tmp_path, tuple(f"Question {number}?" for number in range(50)))
    samples = [set(list_row_numbers(taught.cursor, corpus.corpus_id, limit=size).tolist()) for size in (5, 20, 50)]
    assert [len(sample) for sample in samples] == [5, 20, 50]
    assert samples[0] < samples[1] < samples[2]
    lowest = sorted(list_corpus_rows(taught.cursor, corpus.corpus_id, limit=50), key=lambda row: row.corpus_row_id)[:5]
    assert samples[0] == {row.number for row in lowest}
    assert place_corpus(taught.database, corpus, rows=5).placed == 5
    assert {number for number, _ in places_of(taught.cursor)} == samples[0]


def test_own_pairs_say_how_often_it_is_right(taught: Small, tmp_path: Path):
    add_pairs(taught, ASKED[0], ASKED[2], ASKED[1])  # all three of Optics by lineage, the last one not by meaning
    accuracy = place_corpus(taught.database, take_in(taught.database, tmp_path)).accuracy
    assert (accuracy.texts, accuracy.top_5) == (3, 1.0)
    assert accuracy.top_1 == pytest.approx(2 / 3)


def test_rows_of_a_corpus_are_no_pairs(taught: Small, tmp_path: Path):
    add_pairs(taught, "What is a lens?")
    ingest(taught.cursor, [model_call("call-i0"), model_call("answering-i0", stage="answers")])
    before = totals(taught.cursor)
    place_corpus(taught.database, take_in(taught.database, tmp_path))
    assert totals(taught.cursor) == before
    assert count_pairs(taught.cursor, Filter()) == 1
    assert len(list(iterate_export_rows(taught.cursor, Filter()))) == 1
    linked = taught.cursor.execute("select count(*) from embedded_instruction").fetchall()
    assert linked == [(1,)]


def test_a_discipline_without_subjects_goes_by_its_name(small: Small):
    names = {each.name for each in list_taught_names(small.cursor) if not each.is_key_concept}
    assert names == {"Mechanics", "Optics", "Chemistry", "Agriculture"}


def test_without_disciplines_there_is_nothing_to_compare_with(database: Database, tmp_path: Path):
    with pytest.raises(EmbeddingError, match="no disciplines"):
        place_corpus(database, take_in(database, tmp_path))


def test_a_comparison_says_at_equal_n_what_is_lacking(taught: Small, tmp_path: Path):
    add_pairs(taught, "How do lenses refract light?", "Why does soil lose its fertility?")
    corpus = take_in(taught.database, tmp_path)
    with pytest.raises(EmbeddingError, match="no places by"):
        compare_corpus(taught.database, corpus)
    place_corpus(taught.database, corpus)
    compared = compare_corpus(taught.database, corpus)
    assert (compared.own_pairs, compared.placed_rows, compared.rows, compared.n) == (2, 4, 4, 2)
    table = compared.disciplines.set_index("discipline")
    assert table.loc["Physics", ["own_pairs", "rows", "own_at_n", "rows_at_n", "lacks"]].tolist() == [1, 2, 1, 1, 0]
    assert table.loc["Agriculture", ["own_pairs", "rows", "lacks"]].tolist() == [1, 1, 0.5]
    assert table.loc["Chemistry", ["own_pairs", "rows", "lacks"]].tolist() == [0, 1, -0.5]
    assert list(table.index) == ["Agriculture", "Physics", "Chemistry"]
    assert compared.own_reached == 2
    # Two of four rows, of which two share a discipline: 1 of the 6 pairs of rows reaches one, the others two.
    assert compared.corpus_reached == pytest.approx((1 + 5 * 2) / 6)
    fields = compared.fields().set_index("field")
    assert fields.loc["Natural Science", ["own_pairs", "rows", "lacks"]].tolist() == [1, 3, -0.5]


def test_a_comparison_says_that_rows_were_placed_by_another_taxonomy(taught: Small, tmp_path: Path):
    add_pairs(taught, "How do lenses refract light?")
    corpus = take_in(taught.database, tmp_path)
    place_corpus(taught.database, corpus)
    assert not compare_corpus(taught.database, corpus).is_outdated
    taught.cursor.execute("update subject set name = 'Soil and its life' where name = 'Soil fertility'")
    assert compare_corpus(taught.database, corpus).is_outdated
    assert place_corpus(taught.database, corpus).embedded == 0
    assert not compare_corpus(taught.database, corpus).is_outdated
    taught.cursor.execute("delete from corpus_placing")  # as in a database of before
    assert compare_corpus(taught.database, corpus).is_outdated


def test_confidence_narrows_both_sides(taught: Small, tmp_path: Path):
    add_pairs(taught, "How do lenses refract light?")
    corpus = take_in(taught.database, tmp_path)
    place_corpus(taught.database, corpus)
    nobody = compare_corpus(taught.database, corpus, least_confidence=1.0)
    assert (nobody.own_pairs, nobody.rows, nobody.placed_rows, nobody.n) == (0, 0, 4, 0)
    assert (nobody.own_reached, nobody.corpus_reached) == (0, 0)
