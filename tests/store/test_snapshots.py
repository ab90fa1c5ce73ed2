"""A database that another process is writing to is copied as it was at one moment."""

import subprocess
import sys
from pathlib import Path

import pytest

from glan_core.errors import StoreError
from glan_core.store.database import open_database
from glan_core.store.reports import totals
from glan_core.store.snapshots import copy_open_database, open_snapshot
from tests.terminal import held_by_another

# Inserts rows, half of them twice in one transaction, and moves them into the file every few transactions, so a copy
# that is torn shows an odd number or cannot be opened. What it tells last has been committed before.
_WRITE = """
import sys, duckdb
held = duckdb.connect(sys.argv[1])
held.execute("create table if not exists count_of (number bigint, filling varchar)")
for number in range(100_000):
    held.execute("begin")
    for _ in range(2):
        held.execute("insert into count_of select ?, repeat(md5(? || range), 8) from range(50)", [number, str(number)])
    held.execute("commit")
    print(100 * (number + 1), flush=True)
    if number % 5 == 4:
        held.execute("checkpoint")
"""


def test_the_copy_holds_what_was_written_and_not_yet_moved_into_the_file(small_file: Path, tmp_path: Path):
    path = tmp_path / "held.duckdb"
    path.write_bytes(small_file.read_bytes())
    (tmp_path / "copies").mkdir()
    with held_by_another(path), open_snapshot(path, tmp_path / "copies") as copy:
        assert totals(copy.cursor()).key_concepts == 15


def test_copies_made_while_the_owner_writes_are_whole(small_file: Path, tmp_path: Path):
    path = tmp_path / "held.duckdb"
    path.write_bytes(small_file.read_bytes())
    folder = tmp_path / "copies"
    folder.mkdir()
    writer = subprocess.Popen([sys.executable, "-c", _WRITE, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    seen = []
    try:
        told = int(writer.stdout.readline())
        for _ in range(25):
            with open_snapshot(path, folder) as copy:
                rows, numbers = (
                    copy.cursor().execute("select count(*), count(distinct number) from count_of").fetchall()[0]
                )
            assert rows == 100 * numbers
            assert rows >= told
            seen.append(rows)
            told = int(writer.stdout.readline())
            for copied in folder.iterdir():
                copied.unlink()
    finally:
        writer.kill()
        writer.communicate()
    assert seen == sorted(seen)
    assert len(set(seen)) > 5


def test_writing_to_a_copy_changes_nothing_else(small_file: Path, tmp_path: Path):
    path = tmp_path / "original.duckdb"
    path.write_bytes(small_file.read_bytes())
    before = path.read_bytes()
    (tmp_path / "copies").mkdir()
    with open_snapshot(path, tmp_path / "copies") as copy:
        copy.cursor().execute("delete from key_concept")
    assert path.read_bytes() == before
    with open_database(path) as database:
        assert totals(database.cursor()).key_concepts == 15


def test_what_is_not_there_cannot_be_copied(tmp_path: Path):
    with pytest.raises(StoreError):
        copy_open_database(tmp_path / "missing.duckdb", tmp_path / "copy.duckdb")
