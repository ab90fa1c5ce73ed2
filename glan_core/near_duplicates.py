"""Which pairs ask, or say, nearly the same?"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from glan_core.embedding.linked_groups import linked_groups
from glan_core.store.database import Cursor
from glan_core.store.neighbourhoods import list_near_pairs
from glan_core.store.searches import list_near_or_equal


class NearDuplicates(NamedTuple):
    """Pairs that hang together: each has another one of them as near as was asked for."""

    instruction_ids: tuple[str, ...]
    """In order; two at least."""
    similarity: float
    """The smallest cosine of two that link them; 1 for equal texts."""


def near_duplicates(
    cursor: Cursor,
    *,
    encoder: str,
    content: str = "instruction",
    similarity: float,
    among: Sequence[str] | None = None,
) -> tuple[NearDuplicates, ...]:
    """Give the groups of pairs whose texts have a cosine of at least `similarity`, the largest first.

    As the neighbour graph knows them: a text is compared with its 15 nearest, and what has no list yet is in no group
    but that of pairs with an equal text. Pairs of removed runs and nodes are left out, and link nothing; nor do those
    that are not `among` some instruction ids, where these are given.
    """
    found = list_near_pairs(cursor, encoder=encoder, content=content, similarity=similarity)
    near = np.union1d(found.one, found.other)
    kept = list_near_or_equal(cursor, encoder=encoder, content=content, numbers=near)
    if among is not None:
        kept = kept[kept["instruction_id"].isin(among)]
    numbers = kept["number"].to_numpy()
    links = np.isin(found.one, numbers) & np.isin(found.other, numbers)
    one, other, cosines = found.one[links], found.other[links], found.similarities[links]
    # Equal texts are one vector: it is linked with itself, so that it is in a group even without another one.
    groups = linked_groups(np.concatenate([one, numbers]), np.concatenate([other, numbers]))
    group_of = {number: place for place, group in enumerate(groups) for number in group}
    members: list[list[str]] = [[] for _ in groups]
    for instruction_id, number in zip(kept["instruction_id"], numbers.tolist(), strict=True):
        members[group_of[number]].append(instruction_id)
    least = np.ones(len(groups), np.float32)
    np.minimum.at(least, [group_of[number] for number in one.tolist()], cosines)
    together = [
        NearDuplicates(tuple(sorted(ids)), round(float(cosine), 6))
        for ids, cosine in zip(members, least, strict=True)
        if len(ids) > 1
    ]
    return tuple(sorted(together, key=lambda group: (-len(group.instruction_ids), group.instruction_ids)))
