"""Rows that come in any order are read back in theirs, lot by lot."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from glan_core.exports import spool
from glan_core.exports.spool import Spool


def batch_of(positions: np.ndarray) -> pa.RecordBatch:
    """Make rows that say in a text and a list where they belong."""
    return pa.RecordBatch.from_pydict(
        {
            "position": pa.array(positions, pa.int32()),
            "text": [f"row {position} «λ»" * (position % 5) for position in positions],
            "ids": [[str(position)] * (position % 3) for position in positions],
        }
    )


@pytest.mark.parametrize("bytes_at_once", [1, 5_000, 60_000_000])
def test_each_lot_holds_its_rows_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bytes_at_once: int):
    monkeypatch.setattr(spool, "_BYTES_AT_ONCE", bytes_at_once)
    positions = np.random.default_rng(1).permutation(1_003)
    with Spool(tmp_path, rows_in_lot=100) as rows:
        for start in range(0, len(positions), 97):
            rows.add(batch_of(positions[start : start + 97]))
        lots = [rows.read(lot) for lot in range(11)]
    assert [len(lot) for lot in lots] == [100] * 10 + [3]
    assert pa.concat_tables(lots).combine_chunks() == pa.Table.from_batches([batch_of(np.arange(1_003))])


def test_a_spool_leaves_nothing_in_its_folder(tmp_path: Path):
    with Spool(tmp_path, rows_in_lot=2) as rows:
        rows.add(batch_of(np.arange(5)))
        rows.read(0)
        assert list(tmp_path.iterdir()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_spool_for_which_there_is_no_place_says_so(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        Spool(tmp_path / "gone", rows_in_lot=2)
