"""Pairs that an encoder is to read: some ask the same, and all ask nearly the same."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa

from glan_core.store.embeddings import read_vectors, vector_numbers
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import answer, instruction, run

PAIRS = 30
AT_ONCE = 4
"""Texts that are to be read together."""


class Vectors(NamedTuple):
    """What the encoder `tiny` has read."""

    numbers: pa.Table
    vectors: np.ndarray


def insert_pairs(small: Small) -> None:
    """Add them; of ten in a row seven have a text of their own."""
    save_run(small.cursor, run(settings={"language": "en"}))
    for number in range(PAIRS):
        text = f"What does a thin lens do to the light of a far away star, as seen by queen number {number // 2 * 2} ?"
        key = f"{number:03}"
        ingest(small.cursor, [instruction(key, text=text + " Say why." * (number % 5 == 3)), answer(key)])


def taken_vectors(small: Small, content: str = "instruction") -> Vectors:
    """Give what was read, and forget it."""
    found = Vectors(
        vector_numbers(small.cursor, encoder="tiny", content=content), read_vectors(small.cursor, encoder="tiny")
    )
    small.cursor.execute("delete from embedded_instruction")
    small.cursor.execute("delete from embedding")
    return found


def assert_same(found: Vectors, expected: Vectors) -> None:
    """Check that the same was read: the same texts with the same numbers, and the same vectors but for rounding."""
    assert found.numbers.equals(expected.numbers)
    assert np.allclose(found.vectors, expected.vectors, atol=1e-6)
