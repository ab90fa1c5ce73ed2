"""Which pairs are next to a pair in meaning?"""

import numpy as np

from glan_core.embedding.neighbours import NEIGHBOURS
from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.held_vectors import HeldVectors
from glan_core.searching import NOT_READ_HINT, Hit, instructions_near, search_by_meaning
from glan_core.store.database import Cursor
from glan_core.store.neighbourhoods import count_without_neighbourhood, read_neighbourhoods
from glan_core.store.numbered_vectors import read_numbered_vectors
from glan_core.store.pairs import count_pairs
from glan_core.store.searches import find_number


def nearest_pairs(
    cursor: Cursor, held: HeldVectors, instruction_id: str, *, filter_: Filter | None = None, limit: int
) -> tuple[Hit, ...]:
    """Give the pairs nearest to a pair in meaning, itself left out; one of the same text has the cosine 1.

    The neighbour graph answers if it holds every vector and knows enough of them; otherwise all are compared, for which
    `held` reads them if it has not. Raises SettingsError for an id that is not there, and EmbeddingError if it has no
    vector.
    """
    if not count_pairs(cursor, Filter(instruction_ids=(instruction_id,))):
        raise SettingsError(f"There is no pair {instruction_id!r}.", "`python -m glan_core search` prints ids.")
    number = find_number(cursor, instruction_id, encoder=held.encoder, content=held.content)
    if number is None:
        raise EmbeddingError(f"{held.encoder} has not read the pair {instruction_id!r} yet.", NOT_READ_HINT)
    is_whole = not count_without_neighbourhood(cursor, encoder=held.encoder, content=held.content)
    hits = _others(_of_graph(cursor, held, number, filter_ or Filter()), instruction_id) if is_whole else ()
    if len(hits) < limit:
        vector = read_numbered_vectors(cursor, encoder=held.encoder, numbers=np.array([number]))[0]
        found = search_by_meaning(cursor, held, vector, filter_=filter_, limit=limit + 1)
        hits = _others(found, instruction_id)
    return hits[:limit]


def _of_graph(cursor: Cursor, held: HeldVectors, number: int, filter_: Filter) -> tuple[Hit, ...]:
    """Give the pairs that the list of a vector names, and those of the vector itself; none without a list."""
    lists = read_neighbourhoods(
        cursor, encoder=held.encoder, content=held.content, numbers=np.array([number]), k=NEIGHBOURS
    )
    if not len(lists.numbers):
        return ()
    neighbours = zip(lists.neighbours[0].tolist(), lists.similarities[0].tolist(), strict=True)
    return instructions_near(cursor, held, {number: 1.0, **dict(neighbours)}, filter_)


def _others(hits: tuple[Hit, ...], instruction_id: str) -> tuple[Hit, ...]:
    return tuple(hit for hit in hits if hit.instruction_id != instruction_id)
