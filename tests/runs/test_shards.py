"""Tests of glan_core.runs.shards: how does what actors of one run write side by side come together in its journal?"""

from pathlib import Path

import pytest

from glan_core.calls import SharedText
from glan_core.entities import Failure
from glan_core.errors import DiskError, StoreError
from glan_core.runs.ingesting import take_in_journal
from glan_core.runs.journal import Journal, read_journal
from glan_core.runs.shard_journal import ShardJournal, end_writer, open_journals, read_writer, take_over
from glan_core.runs.shard_places import begin_session, place_of
from glan_core.runs.shards import Gatherer, gather_shards, has_shards
from glan_core.store.failures import list_open_failures
from tests.object_store import ObjectStore
from tests.runs.shard_runs import (
    EVERYWHERE,
    UNDER_ADDRESSES,
    actor,
    address_of,
    failure,
    move_to_machine,
    run_folder,
    sealed,
    written,
)
from tests.workbench import Workbench


@pytest.fixture(params=EVERYWHERE)
def run(request: pytest.FixtureRequest) -> Path:
    """The folder of a run in which a session has begun."""
    return run_folder(request.param, request)


@pytest.fixture(params=UNDER_ADDRESSES)
def far_run(request: pytest.FixtureRequest) -> Path:
    """The same where the machines share no disk."""
    return run_folder(request.param, request)


def test_what_two_actors_wrote_comes_together_each_in_its_order(run: Path):
    first, second = (actor(run, writer) for writer in ("s-0001", "s-0002"))
    for number in (1, 2):
        first.append(failure(number))
        second.append(failure(10 + number))
        sealed(run, first)
    sealed(run, second)

    with Journal(run) as journal:
        gathered = Gatherer(run, journal).gather()

    assert gathered == 4
    assert written(run) == ["item-1", "item-2", "item-11", "item-12"]


def test_more_shards_than_are_read_at_once_come_in_their_order(far_run: Path):
    one = actor(far_run, "s-0001")
    for number in range(20):
        one.append(failure(number))
        sealed(far_run, one)
    with Journal(far_run) as journal:
        assert Gatherer(far_run, journal).gather() == 20
    assert written(far_run) == [f"item-{number}" for number in range(20)]


def test_a_shard_is_gathered_once_and_nothing_of_it_stays(run: Path):
    one = actor(run, "s-0001")
    one.append(failure(1))
    sealed(run, one)
    place = place_of(run)
    end_writer(place, "s-0001")

    with Journal(run) as journal:
        gatherer = Gatherer(run, journal)
        assert [gatherer.gather(), gatherer.gather()] == [1, 0]
        assert gatherer.is_complete()
        gatherer.clear()

    assert written(run) == ["item-1"]
    assert not has_shards(run)
    assert not (run / "shards").exists()
    assert all(place.files.names(place.name(folder)) == [] for folder in ("shards", "shards/taken/s-0001", "writers"))


def test_what_an_actor_is_writing_stays_with_it_until_it_is_gone(run: Path):
    one = actor(run, "s-0001")
    one.append(failure(1))

    with Journal(run) as journal:
        gatherer = Gatherer(run, journal)
        assert gatherer.gather(None) == 0  # it holds it still, whatever others believe
        one.close_current()
        assert gatherer.gather() == 0  # nobody says that it is gone
        assert gatherer.gather(None) == 1


def test_a_line_that_a_killed_actor_did_not_finish_is_left_out(run: Path):
    one = actor(run, "s-0001")
    one.append(failure(1))
    closed = one.close_current()
    assert closed is not None
    with (closed / "journal.jsonl").open("ab") as file:
        file.write(b'{"kind":"Failure","val')
    (closed.parent / "s-0001-00002.parquet.77.part").write_bytes(b"PAR1")  # and a shard that it did not finish either

    with Journal(run) as journal:
        assert gather_shards(run, journal) == 1

    assert written(run) == ["item-1"]


@pytest.mark.parametrize("is_gathered", [False, True])
def test_a_shard_that_was_written_and_whose_lines_were_not_removed_counts_once(run: Path, is_gathered: bool):
    one = actor(run, "s-0001")
    one.append(failure(1))
    (open_,) = open_journals(place_of(run).journals)
    lines = (open_ / "journal.jsonl").read_bytes()
    sealed(run, one)
    with Journal(run) as journal:
        gatherer = Gatherer(run, journal)
        if is_gathered:
            gatherer.gather()
        open_.mkdir()
        (open_ / "journal.jsonl").write_bytes(lines)
        gatherer.gather(None)
    assert written(run) == ["item-1"]


def test_shards_that_nobody_gathers_any_more_come_into_the_database_with_the_journal(
    workbench: Workbench, request: pytest.FixtureRequest
):
    for kind in EVERYWHERE:
        plan = workbench.plan(seed=EVERYWHERE.index(kind))
        folder = workbench.folder(plan)
        workbench.execute(plan)
        begin_session(folder, address_of(kind, request))
        one = actor(folder, "s-0001")
        one.append(Failure(f"item-{kind}", plan.run_id, "answers", "http_400", "No."))
        sealed(folder, one)
        end_writer(place_of(folder), "s-0001")
        assert has_shards(folder)

        take_in_journal(workbench.database, folder)

        assert [each.item_id for each in list_open_failures(workbench.cursor, plan.run_id)] == [f"item-{kind}"]
        assert not has_shards(folder)


def test_a_text_that_did_not_fit_on_the_disk_comes_along_the_next_time(run: Path):
    one = actor(run, "s-0001")
    one.append(SharedText("shared", "What many prompts begin with."), failure(1))
    sealed(run, one)

    with Journal(run) as journal:
        gatherer = Gatherer(run, _FullOnce(journal))  # type: ignore[arg-type]
        with pytest.raises(DiskError):
            gatherer.gather()
        assert gatherer.kinds == {}
        assert gatherer.gather() == 2

    kinds = [type(entity).__name__ for entity in read_journal(run / "journal.jsonl")]
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
    one = ShardJournal(place_of(tmp_path), "s-0001")
    one.append(failure(1))
    with Journal(tmp_path) as journal:
        with pytest.raises(StoreError, match="still write"):
            gather_shards(tmp_path, journal, wait_seconds=0.2)
        one.close()
        assert gather_shards(tmp_path, journal, wait_seconds=5) == 1
    assert written(tmp_path) == ["item-1"]


def test_who_goes_on_does_not_wait_for_ever_for_actors_that_nobody_sees(far_run: Path, request: pytest.FixtureRequest):
    one = actor(far_run, "s-0001")
    one.append(failure(1))
    sealed(far_run, one)
    one.append(failure(2))
    elsewhere = place_of(far_run)
    move_to_machine("another one", request)
    with Journal(far_run) as journal:
        assert gather_shards(far_run, journal, wait_seconds=0.2) == 1
        address = begin_session(far_run, "")  # under the same one
        assert address is not None
        closed = one.close_current()
        assert closed is not None
        elsewhere.files.write(elsewhere.name("shards", f"{closed.name}.parquet"), b"PAR1")  # it wrote to the end
        assert gather_shards(far_run, journal) == 0  # and that was made again
    assert written(far_run) == ["item-1"]


def test_what_was_made_again_on_another_machine_does_not_come_back(far_run: Path, request: pytest.FixtureRequest):
    lost, place = actor(far_run, "s-0001"), place_of(far_run)
    lost.append(failure(1))
    sealed(far_run, lost)
    lost.append(failure(2))
    lost.close()  # with its process
    move_to_machine("another one", request)
    there = place_of(far_run)
    take_over(there, "s-0001")
    assert read_writer(there, "s-0001", first=1, last=None) == [failure(1)]
    move_to_machine("one", request)
    with Journal(far_run) as journal:
        assert gather_shards(far_run, journal) == 1
    assert open_journals(place.journals) == []
    assert written(far_run) == ["item-1"]


def test_what_a_lost_actor_wrote_is_saved_on_its_own_machine_before_anything_is_made_again(far_run: Path):
    lost = actor(far_run, "s-0001")
    lost.append(failure(1))
    lost.close()
    with Journal(far_run) as journal:
        gatherer = Gatherer(far_run, journal)
        assert gatherer.gather(["s-0001"]) == 0  # somebody may be making it again just now
        take_over(place_of(far_run), "s-0001")
        assert gatherer.gather(["s-0001"]) == 1


def test_a_run_that_is_complete_leaves_nothing_under_its_address(
    object_store: ObjectStore, request: pytest.FixtureRequest
):
    folder = run_folder("s3", request)
    one = actor(folder, "s-0001")
    one.append(failure(1))
    sealed(folder, one)
    root = f"glan/{folder.name.removeprefix('run-')}"
    with Journal(folder) as journal:
        gatherer = Gatherer(folder, journal)
        gatherer.gather()
        gatherer.clear()  # it writes still, so others have to hear of it
        assert len(object_store.names(root)) == 2
        end_writer(place_of(folder), "s-0001")
        gatherer.clear()
    assert object_store.names(root) == []
