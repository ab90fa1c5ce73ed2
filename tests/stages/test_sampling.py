"""Both strategies draw as the paper has it: within their bounds, each combination once, gaps first and then evenly."""

import itertools
import random
from collections import Counter
from itertools import islice
from math import comb, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.combination_code import decode, encode, has_two_sessions, place
from glan_core.entities import Combination, Strategy
from glan_core.stages.combinations import (
    count_combinations,
    count_open_combinations,
    one_session_combinations,
    two_session_combinations,
)
from glan_core.stages.draw_order import DrawOrder
from glan_core.stages.sampling import draw_order, sample_class_sessions_and_key_concepts
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
    assert abs(two - 600 * mix) <= 1


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


# Gaps first ---------------------------------------------------------------------------------------------------------

MIX_BELOW_1 = st.floats(0, 0.999)


def codes(
    sizes: tuple[int, ...],
    *,
    mix: float = 0.5,
    seed: int = 1,
    number: int | None = None,
    taken: frozenset[int] = frozenset(),
) -> list[int]:
    """Draw the same as codes."""
    order = draw_order(sizes, syllabus_id="syllabus", strategy_mix=mix, seed=seed, taken=taken)
    return list(islice(order, number))


def sessions_of(code: int) -> set[int]:
    return {class_session for class_session, _ in decode(code)}


def assert_all_come_before_any_is_repeated(drawn: list[set], everything: set) -> None:
    """`drawn` holds what each draw touches."""
    untouched = set(everything)
    for touched in drawn:
        if untouched:
            assert touched <= untouched
            untouched -= touched
    assert not untouched


@given(SIZES, MIX_BELOW_1, SEED)
def test_every_session_is_touched_before_any_is_repeated(sizes: tuple[int, ...], mix: float, seed: int):
    drawn = [sessions_of(code) for code in codes(sizes, mix=mix, seed=seed, number=100)]
    assert_all_come_before_any_is_repeated(drawn, {session for session, size in enumerate(sizes, 1) if size})


@given(SIZES, MIX_BELOW_1, SEED)
def test_every_key_concept_is_used_before_any_is_repeated(sizes: tuple[int, ...], mix: float, seed: int):
    drawn = [set(decode(code)) for code in codes(sizes, mix=mix, seed=seed, number=100)]
    everything = {(session, number) for session, size in enumerate(sizes, 1) for number in range(1, size + 1)}
    assert_all_come_before_any_is_repeated(drawn, everything)


@given(st.lists(st.integers(1, 6), min_size=2, max_size=8).map(tuple), SEED)
def test_with_two_sessions_a_draw_only_a_lone_session_takes_one_partner(sizes: tuple[int, ...], seed: int):
    drawn = codes(sizes, mix=1.0, seed=seed, number=-(-len(sizes) // 2))
    touched = Counter(session for code in drawn for session in sessions_of(code))
    assert len(touched) == len(sizes)
    assert sum(touched.values()) - len(sizes) == len(sizes) % 2


@given(st.lists(st.integers(1, 6), min_size=2, max_size=5).map(tuple), SEED)
def test_with_two_sessions_a_draw_only_every_draw_fills_a_gap_while_there_is_one(sizes: tuple[int, ...], seed: int):
    unused = {(session, number) for session, size in enumerate(sizes, 1) for number in range(1, size + 1)}
    for code in codes(sizes, mix=1.0, seed=seed, number=60):
        assert not unused or unused & set(decode(code))
        unused -= set(decode(code))
    assert not unused


# Evenly -------------------------------------------------------------------------------------------------------------


def spread(counts: Counter) -> int:
    return max(counts.values()) - min(counts.values())


@given(st.integers(2, 12), st.integers(4, 6), st.floats(0.1, 0.9), SEED, st.integers(1, 400))
def test_no_key_concept_is_used_more_than_four_times_more_than_another(
    sessions: int, concepts: int, mix: float, seed: int, number: int
):
    sizes = (concepts,) * sessions
    # Once a tenth of the combinations is drawn, or half of those over one session, what is left decides more and more.
    number = min(number, count_open_combinations(sizes, strategy_mix=mix) // 10)
    number = min(number, int(count_open_combinations(sizes, strategy_mix=0.0) / 2 / (1 - mix)))
    uses = Counter({(s, c): 0 for s in range(1, sessions + 1) for c in range(1, concepts + 1)})
    for code in codes(sizes, mix=mix, seed=seed, number=number):
        uses.update(decode(code))
    assert spread(uses) <= 4


@given(SEED)
def test_sessions_of_one_size_and_their_pairs_are_drawn_alike(seed: int):
    drawn = codes((5,) * 10, seed=seed, number=900)
    visits = Counter(session for code in drawn for session in sessions_of(code))
    pairs = Counter(tuple(sorted(sessions_of(code))) for code in drawn if len(sessions_of(code)) == 2)
    assert (len(visits), len(pairs)) == (10, 45)
    assert spread(visits) <= 40  # of 145; a session whose draws happened to be small is drawn more often
    assert spread(pairs) <= 8  # of 10


@given(SEED)
def test_key_concepts_of_a_session_come_together_alike(seed: int):
    together = Counter(
        pair
        for code in codes((5,) * 10, seed=seed, number=900)
        for pair in itertools.combinations(decode(code), 2)
        if pair[0].class_session == pair[1].class_session
    )
    assert len(together) == 100
    assert spread(together) <= 14  # of 25


@given(SIZES, st.floats(0.05, 0.95), SEED, st.integers(1, 300))
def test_any_beginning_keeps_to_the_mix(sizes: tuple[int, ...], mix: float, seed: int, number: int):
    sizes = tuple(size for size in sizes if size)
    if len(sizes) < 2 or count_open_combinations(sizes, strategy_mix=0.0) * 0.9 < number * (1 - mix):
        return  # one strategy alone, or drawn out
    drawn = codes(sizes, mix=mix, seed=seed, number=number)
    two = sum(len(sessions_of(code)) == 2 for code in drawn)
    if count_open_combinations(sizes, strategy_mix=1.0) > number:
        # A gap that only one session has is filled by draws over one; of at most 24 concepts, few are left so.
        assert abs(two - number * mix) <= 1 + max(sizes)


@pytest.mark.parametrize("mix", [0.0, 1.0])
def test_sizes_come_as_often_as_there_are_combinations_of_them(mix: float):
    drawn = codes((5, 5, 5, 5, 5, 5), mix=mix, seed=3)
    whole = Counter(len(decode(code)) for code in drawn)
    first = Counter(len(decode(code)) for code in drawn[len(drawn) // 4 : len(drawn) // 2])
    for size, number in whole.items():
        assert abs(first[size] - number / 4) <= 5 * sqrt(number / 4) + 1


# After other seeds --------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 5), min_size=1, max_size=3).map(tuple), MIX, SEED, st.integers(0, 300))
def test_another_seed_draws_exactly_what_is_left(sizes: tuple[int, ...], mix: float, seed: int, number: int):
    first = codes(sizes, mix=mix, seed=seed, number=number)
    second = codes(sizes, mix=mix, seed=seed + 1, taken=frozenset(first))
    assert len(second) == len(set(second))
    assert set(second).isdisjoint(first)
    assert len(first) + len(second) == count_open_combinations(sizes, strategy_mix=mix)


@given(st.lists(st.integers(1, 6), min_size=2, max_size=6).map(tuple), MIX_BELOW_1, SEED, st.integers(0, 6))
def test_another_seed_fills_the_gaps_that_the_first_left(sizes: tuple[int, ...], mix: float, seed: int, number: int):
    first = codes(sizes, mix=mix, seed=seed, number=number)
    second = codes(sizes, mix=mix, seed=seed + 1, number=60, taken=frozenset(first))
    everything = {(session, number) for session, size in enumerate(sizes, 1) for number in range(1, size + 1)}
    assert_all_come_before_any_is_repeated([set(decode(code)) for code in [*first, *second]], everything)


@given(SEED)
def test_another_seed_goes_on_evenly(seed: int):
    first = codes((5,) * 8, seed=seed, number=150)
    second = codes((5,) * 8, seed=seed + 1, number=150, taken=frozenset(first))
    assert spread(Counter(spot for code in [*first, *second] for spot in decode(code))) <= 4


# Wanted key concepts ------------------------------------------------------------------------------------------------


def test_it_does_not_matter_in_which_order_others_have_drawn():
    first = list(codes((5,) * 8, seed=1, number=100))
    one, other = (
        list(islice(DrawOrder((5,) * 8, strategy_mix=0.5, rng=random.Random(2), taken=taken), 50))
        for taken in (first, first[::-1])
    )
    assert one == other


def test_draws_from_wanted_key_concepts_take_nothing_else_while_they_can():
    order = draw_order((5,) * 6, syllabus_id="syllabus", strategy_mix=0.5, seed=1)
    wanted = [[2, 4], [], [1], [], [3, 5], []]
    spots = {(1, 2), (1, 4), (3, 1), (5, 3), (5, 5)}
    assert all(spots >= set(decode(order.draw_from(wanted) or 0)) for _ in range(5))


def test_a_wanted_key_concept_takes_others_along_once_it_came_alone():
    order = draw_order((5,) * 6, syllabus_id="syllabus", strategy_mix=0.5, seed=1)
    drawn = [order.draw_from([[2], [], [], [], [], []]) for _ in range(40)]
    assert len(set(drawn)) == 40
    assert all((1, 2) in decode(code or 0) for code in drawn)


@given(st.floats(0, 1), SEED)
def test_a_wanted_key_concept_comes_in_all_its_combinations_and_then_no_more(mix: float, seed: int):
    order = draw_order((3, 2), syllabus_id="syllabus", strategy_mix=mix, seed=seed)
    with_it = sum(place(1, 2) in [place(*spot) for spot in decode(code)] for code in codes((3, 2), mix=mix))
    drawn = [order.draw_from([[2], []]) for _ in range(with_it + 1)]
    assert None not in drawn[:-1]
    assert drawn[-1] is None


@given(SIZES, st.floats(0.01, 0.99), SEED, st.integers(0, 30))
def test_wanted_draws_leave_the_others_to_come_exactly_once(sizes: tuple[int, ...], mix: float, seed: int, number: int):
    sizes = sizes[:3]
    order = draw_order(sizes, syllabus_id="syllabus", strategy_mix=mix, seed=seed)
    wanted = [[1] if size else [] for size in sizes]
    first = [code for code in (order.draw_from(wanted) for _ in range(number)) if code is not None]
    drawn = [*first, *order]
    assert len(drawn) == len(set(drawn)) == count_open_combinations(sizes, strategy_mix=mix)


# Codes --------------------------------------------------------------------------------------------------------------


@given(st.sets(st.tuples(st.integers(1, 63), st.integers(1, 63)), min_size=1, max_size=5))
def test_a_code_holds_up_to_five_places_in_64_bits(spots: set[tuple[int, int]]):
    code = encode(place(*spot) for spot in sorted(spots))
    assert code < 2**64
    assert list(decode(code)) == sorted(spots)
    assert has_two_sessions(code) == (min(spots)[0] != max(spots)[0])
