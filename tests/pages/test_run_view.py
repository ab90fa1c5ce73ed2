"""Does the view of a run say how it goes, and do its buttons do what they say?"""

import itertools
import os
import threading
from typing import Any

from streamlit.testing.v1 import AppTest

from glan_core.engines.background import Background
from glan_core.entities import RunState
from glan_core.store.database import Database
from glan_core.store.runs import find_run
from tests.model_server import ModelServer, Reply, stage_of
from tests.pages.new_run_page import (
    end_as,
    folder_of,
    labels,
    open_page,
    press,
    start,
    start_elsewhere,
    texts,
    wait_for,
    wait_for_status,
    wait_until,
)


def test_a_run_at_work_tells_how_many_calls_are_under_way(app: AppTest, gate: threading.Event) -> None:
    open_page(app)
    run_id = start(app)
    wait_for_status(run_id, lambda status: status.under_way == 5)
    app.run()
    assert "running" in texts(app)
    assert "5 of 16 calls under way" in texts(app)


def test_a_paused_run_waits_for_its_calls_and_goes_on_when_resumed(app: AppTest, gate: threading.Event) -> None:
    open_page(app)
    run_id = start(app)
    wait_for_status(run_id, lambda status: status.under_way == 5)
    app.run()
    press(app, "Pause")
    assert "pausing" in texts(app)
    assert "Pause" not in labels(app)

    gate.set()
    wait_for_status(run_id, lambda status: status.state is RunState.PAUSED and status.under_way == 0)
    app.run()
    assert "paused" in texts(app)
    assert {"Go on", "Stop"} <= set(labels(app))

    press(app, "Go on")
    wait_for(run_id)
    app.run()
    assert "5 of 5 pairs" in app.get("progress")[0].proto.text
    assert ":green-badge[" in texts(app)


def test_a_stopped_run_ends_its_calls_and_can_go_on(app: AppTest, gate: threading.Event) -> None:
    open_page(app)
    run_id = start(app)
    wait_for_status(run_id, lambda status: status.under_way == 5)
    app.run()
    press(app, "Stop")
    assert "stopping" in texts(app)
    assert not {"Pause", "Stop", "Go on"} & set(labels(app))

    gate.set()
    wait_for(run_id)
    app.run()
    assert "stopped" in texts(app)
    press(app, "Go on")
    wait_for(run_id)
    app.run()
    assert "5 of 5 pairs" in app.get("progress")[0].proto.text


def test_calls_that_are_refused_for_load_are_counted(
    app: AppTest, model_server: ModelServer, gate: threading.Event
) -> None:
    calls = itertools.count(1)

    def script(request: dict[str, Any]) -> Reply | None:
        if next(calls) <= 2:
            return Reply("slow down", status=429, headers={"Retry-After": "0"})
        gate.wait(60)
        return None

    open_page(app)
    model_server.script = script
    run_id = start(app)
    wait_for_status(run_id, lambda status: status.refusals == 2 and status.under_way > 0)
    app.run()
    assert "2 refused for load" in texts(app)
    gate.set()
    wait_for(run_id)
    app.run()
    assert ":green-badge[" in texts(app)


def test_an_endpoint_that_is_waited_for_is_a_warning(app: AppTest, model_server: ModelServer) -> None:
    calls = itertools.count(1)
    is_back = threading.Event()
    open_page(app)
    model_server.script = lambda request: None if is_back.is_set() or next(calls) <= 2 else Reply("", is_dropped=True)
    run_id = start(app)
    wait_for_status(run_id, lambda status: bool(status.message))
    app.run()
    assert "waiting" in texts(app)
    assert "Nothing is sent for now" in app.warning[0].value.replace("\\", "")
    is_back.set()
    wait_for(run_id)
    app.run()
    assert not app.warning
    assert ":green-badge[" in texts(app)


def test_a_run_that_finished_with_failures_gives_the_reasons_and_is_not_green(
    app: AppTest, model_server: ModelServer
) -> None:
    model_server.script = lambda request: Reply("no such thing", 400) if stage_of(request) == "answers" else None
    open_page(app)
    run_id = start(app)
    wait_for(run_id)
    app.run()
    shown = texts(app)
    assert "finished, 5 failed" in shown
    assert ":orange-badge[" in shown
    assert ":green-badge[" not in shown
    assert "5 of the answers: the endpoint answered with status 400" in shown.replace("*", "")
    assert "no such thing" in shown


def test_trying_again_makes_only_what_failed(app: AppTest, model_server: ModelServer) -> None:
    refused = itertools.count(1)

    def script(request: dict[str, Any]) -> Reply | None:
        return Reply("no", 400) if stage_of(request) == "answers" and next(refused) <= 2 else None

    open_page(app)
    model_server.script = script
    run_id = start(app)
    wait_for(run_id)
    app.run()
    assert "finished, 2 failed" in texts(app)
    shown = [text.value[:9] for text in app.text if text.value.startswith(("You asked", "It has no"))]
    assert shown == ["You asked"] * 3 + ["It has no"] * 2
    before = len(model_server.requests)
    press(app, "Try again")
    wait_for(run_id)
    app.run()
    assert [request.stage for request in model_server.requests[before:]] == ["answers", "answers"]
    assert "5 of 5 pairs" in app.get("progress")[0].proto.text
    assert "Try again" not in labels(app)


def test_trying_a_syllabus_again_makes_the_questions_that_were_to_follow(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    (subject_id,) = (
        app_database.cursor()
        .execute("select subject_id from subject where subject_id not in (select subject_id from syllabus) limit 1")
        .fetchone()
    )
    model_server.script = lambda request: Reply("no", 400) if stage_of(request) == "syllabus" else None
    open_page(app, scope=subject_id)
    app.toggle[0].set_value(True).run()
    run_id = start(app)
    wait_for(run_id)
    app.run()
    assert "1 of the syllabi" in texts(app)
    model_server.script = lambda request: None
    press(app, "Try again")
    wait_for(run_id)
    app.run()
    assert "5 of 5 pairs" in app.get("progress")[0].proto.text


def test_replies_that_cannot_be_used_are_named_by_stage_and_kind(app: AppTest, model_server: ModelServer) -> None:
    model_server.script = lambda request: Reply("")
    open_page(app)
    run_id = start(app)
    wait_for(run_id)
    app.run()
    assert "15 for questions: the reply was empty" in texts(app)
    assert "5 of the questions: the reply was empty" in texts(app).replace("*", "")


def test_an_error_that_came_before_the_run_is_shown_with_its_hint(app: AppTest, app_database: Database) -> None:
    open_page(app)
    run_id = start(app)
    wait_for(run_id)
    end_as(app_database, run_id, RunState.STOPPED)
    (folder_of(run_id) / "status.json.new").mkdir()  # so that it cannot be written
    app.run()
    press(app, "Go on")
    wait_for(run_id)
    app.run()
    assert not app.exception
    assert "cannot be written" in texts(app).replace("\\", "")
    assert "Free space, then go on." in texts(app)


def test_a_run_elsewhere_is_shown_as_it_grows(
    app: AppTest, app_database: Database, elsewhere: Background, model_server: ModelServer, gate: threading.Event
) -> None:
    run_id = start_elsewhere(elsewhere, app_database, model_server)
    wait_until(lambda: find_run(open_page(app, run=run_id) and app_database.cursor(), run_id) is not None)
    app.run()
    assert "running" in texts(app)
    assert "2 of 2 calls under way" in texts(app)
    assert "another process" in texts(app)
    gate.set()
    wait_until(lambda: not elsewhere.is_running(run_id))
    wait_until(lambda: "4 of 4 pairs" in app.run().get("progress")[0].proto.text)
    assert ":green-badge[" in texts(app)


def test_a_run_elsewhere_can_be_paused_resumed_and_stopped(
    app: AppTest, app_database: Database, elsewhere: Background, model_server: ModelServer, gate: threading.Event
) -> None:
    run_id = start_elsewhere(elsewhere, app_database, model_server)
    wait_until(lambda: "Pause" in labels(open_page(app, run=run_id)))
    press(app, "Pause")
    assert "pausing" in texts(app)
    wait_until(lambda: elsewhere.is_paused(run_id))
    wait_for_status(run_id, lambda status: status.state is RunState.PAUSED)
    press(app, "Go on")
    wait_until(lambda: not elsewhere.is_paused(run_id))
    wait_for_status(run_id, lambda status: status.state is RunState.RUNNING)
    app.run()
    press(app, "Stop")
    assert "stopping" in texts(app)
    wait_until(lambda: elsewhere.is_stopping(run_id))
    gate.set()
    wait_until(lambda: not elsewhere.is_running(run_id))
    wait_until(lambda: "stopped" in texts(app.run()))
    assert "Go on" in labels(app)


def test_a_wish_that_cannot_be_left_is_told(
    app: AppTest, app_database: Database, elsewhere: Background, model_server: ModelServer
) -> None:
    run_id = start_elsewhere(elsewhere, app_database, model_server)
    wait_until(lambda: "Pause" in labels(open_page(app, run=run_id)))
    (folder_of(run_id) / f"control.{os.getpid()}").mkdir()  # in the place of the file that is to be written
    press(app, "Pause")
    assert "cannot be written" in app.toast[0].value.replace("\\", "")
    assert "Pause" in labels(app)


def test_a_run_at_work_that_is_not_shown_is_named(
    app: AppTest, app_database: Database, elsewhere: Background, model_server: ModelServer
) -> None:
    run_id = start_elsewhere(elsewhere, app_database, model_server)
    said = f"Run {run_id[:6]} is at work"
    wait_until(lambda: [link.proto.label for link in open_page(app).get("page_link")] == [said])


def test_an_interrupted_run_offers_to_go_on(app: AppTest, app_database: Database) -> None:
    open_page(app)
    run_id = start(app)
    wait_for(run_id)
    end_as(app_database, run_id, RunState.RUNNING)  # as a process that was killed leaves it
    app.run()
    wait_until(lambda: "interrupted" in texts(app.run()))
    assert "Go on" in labels(app)


def test_an_unknown_run_in_the_address_is_a_sentence(app: AppTest) -> None:
    open_page(app, run="nosuchrun")
    assert not app.exception
    assert "There is no such run" in texts(app)
