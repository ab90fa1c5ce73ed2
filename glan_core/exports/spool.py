"""How are rows put into their order that do not fit into memory?

They are added in any order, each with its position. What was added is cut by position into lots and put into a file
without a name; each lot is read back by itself, and sorted then.
"""

import tempfile
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BYTES_AT_ONCE = 60_000_000


class Spool:
    """Takes rows with a column `position`, which is from 0 to below the number of rows, each once."""

    def __init__(self, folder: Path, *, rows_in_lot: int) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._rows_in_lot = rows_in_lot
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._writing: Future[None] | None = None
        self._waiting: list[pa.RecordBatch] = []
        self._bytes = 0
        self._schema: pa.Schema | None = None
        self._places: dict[int, list[tuple[int, int]]] = {}

    def add(self, rows: pa.RecordBatch) -> None:
        """Take some rows, all with the same columns; OSError where the disk refuses them."""
        self._schema = rows.schema
        self._waiting.append(rows)
        self._bytes += rows.nbytes
        if self._bytes >= _BYTES_AT_ONCE:
            self._put_away()

    def read(self, lot: int) -> pa.Table:
        """Give the rows of a lot, ordered by position; the first lot is 0."""
        self._put_away()
        self._wait()
        parts = []
        for start, length in self._places[lot]:
            self._file.seek(start)
            parts.append(pa.ipc.read_record_batch(pa.py_buffer(self._file.read(length)), self._schema))
        rows = pa.Table.from_batches(parts).combine_chunks()
        return rows.take(pc.sort_indices(rows["position"]))

    def _put_away(self) -> None:
        if self._waiting:
            self._wait()  # never more than what comes and what is being written
            self._writing = self._pool.submit(self._write, self._waiting)
            self._waiting, self._bytes = [], 0

    def _wait(self) -> None:
        if self._writing is not None:
            self._writing.result()

    def _write(self, waiting: list[pa.RecordBatch]) -> None:
        rows = pa.Table.from_batches(waiting).combine_chunks()
        waiting.clear()
        lots = rows["position"].to_numpy() // self._rows_in_lot
        order = np.argsort(lots, kind="stable")
        there, starts = np.unique(lots[order], return_index=True)
        for lot, start, end in zip(there.tolist(), starts, [*starts[1:], len(order)], strict=True):
            part = rows.take(pa.array(order[start:end])).to_batches()[0].serialize()
            begin = self._file.seek(0, 2)
            self._file.write(part)
            self._places.setdefault(lot, []).append((begin, part.size))

    def __enter__(self) -> Self:
        """Give the spool."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Forget all rows."""
        self._pool.shutdown()
        self._file.close()
