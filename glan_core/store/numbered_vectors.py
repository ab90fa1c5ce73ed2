"""Which vectors stand for one kind of text, and how do they come into memory?

By their numbers and through Arrow, without a loop over rows: a million of 384 values take some seconds.
"""

import numpy as np
import pyarrow as pa

from glan_core.errors import EmbeddingError
from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row

_ROWS_AT_ONCE = 50_000


def list_numbers(cursor: Cursor, *, encoder: str, content: str) -> np.ndarray:
    """Give the numbers of the vectors that stand for a content of instructions: int64, rising, each once."""
    numbers = cursor.execute(
        """
        select distinct number
        from embedded_instruction
        where encoder = ? and content = ?
        order by number
        """,
        [encoder, content],
    ).fetchnumpy()["number"]
    return np.asarray(numbers, np.int64)


def count_linked(cursor: Cursor, *, encoder: str, content: str) -> int:
    """Count the instructions that have a vector for a content; several may share one."""
    row = first_row(
        cursor.execute(
            "select count(*) from embedded_instruction where encoder = ? and content = ?", [encoder, content]
        )
    )
    return int(row[0]) if row else 0


def linked_stamp(cursor: Cursor, *, encoder: str, content: str) -> tuple[int, int]:
    """Give what changes when other vectors stand for a content: how many instructions have one, and which these are.

    The last number alone would not do: a text that is edited back to an older one gets the vector that this had.
    """
    row = first_row(
        cursor.execute(
            """
            select count(*), coalesce(sum(hash(number)), 0)
            from embedded_instruction
            where encoder = ? and content = ?
            """,
            [encoder, content],
        )
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)


def read_numbered_vectors(
    cursor: Cursor, *, encoder: str, numbers: np.ndarray, out: np.ndarray | None = None
) -> np.ndarray:
    """Give the vectors with these numbers (int64 of shape (n,), rising), row by row: float32 of shape (n, d).

    `out` is filled and given back where it is there. Raises EmbeddingError if one is missing.
    """
    if not len(numbers):
        return np.empty((0, 0), np.float32) if out is None else out
    vectors = np.empty((len(numbers), vector_length(cursor, encoder=encoder)), np.float32) if out is None else out
    found = 0
    with with_batch(cursor, pa.table({"number": pa.array(numbers)})):
        reader = cursor.sql(
            """
            select number, vector
            from embedding
            where encoder = ? and number between ? and ? and number in (select number from batch)
            """,
            params=[encoder, int(numbers[0]), int(numbers[-1])],
        ).to_arrow_reader(_ROWS_AT_ONCE)
        for batch in reader:
            places = np.searchsorted(numbers, batch.column("number").to_numpy())
            vectors[places] = batch.column("vector").flatten().to_numpy().reshape(len(places), -1)
            found += len(places)
    if found != len(numbers):
        raise EmbeddingError(f"{len(numbers) - found} vectors of {encoder} are missing.", "Embed the texts again.")
    return vectors


def vector_length(cursor: Cursor, *, encoder: str) -> int:
    """Give how many values a vector of an encoder has; 0 as long as it has none."""
    row = first_row(cursor.execute("select len(vector) from embedding where encoder = ? and number = 0", [encoder]))
    return int(row[0]) if row else 0
