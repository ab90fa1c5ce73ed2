"""`runs` tells where each run stands, and lets one pause, go on, stop or try again, also from another process."""

import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

from glan_core.runs.journal import Journal, is_at_work
from tests.model_server import ModelServer, Reply, fail_every, stage_of
from tests.terminal import Held, Started, Terminal, complaint, count, wait_until

CONCURRENCY = 2
COMMAND = ("generate", "--scope", "Optics", "--instructions", "12", "--concurrency", str(CONCURRENCY), "--json")


def make(terminal: Terminal, *arguments: str) -> str:
    """Make a run of three pairs and give its id."""
    run_id: str = terminal.run("generate", "--scope", "Optics", "--instructions", "3", *arguments, "--json").data[
        "run_id"
    ]
    return run_id


def state_of(terminal: Terminal, run_id: str) -> str:
    """Give the state of a run as `runs list` tells it."""
    runs = terminal.run("runs", "list", "--json").data["runs"]
    state: str = next(run["state"] for run in runs if run["run_id"] == run_id)
    return state


def only_run(terminal: Terminal) -> str:
    """Give the id of the run that there is."""
    (folder,) = terminal.runs.iterdir()
    return folder.name


# List and show ------------------------------------------------------------------------------------------------------


def test_without_runs_the_list_says_so(terminal: Terminal):
    assert terminal.run("runs", "list").out == "There are no runs yet.\n"
    assert terminal.run("runs", "list", "--json").data == {"runs": []}


def test_the_newest_run_comes_first(terminal_with_model: Terminal):
    first, second = make(terminal_with_model), make(terminal_with_model, "--seed", "2")
    listed = terminal_with_model.run("runs", "list", "--json").data["runs"]
    assert [run["run_id"] for run in listed] == [second, first]
    assert [(run["state"], run["answers"], run["wanted"]) for run in listed] == [("finished", 3, 3)] * 2


def test_a_line_of_the_list_tells_state_pairs_calls_and_model(terminal_with_model: Terminal):
    run_id = make(terminal_with_model)
    (line,) = terminal_with_model.run("runs", "list").out.splitlines()
    assert line.startswith(f"{run_id}  finished ")
    assert "3 new of 3 pairs, 6 calls, price unknown, 0 failed in the last session  scripted-model" in line


def test_a_run_is_shown_by_stage_and_by_what_failed(terminal_with_model: Terminal, model_server: ModelServer):
    model_server.script = lambda request: Reply("not this", status=400) if stage_of(request) == "answers" else None
    run_id = make(terminal_with_model)
    shown = terminal_with_model.run("runs", "show", run_id[:5], "--json").data
    assert (shown["stages"]["instructions"]["answered"], shown["stages"]["answers"]["lost"]) == (3, 3)
    (failure,) = shown["failures"]
    assert (failure["stage"], failure["kind"], failure["items"]) == ("answers", "http_400", 3)
    words = terminal_with_model.run("runs", "show", run_id).out
    assert f"Run {run_id} is finished." in words
    assert "3 answers: http_400: " in words
    assert "runs retry" in words


def test_an_unknown_run_is_refused(terminal_with_model: Terminal):
    make(terminal_with_model)
    for command in ("show", "pause", "resume", "stop", "retry"):
        error, hint = complaint(terminal_with_model.run("runs", command, "nowhere"))
        assert "There is no run 'nowhere'" in error
        assert "runs list" in hint


def test_the_beginning_of_two_ids_is_refused(terminal_with_model: Terminal):
    for seed in range(40):  # there are 36 letters and digits, so two of these plans begin alike
        terminal_with_model.run("generate", "--scope", "Optics", "--instructions", "1", "--seed", str(seed))
        beginnings = [folder.name[0] for folder in terminal_with_model.runs.iterdir()]
        if len(set(beginnings)) < len(beginnings):
            break
    twice = next(letter for letter in beginnings if beginnings.count(letter) > 1)
    error, hint = complaint(terminal_with_model.run("runs", "show", twice))
    assert f"{twice!r} fits 2 runs" in error
    assert "more letters" in hint


@pytest.mark.parametrize("text", ["", "[]", "null", '{"run_id": 1}', "\x00"], ids=repr)
def test_a_status_that_is_garbage_leaves_the_other_runs_in_the_list(terminal_with_model: Terminal, text: str):
    first, second = make(terminal_with_model), make(terminal_with_model, "--seed", "2")
    (terminal_with_model.runs / first / "status.json").write_text(text)
    ran = terminal_with_model.run("runs", "list")
    assert ran.code == 0
    assert f"{first}  unreadable" in ran.out
    assert f"{second}  finished" in ran.out
    assert terminal_with_model.run("runs", "show", first).code == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"request": 1, "items": 2, "growths": 3}'], ids=repr)
def test_a_plan_that_is_garbage_is_told_and_leaves_the_rest_alone(terminal_with_model: Terminal, text: str):
    first, second = make(terminal_with_model), make(terminal_with_model, "--seed", "2")
    (terminal_with_model.runs / first / "plan.json").write_text(text)
    assert {run["run_id"] for run in terminal_with_model.run("runs", "list", "--json").data["runs"]} == {first, second}
    error, _ = complaint(terminal_with_model.run("runs", "resume", first))
    assert "plan" in error
    assert terminal_with_model.run("plan", "--scope", "Optics").code == 0


def test_a_plan_that_cannot_be_read_is_written_anew_by_the_same_command(terminal_with_model: Terminal):
    run_id = make(terminal_with_model)
    (terminal_with_model.runs / run_id / "plan.json").write_text("?")
    make(terminal_with_model)
    assert terminal_with_model.run("runs", "resume", run_id).code == 0


# Pause, resume, stop ------------------------------------------------------------------------------------------------


def test_a_run_pauses_and_goes_on_when_another_process_says_so(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started]
):
    held = Held(model_server, after=5, concurrency=CONCURRENCY)
    started = start(*COMMAND)
    held.wait()
    run_id = only_run(terminal_with_model)
    assert terminal_with_model.run("runs", "pause", run_id, "--json").data == {"run_id": run_id, "asked": "pause"}
    wait_until(lambda: state_of(terminal_with_model, run_id) == "paused")
    held.release()
    status = terminal_with_model.runs / run_id / "status.json"
    wait_until(lambda: json.loads(status.read_text())["under_way"] == 0)
    sent = len(model_server.requests)
    before = status.stat().st_mtime_ns
    wait_until(lambda: status.stat().st_mtime_ns > before)  # a second of its life later
    assert len(model_server.requests) == sent == 5 + CONCURRENCY

    assert terminal_with_model.run("runs", "resume", run_id, "--json").data == {"run_id": run_id, "asked": "work"}
    ended = started.end()
    assert (ended.code, ended.data["state"]) == (0, "finished")
    assert len(model_server.requests) == 24


@pytest.mark.parametrize("is_paused", [False, True], ids=["at work", "paused"])
def test_a_run_stops_when_another_process_says_so(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started], is_paused: bool
):
    held = Held(model_server, after=5, concurrency=CONCURRENCY)
    started = start(*COMMAND)
    held.wait()
    run_id = only_run(terminal_with_model)
    if is_paused:
        terminal_with_model.run("runs", "pause", run_id)
        wait_until(lambda: state_of(terminal_with_model, run_id) == "paused")
    terminal_with_model.run("runs", "stop", run_id)
    wait_until(lambda: not (terminal_with_model.runs / run_id / "control").exists())
    held.release()
    ended = started.end()
    assert (ended.code, ended.data["state"]) == (1, "stopped")
    assert len(model_server.requests) == 5 + CONCURRENCY
    assert state_of(terminal_with_model, run_id) == "stopped"


@pytest.mark.parametrize("command", ["pause", "stop"])
def test_what_nobody_works_on_cannot_be_paused_or_stopped(terminal_with_model: Terminal, command: str):
    run_id = make(terminal_with_model)
    error, hint = complaint(terminal_with_model.run("runs", command, run_id))
    assert f"Run {run_id} is finished: no process is at work on it." in error
    assert "nothing left to do" in hint


@pytest.mark.parametrize("command", ["resume", "retry"])
def test_a_run_does_not_go_on_at_another_endpoint_unless_told_so(
    terminal_with_model: Terminal, model_server: ModelServer, command: str
):
    model_server.script = lambda request: Reply("no", status=400) if stage_of(request) == "answers" else None
    run_id = make(terminal_with_model)
    here = terminal_with_model.environment["OPENAI_BASE_URL"]
    sent = len(model_server.requests)
    terminal_with_model.environment["OPENAI_BASE_URL"] = here.replace("127.0.0.1", "localhost")
    error, hint = complaint(terminal_with_model.run("runs", command, run_id))
    assert f"was begun at {here}, and this would go on at http://localhost" in error
    assert "--base-url" in hint
    assert len(model_server.requests) == sent
    model_server.script = lambda request: None
    assert terminal_with_model.run("runs", command, run_id, "--base-url", here).code == 0
    assert len(model_server.requests) > sent


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_stops_a_run_and_says_how_to_go_on(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started], number: signal.Signals
):
    held = Held(model_server, after=5, concurrency=CONCURRENCY)
    started = start(*COMMAND)
    held.wait()
    started.signal(number)
    started.wait_for("under way")
    held.release()
    ended = started.end()
    run_id = only_run(terminal_with_model)
    assert (ended.code, ended.data["state"]) == (1, "stopped")
    assert f"`python -m glan_core runs resume {run_id}`" in ended.err
    assert "Traceback" not in ended.err
    resumed = terminal_with_model.run("runs", "resume", run_id, "--json")
    assert (resumed.code, resumed.data["state"]) == (0, "finished")
    assert len(model_server.requests) == 24


# Interrupted runs ---------------------------------------------------------------------------------------------------


def test_a_killed_run_is_interrupted_and_resume_sends_no_answered_call_again(
    terminal_with_model: Terminal, model_server: ModelServer, start: Callable[..., Started]
):
    held = Held(model_server, after=7, concurrency=CONCURRENCY)
    started = start(*COMMAND)
    held.wait()
    run_id = only_run(terminal_with_model)
    wait_until((terminal_with_model.runs / run_id / "status.json").exists)
    started.kill()
    answered = {request.key for request in model_server.requests[:7]}
    held.release()
    assert not is_at_work(terminal_with_model.runs / run_id)
    assert state_of(terminal_with_model, run_id) == "interrupted"

    sent = len(model_server.requests)
    resumed = terminal_with_model.run("runs", "resume", run_id, "--json")
    assert (resumed.code, resumed.data["state"]) == (0, "finished")
    assert answered.isdisjoint(request.key for request in model_server.requests[sent:])
    assert len(model_server.requests) - sent == 24 - 7
    assert count(terminal_with_model.database)["answers"] == 12
    assert state_of(terminal_with_model, run_id) == "finished"


def test_a_finished_run_that_is_resumed_sends_nothing(terminal_with_model: Terminal, model_server: ModelServer):
    run_id = make(terminal_with_model)
    sent = len(model_server.requests)
    assert terminal_with_model.run("runs", "resume", run_id, "--json").data["calls"] == 0
    assert len(model_server.requests) == sent


def test_a_run_that_is_worked_on_cannot_be_tried_again(terminal_with_model: Terminal, model_server: ModelServer):
    model_server.script = fail_every(2, reply=Reply("no", status=400))
    run_id = make(terminal_with_model)
    with Journal(terminal_with_model.runs / run_id):
        error, _ = complaint(terminal_with_model.run("runs", "retry", run_id))
    assert "is being worked on" in error


# Trying again -------------------------------------------------------------------------------------------------------


def test_only_failures_of_the_kind_are_tried_again(terminal_with_model: Terminal, model_server: ModelServer):
    seen: list[int] = []

    def script(request: dict[str, Any]) -> Reply | None:
        if stage_of(request) != "answers":
            return None
        seen.append(1)
        return [Reply("no", status=400), Reply("no", status=422), None][len(seen) % 3]

    model_server.script = script
    run_id = terminal_with_model.run("generate", "--scope", "Optics", "--instructions", "6", "--json").data["run_id"]
    failed = {each["kind"]: each["items"] for each in _failures(terminal_with_model, run_id)}
    assert failed == {"http_400": 2, "http_422": 2}
    model_server.script = lambda request: None
    sent = len(model_server.requests)
    retried = terminal_with_model.run("runs", "retry", run_id, "--kind", "http_400", "--json")
    assert (retried.code, retried.data["answers"]) == (0, 2)
    assert len(model_server.requests) - sent == 2
    assert {each["kind"]: each["items"] for each in _failures(terminal_with_model, run_id)} == {"http_422": 2}


def test_where_nothing_failed_there_is_nothing_to_try_again(terminal_with_model: Terminal, model_server: ModelServer):
    run_id = make(terminal_with_model)
    sent = len(model_server.requests)
    assert terminal_with_model.run("runs", "retry", run_id).out == "Nothing failed.\n"
    assert terminal_with_model.run("runs", "retry", run_id, "--kind", "http_400", "--json").data["failed"] == 0
    assert len(model_server.requests) == sent


def _failures(terminal: Terminal, run_id: str) -> list[dict[str, Any]]:
    failures: list[dict[str, Any]] = terminal.run("runs", "show", run_id, "--json").data["failures"]
    return failures
