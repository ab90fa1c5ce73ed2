"""Which pairs does a reviewer see, one after the other?

A queue is drawn from the pairs of a filter. Those that compare meanings go by what the encoder in use has read.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np

from glan_core.entities import Filter
from glan_core.insight.farthest_first import farthest_first
from glan_core.near_duplicates import near_duplicates
from glan_core.store.database import Cursor
from glan_core.store.numbered_vectors import read_numbered_vectors
from glan_core.store.review_queues import draw_vectors, judged_worst_first, places_of, shuffled
from glan_core.store.samples import find_samples

QueueKind = Literal["random", "sample", "farthest", "near", "elsewhere", "low_score", "flagged", "rejected"]
QUEUES: tuple[QueueKind, ...] = get_args(QueueKind)
FARTHEST_CARDS = 200
"""So many cards at most: the first few dozen show most of what there is."""
FARTHEST_AMONG = 20_000
"""Of more pairs so many are drawn: comparing all of a million with each card would take half a minute."""
NEAR_SIMILARITY = 0.95
"""Cosine from which two questions say nearly the same."""


class ReviewQueue(NamedTuple):
    """Pairs in the order in which to look at them."""

    numbers: np.ndarray
    """int64 of shape (n,): places in the table `instruction`."""
    groups: np.ndarray
    """int64 of shape (n,): pairs of the same group say nearly the same; empty where the queue has no groups."""
    compared: int = 0
    """Of so many pairs the queue was chosen, where not of all."""
    of: int = 0
    """Out of so many."""


def random_queue(cursor: Cursor, filter_: Filter, *, seed: int) -> ReviewQueue:
    """Give all pairs of a filter in a random order that depends on ids and seed alone."""
    return _plain(shuffled(cursor, find_samples(cursor, filter_, "oldest"), seed=seed))


def farthest_queue(cursor: Cursor, filter_: Filter, *, seed: int, encoder: str, content: str) -> ReviewQueue:
    """Give up to FARTHEST_CARDS pairs, each the farthest in meaning from all before it.

    Chosen of up to FARTHEST_AMONG that the seed draws. Raises EmbeddingError if a vector is missing.
    """
    numbers = find_samples(cursor, filter_, "oldest")
    drawn = draw_vectors(cursor, numbers, encoder=encoder, content=content, seed=seed, most=FARTHEST_AMONG)
    if not len(drawn.numbers):
        return _plain(drawn.numbers)
    known, rows = np.unique(drawn.vectors, return_inverse=True)
    vectors = read_numbered_vectors(cursor, encoder=encoder, numbers=known)[rows]
    chosen = farthest_first(vectors, wanted=FARTHEST_CARDS).rows
    return ReviewQueue(drawn.numbers[chosen], np.empty(0, np.int64), len(drawn.numbers), len(numbers))


def near_queue(cursor: Cursor, filter_: Filter, *, encoder: str, content: str) -> ReviewQueue:
    """Give the pairs of a filter that say nearly the same as others of it, group by group, the largest first."""
    found = near_duplicates(cursor, encoder=encoder, content=content, similarity=NEAR_SIMILARITY)
    numbers = places_of(cursor, [key for group in found for key in group.instruction_ids])
    groups = np.repeat(np.arange(len(found)), [len(group.instruction_ids) for group in found])
    is_meant = np.isin(numbers, find_samples(cursor, filter_, "oldest"))
    numbers, groups = numbers[is_meant], groups[is_meant]
    is_together = np.bincount(groups, minlength=len(found))[groups] > 1
    return ReviewQueue(numbers[is_together], groups[is_together])


def listed_queue(cursor: Cursor, filter_: Filter, instruction_ids: Sequence[str]) -> ReviewQueue:
    """Give those of some pairs that fit a filter, in the order in which they were given."""
    numbers = places_of(cursor, instruction_ids)
    return _plain(numbers[np.isin(numbers, find_samples(cursor, filter_, "oldest"))])


def low_score_queue(cursor: Cursor, filter_: Filter) -> ReviewQueue:
    """Give the pairs of a filter that a judge has scored, the worst first."""
    return _plain(judged_worst_first(cursor, find_samples(cursor, filter_, "oldest")))


def _plain(numbers: np.ndarray) -> ReviewQueue:
    return ReviewQueue(numbers, np.empty(0, np.int64))
