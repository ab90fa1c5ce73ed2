"""An item is asked for until its reply can be used, as often as it may be, and is then written off with its reason."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from glan_core.entities import Failure
from glan_core.errors import CallError, EndpointError, GlanError, ReplyError
from glan_core.runs.attempts import Attempts, Counts
from glan_core.runs.journal import Journal, read_journal
from glan_core.runs.ledger import Ledger
from glan_core.runs.recording import KnownFailureError
from glan_core.store.database import Database

EMPTY = ReplyError("Nothing came.", kind="empty")
KNOWN = KnownFailureError("Nothing came then.", kind="empty")
GARBAGE = CallError("That is no completion.", kind="unreadable")
NO_CHOICES = CallError("No choices.", kind="no_choices")
REFUSED = CallError("HTTP 400: no.", kind="http_400")
TRIED_OUT = CallError("HTTP 500: broken.", kind="http_500", is_retryable=True)


class Desk:
    """Asks for items whose outcomes are known beforehand, and tells what became of them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.folder = folder
        self.journal = Journal(folder)
        self.ledger = Ledger(database, self.journal, run_id="run")
        self.counts = Counts()
        self.asked: list[int] = []

    def make(self, *outcomes: GlanError | str, reply_attempts: int = 3) -> str | None:
        """Give what an item comes to when asking for it has these outcomes; `asked` holds the attempts' numbers."""
        left = iter(outcomes)

        async def ask(attempt: int) -> str:
            self.asked.append(attempt)
            outcome = next(left)
            if isinstance(outcome, GlanError):
                raise outcome
            return outcome

        attempts = Attempts(ledger=self.ledger, counts=self.counts, run_id="run", reply_attempts=reply_attempts)
        return asyncio.run(attempts.make("item", "answers", ask))

    @property
    def failures(self) -> list[Failure]:
        """What was written off, as the journal has it."""
        self.journal.write()
        return [each for each in read_journal(self.folder / "journal.jsonl") if isinstance(each, Failure)]


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[Desk]:
    """A desk with a journal of its own."""
    opened = Desk(database, tmp_path / "run")
    yield opened
    opened.ledger.close()
    opened.journal.close()


def test_the_first_reply_that_can_be_used_is_taken(desk: Desk):
    assert desk.make(EMPTY, EMPTY, "Yes.") == "Yes."
    assert desk.asked == [1, 2, 3]
    assert (desk.counts.failed, desk.failures) == (0, [])


def test_after_the_last_attempt_the_item_is_written_off_with_its_last_reason(desk: Desk):
    assert desk.make(GARBAGE, EMPTY, EMPTY) is None
    assert desk.counts.failed == 1
    assert desk.failures == [Failure("item", "run", "answers", "empty", "Nothing came.")]


@pytest.mark.parametrize("error", [GARBAGE, NO_CHOICES])
def test_a_body_that_is_no_completion_is_asked_for_again_as_the_same_attempt(desk: Desk, error: CallError):
    assert desk.make(error, error, "Yes.") == "Yes."
    assert desk.asked == [1, 1, 1]


@pytest.mark.parametrize("error", [REFUSED, TRIED_OUT])
def test_a_call_that_was_given_up_writes_its_item_off_at_once(desk: Desk, error: CallError):
    assert desk.make(error) is None
    assert desk.asked == [1]
    assert desk.failures == [Failure("item", "run", "answers", error.kind, error.message)]


def test_attempts_of_earlier_runs_are_passed_over_and_cost_nothing(desk: Desk):
    assert desk.make(KNOWN, KNOWN, KNOWN, KNOWN, EMPTY, "Yes.", reply_attempts=2) == "Yes."
    assert desk.asked == [1, 2, 3, 4, 5, 6]


def test_what_ends_the_run_is_no_failure_of_the_item(desk: Desk):
    with pytest.raises(EndpointError):
        desk.make(EMPTY, EndpointError("It refused the key."))
    assert (desk.counts.failed, desk.failures) == (0, [])
