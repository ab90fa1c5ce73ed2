"""Vectors made by hand, and what they stand for."""

import numpy as np
import pyarrow as pa

from glan_core.store.batches import insert_table
from glan_core.store.database import Cursor
from glan_core.store.embeddings import insert_embeddings


def link(cursor: Cursor, encoder: str, content: str = "instruction", **number_of: int) -> None:
    """Say which vector stands for an instruction: a=0 is that of number 0 for the instruction `a`."""
    rows = len(number_of)
    insert_table(
        cursor,
        "embedded_instruction",
        pa.table(
            {
                "encoder": [encoder] * rows,
                "content": [content] * rows,
                "instruction_id": list(number_of),
                "number": pa.array(number_of.values(), pa.int64()),
            }
        ),
    )


def embed(cursor: Cursor, encoder: str, vectors: np.ndarray) -> None:
    """Add vectors, float32 of shape (n, d), after those that are there; each stands for a text of its own."""
    row = cursor.execute("select count(*) from embedding").fetchall()[0]
    texts = [f"text {number}" for number in range(row[0], row[0] + len(vectors))]
    insert_embeddings(cursor, encoder=encoder, texts=texts, vectors=vectors)
