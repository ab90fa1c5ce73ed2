"""Tests of glan_core.runs.shards: how does what actors of one run write side by side come together in its journal?"""

from pathlib import Path

import pytest

from glan_core.calls import SharedText
from glan_core.entities import Failure
from glan_core.errors import DiskError, StoreError
from glan_core.runs.ingesting import take_in_journal
from glan_core.runs.journal import Journal, read_journal
from glan_core.runs.shards import Gatherer, ShardJournal, gather_shards, has_shards, read_writer, seal, shards_folder
from glan_core.store.failures import list_open_failures
from tests.workbench import Workbench


def _failure(number: int) -> Failure:
    return Failure(f"item-{number}", "run", "answers", "http_400", "No.")


def _written(folder: Path) -> list[str]:
    return [entity.item_id for entity in read_journal(folder / "journal.jsonl") if isinstance(entity, Failure)]


def _sealed(journal: ShardJournal) -> None:
    closed = journal.close_current()
    assert closed is not None
    seal(closed)


def test_what_two_actors_wrote_comes_together_each_in_its_order(tmp_path: Path):
    first, second = (ShardJournal(shards_folder(tmp_path), writer) for writer in ("s-0001", "s-0002"))
    for number in (1, 2):
        first.append(_failure(number))
        second.append(_failure(10 + number))
        _sealed(first)
    _sealed(second)

    with Journal(tmp_path) as journal:
        gathered = Gatherer(tmp_path, journal).gather()

    assert gathered == 4
    assert _written(tmp_path) == ["item-1", "item-2", "item-11", "item-12"]


def test_a_shard_is_gathered_once(tmp_path: Path):
    actor = ShardJournal(shards_folder(tmp_path), "s-0001")
    actor.append(_failure(1))
    _sealed(actor)

    with Journal(tmp_path) as journal:
        gatherer = Gatherer(tmp_path, journal)
        assert [gatherer.gather(), gatherer.gather()] == [1, 0]
        gatherer.clear()

    assert _written(tmp_path) == ["item-1"]
    assert not shards_folder(tmp_path).exists()


def test_what_an_actor_is_writing_stays_with_it_until_it_is_gone(tmp_path: Path):
    actor = ShardJournal(shards_folder(tmp_path), "s-0001")
    actor.append(_failure(1))

    with Journal(tmp_path) as journal:
        gatherer = Gatherer(tmp_path, journal)
        assert gatherer.gather(None) == 0  # it holds it still, whatever others believe
        actor.close_current()
        assert gatherer.gather() == 0  # nobody says that it is gone
        assert gatherer.gather(["s-0001"]) == 1


def test_a_line_that_a_killed_actor_did_not_finish_is_left_out(tmp_path: Path):
    actor = ShardJournal(shards_folder(tmp_path), "s-0001")
    actor.append(_failure(1))
    closed = actor.close_current()
    assert closed is not None
    with (closed / "journal.jsonl").open("ab") as file:
        file.write(b'{"kind":"Failure","val')
    (closed.parent / "s-0001-00002.77.part").write_bytes(b"PAR1")  # and a shard that it did not finish either

    with Journal(tmp_path) as journal:
        assert gather_shards(tmp_path, journal) == 1

    assert _written(tmp_path) == ["item-1"]


def test_a_shard_that_was_written_and_whose_lines_were_not_removed_counts_once(tmp_path: Path):
    actor = ShardJournal(shards_folder(tmp_path), "s-0001")
    actor.append(_failure(1))
    closed = actor.close_current()
    assert closed is not None
    lines = (closed / "journal.jsonl").read_bytes()
    seal(closed)
    closed.mkdir()
    (closed / "journal.jsonl").write_bytes(lines)

    with Journal(tmp_path) as journal:
        assert gather_shards(tmp_path, journal) == 1


@pytest.mark.parametrize("is_gathered", [False, True])
def test_who_takes_over_finds_what_the_other_one_wrote_wherever_it_stands(tmp_path: Path, is_gathered: bool):
    actor = ShardJournal(shards_folder(tmp_path), "s-0001")
    for number in (1, 2, 3):
        actor.append(_failure(number))
        _sealed(actor)
    actor.append(_failure(4))
    actor.close_current()
    if is_gathered:
        with Journal(tmp_path) as journal:
            Gatherer(tmp_path, journal).gather(["s-0001"])

    made = read_writer(tmp_path, "s-0001", first=2, last=None)
    assert made == [_failure(2), _failure(3), _failure(4)]
    assert read_writer(tmp_path, "s-0001", first=2, last=2) == [_failure(2)]


def test_shards_that_nobody_gathers_any_more_come_into_the_database_with_the_journal(workbench: Workbench):
    plan = workbench.plan()
    folder = workbench.folder(plan)
    workbench.execute(plan)
    actor = ShardJournal(shards_folder(folder), "s-0001")
    actor.append(Failure("item", plan.run_id, "answers", "http_400", "No."))
    _sealed(actor)
    assert has_shards(folder)

    take_in_journal(workbench.database, folder)

    assert [failure.item_id for failure in list_open_failures(workbench.cursor, plan.run_id)] == ["item"]
    assert not has_shards(folder)


def test_a_text_that_did_not_fit_on_the_disk_comes_along_the_next_time(tmp_path: Path):
    actor = ShardJournal(shards_folder(tmp_path), "s-0001")
    actor.append(SharedText("shared", "What many prompts begin with."), _failure(1))
    _sealed(actor)

    with Journal(tmp_path) as journal:
        gatherer = Gatherer(tmp_path, _FullOnce(journal))  # type: ignore[arg-type]
        with pytest.raises(DiskError):
            gatherer.gather()
        assert gatherer.kinds == {}
        assert gatherer.gather() == 2

    kinds = [type(entity).__name__ for entity in read_journal(tmp_path / "journal.jsonl")]
    assert kinds == ["SharedText", "Failure"]


class _FullOnce:
    """A journal whose disk is full the first time."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._is_full = True

    def append_lines(self, lines: bytes) -> None:
        """Raise DiskError once, and write afterwards."""
        if self._is_full:
            self._is_full = False
            raise DiskError("The disk is full.", "Free space.")
        self._journal.append_lines(lines)


def test_who_goes_on_waits_for_an_actor_that_still_holds_what_it_wrote(tmp_path: Path):
    actor = ShardJournal(shards_folder(tmp_path), "s-0001")
    actor.append(_failure(1))
    with Journal(tmp_path) as journal:
        with pytest.raises(StoreError, match="still write"):
            gather_shards(tmp_path, journal, wait_seconds=0.2)
        actor.close()
        assert gather_shards(tmp_path, journal, wait_seconds=5) == 1
    assert _written(tmp_path) == ["item-1"]
