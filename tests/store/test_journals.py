"""A database remembers how much of each journal it has taken in."""

from glan_core.store.database import Cursor
from glan_core.store.journals import find_journal_bytes, save_journal_bytes


def test_of_an_unknown_run_nothing_was_taken_in(cursor: Cursor):
    assert find_journal_bytes(cursor, "run") == 0


def test_each_run_has_its_own_length_and_the_last_one_counts(cursor: Cursor):
    for run_id, length in (("a", 10), ("b", 7), ("a", 5_000_000_000)):
        save_journal_bytes(cursor, run_id, length)
    assert [find_journal_bytes(cursor, run_id) for run_id in ("a", "b")] == [5_000_000_000, 7]
