"""A search gives the nearest pairs, or those that hold every word, within a filter and in an order that stays."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.held_vectors import HeldVectors
from glan_core.searching import Hit, search_by_meaning, search_by_text, words_of
from glan_core.store.ingest import ingest
from glan_core.store.runs import remove_run, save_run
from tests.conftest import Small
from tests.embedding.test_neighbours import clustered, unit
from tests.small_pairs import answer, instruction, run
from tests.store.vectors import embed, link

# Angles in degrees: the cosines to 0 are 1, 0.97, 0.87, 0.5, 0 and -1.
ANGLES = {"a": 0, "b": 15, "c": 30, "d": 60, "e": 90, "f": 180}
EAST = np.array([1, 0], np.float32)


def at(degrees: float) -> np.ndarray:
    """Give the vector of unit length in a direction."""
    radians = np.radians(degrees)
    direction: np.ndarray = np.array([np.cos(radians), np.sin(radians)], np.float32)
    return direction


@pytest.fixture
def compass(small: Small) -> Small:
    """Six pairs whose vectors point in the directions of ANGLES."""
    save_run(small.cursor, run())
    ingest(small.cursor, [instruction(name) for name in ANGLES])
    embed(small.cursor, "e", np.stack([at(degrees) for degrees in ANGLES.values()]))
    link(small.cursor, "e", **{name: number for number, name in enumerate(ANGLES)})
    return small


def found(small: Small, *, limit: int = 10, filter_: Filter | None = None, held: HeldVectors | None = None) -> str:
    """Give the ids of what is nearest to the east, one letter each."""
    hits = search_by_meaning(small.cursor, held or HeldVectors(encoder="e"), EAST, filter_=filter_, limit=limit)
    return "".join(hit.instruction_id for hit in hits)


def test_the_nearest_come_first_with_their_cosines(compass: Small):
    hits = search_by_meaning(compass.cursor, HeldVectors(encoder="e"), EAST, limit=4)
    assert hits == (Hit("a", 1.0), Hit("b", 0.965926), Hit("c", 0.866025), Hit("d", 0.5))
    assert found(compass) == "abcdef"


def test_a_filter_leaves_out_before_the_limit_counts(compass: Small):
    assert found(compass, filter_=Filter(instruction_ids=("f", "d", "e")), limit=2) == "de"
    assert found(compass, filter_=Filter(taxonomy_node_ids=(compass.nodes.optics.subject_id,)), limit=2) == "ab"
    assert found(compass, filter_=Filter(taxonomy_node_ids=(compass.nodes.chemistry.taxonomy_node_id,))) == ""


def test_pairs_of_one_vector_are_told_apart_by_their_ids_and_by_the_filter(compass: Small):
    ingest(compass.cursor, [instruction(name) for name in "zx"])
    link(compass.cursor, "e", z=1, x=1)
    assert found(compass, limit=4) == "abxz"
    assert found(compass, filter_=Filter(instruction_ids=("z", "f"))) == "zf"


def test_what_a_removed_run_has_made_is_not_found(compass: Small):
    remove_run(compass.cursor, "run")
    assert found(compass) == ""


def test_vectors_that_arrive_are_searched_with_the_others(compass: Small):
    held = HeldVectors(encoder="e")
    assert found(compass, limit=2, held=held) == "ab"
    ingest(compass.cursor, [instruction(name) for name in "gh"])
    embed(compass.cursor, "e", np.stack([at(5), at(-170)]))
    link(compass.cursor, "e", g=6)
    assert found(compass, limit=3, held=held) == "agb"
    link(compass.cursor, "e", h=7)
    assert found(compass, held=held) == "agbcdehf"
    assert held.memory_bytes == 8 * 2 * 4
    assert held.refresh(compass.cursor) == 0


def test_many_small_arrivals_are_all_held(compass: Small):
    held = HeldVectors(encoder="e")
    for number in range(6, 42):
        embed(compass.cursor, "e", at(number)[None, :])
        link(compass.cursor, "e", **{f"n{number:02}": number})
        assert held.refresh(compass.cursor) == (7 if number == 6 else 1)
    near = held.nearest(at(35), wanted=1)
    assert near.numbers[np.argmax(near.similarities)] == 35
    assert len(held.numbers) == 42


def test_another_content_is_searched_on_its_own(compass: Small):
    link(compass.cursor, "e", content="answer", d=0, a=5)
    held = HeldVectors(encoder="e", content="answer")
    assert found(compass, held=held) == "da"


def test_without_vectors_a_search_says_what_to_do(small: Small):
    with pytest.raises(EmbeddingError, match="e has read no questions yet") as caught:
        search_by_meaning(small.cursor, HeldVectors(encoder="e"), EAST, limit=1)
    assert "embed" in caught.value.hint


@given(wanted=st.integers(1, 900), seed=st.integers(0, 5), numbers=st.none() | st.sets(st.integers(0, 799)))
def test_the_nearest_vectors_are_those_of_a_sorted_comparison(wanted: int, seed: int, numbers: set[int] | None):
    vectors = clustered(800, 8, seed=seed)
    vectors[200:400] = vectors[:200]
    held = HeldVectors(encoder="e")
    held.numbers = np.arange(800)[::-1]
    held._blocks = (vectors[:500], vectors[500:501], vectors[501:])
    query = unit(vectors[:1] + vectors[7:8])[0]
    near = held.nearest(query, wanted=wanted, numbers=None if numbers is None else np.array(sorted(numbers), int))
    cosines = vectors.astype(np.float64) @ query
    allowed = np.arange(800) if numbers is None else 799 - np.array(sorted(numbers), int)
    best = np.sort(cosines[allowed])[::-1][:wanted]
    assert len(near.numbers) >= len(best)
    np.testing.assert_allclose(np.sort(near.similarities)[::-1][: len(best)], best, atol=1e-6)
    np.testing.assert_allclose(near.similarities, cosines[799 - near.numbers], atol=1e-6)
    assert set(near.numbers.tolist()) <= (set(range(800)) if numbers is None else numbers)


@pytest.fixture
def told(small: Small) -> Small:
    """Four pairs with words to look for."""
    save_run(small.cursor, run())
    texts = {
        "a": ("Why does GLASS bend light?", "Because light slows down."),
        "b": ("What is 100% reflection?", "All light comes back: see total_internal reflection."),
        "c": ("Wie heißt das Gläschen?", "C:\\glass"),
        "d": ("What is 1000 reflection?", "Nothing of the kind: see total-internal."),
    }
    ingest(small.cursor, [instruction(name, text=question) for name, (question, _) in texts.items()])
    ingest(small.cursor, [answer(name, text=text) for name, (_, text) in texts.items()])
    return small


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("glass", [Hit("a", 1.0, ("glass",)), Hit("c", 0.0, ())]),
        ("Light because", [Hit("a", 0.5, ("Light",))]),
        ("light  LIGHT\n light", [Hit("a", 1.0, ("light",)), Hit("b", 0.0, ())]),
        ("100%", [Hit("b", 1.0, ("100%",))]),
        ("total_internal", [Hit("b", 0.0, ())]),
        ("c:\\", [Hit("c", 0.0, ())]),
        ("%", [Hit("b", 1.0, ("%",))]),
        ("GLÄSCHEN", [Hit("c", 1.0, ("GLÄSCHEN",))]),
        ("glass reflection", []),
        ("' or true --", []),
    ],
)
def test_every_word_has_to_occur_letter_for_letter_in_question_or_answer(told: Small, text: str, hits: list[Hit]):
    assert list(search_by_text(told.cursor, text, limit=10)) == hits


def test_words_are_looked_for_within_a_filter_that_may_have_words_itself(told: Small):
    def ids(words: str, **conditions: object) -> str:
        hits = search_by_text(told.cursor, words, filter_=Filter(**conditions), limit=10)
        return "".join(hit.instruction_id for hit in hits)

    assert ids("reflection") == "bd"
    assert ids("reflection", text="nothing") == "d"
    assert ids("reflection", instruction_ids=("a", "b")) == "b"


def test_a_search_by_words_stops_at_the_limit_in_a_fixed_order(told: Small):
    assert [hit.instruction_id for hit in search_by_text(told.cursor, "s", limit=3)] == ["a", "b", "c"]


def test_a_question_with_two_answers_is_one_hit(told: Small):
    ingest(told.cursor, [answer("a", answer_id="second", text="Light again.")])
    assert len(search_by_text(told.cursor, "light glass", limit=10)) == 1


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_text_without_words_is_refused(small: Small, text: str):
    with pytest.raises(SettingsError, match="empty"):
        search_by_text(small.cursor, text, limit=1)
    with pytest.raises(SettingsError, match="empty"):
        words_of(text)


def test_a_word_counts_once_as_it_is_written_first():
    assert words_of("b a B  a") == ("b", "a")


def test_pairs_are_found_behind_hundreds_that_were_removed(small: Small):
    save_run(small.cursor, run())
    save_run(small.cursor, run("kept"))
    ingest(
        small.cursor, [instruction(f"p{number:03}", run_id="run" if number < 220 else "kept") for number in range(230)]
    )
    embed(small.cursor, "e", np.stack([at(number / 2) for number in range(230)]))
    link(small.cursor, "e", **{f"p{number:03}": number for number in range(230)})
    remove_run(small.cursor, "run")
    hits = search_by_meaning(small.cursor, HeldVectors(encoder="e"), EAST, limit=4)
    assert [hit.instruction_id for hit in hits] == ["p220", "p221", "p222", "p223"]
    hits = search_by_meaning(small.cursor, HeldVectors(encoder="e"), EAST, limit=50)
    assert len(hits) == 10
