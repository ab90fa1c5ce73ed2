"""Of how many pairs has no one compared the meaning yet, and how is that made up for?

Pairs are compared by the neighbour graph of the encoder in use: each is read, and then held against all others.
"""

from collections.abc import Callable
from typing import NamedTuple

from glan_core.checking.steps import Progress, never, no_progress
from glan_core.encoder_choice import encoder_in_use
from glan_core.neighbour_graph import extend_graph
from glan_core.store.concept_vectors import count_unread_pairs
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.neighbourhoods import count_without_neighbourhood
from glan_core.store.numbered_vectors import count_linked
from glan_core.text_encoding import Compute, compute_here, key_of_environment
from glan_core.text_vectors import embed_instructions


class Compared(NamedTuple):
    """How far meanings are compared."""

    missing: int
    """Texts that were not held against all others, read or not; pairs of the same text count once if they were read."""
    pairs: int
    """That there are."""


def find_compared(cursor: Cursor) -> Compared:
    """Say how far the meanings of pairs are compared by the encoder in use."""
    encoder, content = encoder_in_use(cursor)
    unread = count_unread_pairs(cursor, encoder=encoder.encoder, content=content)
    alone = count_without_neighbourhood(cursor, encoder=encoder.encoder, content=content)
    return Compared(unread + alone, unread + count_linked(cursor, encoder=encoder.encoder, content=content))


def compare_meanings(
    database: Database,
    *,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
    on_progress: Progress = no_progress,
    is_stopped: Callable[[], bool] = never,
) -> None:
    """Read what the encoder in use has not read, and hold every pair against all others.

    Raises EmbeddingError, EndpointError and StoreError; what was done until then is kept.
    """
    with explained_errors(database.path):
        encoder, content = encoder_in_use(database.cursor())
    embed_instructions(
        database,
        encoder=encoder,
        content=content,
        compute=compute,
        find_key=find_key,
        on_progress=on_progress,
        is_stopped=is_stopped,
    )
    if not is_stopped():
        extend_graph(database, encoder=encoder.encoder, content=content, compute=compute, on_progress=on_progress)
