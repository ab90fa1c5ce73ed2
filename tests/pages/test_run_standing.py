"""Does one word say where a run stands, whatever is going on with it?"""

import dataclasses
from datetime import UTC, datetime

import pytest

from glan_core.engines.control import Wish
from glan_core.entities import Run, RunState
from glan_core.runs.run_folder import RunStatus
from pages.shared.run_standing import RunNow, standing

RUN = Run("run", {}, {}, 1, RunState.RUNNING, "local", datetime.now(UTC))
STATUS = RunStatus(
    run_id="run",
    state=RunState.RUNNING,
    message="",
    started_at="2026-11-01T00:00:00+00:00",
    finished_at=None,
    engine="local",
    seed=1,
    models=("model",),
    wanted=5,
    instructions=0,
    answers=0,
    failed_in_session=0,
    calls=0,
    prompt_tokens=0,
    completion_tokens=0,
    cost=0.0,
    calls_reused=0,
    seconds=1.0,
    endpoint="http://localhost/v1",
    concurrency=4,
    under_way=2,
    limit=4,
    refusals=0,
    retried=0,
)


def at_work(status: RunStatus | None, *, wish: Wish = "work") -> str:
    return standing(RunNow(RUN, status, is_at_work=True, is_elsewhere=False, wish=wish, failed=0)).words


def over(state: RunState, *, failed: int = 0) -> tuple[str, str]:
    run = dataclasses.replace(RUN, state=state)
    badge = standing(RunNow(run, None, is_at_work=False, is_elsewhere=False, wish="work", failed=failed))
    return badge.words, badge.colour


def test_a_run_at_work_is_running_before_and_after_its_first_word() -> None:
    assert at_work(None) == "running"
    assert at_work(STATUS) == "running"


def test_a_run_is_pausing_until_its_calls_have_ended() -> None:
    paused = dataclasses.replace(STATUS, state=RunState.PAUSED)
    assert at_work(None, wish="pause") == "pausing"
    assert at_work(dataclasses.replace(STATUS, under_way=0), wish="pause") == "pausing"  # it has not heard yet
    assert at_work(paused, wish="pause") == "pausing"
    assert at_work(dataclasses.replace(paused, under_way=0), wish="pause") == "paused"


def test_a_run_that_was_told_to_stop_is_stopping_whatever_else_is_so() -> None:
    assert at_work(dataclasses.replace(STATUS, state=RunState.PAUSED, message="Nothing is sent."), wish="stop") == (
        "stopping"
    )


def test_a_run_whose_endpoint_is_away_is_waiting() -> None:
    assert at_work(dataclasses.replace(STATUS, message="Nothing is sent for now.")) == "waiting"


@pytest.mark.parametrize(
    ("state", "words", "colour"),
    [
        (RunState.FINISHED, "finished", "green"),
        (RunState.STOPPED, "stopped", "orange"),
        (RunState.INTERRUPTED, "interrupted", "orange"),
        (RunState.RUNNING, "interrupted", "orange"),  # nobody works on it, whatever its row says
    ],
)
def test_a_run_that_is_over_says_how_it_ended(state: RunState, words: str, colour: str) -> None:
    assert over(state) == (words, colour)


def test_a_run_that_finished_with_failures_is_not_green() -> None:
    assert over(RunState.FINISHED, failed=1200) == ("finished, 1,200 failed", "orange")


@pytest.mark.parametrize("state", [RunState.STOPPED, RunState.INTERRUPTED])
def test_a_run_whose_calls_are_with_a_batch_service_waits(state: RunState) -> None:
    run = dataclasses.replace(RUN, state=state)
    badge = standing(RunNow(run, None, is_at_work=False, is_elsewhere=False, wish="work", failed=0, calls_out=3))
    assert badge.words == "waiting for the batch service"
