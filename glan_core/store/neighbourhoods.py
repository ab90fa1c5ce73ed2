"""Which vectors are next to which: the neighbour graph of an encoder and a content?"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from glan_core.store.batches import insert_table, with_batch
from glan_core.store.database import Cursor, first_row


class Neighbourhoods(NamedTuple):
    """The lists of some vectors, nearest first."""

    numbers: np.ndarray
    """int64 of shape (m,), rising: whose lists they are."""
    neighbours: np.ndarray
    """int64 of shape (m, k): numbers; -1 where a list is shorter."""
    similarities: np.ndarray
    """float32 of shape (m, k); -inf where a list is shorter."""


class ListEnds(NamedTuple):
    """How long the lists are, and what stands last in each."""

    numbers: np.ndarray
    """int64 of shape (m,), rising."""
    lengths: np.ndarray
    """int64 of shape (m,)."""
    neighbours: np.ndarray
    """int64 of shape (m,); -1 for an empty list."""
    similarities: np.ndarray
    """float32 of shape (m,); -inf for an empty list."""


class NearPairs(NamedTuple):
    """Pairs of vectors that are close."""

    one: np.ndarray
    """int64 of shape (p,)."""
    other: np.ndarray
    """int64 of shape (p,), above `one`."""
    similarities: np.ndarray
    """float32 of shape (p,)."""


def insert_neighbourhoods(cursor: Cursor, lists: Neighbourhoods, *, encoder: str, content: str) -> None:
    """Add lists, or put them in the place of those that were there. Call it with `Database.writing` held."""
    is_there = lists.neighbours >= 0
    ends = np.concatenate([[0], np.cumsum(is_there.sum(axis=1))]).astype(np.int32)
    rows = len(lists.numbers)
    batch = pa.table(
        {
            "encoder": pa.array([encoder] * rows, pa.string()),
            "content": pa.array([content] * rows, pa.string()),
            "number": pa.array(lists.numbers, pa.int64()),
            "neighbours": pa.ListArray.from_arrays(ends, pa.array(lists.neighbours[is_there], pa.int32())),
            "similarities": pa.ListArray.from_arrays(ends, pa.array(lists.similarities[is_there], pa.float32())),
        }
    )
    changed = "update set neighbours = excluded.neighbours, similarities = excluded.similarities"
    insert_table(cursor, "neighbourhood", batch, on_conflict=changed)


def read_neighbourhoods(cursor: Cursor, *, encoder: str, content: str, numbers: np.ndarray, k: int) -> Neighbourhoods:
    """Give the lists of those of the numbers (int64, rising) that have one, as arrays `k` wide."""
    with with_batch(cursor, pa.table({"number": pa.array(numbers, pa.int64())})):
        found = cursor.sql(
            """
            select number, neighbours, similarities
            from neighbourhood
            where encoder = ? and content = ? and number in (select number from batch)
            order by number
            """,
            params=[encoder, content],
        ).to_arrow_table()
    others = found.column("neighbours").combine_chunks()
    is_there = np.arange(k)[None, :] < others.value_lengths().to_numpy(zero_copy_only=False)[:, None]
    lists = Neighbourhoods(
        found.column("number").to_numpy(),
        np.full(is_there.shape, -1, np.int64),
        np.full(is_there.shape, -np.inf, np.float32),
    )
    lists.neighbours[is_there] = others.flatten().to_numpy()
    lists.similarities[is_there] = found.column("similarities").combine_chunks().flatten().to_numpy()
    return lists


def read_list_ends(cursor: Cursor, *, encoder: str, content: str) -> ListEnds:
    """Give what stands at the end of every list there is."""
    found = cursor.execute(
        """
        select
            number,
            len(neighbours) as length,
            coalesce(neighbours[-1], -1) as neighbour,
            coalesce(similarities[-1], '-infinity') as similarity
        from neighbourhood
        where encoder = ? and content = ?
        order by number
        """,
        [encoder, content],
    ).fetchnumpy()
    return ListEnds(
        np.asarray(found["number"], np.int64),
        np.asarray(found["length"], np.int64),
        np.asarray(found["neighbour"], np.int64),
        np.asarray(found["similarity"], np.float32),
    )


def count_without_neighbourhood(cursor: Cursor, *, encoder: str, content: str) -> int:
    """Count the vectors of a content that the graph does not hold yet."""
    row = first_row(
        cursor.execute(
            """
            select count(distinct number)
            from embedded_instruction as embedded
            where encoder = ? and content = ?
                and number not in (
                    select number
                    from neighbourhood
                    where encoder = embedded.encoder and content = embedded.content
                )
            """,
            [encoder, content],
        )
    )
    return int(row[0]) if row else 0


def forget_unlinked(cursor: Cursor, *, encoder: str, content: str) -> int:
    """Remove the lists of vectors that stand for no pair any more, as after an edit, and those that name one of these.

    Gives how many that were; what still stands for a pair gets its list anew when the graph is extended. Call it with
    `Database.writing` held.
    """
    gone = cursor.execute(
        """
        select number
        from neighbourhood as near
        where encoder = ? and content = ?
            and not exists (
                from embedded_instruction as embedded
                where embedded.encoder = near.encoder
                    and embedded.content = near.content
                    and embedded.number = near.number
            )
        """,
        [encoder, content],
    ).fetchall()
    if not gone:
        return 0
    row = first_row(
        cursor.execute(
            """
            delete from neighbourhood
            where encoder = $encoder
                and content = $content
                and (number in (select unnest($gone::bigint[])) or list_has_any(neighbours, $gone::integer[]))
            """,
            {"encoder": encoder, "content": content, "gone": [number for (number,) in gone]},
        )
    )
    return int(row[0]) if row else 0


def list_near_pairs(cursor: Cursor, *, encoder: str, content: str, similarity: float) -> NearPairs:
    """Give the pairs of vectors of the graph whose cosine is at least `similarity`, each once, by their numbers."""
    found = cursor.execute(
        """
        with near as (
            select number, unnest(neighbours) as neighbour, unnest(similarities) as similarity
            from neighbourhood
            where encoder = ? and content = ? and similarities[1] >= ?::float
        )
        select
            least(number, neighbour) as one,
            greatest(number, neighbour) as other,
            max(similarity) as similarity
        from near
        where similarity >= ?::float
        group by one, other
        order by one, other
        """,
        [encoder, content, similarity, similarity],
    ).fetchnumpy()
    return NearPairs(
        np.asarray(found["one"], np.int64),
        np.asarray(found["other"], np.int64),
        np.asarray(found["similarity"], np.float32),
    )


def read_densities(cursor: Cursor, projection_id: str, instruction_ids: Sequence[str]) -> dict[str, float]:
    """Give how close the neighbours of instructions are, in what the encoder and content of a layout make of them.

    The density is the mean cosine to the texts of a list, -1 to 1. Who has no list yet, or no other text, is left out.
    An equal text is the same vector and no neighbour.
    """
    rows = cursor.execute(
        """
        select embedded.instruction_id, list_avg(near.similarities)
        from projection
        join embedded_instruction as embedded
            on embedded.encoder = projection.encoder and embedded.content = projection.content
        join neighbourhood as near
            on near.encoder = embedded.encoder and near.content = embedded.content and near.number = embedded.number
        where projection.projection_id = ?
            and embedded.instruction_id in (select unnest(?::varchar[]))
            and len(near.similarities) > 0
        """,
        [projection_id, list(instruction_ids)],
    ).fetchall()
    return dict(rows)
