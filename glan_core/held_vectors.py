"""Which vectors does this process hold in memory, so that another one can be compared with all of them?

A million of 384 values take up 1.5 GB, and are compared in the time that reading these from memory takes.
"""

import threading
from typing import NamedTuple

import numpy as np

from glan_core.store.database import Cursor
from glan_core.store.numbered_vectors import linked_stamp, list_numbers, read_numbered_vectors

_MOST_BLOCKS = 32
_SLACK = np.float32(1e-5)  # within which cosines that were added up in 32 bits may change places
_BELOW_ALL = np.float32(-2.0)
_GROUPS = 64


class HeldVectors:
    """The vectors that stand for one content of instructions; it grows as new ones arrive, by any number of threads."""

    def __init__(self, *, encoder: str, content: str = "instruction") -> None:
        self.encoder = encoder
        self.content = content
        self.numbers = np.empty(0, np.int64)
        """Those of the vectors held, in the order of the rows."""
        self._blocks: tuple[np.ndarray, ...] = ()
        self._linked: tuple[int, int] | None = None
        self._lock = threading.Lock()

    @property
    def is_loaded(self) -> bool:
        """Say whether they were read once."""
        return self._linked is not None

    @property
    def memory_bytes(self) -> int:
        """What the vectors take up."""
        return sum(block.nbytes for block in self._blocks)

    def refresh(self, cursor: Cursor) -> int:
        """Read what has arrived since, and give how many vectors that is; EmbeddingError if one is missing."""
        with self._lock:
            linked = linked_stamp(cursor, encoder=self.encoder, content=self.content)
            if linked == self._linked:
                return 0
            numbers = list_numbers(cursor, encoder=self.encoder, content=self.content)
            new = np.setdiff1d(numbers, self.numbers, assume_unique=True)
            if len(new):
                block = read_numbered_vectors(cursor, encoder=self.encoder, numbers=new)
                blocks = (*self._blocks, block)
                if len(blocks) > _MOST_BLOCKS:  # the first stays as it is: it is the large one
                    blocks = (blocks[0], np.concatenate(blocks[1:]))
                # In this order a thread that reads meanwhile sees at least as many numbers as rows.
                self.numbers = np.concatenate([self.numbers, new])
                self._blocks = blocks
            self._linked = linked
            return len(new)

    def nearest(self, query: np.ndarray, *, wanted: int, numbers: np.ndarray | None = None) -> "NearestNumbers":
        """Give the vectors nearest to one of shape (d,): at least `wanted`, if there are as many.

        Where `numbers` (int64) are given, only among these.
        """
        blocks = self._blocks
        if not blocks:
            return NearestNumbers(np.empty(0, np.int64), np.empty(0, np.float32))
        cosines = np.concatenate([block @ query for block in blocks])
        held = self.numbers[: len(cosines)]
        if numbers is not None:
            cosines[~np.isin(held, numbers)] = -np.inf
        rows = _largest(cosines, wanted)
        return NearestNumbers(held[rows], _precise(blocks, rows, query))


class NearestNumbers(NamedTuple):
    """Some vectors with their cosines to a query, in the order in which they are held."""

    numbers: np.ndarray
    """int64 of shape (m,)."""
    similarities: np.ndarray
    """float32 of shape (m,), added up in 64 bits: the same whichever vectors were compared along with them."""

    @property
    def similarity_of(self) -> dict[int, float]:
        """The cosines by number."""
        return dict(zip(self.numbers.tolist(), self.similarities.tolist(), strict=True))


def _largest(cosines: np.ndarray, wanted: int) -> np.ndarray:
    """Give the rows of at least the `wanted` largest that are not -inf."""
    groups = cosines
    if wanted < len(cosines) // _GROUPS:  # the largest of each group bound them too, and are fewer to sort
        groups = cosines[: len(cosines) // _GROUPS * _GROUPS].reshape(_GROUPS, -1).max(axis=0)
    if wanted >= len(groups):
        return np.flatnonzero(cosines > -np.inf)
    bound = np.partition(groups, -wanted)[-wanted] - _SLACK
    return np.flatnonzero(cosines >= max(bound, _BELOW_ALL))


def _precise(blocks: tuple[np.ndarray, ...], rows: np.ndarray, query: np.ndarray) -> np.ndarray:
    starts = np.cumsum([0, *(len(block) for block in blocks)])
    precise = np.empty(len(rows), np.float32)
    for block, start, end in zip(blocks, starts[:-1], starts[1:], strict=True):
        here = (rows >= start) & (rows < end)
        precise[here] = (block[rows[here] - start].astype(np.float64) * query).sum(axis=1)
    return precise
