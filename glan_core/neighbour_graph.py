"""Which texts are next to which: how does the graph of all neighbours come about, and what does it tell?

There is one graph an encoder and a content (`instruction`, `answer` or `both`), of the vectors that stand for it. It
grows: a vector without a list is compared with all, gets its own, and is put into those lists that it belongs in. A
batch is kept as soon as it is done, and what has a list has been compared with everything that has one; so a graph
that was left half way is simply extended. Lists are exact, but for those of vectors that came by the ten thousand
(embedding/neighbour_batches.py).
"""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np

from glan_core.embedding.neighbour_batches import (
    batch_size,
    find_all_nearest,
    find_in_file,
    forget_file,
    is_exact,
)
from glan_core.embedding.neighbours import NEIGHBOURS, Ends, Found, Nearest, Offers, closed_ends, merge_offers
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.neighbourhoods import (
    ListEnds,
    Neighbourhoods,
    forget_unlinked,
    insert_neighbourhoods,
    read_list_ends,
    read_neighbourhoods,
)
from glan_core.store.numbered_vectors import list_numbers, read_numbered_vectors, vector_length
from glan_core.text_encoding import Compute, compute_here

_AT_WORK = threading.Lock()
_ROWS_AT_ONCE = 50_000


class Extended(NamedTuple):
    """What was done to a graph."""

    vectors: int
    """It holds so many now."""
    added: int
    """Lists that are new."""
    changed: int
    """How often a list of before took something in."""
    is_exact: bool
    """Whether the new vectors were compared with every other one."""


class Knn(NamedTuple):
    """The nearest of some vectors among these, as umap's `precomputed_knn` takes them: itself first."""

    indices: np.ndarray
    """int32 of shape (n, k): rows of the numbers that were asked for."""
    distances: np.ndarray
    """float32 of shape (n, k): 1 - cosine, 0 and more."""


def extend_graph(
    database: Database,
    *,
    encoder: str,
    content: str = "instruction",
    compute: Compute = compute_here,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Extended:
    """Give every vector of a content its list of neighbours, and put it into those where it belongs.

    `on_progress` hears how many vectors are done and how many there are to do. Raises EmbeddingError and StoreError;
    the lists that were made until then are kept. Two calls at once wait for each other.
    """
    with _AT_WORK, explained_errors(database.path):
        cursor = database.cursor()
        try:
            return _Extension(database, cursor, encoder, content).run(compute, on_progress)
        finally:
            cursor.close()


def knn_of(
    cursor: Cursor, encoder: str, numbers: np.ndarray, *, k: int = NEIGHBOURS, compute: Compute = compute_here
) -> Knn:
    """Give the k nearest of some vectors among these: `numbers` is int64 of shape (n,), rising, with n >= k.

    Raises EmbeddingError if a vector is missing or not finite, and ValueError for fewer than k.
    """
    if len(numbers) < k:
        raise ValueError(f"{len(numbers)} vectors have no {k} nearest, themselves included")
    vectors = read_numbered_vectors(cursor, encoder=encoder, numbers=numbers)
    nearest = compute(find_all_nearest, vectors, k=k - 1)
    itself = np.arange(len(numbers), dtype=np.int32)[:, None]
    distances = np.maximum(1 - nearest.similarities, 0)
    return Knn(np.hstack([itself, nearest.rows]), np.hstack([np.zeros_like(distances[:, :1]), distances]))


class _Extension:
    """One extension of a graph. Rows are places in `numbers`, which are those of all vectors of the content."""

    def __init__(self, database: Database, cursor: Cursor, encoder: str, content: str) -> None:
        self._database = database
        self._cursor = cursor
        self._encoder = encoder
        self._content = content
        with database.writing:
            forget_unlinked(cursor, encoder=encoder, content=content)
        self._numbers = list_numbers(cursor, encoder=encoder, content=content)
        listed = read_list_ends(cursor, encoder=encoder, content=content)
        self._ends = _as_ends(listed, self._numbers)
        self._new = np.flatnonzero(~np.isin(self._numbers, listed.numbers))

    def run(self, compute: Compute, on_progress: Callable[[int, int], None]) -> Extended:
        """Search batch by batch."""
        rows, total, changed = len(self._numbers), len(self._new), 0
        exact = is_exact(new=total, rows=rows)
        if not total:
            return Extended(rows, 0, 0, exact)
        with self._vector_file() as path:
            try:
                for start in range(0, total, batch_size(rows)):
                    on_progress(start, total)
                    batch = self._new[start : start + batch_size(rows)]
                    changed += self._keep(batch, compute(find_in_file, str(path), batch, self._ends, exact=exact))
            finally:
                compute(forget_file)
        on_progress(total, total)
        return Extended(rows, total, changed, exact)

    @contextmanager
    def _vector_file(self) -> Iterator[Path]:
        """Write the vectors beside the database, where there is room for as much."""
        beside, prefix = self._database.path.parent, f"{self._database.path.name}.vectors-"
        for left in beside.glob(f"{prefix}*"):  # by a process that was killed: nobody else has this database open
            shutil.rmtree(left, ignore_errors=True)
        length = vector_length(self._cursor, encoder=self._encoder)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=beside) as folder:
            path = Path(folder) / "vectors.npy"
            out = np.lib.format.open_memmap(path, "w+", np.float32, (len(self._numbers), length))
            for start in range(0, len(out), _ROWS_AT_ONCE):
                part = slice(start, start + _ROWS_AT_ONCE)
                read_numbered_vectors(self._cursor, encoder=self._encoder, numbers=self._numbers[part], out=out[part])
            out.flush()
            del out
            yield path

    def _keep(self, batch: np.ndarray, found: Found) -> int:
        """Keep the lists of a batch and what it changed in those of before; give how many these are."""
        rows = np.unique(found.offers.rows)
        changed = self._changed(rows, found.offers)
        with self._database.writing, transaction(self._cursor):
            for of, nearest in ((batch, found.nearest), (rows, changed)):
                if len(of):
                    lists = Neighbourhoods(self._numbers[of], self._numbers_of(nearest.rows), nearest.similarities)
                    insert_neighbourhoods(self._cursor, lists, encoder=self._encoder, content=self._content)
        self._ends.similarities[rows] = changed.similarities[:, -1]
        self._ends.rows[rows] = changed.rows[:, -1]
        return len(rows)

    def _changed(self, rows: np.ndarray, offers: Offers) -> Nearest:
        before = read_neighbourhoods(
            self._cursor, encoder=self._encoder, content=self._content, numbers=self._numbers[rows], k=NEIGHBOURS
        )
        is_there = before.neighbours >= 0
        others = np.full(before.neighbours.shape, -1, np.int32)
        others[is_there] = np.searchsorted(self._numbers, before.neighbours[is_there])
        return merge_offers(rows, Nearest(others, before.similarities), offers)

    def _numbers_of(self, rows: np.ndarray) -> np.ndarray:
        return np.where(rows >= 0, self._numbers[rows], -1)


def _as_ends(listed: ListEnds, numbers: np.ndarray) -> Ends:
    """Give the ends of the lists there are, by their places in `numbers`; the others are not to be added to yet."""
    ends = closed_ends(len(numbers))
    places = np.searchsorted(numbers, listed.numbers)
    is_full = listed.lengths >= NEIGHBOURS
    ends.similarities[places] = np.where(is_full, listed.similarities, -np.inf)
    ends.rows[places] = np.where(is_full, np.searchsorted(numbers, listed.neighbours), -1)
    return ends
