"""Everything goes to the journal at once and to the database with the next flush, and both know the same."""

import asyncio
import dataclasses
import inspect
import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from glan_core.calls import ModelCall
from glan_core.entities import Answer, Instruction
from glan_core.errors import DiskError, ReplyError
from glan_core.runs.journal import Journal, read_journal
from glan_core.runs.ledger import Ledger
from glan_core.store.instructions import insert_instructions
from glan_core.store.journals import find_journal_bytes, save_journal_bytes
from glan_core.store.model_calls import find_model_call, insert_model_calls
from glan_core.store.reports import totals
from tests.conftest import Small
from tests.small_pairs import answer, instruction, model_call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the run."""
    return tmp_path / "run"


@pytest.fixture
def within(small: Small, folder: Path) -> Callable[..., object]:
    """Do something with an open ledger and give what came of it."""

    def do(action: Callable[[Ledger], object]) -> object:
        async def act() -> object:
            with Journal(folder) as journal:
                ledger = Ledger(small.database, journal, run_id="run")
                result = action(ledger)
                if inspect.isawaitable(result):
                    result = await result
                await asyncio.sleep(0)  # as the event loop of a run turns after every reply
                ledger.close()
            return result

        return asyncio.run(act())

    return do


def _read(folder: Path) -> list[object]:
    return list(read_journal(folder / "journal.jsonl"))


def test_what_is_kept_is_in_the_journal_at_once_and_in_the_database_after_a_flush(
    small: Small, folder: Path, within: Callable
):
    made: tuple[Instruction | Answer, ...] = (instruction("a"), answer("a"))

    async def action(ledger: Ledger) -> None:
        ledger.keep(*made)
        assert _read(folder) == list(made)
        assert totals(small.cursor).answers == 0
        await ledger.flush()
        assert totals(small.cursor).answers == 1

    within(action)


def test_a_call_is_found_before_it_is_in_the_database(small: Small, within: Callable):
    def action(ledger: Ledger) -> None:
        ledger.record(model_call())
        assert ledger.find_call("call") == model_call()
        assert find_model_call(small.cursor, "call") is None

    within(action)


def test_a_call_of_an_earlier_run_is_found(small: Small, within: Callable):
    insert_model_calls(small.cursor, [model_call("earlier")])
    assert within(lambda ledger: ledger.find_call("earlier")) == model_call("earlier")


def test_an_unknown_call_is_not_found(within: Callable):
    assert within(lambda ledger: ledger.find_call("nowhere")) is None


def test_why_a_reply_could_not_be_used_is_kept_with_its_call(small: Small, within: Callable):
    async def action(ledger: Ledger) -> None:
        ledger.record(model_call())
        ledger.settle("call", ReplyError("The reply holds no JSON.", kind="not_json"))
        await ledger.flush()

    within(action)
    settled: ModelCall | None = find_model_call(small.cursor, "call")
    assert settled == model_call(error_kind="not_json", error_message="The reply holds no JSON.")


def test_settling_an_unknown_call_changes_nothing(folder: Path, within: Callable):
    within(lambda ledger: ledger.settle("", ReplyError("Nothing new.", kind="nothing_new")))
    assert _read(folder) == []


def test_what_never_reached_the_database_does_so_when_the_journal_is_opened_again(small: Small, within: Callable):
    within(lambda ledger: ledger.keep(instruction("a"), answer("a")))
    assert totals(small.cursor).answers == 0
    within(lambda ledger: None)
    assert totals(small.cursor).answers == 1


def test_a_journal_that_is_shorter_than_what_was_taken_in_is_another_one(small: Small, folder: Path, within: Callable):
    with Journal(folder) as journal:
        journal.append(instruction("a"), answer("a"))
        end = journal.end
    save_journal_bytes(small.cursor, "run", end + 1)
    within(lambda ledger: None)
    assert totals(small.cursor).answers == 1
    assert find_journal_bytes(small.cursor, "run") == end


def test_the_cost_is_the_sum_over_new_calls(within: Callable):
    def action(ledger: Ledger) -> None:
        assert ledger.cost == 0
        ledger.record(model_call("one", cost=0.25))
        ledger.record(model_call("two", cost=0.5))
        assert ledger.cost == 0.75

    within(action)


def test_the_cost_is_unknown_once_that_of_a_call_is(within: Callable):
    def action(ledger: Ledger) -> None:
        ledger.record(model_call("one", cost=None))
        ledger.record(model_call("two", cost=0.5))
        assert ledger.cost is None

    within(action)


def test_a_call_is_on_disk_before_the_event_loop_waits_again(folder: Path, within: Callable):
    async def action(ledger: Ledger) -> None:
        ledger.record(model_call())
        await asyncio.sleep(0)
        assert _read(folder) == [model_call()]

    within(action)


def test_a_call_goes_to_disk_together_with_what_was_made_of_it(folder: Path, within: Callable):
    def action(ledger: Ledger) -> None:
        ledger.record(model_call())
        ledger.keep(instruction("a"))
        assert _read(folder) == [model_call(), instruction("a")]

    within(action)


def test_what_of_a_reply_was_left_out_is_kept_with_its_call(small: Small, within: Callable):
    async def action(ledger: Ledger) -> None:
        ledger.record(model_call())
        ledger.settle("call", left_out=("Line 2 is not JSON.", "Line 5 names nothing."))
        await ledger.flush()

    within(action)
    settled = find_model_call(small.cursor, "call")
    assert settled is not None
    assert (settled.error_kind, settled.left_out) == (None, "Line 2 is not JSON. Line 5 names nothing.")


def test_a_call_that_something_was_made_from_is_not_looked_up_again(small: Small, within: Callable):
    insert_model_calls(small.cursor, [model_call("asked"), model_call("unused")])
    insert_instructions(small.cursor, [dataclasses.replace(instruction("a"), model_call_id="asked")])
    assert within(lambda ledger: ledger.find_call("asked")) is None
    assert within(lambda ledger: ledger.find_call("unused")) == model_call("unused")


def test_a_full_disk_is_told_by_the_next_flush(folder: Path, within: Callable):
    async def action(ledger: Ledger) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
        try:
            ledger.record(model_call())
            await asyncio.sleep(0)
            with pytest.raises(DiskError, match="cannot be written"):
                await ledger.flush()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    within(action)


def test_what_a_failed_flush_could_not_write_comes_with_the_next(
    small: Small, within: Callable, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*arguments: object, **options: object) -> None:
        raise DiskError("The disk is full.")

    async def action(ledger: Ledger) -> None:
        ledger.keep(instruction("a"))
        with monkeypatch.context() as patched:
            patched.setattr("glan_core.runs.ledger.ingest_up_to", refuse)
            with pytest.raises(DiskError):
                await ledger.flush()
        ledger.keep(answer("a"))
        await ledger.flush()
        assert (totals(small.cursor).instructions, totals(small.cursor).answers) == (1, 1)

    within(action)
