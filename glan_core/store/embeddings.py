"""Which texts have a vector, and which of them stands for which text of which pair?"""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from glan_core.errors import EmbeddingError
from glan_core.ids import content_id
from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row

_ROWS_AT_ONCE = 50_000  # of the vectors that are read: 75 MB of 384 numbers each


def insert_embeddings(cursor: Cursor, *, encoder: str, texts: Sequence[str], vectors: np.ndarray) -> None:
    """Add the vectors of texts (float32 of shape (len(texts), d)) with the next numbers of their encoder.

    Known texts stay as they are. Call it with `Database.writing` held: two at once would give one number twice.
    Raises EmbeddingError for values that are not finite, and for another d than the encoder had before.
    """
    vector_of = {content_id(text): vector for text, vector in zip(texts, vectors, strict=True)}
    if not vector_of:
        return
    stacked = np.stack(list(vector_of.values())).astype(np.float32, copy=False)
    if not np.isfinite(stacked).all():
        raise EmbeddingError(f"{encoder} gave a vector with values that are not finite.", "Embed the texts again.")
    insert_vectors(
        cursor,
        pa.table(
            {
                "content_id": pa.array(list(vector_of), pa.string()),
                "encoder": pa.array([encoder] * len(vector_of), pa.string()),
                "vector": _as_lists(stacked),
            }
        ),
    )


def insert_vectors(cursor: Cursor, batch: pa.Table) -> None:
    """Add the rows (content_id, encoder, vector) of a table, numbered in their order; known ones stay as they are.

    Call it as `insert_embeddings`. Raises EmbeddingError if those of an encoder differ in
    length.
    """
    with with_batch(cursor, batch.append_column("place", pa.array(range(batch.num_rows), pa.int64()))):
        _check_lengths(cursor)
        cursor.execute(
            """
            insert into embedding (content_id, encoder, number, vector)
            select
                batch.content_id,
                batch.encoder,
                coalesce(taken.number, -1) + row_number() over (partition by batch.encoder order by batch.place),
                batch.vector
            from batch
            left join (select encoder, max(number) as number from embedding group by encoder) as taken
                on taken.encoder = batch.encoder
            where not exists (
                from embedding
                where embedding.content_id = batch.content_id and embedding.encoder = batch.encoder
            )
            order by batch.place
            """
        )


def _check_lengths(cursor: Cursor) -> None:
    """Refuse a batch whose vectors are not all as long as those that their encoder gave before."""
    wrong = first_row(
        cursor.execute(
            """
        with length as (
            select encoder, len(vector) as numbers from embedding where number = 0
            union
            select encoder, len(vector) from batch
        )
        select encoder, string_agg(distinct numbers, ' and ' order by numbers)
        from length
        where encoder in (select encoder from batch)
        group by encoder
        having count(distinct numbers) > 1
        """
        )
    )
    if wrong:
        encoder, lengths = wrong
        raise EmbeddingError(
            f"{encoder} gives vectors of different lengths ({lengths} numbers).",
            "Its model was changed. Add it again under another name.",
        )


def _as_lists(vectors: np.ndarray) -> pa.ListArray:
    """Give the rows of an array of shape (n, d) as an Arrow list, without a loop."""
    rows, length = vectors.shape
    offsets = pa.array(np.arange(0, (rows + 1) * length, length, dtype=np.int32))
    return pa.ListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(vectors).ravel()))


def link_instructions(cursor: Cursor, *, encoder: str, content: str, content_of: Mapping[str, str]) -> None:
    """Say for instructions, by id, which content_id their vector stands for; known ones stay as they are.

    Those whose content has no vector yet are left out. Call it with `Database.writing` held.
    """
    batch = pa.table(
        {
            "instruction_id": pa.array(content_of.keys(), pa.string()),
            "content_id": pa.array(content_of.values(), pa.string()),
        }
    )
    with with_batch(cursor, batch):
        cursor.execute(
            """
            insert into embedded_instruction (encoder, content, instruction_id, number)
            select embedding.encoder, ?, batch.instruction_id, embedding.number
            from batch
            join embedding on embedding.content_id = batch.content_id and embedding.encoder = ?
            order by batch.instruction_id
            on conflict do nothing
            """,
            [content, encoder],
        )


def vector_numbers(cursor: Cursor, *, encoder: str, content: str) -> pa.Table:
    """Give the instructions that an encoder has read: a table instruction_id, number, by instruction_id."""
    return cursor.sql(
        """
        select instruction_id, number
        from embedded_instruction
        where encoder = ? and content = ?
        order by instruction_id
        """,
        params=[encoder, content],
    ).to_arrow_table()


def read_vectors(cursor: Cursor, *, encoder: str, after: int = -1) -> np.ndarray:
    """Give the vectors of an encoder whose number is above `after`: float32 of shape (n, d), in order of number.

    So row i has the number `after` + 1 + i. Without any, d is 0.
    """
    row = first_row(
        cursor.execute(
            "select count(*), max(number), max(len(vector)) from embedding where encoder = ? and number > ?",
            [encoder, after],
        )
    )
    rows, last, length = row if row else (0, None, None)
    if not rows:
        return np.empty((0, 0), np.float32)
    if last - after != rows:
        raise EmbeddingError(f"The vectors of {encoder} have gaps in their numbers.", "Run: python -m glan_core doctor")
    vectors = np.empty((rows, length), np.float32)
    reader = cursor.sql(
        "select number, vector from embedding where encoder = ? and number > ? and number <= ?",
        params=[encoder, after, last],
    ).to_arrow_reader(_ROWS_AT_ONCE)
    for batch in reader:
        places = batch.column("number").to_numpy() - (after + 1)
        vectors[places] = batch.column("vector").flatten().to_numpy().reshape(-1, length)
    return vectors


def list_unembedded_texts(cursor: Cursor, *, encoder: str, texts: Sequence[str]) -> list[str]:
    """List those of the texts that have no vector yet, each once, in their order."""
    by_content = {content_id(text): text for text in texts}
    rows = cursor.execute(
        "select content_id from embedding where encoder = ? and content_id in (select unnest(?::varchar[]))",
        [encoder, list(by_content)],
    ).fetchall()
    known = {key for (key,) in rows}
    return [text for key, text in by_content.items() if key not in known]


def list_vectors(cursor: Cursor, *, encoder: str, texts: Sequence[str]) -> np.ndarray:
    """Give the vectors of texts, row by row (float32 of shape (len(texts), d)); EmbeddingError if one is missing."""
    contents = [content_id(text) for text in texts]
    rows = cursor.execute(
        "select content_id, vector from embedding where encoder = ? and content_id in (select unnest(?::varchar[]))",
        [encoder, list(set(contents))],
    ).fetchnumpy()
    vector_of = dict(zip(rows["content_id"], rows["vector"], strict=True))
    missing = [key for key in contents if key not in vector_of]
    if missing:
        raise EmbeddingError(f"{len(missing)} texts have no vector of {encoder}.", "Embed them first.")
    return np.stack([np.asarray(vector_of[key], dtype=np.float32) for key in contents])
