"""A database file opens for one process at a time, and whatever is wrong with it is told as what it is."""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from glan_core.errors import DatabaseLockedError, DiskError, StoreError
from glan_core.store.database import SCHEMA_VERSION, Database, open_database, transaction
from glan_core.store.reports import totals
from tests.conftest import Small
from tests.terminal import held_by_another

_HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_new_database_holds_its_tables_and_nothing_else(tmp_path: Path):
    with open_database(tmp_path / "new.duckdb", create=True) as opened:
        assert set(totals(opened.cursor())) == {0}


def test_a_new_database_gets_the_folders_it_needs(tmp_path: Path):
    path = tmp_path / "some" / "where" / "new.duckdb"
    open_database(path, create=True).close()
    assert path.exists()


def test_what_was_written_is_there_when_it_is_opened_again(small: Small):
    small.database.close()
    with open_database(small.database.path) as opened:
        assert totals(opened.cursor()).subjects == 2


def test_another_process_that_lets_go_in_time_is_waited_for(small: Small):
    small.database.close()
    with held_by_another(small.database.path):
        opened: list[Database] = []
        thread = threading.Thread(target=lambda: opened.append(open_database(small.database.path, wait_seconds=30)))
        thread.start()
        thread.join(0.3)
        assert (thread.is_alive(), opened) == (True, [])
    thread.join(30)
    assert totals(opened[0].cursor()).subjects == 2
    opened[0].close()


def test_another_process_is_waited_for_no_longer_than_asked(small: Small):
    small.database.close()
    with held_by_another(small.database.path):
        started = time.monotonic()
        with pytest.raises(DatabaseLockedError):
            open_database(small.database.path, wait_seconds=0.3)
        assert 0.3 <= time.monotonic() - started < 10


def test_creating_over_a_database_keeps_what_is_in_it(small: Small):
    small.database.close()
    with open_database(small.database.path, create=True) as opened:
        assert totals(opened.cursor()).subjects == 2


def test_a_missing_database_is_not_made_unless_asked_for(tmp_path: Path):
    with pytest.raises(StoreError, match="There is no database at") as raised:
        open_database(tmp_path / "missing.duckdb")
    assert "init" in raised.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_another_process_holds_is_locked_and_names_the_process(small: Small):
    small.database.close()
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(small.database.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(DatabaseLockedError) as raised:
            open_database(small.database.path)
    finally:
        holder.communicate()
    assert raised.value.message == f"{small.database.path} is in use by another process (process {holder.pid})."
    open_database(small.database.path).close()


def test_a_duckdb_file_of_something_else_is_left_alone(tmp_path: Path):
    path = tmp_path / "foreign.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("create table invoice (number integer)")
    with pytest.raises(StoreError, match="of something else"):
        open_database(path, create=True)
    with duckdb.connect(path) as connection:
        assert connection.execute("select table_name from duckdb_tables()").fetchall() == [("invoice",)]


@pytest.mark.parametrize("content", [b"Dear diary, this is no database at all.\n" * 200, b"\0" * 20000, b"PK\x03\x04"])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes):
    path = tmp_path / "diary.txt"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is not a database this release can read"):
        open_database(path, create=True)
    assert path.read_bytes() == content


def test_a_folder_is_no_database(tmp_path: Path):
    with pytest.raises(StoreError, match="is a folder"):
        open_database(tmp_path, create=True)


def test_a_file_in_place_of_a_folder_is_an_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        open_database(tmp_path / "file" / "new.duckdb", create=True)


def test_a_folder_that_takes_no_files_is_an_error():
    with pytest.raises(StoreError):
        open_database(Path("/proc/self/new.duckdb"), create=True)


def test_a_disk_without_space_is_a_disk_error():
    with pytest.raises(DiskError, match=r"has 0 MB left\.$"):
        open_database(Path("/proc/new.duckdb"), create=True)


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, SCHEMA_VERSION - 1])
def test_a_database_of_another_schema_version_is_not_touched(database: Database, version: int):
    database.cursor().execute("update glan_database set schema_version = ?", [version])
    database.close()
    with pytest.raises(StoreError, match=f"has schema version {version}; this release reads version {SCHEMA_VERSION}"):
        open_database(database.path)
    with duckdb.connect(database.path) as connection:
        assert connection.execute("select schema_version from glan_database").fetchall() == [(version,)]


def test_a_database_that_was_cut_short_is_an_error(small: Small):
    small.database.close()
    path = small.database.path
    os.truncate(path, 20_000)  # the head is whole, the rows are gone
    with pytest.raises(StoreError, match="cannot be used"):
        open_database(path)


def test_a_transaction_keeps_all(small: Small):
    with transaction(small.cursor):
        small.cursor.execute("delete from subject")
    assert totals(small.cursor).subjects == 0


def test_a_transaction_that_fails_keeps_nothing(small: Small):
    def half_way() -> None:
        with transaction(small.cursor):
            small.cursor.execute("delete from subject")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half_way()
    assert totals(small.cursor).subjects == 2


def test_every_thread_reads_through_a_cursor_of_its_own(small: Small):
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(totals(small.database.cursor()).key_concepts)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [15] * 8


def test_a_copy_of_a_closed_database_is_a_database(small: Small, tmp_path: Path):
    small.database.close()
    copied = Path(shutil.copy(small.database.path, tmp_path / "copy.duckdb"))
    with open_database(copied) as opened:
        assert totals(opened.cursor()).key_concepts == 15
