"""The measures of diversity agree with values worked out by hand, and keep to the laws that make them worth reading."""

import math

import numpy as np
import pytest

from glan_core.insight.growth import curves_of_unlike, curves_of_words, draw_orders, fit_growth, novelty_of_newest
from glan_core.insight.lexical import compression_ratio, distinct_n, templates
from glan_core.insight.novel_sum import density_in, novel_sum
from glan_core.insight.redundancy import compare_rows, list_groups, mean_nearest_distance, near_duplicate_rate
from glan_core.insight.reference_coverage import reference_coverage
from glan_core.insight.vendi import vendi_scores

AXES = np.eye(4, dtype=np.float32)


def drawn(rows: int = 60, length: int = 16) -> np.ndarray:
    """Give unit vectors with one value of 0, so that there is a direction at right angles to all of them."""
    vectors = np.abs(np.random.default_rng(3).normal(size=(rows, length)))
    vectors[:, -1] = 0
    scaled: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def numbers(vectors: np.ndarray) -> np.ndarray:
    """Give every number that is larger where vectors differ more."""
    found = compare_rows(vectors, near=0.95)
    distance = mean_nearest_distance(found.nearest)
    assert distance is not None
    return np.array([1 - near_duplicate_rate(found.groups), distance, *vendi_scores(vectors), novel_sum(vectors)])


def test_rows_at_right_angles_count_as_many_as_they_are_and_equal_ones_as_one():
    assert vendi_scores(AXES) == pytest.approx((4, 4))
    assert vendi_scores(AXES[[0, 0, 0]]) == pytest.approx((1, 1))
    three_to_one = vendi_scores(AXES[[0, 0, 0, 1]])
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert three_to_one == pytest.approx((math.exp(entropy), 1 / (0.75**2 + 0.25**2)))


def test_novel_sum_weighs_the_nearest_most():
    # Of two equal rows and one at right angles: distances 0, 0, 1 and weights 1, 1/2, 1/3; of the third 0, 1, 1.
    total = 1 + 1 / 2 + 1 / 3
    by_hand = (2 * (1 / 3) / total + (1 / 2 + 1 / 3) / total) / 3
    assert novel_sum(AXES[[0, 0, 1]]) == pytest.approx(by_hand)


def test_density_is_higher_where_the_reference_is_dense():
    reference = drawn(40)
    centre = reference.mean(axis=0, keepdims=True)
    centre /= np.linalg.norm(centre)
    far = np.zeros_like(centre)
    far[0, -1] = 1
    dense, thin = density_in(reference, np.concatenate([centre, far]))
    assert dense > thin == pytest.approx(1)  # all at a distance of 1


def test_half_of_doubled_rows_are_near_duplicates():
    vectors = drawn()
    assert near_duplicate_rate(compare_rows(vectors, near=0.999).groups) == 0
    found = compare_rows(np.concatenate([vectors, vectors]), near=0.999)
    assert near_duplicate_rate(found.groups) == 0.5
    assert list_groups(found.groups)[0] == (0, 60)


def test_rows_hang_together_by_steps():
    angles = np.radians([0, 10, 20, 90])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = compare_rows(vectors, near=math.cos(math.radians(11)))
    assert found.groups.tolist() == [0, 0, 0, 3]
    assert found.nearest[3] == pytest.approx(math.cos(math.radians(70)), abs=1e-6)


def test_doubling_all_rows_raises_no_number():
    vectors = drawn()
    assert (numbers(np.concatenate([vectors, vectors])) <= numbers(vectors) + 1e-6).all()


def test_a_far_row_lowers_no_number():
    vectors = drawn()
    far = np.zeros((1, vectors.shape[1]), np.float32)
    far[0, -1] = 1
    assert (numbers(np.concatenate([vectors, far])) >= numbers(vectors) - 1e-6).all()


def test_the_order_of_rows_changes_nothing():
    vectors = drawn()
    again = vectors[np.random.default_rng(1).permutation(len(vectors))]
    assert numbers(again) == pytest.approx(numbers(vectors), rel=1e-5)


def test_a_set_covers_itself_and_nothing_far_away():
    here, there = drawn()[:, :8], drawn()[:, :8]
    flipped = np.concatenate([np.zeros_like(here), there], axis=1)
    here = np.concatenate([here, np.zeros_like(here)], axis=1)
    here, flipped = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (here, flipped))
    assert reference_coverage(here, here).coverage == 1
    assert reference_coverage(here, flipped) == (0, 0)


def test_words_that_repeat_are_counted():
    texts = ["What is a lens in plain words?", "What is a lens made of?", "Why does soil differ?"]
    found = templates(texts)
    assert found.opening_share == pytest.approx(2 / 3)
    assert found.openings == (("what is a lens", 2),)
    assert found.run_share == 0
    assert distinct_n(["a b a b"], 2) == pytest.approx(2 / 3)
    assert distinct_n(["a"], 2) is None
    assert compression_ratio([]) is None


def test_a_short_text_is_not_made_smaller():
    assert 0 < (compression_ratio(["Why is the sky blue?"]) or 0) < 1


def test_a_run_is_told_beside_a_commoner_one_that_it_shares_words_with():
    common = "the light of a distant star"
    texts = [f"{common} bends near mass {number}" for number in ("one", "two", "three")]
    texts += [f"why does {common} shift {number}" for number in ("four", "five")]
    runs = templates(texts).runs
    assert [each.texts for each in runs] == [3, 2]
    assert runs[1].words == "does the light of a distant star shift"


def test_doubled_texts_are_less_varied_in_every_number_of_words():
    texts = ["How does a mirror reflect rays of light at night?", "Which minerals make soils fertile, and why those?"]
    once, twice = compression_ratio(texts), compression_ratio(texts * 2)
    assert once is not None and twice is not None and twice > once  # noqa: PT018
    assert distinct_n(texts * 2, 2) == pytest.approx((distinct_n(texts, 2) or 0) / 2)
    assert (templates(texts).run_share, templates(texts * 2).run_share) == (0, 1)
    assert compression_ratio(texts[::-1]) == once


def test_rows_that_bring_something_new_are_counted_up_to_each_size():
    orders = np.array([[0, 1, 2, 3], [3, 2, 1, 0]])
    vectors = AXES[[0, 1, 1, 0]]
    curves = curves_of_unlike(vectors, orders, np.array([1, 2, 3, 4]), near=0.9)
    assert curves.tolist() == [[1, 2, 2, 2], [1, 2, 2, 2]]
    assert curves_of_words(["a b", "b", "c", "c"], orders, np.array([1, 2, 4])).tolist() == [[2, 2, 3], [1, 1, 3]]


@pytest.mark.parametrize(("law", "values"), [("saturating", 500 * -np.expm1(-np.arange(1, 11) / 4)), ("power", None)])
def test_the_law_that_a_curve_follows_is_found_with_what_it_adds(law: str, values: np.ndarray | None):
    sizes = np.arange(100, 1100, 100)
    curve = 3 * sizes**0.5 if values is None else values
    grown = fit_growth(sizes, np.tile(curve, (3, 1)), more=1000, seed=0)
    true = 3 * (2000**0.5 - 1000**0.5) if values is None else 500 * (math.exp(-2.5) - math.exp(-5))
    assert grown.fit.law == law
    assert grown.gain == pytest.approx(true, rel=0.05)
    assert (grown.lower, grown.upper) == pytest.approx((grown.gain, grown.gain), rel=1e-6)  # all orders are alike


def test_the_more_orders_scatter_the_wider_is_the_range_of_what_comes():
    sizes = np.arange(100, 1100, 100)
    scatter = np.random.default_rng(2).normal(size=(4, 10))
    widths = []
    for amount in (0.1, 1.0):
        grown = fit_growth(sizes, 3 * sizes**0.5 + amount * scatter, seed=0)
        widths.append(grown.upper - grown.lower)
    assert 0 < 3 * widths[0] < widths[1]


def test_new_rows_that_repeat_are_told_from_new_ones():
    vectors = drawn()
    repeated = np.concatenate([vectors, vectors[:10]])
    found = novelty_of_newest(repeated, np.arange(70), newest=10, seed=0)
    assert found is not None
    assert found.newest == pytest.approx(0, abs=1e-6)
    assert novelty_of_newest(vectors, np.arange(60), newest=40, seed=0) is None


def test_orders_hold_each_row_once():
    assert np.sort(draw_orders(5, orders=2, seed=0)).tolist() == [[0, 1, 2, 3, 4]] * 2


def test_a_number_with_a_point_or_commas_is_one_word():
    shared = "costs $1.10 or 1,000 yen"
    found = templates([f"{shared}, says Ann.", f"{shared}, says Bob."])
    assert found.openings == (("costs 1.10 or 1,000", 2),)
