"""Both strategies draw as the paper has it: within their bounds, each combination once, all equally likely."""

import itertools
from collections import Counter
from itertools import islice
from math import comb, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.entities import Combination, Strategy
from glan_core.stages.sampling import (
    count_combinations,
    one_session_combinations,
    sample_class_sessions_and_key_concepts,
    two_session_combinations,
)
from tests.small_curriculum import details_of_sizes

SIZES = st.lists(st.integers(0, 6), min_size=1, max_size=4).map(tuple)
MIX = st.floats(0, 1)
SEED = st.integers(0, 2**31)


def draws(sizes: tuple[int, ...], *, mix: float = 0.5, seed: int = 1, number: int | None = None) -> list[Combination]:
    """Draw from a syllabus whose class sessions have this many key concepts."""
    sampled = sample_class_sessions_and_key_concepts(
        details_of_sizes(sizes), syllabus_id="syllabus", strategy_mix=mix, seed=seed
    )
    return list(islice(sampled, number))


# Counting -----------------------------------------------------------------------------------------------------------


def test_a_class_session_of_five_has_31_combinations():
    assert one_session_combinations(5) == 31


def test_two_class_sessions_of_five_have_575_combinations():
    assert two_session_combinations(5, 5) == 575


@pytest.mark.parametrize(("class_sessions", "combinations"), [(10, 26_185), (20, 109_870), (30, 251_055)])
def test_a_syllabus_has_as_many_combinations_as_the_paper_implies(class_sessions: int, combinations: int):
    assert sum(count_combinations([5] * class_sessions).values()) == combinations


@pytest.mark.parametrize(("m", "expected"), [(0, 0), (1, 1), (2, 3), (6, 62), (7, 119)])
def test_one_session_counts_by_hand(m: int, expected: int):
    assert one_session_combinations(m) == expected


@pytest.mark.parametrize(("m1", "m2", "expected"), [(0, 5, 0), (1, 1, 1), (1, 2, 3), (2, 2, 9)])
def test_two_session_counts_by_hand(m1: int, m2: int, expected: int):
    assert two_session_combinations(m1, m2) == expected


@given(st.integers(0, 8), st.integers(0, 8))
def test_two_session_counts_agree_with_listing_all(m1: int, m2: int):
    first, second = [("first", i) for i in range(m1)], [("second", i) for i in range(m2)]
    listed = sum(
        len({session for session, _ in chosen}) == 2
        for number in range(2, 6)
        for chosen in itertools.combinations(first + second, number)
    )
    assert two_session_combinations(m1, m2) == listed


@given(st.integers(0, 12))
def test_one_session_counts_agree_with_binomials(m: int):
    assert one_session_combinations(m) == comb(m, 1) + comb(m, 2) + comb(m, 3) + comb(m, 4) + comb(m, 5)


# Drawing ------------------------------------------------------------------------------------------------------------


@given(SIZES, MIX, SEED)
def test_every_draw_keeps_to_the_bounds_of_its_strategy(sizes: tuple[int, ...], mix: float, seed: int):
    details = details_of_sizes(sizes)
    session_of = {concept.key_concept_id: concept.class_session_id for concept in details.key_concepts}
    for combination in draws(sizes, mix=mix, seed=seed, number=100):
        number = len(combination.key_concept_ids)
        drawn_from = {session_of[concept] for concept in combination.key_concept_ids}
        assert drawn_from == set(combination.class_session_ids)
        assert len(set(combination.key_concept_ids)) == number
        if combination.strategy is Strategy.ONE_SESSION:
            assert len(combination.class_session_ids) == 1
            assert 1 <= number <= 5
        else:
            assert len(combination.class_session_ids) == 2
            assert 2 <= number <= 5


@given(SIZES, SEED)
def test_sessions_and_concepts_of_a_draw_come_in_teaching_order(sizes: tuple[int, ...], seed: int):
    details = details_of_sizes(sizes)
    sessions = [session.class_session_id for session in details.class_sessions]
    concepts = [concept.key_concept_id for concept in details.key_concepts]
    for combination in draws(sizes, seed=seed, number=50):
        assert list(combination.class_session_ids) == sorted(combination.class_session_ids, key=sessions.index)
        assert list(combination.key_concept_ids) == sorted(combination.key_concept_ids, key=concepts.index)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=3).map(tuple), st.floats(0.01, 0.99), SEED)
def test_all_combinations_come_once_when_a_syllabus_is_drawn_out(sizes: tuple[int, ...], mix: float, seed: int):
    drawn = draws(sizes, mix=mix, seed=seed)
    assert len({frozenset(combination.key_concept_ids) for combination in drawn}) == len(drawn)
    assert Counter(combination.strategy for combination in drawn) == {
        strategy: number for strategy, number in count_combinations(sizes).items() if number
    }


@given(SIZES, MIX, SEED)
def test_the_same_seed_gives_the_same_draws(sizes: tuple[int, ...], mix: float, seed: int):
    assert draws(sizes, mix=mix, seed=seed, number=60) == draws(sizes, mix=mix, seed=seed, number=60)


@given(SIZES, MIX, SEED, st.integers(0, 40), st.integers(0, 40))
def test_a_longer_sequence_begins_with_a_shorter_one(
    sizes: tuple[int, ...], mix: float, seed: int, number: int, more: int
):
    shorter = draws(sizes, mix=mix, seed=seed, number=number)
    longer = draws(sizes, mix=mix, seed=seed, number=number + more)
    assert longer[: len(shorter)] == shorter


def test_another_seed_gives_other_draws():
    assert draws((5, 5, 5), seed=1, number=20) != draws((5, 5, 5), seed=2, number=20)


def test_another_syllabus_gives_other_draws():
    details = details_of_sizes((5, 5, 5))
    first, second = (
        list(islice(sample_class_sessions_and_key_concepts(details, syllabus_id=name, strategy_mix=0.5, seed=1), 20))
        for name in ("first", "second")
    )
    assert first != second


@pytest.mark.parametrize(("mix", "strategy"), [(0.0, Strategy.ONE_SESSION), (1.0, Strategy.TWO_SESSIONS)])
def test_at_the_ends_of_the_mix_only_one_strategy_is_drawn_from(mix: float, strategy: Strategy):
    drawn = draws((5, 5, 5), mix=mix)
    assert {combination.strategy for combination in drawn} == {strategy}
    assert len(drawn) == count_combinations((5, 5, 5))[strategy]


@pytest.mark.parametrize("mix", [0.2, 0.5, 0.8])
def test_the_mix_is_the_share_of_draws_over_two_sessions(mix: float):
    drawn = draws((5,) * 20, mix=mix, number=600)
    two = sum(combination.strategy is Strategy.TWO_SESSIONS for combination in drawn)
    assert abs(two - 600 * mix) < 4 * sqrt(600 * mix * (1 - mix))  # four standard deviations of a binomial


def test_one_class_session_alone_gives_no_draws_over_two():
    assert {combination.strategy for combination in draws((5,), mix=0.9)} == {Strategy.ONE_SESSION}


@pytest.mark.parametrize("sizes", [(), (0,), (0, 0)])
def test_a_syllabus_without_key_concepts_gives_nothing(sizes: tuple[int, ...]):
    assert draws(sizes) == []


def test_one_key_concept_gives_one_draw():
    (combination,) = draws((1,))
    assert len(combination.key_concept_ids) == 1


def test_sessions_without_key_concepts_are_never_drawn():
    empty = details_of_sizes((2, 0, 2)).class_sessions[1].class_session_id
    assert all(empty not in combination.class_session_ids for combination in draws((2, 0, 2)))


@pytest.mark.parametrize(("mix", "cells"), [(0.0, 62), (1.0, 575)])
def test_first_draws_over_many_seeds_are_uniform(mix: float, cells: int):
    number = 20 * cells
    counts = Counter(draws((5, 5), mix=mix, seed=seed, number=1)[0].key_concept_ids for seed in range(number))
    chi_square = sum((count - 20) ** 2 / 20 for count in counts.values()) + 20 * (cells - len(counts))
    # Mean and variance of chi-square are its degrees of freedom and twice that; five standard deviations is generous.
    assert chi_square < (cells - 1) + 5 * sqrt(2 * (cells - 1))


def test_a_long_sequence_reaches_every_session_and_concept():
    drawn = draws((5,) * 20, number=1500)
    reached = Counter(concept for combination in drawn for concept in combination.key_concept_ids)
    assert len(reached) == 100
    expected = sum(reached.values()) / 100
    assert all(0.5 * expected < count < 1.5 * expected for count in reached.values())
