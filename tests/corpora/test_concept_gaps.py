"""Which key concepts does a corpus lack, which the own set, and what is the evidence? On vectors made by hand."""

from pathlib import Path

import numpy as np
import pytest

from glan_core.corpora import concept_gaps
from glan_core.corpora.concept_gaps import CorpusGaps, corpus_gaps_stamp, find_corpus_gaps, lacked
from glan_core.corpora.importing import import_corpus
from glan_core.encoder_choice import ChosenEncoder
from glan_core.encoders import BUILT_IN_ENCODER
from glan_core.errors import EmbeddingError
from glan_core.store.corpora import Corpus, list_corpus_rows
from glan_core.store.corpus_places import Places, replace_places
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.ingest import ingest
from tests.conftest import Small
from tests.corpus_files.files import alpaca, write
from tests.small_pairs import answer, instruction
from tests.store.vectors import link

ENCODER = BUILT_IN_ENCODER.encoder
CHOSEN = ChosenEncoder(BUILT_IN_ENCODER, "instruction")
EAST, NORTH, UP = np.eye(3, dtype=np.float32)
BETWEEN = (EAST + NORTH) / np.float32(2**0.5)
ROWS = {"r1": EAST, "r2": BETWEEN, "r3": UP}


@pytest.fixture
def corpus(small: Small, tmp_path: Path) -> Corpus:
    """Rows r1 and r2 in Physics, r3 in Chemistry; own pairs a (north) and b (above); three key concepts of Optics.

    phase lies in the east, as r1; magnifier in the north, as a; telescope above, as r3 and b.
    """
    made = import_corpus(small.database, write(tmp_path / "o.jsonl", alpaca([(name, "So.") for name in ROWS]))).corpus
    ingest(small.cursor, [instruction("a", "magnifier", text="A?"), instruction("b", "telescope", text="B?")])
    ingest(small.cursor, [answer("a"), answer("b")])
    texts = ["A?", "B?", "phase", "magnifier", "telescope", *ROWS]
    vectors = np.stack([NORTH, UP, EAST, NORTH, UP, *ROWS.values()])
    insert_embeddings(small.cursor, encoder=ENCODER, texts=texts, vectors=vectors)
    link(small.cursor, ENCODER, a=0, b=1)
    physics, chemistry = small.nodes.physics.taxonomy_node_id, small.nodes.chemistry.taxonomy_node_id
    ones = np.ones(3, np.float32)
    places = Places(np.array([1, 2, 3]), [physics, physics, chemistry], ones, ones)
    replace_places(
        small.cursor, made.corpus_id, encoder=ENCODER, content="instruction", places=places, reference="then"
    )
    return made


def find(small: Small, corpus: Corpus, *, is_equal: bool = False) -> CorpusGaps:
    """Compare everything."""
    return find_corpus_gaps(small.database, corpus, chosen=CHOSEN, is_equal=is_equal)


def test_each_concept_has_its_nearest_row_and_pair_as_evidence(small: Small, corpus: Corpus):
    found = find(small, corpus)
    concepts = found.concepts.set_index("concept").loc[["phase", "magnifier", "telescope"]]
    assert concepts["theirs_anywhere"].tolist() == pytest.approx([1, 2**-0.5, 1])
    assert concepts["row_anywhere"].tolist() == [1, 2, 3]
    assert concepts["own_anywhere"].tolist() == pytest.approx([0, 1, 1])
    assert concepts["pair_anywhere"].tolist()[1:] == ["a", "b"]
    assert (found.rows, found.placed_rows, found.pairs, found.own_pairs, found.unread_concepts) == (3, 3, 2, 2, 12)
    assert found.calibration.cosines.tolist() == pytest.approx([1, 1])


def test_rows_of_a_removed_discipline_are_near_anywhere_but_in_no_discipline(small: Small, corpus: Corpus):
    small.cursor.execute("update taxonomy_node set status = 'removed' where name = 'Chemistry'")
    found = find(small, corpus)
    telescope = found.concepts.set_index("concept").loc["telescope"]
    assert (found.rows, telescope["row_anywhere"], telescope["theirs_anywhere"]) == (3, 3, pytest.approx(1))
    assert telescope["theirs_discipline"] == pytest.approx(0)


def test_in_a_discipline_only_the_rows_placed_there_are_near(small: Small, corpus: Corpus):
    concepts = find(small, corpus).concepts.set_index("concept")
    assert concepts.loc["telescope", "theirs_discipline"] == pytest.approx(0)  # r3 is placed in Chemistry
    assert concepts.loc["phase", "row_discipline"] == 1


def test_each_side_lacks_what_it_has_no_near_text_of(small: Small, corpus: Corpus):
    concepts = find(small, corpus).concepts

    def names(lacking: concept_gaps.Lacking, among: concept_gaps.Among = "anywhere") -> list[str]:
        return lacked(concepts, lacking, among, 0.8)["concept"].tolist()

    assert names("theirs") == names("only_theirs") == ["magnifier"]
    assert names("own") == names("only_own") == ["phase"]
    assert names("both") == []
    assert names("theirs", "discipline") == ["telescope", "magnifier"]
    assert lacked(concepts, "theirs", "anywhere", 0.8)["gap"].tolist() == pytest.approx([1 - 2**-0.5])
    assert lacked(concepts, "both", "anywhere", 2)["concept"].tolist() == ["phase", "magnifier", "telescope"]


def test_without_a_threshold_only_what_has_nothing_beside_it_is_lacked(small: Small, corpus: Corpus):
    concepts = find(small, corpus).concepts
    assert lacked(concepts, "theirs", "anywhere", None).empty
    none = concepts.assign(theirs_anywhere=np.nan)
    assert len(lacked(none, "theirs", "anywhere", None)) == 3
    assert lacked(none, "theirs", "anywhere", None)["gap"].tolist() == [1, 1, 1]


def test_at_equal_n_the_larger_side_is_cut_to_its_lowest_ids(small: Small, corpus: Corpus):
    found = find(small, corpus, is_equal=True)
    assert (found.rows, found.pairs, found.placed_rows) == (2, 2, 3)
    rows = sorted(list_corpus_rows(small.cursor, corpus.corpus_id, limit=9), key=lambda row: row.corpus_row_id)
    assert set(found.concepts["row_anywhere"]) <= {row.number for row in rows[:2]}


def test_the_order_of_the_rows_changes_nothing(small: Small, corpus: Corpus, tmp_path: Path):
    turned = [(name, "So.") for name in reversed(list(ROWS))]
    other = import_corpus(small.database, write(tmp_path / "turned.jsonl", alpaca(turned))).corpus
    physics, chemistry = small.nodes.physics.taxonomy_node_id, small.nodes.chemistry.taxonomy_node_id
    ones = np.ones(3, np.float32)
    places = Places(np.array([1, 2, 3]), [chemistry, physics, physics], ones, ones)
    replace_places(
        small.cursor, other.corpus_id, encoder=ENCODER, content="instruction", places=places, reference="then"
    )
    columns = ["theirs_anywhere", "theirs_discipline", "own_anywhere"]
    one, two = find(small, corpus).concepts, find(small, other).concepts
    np.testing.assert_allclose(one[columns], two[columns])
    assert (one["row_anywhere"] + two["row_anywhere"] == 4).all()


def test_more_rows_never_make_a_gap_larger(small: Small, corpus: Corpus):
    few = find(small, corpus, is_equal=True).concepts["theirs_anywhere"].fillna(-1)
    assert (find(small, corpus).concepts["theirs_anywhere"].fillna(-1) >= few).all()


def test_batches_change_nothing(small: Small, corpus: Corpus, monkeypatch: pytest.MonkeyPatch):
    whole = find(small, corpus).concepts
    monkeypatch.setattr(concept_gaps, "_ROWS_AT_ONCE", 1)
    heard: list[tuple[int, int]] = []
    parts = find_corpus_gaps(small.database, corpus, chosen=CHOSEN, on_progress=lambda *news: heard.append(news))
    assert parts.concepts.equals(whole)
    assert heard == [(0, 5), (1, 5), (2, 5), (3, 5), (5, 5)]


def test_the_stamp_changes_with_places_and_pairs(small: Small, corpus: Corpus):
    def stamp() -> str:
        return corpus_gaps_stamp(small.cursor, corpus, encoder=ENCODER, content="instruction")

    before = stamp()
    assert find(small, corpus).stamp == before
    small.cursor.execute("update corpus_place set confidence = 0.5 where number = 1")
    placed = stamp()
    small.cursor.execute("delete from embedded_instruction where instruction_id = 'b'")
    assert len({before, placed, stamp()}) == 3


def test_what_is_not_placed_or_not_read_is_a_sentence(small: Small, corpus: Corpus):
    small.cursor.execute("delete from corpus_place")
    with pytest.raises(EmbeddingError, match="no places by"):
        find(small, corpus)
    with pytest.raises(EmbeddingError, match="no places by"):
        find_corpus_gaps(small.database, corpus)
