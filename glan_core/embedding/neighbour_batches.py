"""How are the neighbours of many vectors searched for, in another process that is sent little each time?

The vectors wait in a file that the process maps into its memory; a call names the file and the rows that it is for.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from glan_core.embedding.neighbours import (
    NEIGHBOURS,
    Ends,
    Found,
    Nearest,
    closed_ends,
    find_nearest,
    find_nearest_in_cells,
    make_cells,
)

# Comparing 30,000 vectors with one another takes about as long as dividing them into cells and searching these; and
# cells are made of all vectors, which does not pay for a few new ones.
_MOST_COMPARED = 30_000**2
_FEW = 10_000


def is_exact(*, new: int, rows: int) -> bool:
    """Say whether so many new vectors are compared with every one of the `rows` there are, or with those in cells."""
    return new <= _FEW or new * rows <= _MOST_COMPARED


def batch_size(rows: int) -> int:
    """Give how many vectors a call is for, so that it takes a second or two."""
    return int(np.clip(200_000_000 // max(rows, 1), 64, 4_096))


def find_in_file(path: str, new: np.ndarray, ends: Ends, *, exact: bool) -> Found:
    """Search for the neighbours of the rows `new` among the vectors of a .npy file.

    Raises EmbeddingError for values that are not finite.
    """
    vectors = _vectors(path)
    if exact:
        return find_nearest(vectors, new, ends)
    return find_nearest_in_cells(_cells(path), vectors, new, ends)


def forget_file() -> None:
    """Give back the memory that the last file took."""
    _vectors.cache_clear()
    _cells.cache_clear()


def find_all_nearest(vectors: np.ndarray, *, k: int = NEIGHBOURS) -> Nearest:
    """Give the k nearest of every row of vectors, float32 of shape (n, d); EmbeddingError if one is not finite."""
    rows, ends = np.arange(len(vectors)), closed_ends(len(vectors))
    if is_exact(new=len(vectors), rows=len(vectors)):
        return find_nearest(vectors, rows, ends, k=k).nearest
    return find_nearest_in_cells(make_cells(vectors), vectors, rows, ends, k=k).nearest


@lru_cache(maxsize=1)
def _vectors(path: str) -> np.ndarray:
    vectors: np.ndarray = np.load(path, mmap_mode="r")
    return vectors


@lru_cache(maxsize=1)
def _cells(path: str) -> Any:
    return make_cells(_vectors(path))
