"""Are the concepts found that no pair is near to, whichever way the pairs come?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.insight import concept_gaps
from glan_core.insight.concept_gaps import (
    ConceptComparison,
    Nearest,
    best_of_each,
    calibrate,
    gap_sizes,
    paired_cosines,
    ranked,
)

EAST, NORTH, UP = np.eye(3, dtype=np.float32)


def unit(*vectors: object) -> np.ndarray:
    """Give vectors of unit length, float32 of shape (n, d)."""
    stacked = np.array(vectors, np.float32)
    scaled: np.ndarray = stacked / np.linalg.norm(stacked, axis=1, keepdims=True)
    return scaled


def whole(*numbers: int) -> np.ndarray:
    """Give whole numbers as an array."""
    return np.array(numbers, np.int64)


def random_unit(random: np.random.Generator, rows: int, length: int = 8) -> np.ndarray:
    """Give random vectors of unit length."""
    return unit(*random.standard_normal((rows, length)))


def test_the_nearest_pair_is_found_within_the_group_and_anywhere():
    found = ConceptComparison(unit(EAST, NORTH), whole(0, 1))
    found.add(unit(EAST + NORTH, NORTH), whole(7, 9), whole(0, 0))
    assert found.within.keys.tolist() == [7, -1]
    assert found.anywhere.keys.tolist() == [7, 9]
    assert found.anywhere.cosines == pytest.approx([2**-0.5, 1])
    assert found.within.cosines.tolist() == [pytest.approx(2**-0.5), -np.inf]


def test_a_concept_whose_group_has_no_pair_has_the_gap_1_and_none_is_larger():
    assert gap_sizes(np.array([-np.inf, -0.2, 0.25, 1.0], np.float32)).tolist() == [1.0, 1.0, 0.75, 0.0]


def test_the_largest_gap_comes_first_and_equal_ones_by_what_is_near_elsewhere():
    within = np.array([0.9, -np.inf, -np.inf, 0.2], np.float32)
    anywhere = np.array([0.9, 0.6, 0.3, 0.2], np.float32)
    assert ranked(within, anywhere).tolist() == [2, 1, 3, 0]


def test_a_pair_is_elsewhere_if_a_concept_of_another_group_is_nearer_than_all_of_its_own():
    found = ConceptComparison(unit(EAST, NORTH, NORTH, UP), whole(0, 0, 1, 1))
    nearest = found.add(unit(EAST, UP, NORTH, UP), whole(0, 1, 2, 3), whole(0, 0, 0, 2))
    # The third is as near to a concept of its own group as to another's; the group of the fourth has no concepts.
    assert nearest.is_elsewhere.tolist() == [False, True, False, False]
    assert nearest.concepts[1] == 3
    assert nearest.own_cosines.tolist() == [1, 0, 1, -np.inf]


def test_nothing_is_nearest_where_there_is_nothing():
    none = np.empty((0, 3), np.float32)
    found = ConceptComparison(unit(EAST), whole(0))
    assert found.add(none, whole(), whole()).concepts.tolist() == []
    assert found.anywhere == Nearest(pytest.approx([-np.inf]), pytest.approx([-1]))
    nearest = ConceptComparison(none, whole()).add(unit(EAST), whole(0), whole(0))
    assert (nearest.concepts.tolist(), nearest.is_elsewhere.tolist()) == ([-1], [False])


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 30), st.integers(1, 5), st.integers(1, 200))
def test_batches_their_order_and_the_cells_held_at_once_change_nothing(
    seed: int, pairs: int, concepts: int, groups: int, cells: int
):
    random = np.random.default_rng(seed)
    of_concepts, of_pairs = random.integers(0, groups, concepts), random.integers(0, groups, pairs)
    left, right = random_unit(random, concepts), random_unit(random, pairs)
    cosines = left @ right.T
    expected = np.where(of_concepts[:, None] == of_pairs[None, :], cosines, -np.inf)
    found = ConceptComparison(left, of_concepts)
    order = random.permutation(pairs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(concept_gaps, "CELLS_AT_ONCE", cells)
        for part in np.array_split(order, 3):
            nearest = found.add(right[part], part, of_pairs[part])
            assert nearest.concepts.tolist() == cosines[:, part].argmax(axis=0).tolist()
            assert nearest.own_cosines == pytest.approx(expected[:, part].max(axis=0), abs=1e-6)
    assert found.anywhere.keys.tolist() == cosines.argmax(axis=1).tolist()
    assert found.within.cosines == pytest.approx(expected.max(axis=1), abs=1e-6)
    has_pair = np.isfinite(expected.max(axis=1))
    assert found.within.keys.tolist() == np.where(has_pair, expected.argmax(axis=1), -1).tolist()


def test_one_more_pair_never_widens_a_gap():
    random = np.random.default_rng(3)
    found = ConceptComparison(random_unit(random, 50), random.integers(0, 4, 50))
    before = gap_sizes(found.within.cosines)
    for number in range(30):
        found.add(random_unit(random, 1), whole(number), random.integers(0, 4, 1))
        after = gap_sizes(found.within.cosines)
        assert (after <= before).all()
        before = after
    assert before.mean() < 0.9


def test_the_threshold_is_a_percentile_of_how_near_pairs_are_to_what_they_were_made_from():
    cosines = np.linspace(0, 1, 101, dtype=np.float32)
    assert calibrate(cosines).threshold == pytest.approx(0.05)
    assert calibrate(cosines, percentile=50).threshold == pytest.approx(0.5)
    assert calibrate(cosines[:19]).threshold is None
    by_chance = np.linspace(0, 0.8, 81, dtype=np.float32)
    assert calibrate(cosines + 0.9, by_chance=by_chance).threshold == pytest.approx(0.95)
    assert calibrate(cosines, by_chance=by_chance).threshold == pytest.approx(0.76)
    assert calibrate(cosines, by_chance=by_chance[:19]).threshold == pytest.approx(0.05)
    assert calibrate(cosines[:19], by_chance=by_chance).threshold is None
    assert best_of_each(np.array([0.1, 0.5, 0.3], np.float32), whole(4, 4, 2)) == pytest.approx([0.5, 0.3])
    assert len(best_of_each(np.empty(0, np.float32), whole())) == 0
    assert paired_cosines(unit(EAST, NORTH), unit(EAST + UP, UP)) == pytest.approx([2**-0.5, 0])


def test_of_a_discipline_without_pairs_nine_in_ten_concepts_rank_in_the_top_decile_of_gaps():
    """With pairs searched in all subjects: within its own such a concept has the gap 1 by definition."""
    random = np.random.default_rng(0)
    disciplines, subjects, concepts, length = 20, 12, 10, 64
    of_discipline = random.standard_normal((disciplines, 1, 1, length))
    of_subject = of_discipline + 0.7 * random.standard_normal((disciplines, subjects, 1, length))
    planted = of_subject + 0.7 * random.standard_normal((disciplines, subjects, concepts, length))
    pairs = planted[1:] + 0.9 * random.standard_normal((disciplines - 1, subjects, concepts, length))
    groups = np.arange(disciplines * subjects).repeat(concepts)
    found = ConceptComparison(unit(*planted.reshape(-1, length)), groups)
    left = unit(*pairs.reshape(-1, length))
    found.add(left, np.arange(len(left)), groups[subjects * concepts :])
    top_decile = len(groups) // 10
    for nearest in (found.within, found.anywhere):
        first = ranked(nearest.cosines, found.anywhere.cosines)[:top_decile]
        assert (first < subjects * concepts).sum() >= 0.9 * subjects * concepts
