"""What is next to a pair is the same whether the neighbour graph knows it or all vectors are compared."""

import pytest

from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.held_vectors import HeldVectors
from glan_core.near_duplicates import NearDuplicates, near_duplicates
from glan_core.nearest_pairs import nearest_pairs
from glan_core.neighbour_graph import extend_graph
from glan_core.searching import Hit
from glan_core.store.ingest import ingest
from glan_core.store.runs import remove_run, save_run
from tests.conftest import Small
from tests.embedding.test_neighbours import clustered
from tests.small_pairs import instruction, run
from tests.store.vectors import embed, link


@pytest.fixture
def forty(small: Small) -> Small:
    """Forty pairs, p0 to p39, in twenty clusters; p40 has the vector of p3."""
    save_run(small.cursor, run())
    ingest(small.cursor, [instruction(f"p{number}") for number in range(41)])
    embed(small.cursor, "e", clustered(40))
    link(small.cursor, "e", **{f"p{number}": number for number in range(40)}, p40=3)
    return small


def nearest(small: Small, instruction_id: str, *, limit: int, filter_: Filter | None = None) -> tuple[Hit, ...]:
    """Give what is next to a pair."""
    return nearest_pairs(small.cursor, HeldVectors(encoder="e"), instruction_id, filter_=filter_, limit=limit)


@pytest.mark.parametrize("limit", [1, 5, 15, 30, 100])
def test_the_graph_and_a_comparison_with_all_give_the_same(forty: Small, limit: int):
    before = nearest(forty, "p3", limit=limit)
    extend_graph(forty.database, encoder="e")
    assert nearest(forty, "p3", limit=limit) == before
    assert len(before) == min(limit, 40)
    assert before[0] == Hit("p40", 1.0)
    assert "p3" not in [hit.instruction_id for hit in before]


def test_the_graph_answers_without_reading_the_vectors(forty: Small):
    extend_graph(forty.database, encoder="e")
    held = HeldVectors(encoder="e")
    assert len(nearest_pairs(forty.cursor, held, "p7", limit=10)) == 10
    assert not held.is_loaded


def test_pairs_that_came_after_the_graph_are_found_too(forty: Small):
    extend_graph(forty.database, encoder="e")
    ingest(forty.cursor, [instruction("newest")])
    embed(forty.cursor, "e", clustered(40)[5:6])
    number = forty.cursor.execute("select max(number) from embedding").fetchone()
    assert number is not None
    link(forty.cursor, "e", newest=number[0])
    assert nearest(forty, "p5", limit=1) == (Hit("newest", 1.0),)


def test_a_filter_leaves_out_before_the_limit_counts(forty: Small):
    extend_graph(forty.database, encoder="e")
    wanted = Filter(instruction_ids=("p3", "p11", "p20", "p40"))
    assert {hit.instruction_id for hit in nearest(forty, "p3", limit=5, filter_=wanted)} == {"p11", "p20", "p40"}


def test_a_pair_that_is_alone_has_nothing_next_to_it(small: Small):
    ingest(small.cursor, [instruction("only")])
    embed(small.cursor, "e", clustered(1))
    link(small.cursor, "e", only=0)
    assert nearest(small, "only", limit=5) == ()


def test_an_unknown_id_and_one_without_a_vector_are_told_apart(forty: Small):
    ingest(forty.cursor, [instruction("new")])
    with pytest.raises(SettingsError, match="no pair 'p99'"):
        nearest(forty, "p99", limit=1)
    with pytest.raises(EmbeddingError, match="has not read the pair 'new' yet"):
        nearest(forty, "new", limit=1)


def test_near_duplicates_are_the_groups_that_hang_together(forty: Small):
    extend_graph(forty.database, encoder="e")
    near = {hit.instruction_id: hit.score for hit in nearest(forty, "p3", limit=2)}
    other, cosine = next((key, score) for key, score in near.items() if key != "p40")
    assert near_duplicates(forty.cursor, encoder="e", similarity=0.999) == (NearDuplicates(("p3", "p40"), 1.0),)
    groups = near_duplicates(forty.cursor, encoder="e", similarity=cosine)
    [group] = [group for group in groups if "p3" in group.instruction_ids]
    assert {"p3", "p40", other} <= set(group.instruction_ids)
    assert cosine <= group.similarity < 1
    [whole] = near_duplicates(forty.cursor, encoder="e", similarity=-1)
    assert len(whole.instruction_ids) == 41


def test_pairs_of_equal_text_are_near_duplicates_before_there_is_a_graph(forty: Small):
    assert near_duplicates(forty.cursor, encoder="e", similarity=0.9) == (NearDuplicates(("p3", "p40"), 1.0),)


def test_what_a_removed_run_has_made_is_nobodys_duplicate(forty: Small):
    extend_graph(forty.database, encoder="e")
    remove_run(forty.cursor, "run")
    assert near_duplicates(forty.cursor, encoder="e", similarity=-1) == ()
    with pytest.raises(SettingsError, match="no pair 'p3'"):
        nearest(forty, "p3", limit=1)
