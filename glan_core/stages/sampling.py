"""Which class sessions and key concepts does the next question combine? (paper 2.4)

A syllabus of 20 class sessions with 5 key concepts each has 109,870 combinations, of which a run draws a few hundred.
They are never listed: they are made one by one in the order that draw_order.py describes, gaps first, then evenly, and
each comes exactly once if one goes on to the end.
"""

import random
from collections.abc import Iterator, Sequence

from glan_core import ids
from glan_core.combination_code import decode
from glan_core.entities import ClassDetails, Combination, Strategy
from glan_core.stages.draw_order import DrawOrder


def sample_class_sessions_and_key_concepts(
    details: ClassDetails,
    *,
    syllabus_id: str,
    strategy_mix: float,
    seed: int,
    taken: frozenset[int] = frozenset(),
    passed_over: frozenset[int] = frozenset(),
) -> Iterator[Combination]:
    """Draw combinations of one syllabus without replacement until all have come.

    `strategy_mix` is the share (0 to 1) of draws over two class sessions, as long as both strategies have combinations
    left; at 0 or 1 only the one strategy is drawn from. `taken` are codes of combinations that other seeds have drawn:
    they count as use, so that this seed goes on where they ended, and do not come again. What is `passed_over` does not
    come either, but all others come as they would. The same arguments give the same sequence, so a longer run begins
    with the draws of a shorter one.
    """
    sessions = [
        (
            session.class_session_id,
            [concept.key_concept_id for concept in details.key_concepts_of(session.class_session_id)],
        )
        for session in details.class_sessions
    ]
    order = draw_order(
        [len(concepts) for _, concepts in sessions],
        syllabus_id=syllabus_id,
        strategy_mix=strategy_mix,
        seed=seed,
        taken=taken,
        passed_over=passed_over,
    )
    for code in order:
        spots = decode(code)
        drawn = sorted({session for session, _ in spots})
        yield Combination(
            Strategy.ONE_SESSION if len(drawn) == 1 else Strategy.TWO_SESSIONS,
            tuple(sessions[session - 1][0] for session in drawn),
            tuple(sessions[session - 1][1][concept - 1] for session, concept in spots),
        )


def draw_order(
    sizes: Sequence[int],
    *,
    syllabus_id: str,
    strategy_mix: float,
    seed: int,
    taken: frozenset[int] = frozenset(),
    passed_over: frozenset[int] = frozenset(),
) -> DrawOrder:
    """Give the same draws as codes (see combination_code.py), of a syllabus with these numbers of key concepts."""
    rng = random.Random(ids.stable_seed(seed, "sampling", syllabus_id))
    return DrawOrder(sizes, strategy_mix=strategy_mix, rng=rng, taken=taken, passed_over=passed_over)
