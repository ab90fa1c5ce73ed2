"""A plan is worked off within its limits, can be stopped and killed at any point, and goes on where it ended."""

import dataclasses
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from glan_core.engines.control import RunControl
from glan_core.engines.local import execute
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.errors import EndpointError, SettingsError, StoreError
from glan_core.generation_settings import Limits
from glan_core.llm.refused_in_a_row import MOST_IN_A_ROW
from glan_core.planning.plan import plan_from_data
from glan_core.runs.journal import Journal, read_journal, read_plan, write_plan
from glan_core.runs.run_folder import read_status
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import open_database
from glan_core.store.ingest import ingest
from glan_core.store.reports import totals
from glan_core.store.runs import find_run, mark_interrupted_runs, run_counts
from tests.model_server import API_KEY, MODEL, Reply, stage_of
from tests.workbench import Workbench, belongs


def test_a_bare_discipline_becomes_pairs(workbench: Workbench):
    progress = workbench.execute(workbench.growing_plan())
    assert (progress.state, progress.counts.answers, progress.counts.failed) == (RunState.FINISHED, 6, 0)
    assert len(workbench.pairs()) == 6
    assert all(belongs(pair) for pair in workbench.pairs())
    counts = totals(workbench.cursor)
    assert (counts.subjects, counts.syllabi, counts.class_sessions, counts.key_concepts) == (5, 4, 12, 60)


def test_a_run_tells_what_it_did(workbench: Workbench):
    plan = workbench.plan()
    progress = workbench.execute(plan)
    assert (progress.run_id, progress.calls, progress.calls_reused) == (plan.run_id, 12, 0)
    counts = run_counts(workbench.cursor, plan.run_id)
    assert (counts.calls, counts.failed_calls, counts.instructions, counts.answers) == (12, 0, 6, 6)
    assert (progress.prompt_tokens, progress.completion_tokens) == (counts.prompt_tokens, counts.completion_tokens)
    assert progress.prompt_tokens > 0


def test_the_built_in_model_does_not_speak_for_another(workbench: Workbench):
    plan = workbench.plan()
    served = dataclasses.replace(workbench.server.endpoint, is_built_in=True)
    with pytest.raises(SettingsError, match=f"is one for {MODEL}, and no endpoint is set"):
        execute(plan, database=workbench.database, folder=workbench.folder(plan), endpoint=served, concurrency=1)
    assert workbench.server.requests == ()
    assert not workbench.folder(plan).exists()


def test_the_status_tells_where_and_with_how_many_calls_at_once(workbench: Workbench):
    plan = workbench.plan()
    workbench.execute(plan, concurrency=3)
    status = read_status(workbench.folder(plan))
    assert status is not None
    assert (status.endpoint, status.concurrency) == (workbench.server.endpoint.label, 3)
    assert API_KEY not in str(status)


def test_the_row_of_a_run_says_how_it_ended(workbench: Workbench):
    plan = workbench.plan()
    workbench.execute(plan)
    run = workbench.run(plan)
    assert (run.state, run.message, run.seed, run.engine) == (RunState.FINISHED, "", 1, "local")
    assert run.finished_at is not None
    assert run.finished_at >= run.started_at


def test_the_key_is_in_nothing_that_is_written(workbench: Workbench):
    plan = workbench.growing_plan()
    workbench.server.script = lambda request: Reply(f"no, {API_KEY}", status=400)
    workbench.execute(plan)
    workbench.database.close()
    written = [path for path in workbench.runs_folder.parent.rglob("*") if path.is_file()]
    assert len(written) >= 3
    assert all(API_KEY.encode() not in path.read_bytes() for path in written)


def test_the_same_plan_again_makes_no_call(workbench: Workbench):
    plan = workbench.growing_plan()
    workbench.execute(plan)
    pairs, sent = workbench.pairs(), len(workbench.server.requests)
    again = workbench.execute(plan)
    assert len(workbench.server.requests) == sent
    assert (again.calls, again.counts.failed, again.state) == (0, 0, RunState.FINISHED)
    assert workbench.pairs() == pairs


def test_a_larger_plan_makes_only_the_calls_that_are_new(workbench: Workbench):
    workbench.execute(workbench.plan(instructions=6))
    progress = workbench.execute(workbench.plan(instructions=8))
    assert (progress.calls, progress.calls_reused) == (4, 12)


def test_no_more_calls_are_under_way_than_allowed(workbench: Workbench):
    under_way, most, lock = [0], [0], threading.Lock()
    full = threading.Event()

    def script(request: dict[str, Any]) -> None:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
            if under_way[0] == 3:
                full.set()
        full.wait(10)  # hold the first calls until as many have come as may
        with lock:
            under_way[0] -= 1

    workbench.server.script = script
    workbench.execute(workbench.plan(instructions=10), concurrency=3)
    assert most[0] == 3


def test_a_question_is_answered_before_the_next_is_asked(workbench: Workbench):
    workbench.execute(workbench.plan(instructions=4), concurrency=1)
    assert [request.stage for request in workbench.server.requests] == ["instructions", "answers"] * 4


def test_the_first_pairs_are_there_before_the_second_syllabus_is_written(workbench: Workbench):
    workbench.execute(workbench.growing_plan(instructions=6), concurrency=1)
    stages = [request.stage for request in workbench.server.requests if not request.stage.startswith("subjects")]
    assert stages == ["syllabus", "class_details", *["instructions", "answers"] * 2] * 3


def test_progress_ends_with_the_state_of_the_run(workbench: Workbench):
    told: list[Progress] = []
    progress = workbench.execute(workbench.plan(), on_progress=told.append)
    assert told[-1] == progress
    assert [one.state for one in told[:-1]] == [RunState.RUNNING] * (len(told) - 1)


# The journal --------------------------------------------------------------------------------------------------------


def test_the_plan_is_on_disk_beside_the_journal(workbench: Workbench):
    plan = workbench.plan()
    workbench.execute(plan)
    assert plan_from_data(read_plan(workbench.folder(plan))) == plan


def test_the_database_can_be_made_again_from_the_journal(workbench: Workbench, small_file: Path, tmp_path: Path):
    plan = workbench.growing_plan()
    workbench.execute(plan)
    tables = ("subject", "syllabus", "class_session", "key_concept", "model_call", "instruction", "answer")
    before = {table: sorted(workbench.cursor.execute(f"from {table}").fetchall(), key=str) for table in tables}
    with open_database(Path(shutil.copy(small_file, tmp_path / "again.duckdb"))) as again:
        cursor = again.cursor()
        ingest(cursor, read_journal(workbench.folder(plan) / "journal.jsonl"))
        assert {table: sorted(cursor.execute(f"from {table}").fetchall(), key=str) for table in tables} == before


def test_what_the_journal_holds_is_taken_into_a_database_that_lacks_it(
    workbench: Workbench, small_file: Path, tmp_path: Path
):
    plan = workbench.plan()
    workbench.execute(plan)
    sent = len(workbench.server.requests)
    with open_database(Path(shutil.copy(small_file, tmp_path / "again.duckdb"))) as again:
        other = dataclasses.replace(workbench, database=again, cursor=again.cursor())
        other.execute(plan)
        assert other.pairs() == workbench.pairs()
    assert len(workbench.server.requests) == sent


def test_a_run_that_another_process_is_working_on_is_left_alone(workbench: Workbench):
    plan = workbench.plan()
    with Journal(workbench.folder(plan)), pytest.raises(StoreError, match="is being worked on"):
        workbench.execute(plan)
    assert workbench.server.requests == ()
    assert find_run(workbench.cursor, plan.run_id) is None


# Stopping -----------------------------------------------------------------------------------------------------------


def test_a_run_that_is_stopped_sends_no_more_and_keeps_what_it_made(workbench: Workbench):
    control = RunControl()

    def script(request: dict[str, Any]) -> None:
        if len(workbench.server.requests) == 7:
            control.stop()

    workbench.server.script = script
    plan = workbench.plan(instructions=20)
    progress = workbench.execute(plan, concurrency=1, control=control)
    assert (progress.state, progress.calls) == (RunState.STOPPED, 7)
    assert workbench.run(plan).state is RunState.STOPPED
    assert len(workbench.made(plan)) == 7
    assert totals(workbench.cursor).instructions + totals(workbench.cursor).answers == 7


def test_calls_that_are_under_way_when_a_run_is_stopped_are_waited_for(workbench: Workbench):
    control = RunControl()
    three_came = threading.Barrier(3, action=control.stop)

    def script(request: dict[str, Any]) -> None:
        three_came.wait(10)

    workbench.server.script = script
    plan = workbench.plan(instructions=20, stages=("instructions",))
    progress = workbench.execute(plan, concurrency=3, control=control)
    assert (progress.calls, progress.counts.instructions) == (3, 3)
    assert totals(workbench.cursor).instructions == 3


def test_a_stopped_run_goes_on_where_it_ended(workbench: Workbench):
    control = RunControl()

    def script(request: dict[str, Any]) -> None:
        if len(workbench.server.requests) == 5:
            control.stop()

    workbench.server.script = script
    plan = workbench.plan()
    workbench.execute(plan, concurrency=1, control=control)
    progress = workbench.execute(plan)
    assert progress.state is RunState.FINISHED
    keys = [request.key for request in workbench.server.requests]
    assert len(keys) == len(set(keys)) == 12


def test_an_endpoint_that_gives_out_stops_the_run_with_its_reason_and_keeps_what_was_made(workbench: Workbench):
    def script(request: dict[str, Any]) -> Reply | None:
        return Reply("no", status=401) if len(workbench.server.requests) > 6 else None

    workbench.server.script = script
    plan = workbench.plan(instructions=20)
    with pytest.raises(EndpointError, match="refused the key"):
        workbench.execute(plan, concurrency=1)
    run = workbench.run(plan)
    assert run.state is RunState.STOPPED
    assert "refused the key" in run.message
    assert "OPENAI_API_KEY" in run.message
    assert len(workbench.server.requests) == 7
    assert len(workbench.pairs()) == 3


def test_a_run_goes_on_when_its_endpoint_is_back(workbench: Workbench):
    workbench.server.script = lambda request: Reply("no", status=401)
    plan = workbench.plan()
    with pytest.raises(EndpointError):
        workbench.execute(plan)
    workbench.server.script = lambda request: None
    assert workbench.execute(plan).counts.answers == 6
    run = workbench.run(plan)
    assert (run.state, run.message) == (RunState.FINISHED, "")


def test_a_stage_whose_every_call_is_refused_stops_the_run_and_it_goes_on_from_there(workbench: Workbench):
    workbench.server.script = lambda request: Reply("no such field", 422) if stage_of(request) == "answers" else None
    plan = workbench.plan(instructions=MOST_IN_A_ROW + 6)
    with pytest.raises(EndpointError, match=f"refused {MOST_IN_A_ROW} calls in a row"):
        workbench.execute(plan, concurrency=1)
    run = workbench.run(plan)
    assert run.state is RunState.STOPPED
    assert "no such field" in run.message
    assert len(workbench.server.requests_of("answers")) == MOST_IN_A_ROW
    workbench.server.script = lambda request: None
    assert workbench.execute(plan).counts.answers == MOST_IN_A_ROW + 6
    assert workbench.run(plan).state is RunState.FINISHED


def test_failures_that_are_tried_again_are_all_sent_even_if_each_is_refused_again(workbench: Workbench):
    plan = workbench.plan(instructions=MOST_IN_A_ROW + 6)
    workbench.server.script = lambda request: Reply("no", 400)
    only = frozenset(item.instruction_id for item in plan.items)
    assert workbench.execute(plan, concurrency=1, only=only).counts.failed == MOST_IN_A_ROW + 6


def test_a_paused_run_ends_when_its_time_is_over(workbench: Workbench):
    control = RunControl()
    control.ask("pause")
    plan = workbench.plan()
    progress = workbench.execute(plan, control=control, limits=Limits(seconds=0.5))
    assert (progress.state, progress.message) == (RunState.STOPPED, "The time limit of 0.5 s is reached.")
    assert not workbench.server.requests


def test_an_error_of_the_program_itself_is_written_into_the_run(workbench: Workbench):
    def broken(progress: Progress) -> None:
        raise ZeroDivisionError("in the test")

    # Longer than the engine waits between two reports.
    workbench.server.script = lambda request: Reply("Why?", delay_seconds=0.5)
    plan = workbench.plan()
    with pytest.raises(ZeroDivisionError):
        workbench.execute(plan, concurrency=1, on_progress=broken)
    run = workbench.run(plan)
    assert run.state is RunState.STOPPED
    assert "ZeroDivisionError: in the test" in run.message


def test_a_run_without_an_endpoint_does_not_start(workbench: Workbench):
    workbench.server.script = lambda request: Reply("no", status=404)
    plan = workbench.plan()
    with pytest.raises(EndpointError, match="knows no model 'scripted-model'"):
        workbench.execute(plan)
    assert workbench.made(plan) == ()


# Killing ------------------------------------------------------------------------------------------------------------


def test_a_killed_run_goes_on_and_sends_no_finished_call_again(workbench: Workbench):
    plan = workbench.growing_plan(instructions=12)
    write_plan(workbench.folder(plan), plan.to_data())
    workbench.database.close()
    reached, gate = threading.Event(), threading.Event()

    def script(request: dict[str, Any]) -> None:
        if len(workbench.server.requests) >= 20:
            reached.set()
            gate.wait(60)

    workbench.server.script = script
    arguments = (workbench.database.path, workbench.folder(plan), workbench.server.base_url, "--concurrency", "3")
    process = subprocess.Popen([sys.executable, "-m", "tests.run_a_plan", *map(str, arguments)], cwd=PROJECT_FOLDER)
    assert reached.wait(60)
    process.kill()
    process.wait()
    gate.set()
    workbench.server.script = lambda request: None
    finished = {(call.messages, call.parameters["seed"]) for call in workbench.calls(plan)}
    sent = len(workbench.server.requests)
    assert len(finished) >= 15

    with open_database(workbench.database.path) as database:
        cursor = database.cursor()
        assert mark_interrupted_runs(cursor) == 1
        resumed = dataclasses.replace(workbench, database=database, cursor=cursor)
        progress = resumed.execute(plan_from_data(read_plan(workbench.folder(plan))))
        assert (progress.state, progress.counts.failed) == (RunState.FINISHED, 0)
        assert len(resumed.pairs()) == 12
        assert all(belongs(pair) for pair in resumed.pairs())
    later = [request.key for request in workbench.server.requests[sent:]]
    assert finished.isdisjoint(later)
    # 4 calls for subjects, 3 syllabi with their details and 12 pairs; only what was under way is sent a second time.
    assert len(finished) + len(later) == 4 + 6 + 24


def test_a_run_that_goes_on_writes_no_second_syllabus_after_a_lost_first_call(workbench: Workbench):
    lost: list[str] = []

    def script(request: dict[str, Any]) -> Reply | None:
        if stage_of(request) == "syllabus" and not lost:
            lost.append("once")
            return Reply(body=b"garbage")
        return None

    workbench.server.script = script
    plan = workbench.growing_plan(instructions=3)
    assert workbench.execute(plan).counts.failed == 0
    sent = len(workbench.server.requests)
    workbench.execute(plan)
    assert len(workbench.server.requests) == sent
