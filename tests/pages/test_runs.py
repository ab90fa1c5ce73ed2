"""Does the Runs page list every run, and does the page of one say what is known of it?"""

import dataclasses
import itertools
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from glan_core.demo import put_back_demo
from glan_core.embedding.encoder import ENCODER
from glan_core.engines.background import Background
from glan_core.entities import Failure, Run, RunState
from glan_core.scope import resolve_scope
from glan_core.settings import PROJECT_FOLDER, runs_folder
from glan_core.store.database import Database
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.failures import list_open_failures
from glan_core.store.ingest import ingest
from glan_core.store.run_lists import RunChoice, list_run_page
from glan_core.store.runs import find_run, save_run
from pages.shared.run_list import PAGE_ROWS
from pages.shared.workspace import open_workspace
from tests.model_server import MODEL, ModelServer, Reply, stage_of
from tests.pages import new_run_page
from tests.pages.new_run_page import (
    end_as,
    labels,
    press,
    start_elsewhere,
    texts,
    wait_for,
    wait_for_status,
    wait_until,
)
from tests.pages.pairs import make_pairs
from tests.small_pairs import model_call

PAGE = "pages/generate/runs.py"
NOON = datetime(2026, 2, 20, 12, tzinfo=UTC)


def open_page(app: AppTest, **query: str) -> AppTest:
    """Show the page with this question in its address."""
    new_run_page.open_page(app, script=PAGE, **query)
    assert not app.exception
    return app


def listed(app: AppTest) -> list[str]:
    """Give the first letters of the runs in the list."""
    return [str(run) for run in app.dataframe[0].value["Run"]]


def save(database: Database, run_id: str, *, hours: int = 0, **changes: Any) -> Run:
    """Save a run that began some hours after noon, and ended a minute later."""
    began = NOON + timedelta(hours=hours)
    plan = {"scope": [], "instructions": 4, "stages": ["instructions", "answers"]}
    stages = {"instructions": {"model": "slow"}, "answers": {"model": "fast"}}
    run = Run(run_id, plan, {"stages": stages}, 1, RunState.FINISHED, "local", began, began + timedelta(minutes=1))
    run = dataclasses.replace(run, **changes)
    save_run(database.cursor(), run)
    return run


def made_by_hand(database: Database, server: ModelServer, *, instructions: int) -> str:
    """Make pairs where the app looks for them, and give the id of their run."""
    return make_pairs(database, runs_folder(open_workspace().settings.database), server, instructions=instructions)


@pytest.fixture
def made(app: AppTest, app_database: Database, model_server: ModelServer) -> str:
    """A run of six pairs that has ended."""
    return made_by_hand(app_database, model_server, instructions=6)


# The list


def test_without_a_run_the_page_leads_to_the_first_one(app: AppTest) -> None:
    open_page(app)
    assert "Nothing has been generated yet" in texts(app)
    assert [link.proto.label for link in app.get("page_link")] == ["Start a first run"]


def test_a_run_is_listed_with_what_it_made_and_took(app: AppTest, app_database: Database, made: str) -> None:
    cursor = app_database.cursor()
    (run,) = list_run_page(cursor, RunChoice(), limit=5)
    row = open_page(app).dataframe[0].value.iloc[0]
    assert (row["State"], row["Run"], row["Where"]) == (["finished"], made[:6], "The whole taxonomy")
    assert (row["Pairs"], row["Tokens"], row["Model"]) == ("6 of 6", run.tokens, MODEL)
    assert (row["Cost"], row["Cost per accepted"]) == ("unknown", "–")
    assert "1 to 1 of 1 run." in texts(app)


def test_cost_is_told_by_accepted_pair(app: AppTest, app_database: Database, made: str) -> None:
    cursor = app_database.cursor()
    cursor.execute("update model_call set cost = 0.5")
    chosen = "select instruction_id from instruction order by 1 limit 3"
    cursor.execute(f"update instruction set status = 'accepted' where instruction_id in ({chosen})")
    row = open_page(app).dataframe[0].value.iloc[0]
    (run,) = list_run_page(cursor, RunChoice(), limit=5)
    assert (run.accepted, run.calls) == (3, 12)
    assert (row["Cost"], row["Cost per accepted"]) == ("$6.00", "$2.00")


def test_scope_models_and_duration_stand_in_words(app: AppTest, app_database: Database) -> None:
    physics = resolve_scope(app_database.cursor(), "Physics").node_id
    plan = {"scope": [physics, "nowhere"], "instructions": 1200, "stages": ["instructions"]}
    save(app_database, "grown", plan=plan, message="The budget is used up.", state=RunState.STOPPED)
    row = open_page(app).dataframe[0].value.iloc[0]
    assert row["Where"] == "Physics and 1 more"
    assert (row["Pairs"], row["Model"], row["Took"]) == ("0 of 1,200 (questions)", "slow", "60 s")
    assert row["Message"] == "The budget is used up."


def test_the_list_is_filtered_by_state(app: AppTest, app_database: Database) -> None:
    for hours, state in enumerate(RunState):
        save(app_database, state.value, hours=hours, state=state)
    assert listed(open_page(app)) == [state.value[:6] for state in reversed(RunState)]
    app.button_group[0].set_value(["stopped", "paused"]).run()
    assert listed(app) == ["stoppe", "paused"]


def test_filters_in_the_address_are_heard(app: AppTest, app_database: Database) -> None:
    save(app_database, "stopped", state=RunState.STOPPED)
    save(app_database, "gone", hours=1, state=RunState.STOPPED, is_removed=True)
    save(app_database, "finished", hours=2)
    assert listed(open_page(app, states="Stopped", removed="true")) == ["gone", "stoppe"]


def test_a_choice_that_no_run_fits_is_told(app: AppTest, app_database: Database) -> None:
    save(app_database, "only")
    open_page(app).button_group[0].set_value(["paused"]).run()
    assert app.info[0].value == "No run is like that. Choose other states above."
    assert not app.dataframe


def test_demo_runs_are_named_and_can_be_left_out(app: AppTest, app_database: Database) -> None:
    save(app_database, "shipped", hours=1, is_demo=True)
    save(app_database, "own")
    assert [list(state) for state in open_page(app).dataframe[0].value["State"]] == [
        ["finished", "demo run"],
        ["finished"],
    ]
    toggle(app, "Demo runs").set_value(False).run()
    assert listed(app) == ["own"]


def test_removed_runs_are_listed_when_asked_for(app: AppTest, app_database: Database) -> None:
    save(app_database, "gone", is_removed=True)
    save(app_database, "own")
    assert listed(open_page(app)) == ["own"]
    toggle(app, "Removed runs").set_value(True).run()
    assert sorted(listed(app)) == ["gone", "own"]
    assert ["finished", "removed"] in [list(state) for state in app.dataframe[0].value["State"]]


def toggle(app: AppTest, label: str) -> Any:
    return next(each for each in app.toggle if each.label == label)


def test_the_list_goes_on_over_pages(app: AppTest, app_database: Database) -> None:
    for number in range(PAGE_ROWS + 3):
        save(app_database, f"{number:06}", hours=number)
    open_page(app)
    assert listed(app) == [f"{number:06}" for number in range(PAGE_ROWS + 2, 2, -1)]
    assert f"1 to {PAGE_ROWS} of {PAGE_ROWS + 3} runs" in texts(app)
    app.pagination[0].set_value(2).run()
    assert listed(app) == ["000002", "000001", "000000"]
    assert f"{PAGE_ROWS + 1} to {PAGE_ROWS + 3} of {PAGE_ROWS + 3} runs" in texts(app)


def test_a_page_in_the_address_is_opened(app: AppTest, app_database: Database) -> None:
    for number in range(PAGE_ROWS + 3):
        save(app_database, f"{number:06}", hours=number)
    assert listed(open_page(app, page="2")) == ["000002", "000001", "000000"]


def test_a_run_with_failed_items_says_so(app: AppTest, app_database: Database) -> None:
    save(app_database, "run")
    ingest(app_database.cursor(), [Failure("item", "run", "answers", "http_400", "No.")])
    assert list(open_page(app).dataframe[0].value["State"][0]) == ["finished", "some failed"]


# The page of a run


def test_an_unknown_run_is_a_sentence_and_a_way_back(app: AppTest, app_database: Database) -> None:
    save(app_database, "known")
    open_page(app, run="nosuchrun")
    assert "There is no such run in this database: nosuchrun." in app.warning[0].value.replace("\\", "")
    assert labels(app) == ["All runs"]
    assert not app.tabs
    press(app, "All runs")
    assert listed(app) == ["known"]
    assert "run" not in app.query_params


def test_a_finished_run_shows_its_stages_and_links_to_what_it_made(app: AppTest, made: str) -> None:
    open_page(app, run=made)
    assert ":green-badge[" in texts(app)
    assert [link.proto.label for link in app.get("page_link")] == ["On the map", "Export"]
    stages = app.dataframe[0].value.set_index("Stage")
    assert stages.loc["Answers", ["Planned", "Made", "Failed", "Calls"]].tolist() == [6, 6, 0, 6]
    assert stages.loc["Questions", "Calls"] == 6


def test_the_head_says_where_with_which_models_when_and_by_which_engine(app: AppTest, app_database: Database) -> None:
    physics = resolve_scope(app_database.cursor(), "Physics").node_id
    save(app_database, "run", plan={"scope": [physics], "instructions": 4, "stages": ["instructions", "answers"]})
    open_page(app, run="run")
    assert "Physics · slow, fast · started" in texts(app)
    assert "(2026-02-20 12:00 UTC), calls made directly" in texts(app)


def test_the_newest_pairs_have_a_tab(app: AppTest, app_database: Database, made: str) -> None:
    assert "You asked" not in texts(open_page(app, run=made))
    again = open_page(AppTest.from_file(str(PROJECT_FOLDER / "app.py"), default_timeout=60), run=made, tab="Pairs")
    assert sum(text.value.startswith("You asked") for text in again.text) == 5
    assert "The newest 5 of 6 are shown." in texts(again)


def test_a_run_elsewhere_shows_its_stages_as_they_grow(
    app: AppTest, app_database: Database, elsewhere: Background, model_server: ModelServer, gate: threading.Event
) -> None:
    run_id = start_elsewhere(elsewhere, app_database, model_server)
    wait_until(lambda: find_run(open_page(app, run=run_id) and app_database.cursor(), run_id) is not None)
    app.run()
    assert "running" in texts(app)
    assert "another process" in texts(app)
    assert {"Pause", "Stop"} <= set(labels(app))
    assert app.dataframe[0].value.set_index("Stage").loc["Answers", "Planned"] == 4
    assert list(open_list(app).dataframe[0].value["State"][0]) == ["running"]
    gate.set()
    wait_until(lambda: not elsewhere.is_running(run_id))
    wait_until(lambda: "4 of 4 pairs" in open_page(app, run=run_id).get("progress")[0].proto.text)


def open_list(app: AppTest) -> AppTest:
    """Go back from a run to the list."""
    press(app, "All runs")
    return app


def test_a_paused_run_is_listed_as_paused(
    app: AppTest, app_database: Database, elsewhere: Background, model_server: ModelServer
) -> None:
    run_id = start_elsewhere(elsewhere, app_database, model_server)
    wait_until(lambda: "Pause" in labels(open_page(app, run=run_id)))
    press(app, "Pause")
    assert "pausing" in texts(app)
    wait_for_status(run_id, lambda status: status.state is RunState.PAUSED)
    open_list(app)
    wait_until(lambda: list(app.run().dataframe[0].value["State"][0]) == ["paused"])


def test_a_stopped_run_can_go_on_and_one_without_a_plan_cannot(app: AppTest, app_database: Database, made: str) -> None:
    end_as(app_database, made, RunState.STOPPED, message="It was stopped.")
    open_page(app, run=made)
    assert "stopped" in texts(app)
    assert "It was stopped." in texts(app)
    assert "Go on" in labels(app)
    save(app_database, "no-plan", state=RunState.INTERRUPTED)
    press(app, "All runs")
    open_page(app, run="no-plan")
    assert "interrupted" in texts(app)
    assert "Go on" not in labels(app)


def test_a_demo_run_is_named_and_cannot_be_taken_up(app: AppTest, app_database: Database) -> None:
    put_back_demo(app_database.cursor())
    run_id = next(run.run_id for run in list_run_page(app_database.cursor(), RunChoice(), limit=9))
    open_page(app, run=run_id)
    assert ":violet-badge[" in texts(app)
    assert not {"Go on", "Try again"} & set(labels(app))
    assert app.dataframe[0].value.set_index("Stage").loc["Answers", "Calls"] > 0


def test_a_removed_run_says_so(app: AppTest, app_database: Database) -> None:
    save(app_database, "gone", is_removed=True)
    open_page(app, run="gone")
    assert ":red-badge[" in texts(app)


# Failures


@pytest.fixture
def failed(app: AppTest, app_database: Database, model_server: ModelServer) -> str:
    """A run of six questions, of whose answers two failed with status 400 and one with an empty reply."""
    numbers: Iterator[int] = itertools.count(1)

    def script(request: dict[str, Any]) -> Reply | None:
        if stage_of(request) != "answers":
            return None
        number = next(numbers)
        return Reply("no such thing", 400) if number <= 2 else Reply("too long", 413) if number == 3 else None

    app.run()
    model_server.script = script
    run_id = made_by_hand(app_database, model_server, instructions=6)
    model_server.script = lambda request: None
    assert len(list_open_failures(app_database.cursor(), run_id)) == 3
    return run_id


def test_failures_stand_by_kind_and_item_by_item(app: AppTest, failed: str) -> None:
    open_page(app, run=failed, tab="Failures")
    shown = texts(app).replace("*", "")
    assert "finished, 3 failed" in shown
    assert "2 of the answers: the endpoint answered with status 400" in shown
    assert "1 of the answers: the endpoint answered with status 413" in shown
    assert sorted(app.dataframe[0].value["Reason"]) == ["the endpoint answered with status 400"] * 2 + [
        "the endpoint answered with status 413"
    ]
    assert labels(app).count("Try these again") == 2


def test_failed_items_stand_in_words(app: AppTest, app_database: Database, failed: str) -> None:
    cursor = app_database.cursor()
    subjects = {name for (name,) in cursor.execute("select name from subject").fetchall()}
    asked = {text for (text,) in cursor.execute("select text from instruction").fetchall()}
    rows = open_page(app, run=failed, tab="Failures").dataframe[0].value
    assert {text.removeprefix("Answer to: ") for text in rows["Item"]} < asked
    assert set(rows["Where"]) <= subjects


def test_a_question_that_failed_is_named_by_its_class_sessions(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    app.run()
    model_server.script = lambda request: Reply("no", 400)
    run_id = made_by_hand(app_database, model_server, instructions=2)
    titles = {title for (title,) in app_database.cursor().execute("select title from class_session").fetchall()}
    items = list(open_page(app, run=run_id, tab="Failures").dataframe[0].value["Item"])
    assert len(items) == 2
    for item in items:
        assert set(item.removeprefix("Question about ").split(" and ")) & titles or any(
            title in item for title in titles
        )


def test_a_syllabus_that_failed_is_named_by_its_subject(app: AppTest, app_database: Database) -> None:
    row = app_database.cursor().execute("select subject_id, name from subject order by 1 limit 1").fetchone()
    assert row is not None
    save(app_database, "run")
    ingest(app_database.cursor(), [Failure(row[0], "run", "syllabus", "empty", "No.")])
    (item,) = open_page(app, run="run", tab="Failures").dataframe[0].value["Item"]
    assert item == f"Syllabus of {row[1]}"


def test_one_kind_is_tried_again_and_the_rest_is_left_alone(
    app: AppTest, app_database: Database, failed: str, model_server: ModelServer
) -> None:
    open_page(app, run=failed, tab="Failures")
    before = len(model_server.requests)
    press(app, "Try these again")
    wait_for(failed)
    assert [request.stage for request in model_server.requests[before:]] == ["answers", "answers"]
    assert [each.error_kind for each in list_open_failures(app_database.cursor(), failed)] == ["http_413"]


def test_all_are_tried_again_from_the_head(app: AppTest, app_database: Database, failed: str) -> None:
    open_page(app, run=failed)
    press(app, "Try again")
    wait_for(failed)
    assert list_open_failures(app_database.cursor(), failed) == ()
    app.run()
    assert ":green-badge[" in texts(app)


def test_one_item_is_tried_again_alone(
    app: AppTest, app_database: Database, failed: str, model_server: ModelServer
) -> None:
    chosen = list_open_failures(app_database.cursor(), failed)[1]

    def one_item() -> None:
        import streamlit as st

        from glan_core.runs.failed_items import FailedItem
        from glan_core.store.failures import list_open_failures
        from glan_core.store.runs import find_run
        from pages.shared.run_failures_view import show_failed_item
        from pages.shared.workspace import open_workspace

        workspace = open_workspace()
        run = find_run(workspace.cursor(), st.session_state["run_id"])
        items = list_open_failures(workspace.cursor(), st.session_state["run_id"])
        for item in items:
            if run and item.item_id == st.session_state["item_id"]:
                show_failed_item(workspace, run, item, FailedItem("Optics", (), "Why?"))

    page = AppTest.from_function(one_item, default_timeout=60)
    page.session_state["run_id"], page.session_state["item_id"] = failed, chosen.item_id
    page.run()
    before = len(model_server.requests)
    press(page, "Try this one again")
    wait_for(failed)
    assert len(model_server.requests) == before + 1
    left = {each.item_id for each in list_open_failures(app_database.cursor(), failed)}
    assert chosen.item_id not in left
    assert len(left) == 2


def test_without_failures_the_tab_says_so(app: AppTest, made: str) -> None:
    open_page(app, run=made, tab="Failures")
    assert "Nothing that this run was to make has failed." in texts(app)


# Speed


def test_percentiles_are_told_with_their_n_and_calls_are_drawn_over_time(app: AppTest, made: str) -> None:
    open_page(app, run=made, tab="Speed")
    rows = app.dataframe[0].value
    assert rows["calls"].tolist() == [6, 6]
    assert rows["stage"].tolist() == ["Questions", "Answers"]
    assert (rows["p50"] <= rows["p90"]).all()
    assert (rows["p90"] <= rows["p99"]).all()
    assert len(app.get("plotly_chart")) == 1
    assert "12 answered calls from" in texts(app)
    assert "Refused for load (429, 503, 529) since it was taken up last: 0" in texts(app)


def test_a_run_without_a_reply_has_no_speed_yet(app: AppTest, app_database: Database) -> None:
    save(app_database, "run")
    open_page(app, run="run", tab="Speed")
    assert "No call of this run was answered yet." in texts(app)
    assert not app.get("plotly_chart")


def test_a_run_that_was_taken_up_again_is_drawn_part_by_part(app: AppTest, app_database: Database) -> None:
    save(app_database, "run")
    calls = [
        model_call("old", finished_at=NOON - timedelta(days=1)),
        model_call("new", finished_at=NOON + timedelta(seconds=9)),
        model_call("newer", finished_at=NOON + timedelta(seconds=11)),
    ]
    ingest(app_database.cursor(), calls)
    open_page(app, run="run", tab="Speed")
    assert "2 answered calls from" in texts(app)
    app.button_group[0].set_value("all").run()
    assert "3 answered calls from" in texts(app)


# Calls


def test_calls_are_listed_and_filtered(app: AppTest, failed: str) -> None:
    open_page(app, run=failed, tab="Calls")
    assert "1 to 12 of 12 calls" in texts(app)
    app.multiselect[0].set_value(["answers"]).run()
    assert "1 to 6 of 6 calls" in texts(app)
    outcome = app.selectbox[0]
    assert [*outcome.options][:3] == ["All calls", "Reply used", "Any error"]
    outcome.set_value("error").run()
    assert app.dataframe[0].value["Outcome"].str.startswith("the endpoint answered with status").sum() == 3
    app.selectbox[0].set_value("http_413").run()
    assert "1 to 1 of 1 call" in texts(app)
    app.selectbox[0].set_value("used").run()
    assert set(app.dataframe[0].value["Outcome"]) == {"used"}


def test_calls_go_on_over_pages(app: AppTest, app_database: Database) -> None:
    save(app_database, "run")
    ingest(
        app_database.cursor(),
        [model_call(f"{number:04}", finished_at=NOON + timedelta(seconds=number)) for number in range(130)],
    )
    open_page(app, run="run", tab="Calls")
    assert len(app.dataframe[0].value) == 100
    app.pagination[0].set_value(2).run()
    assert len(app.dataframe[0].value) == 30
    assert "101 to 130 of 130 calls" in texts(app)


def test_a_call_shows_prompt_reply_tries_and_what_was_left_out(app: AppTest, app_database: Database) -> None:
    save(app_database, "run")
    ingest(
        app_database.cursor(),
        [
            model_call(
                "one", reply="<b>Why?</b> $x$", tries=3, left_out="Line 3 is no JSON.", cost=None, finished_at=NOON
            )
        ],
    )
    open_page(app, run="run", tab="Calls", call="one")
    codes = [code.value for code in app.code]
    assert codes[0] == "<b>Why?</b> $x$"
    assert codes[1:] == ["You teach.", "Ask «one» question."]
    shown = texts(app)
    assert "sent 3 times, attempt 1" in shown
    assert "20 tokens read, 5 written" in shown
    assert "cost unknown" in shown
    assert "template instructions (0123456789ab)" in shown
    assert "Line 3 is no JSON." in app.info[0].value.replace("\\", "")
    press(app, "Close")
    assert not app.code


def test_a_call_that_failed_gives_the_reason_and_an_unknown_one_is_told(app: AppTest, app_database: Database) -> None:
    save(app_database, "run")
    lost = {"reply": "", "finish_reason": "", "error_kind": "http_429", "error_message": "Slow *down*."}
    ingest(app_database.cursor(), [model_call("lost", prompt_tokens=None, completion_tokens=None, **lost)])
    open_page(app, run="run", tab="Calls", call="lost")
    assert "the endpoint answered with status 429. Slow *down*." in app.warning[0].value.replace("\\", "")
    assert "no reply came" in texts(app)
    app.query_params["call"] = "nowhere"
    app.run()
    assert "a call that is not in this database" in app.warning[0].value


# Settings


def test_every_setting_and_the_scope_can_be_read(app: AppTest, app_database: Database, made: str) -> None:
    open_page(app, run=made, tab="Settings")
    assert "Where: The whole taxonomy" in texts(app).replace("*", "")
    general, stages = (frame.value.set_index("Setting") for frame in app.dataframe[:2])
    assert general.loc["Seed", "Value"] == "7"
    assert general.loc["Preset", "Value"] == "paper"
    assert general.loc["Calls at once, at most", "Value"] == "4"
    assert stages.loc["Temperature"].to_dict() == {"Questions": "1", "Answers": "0.7"}
    run = find_run(app_database.cursor(), made)
    assert run is not None
    assert len(general) >= len(run.settings) - 1
    assert len(stages) == len(run.settings["stages"]["answers"])


# Compare


def test_two_runs_stand_side_by_side(app: AppTest, app_database: Database, made: str) -> None:
    run = find_run(app_database.cursor(), made)
    assert run is not None
    settings = {**run.settings, "strategy_mix": 0.25}
    save_run(app_database.cursor(), dataclasses.replace(run, run_id="other", seed=8, settings=settings))
    rows = app_database.cursor().execute("select instruction_id from instruction order by 1 limit 3").fetchall()
    for (instruction_id,) in rows:
        app_database.cursor().execute(
            "update instruction set run_id = 'other' where instruction_id = ?", [instruction_id]
        )
    open_page(app, run=made, tab="Compare", run_compared="other")
    amounts, differing, variety = (frame.value.set_index("") for frame in app.dataframe)
    assert amounts.loc["Questions made"].tolist() == ["3", "3"]
    assert amounts.loc["Calls"].tolist() == ["12", "0"]
    assert differing.to_dict("index") == {
        "Seed": {f"Run {made[:6]}": "7", "Run other": "8"},
        "Questions over two class sessions, share": {f"Run {made[:6]}": "0.5", "Run other": "0.25"},
    }
    assert "Of n = 3 questions of each run" in texts(app)
    assert "No vector yet: 3 of" in texts(app)
    assert variety.loc["Mean distance to the nearest question"].tolist() == ["–", "–"]
    questions = [text for (text,) in app_database.cursor().execute("select text from instruction").fetchall()]
    vectors = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (len(questions), 1))
    insert_embeddings(app_database.cursor(), encoder=ENCODER, texts=questions, vectors=vectors)
    app.run()
    assert app.dataframe[2].value.set_index("").loc["Mean distance to the nearest question"].tolist() == [
        "0.000",
        "0.000",
    ]
    assert "No vector yet" not in texts(app)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("abc", "None: scope, number, stages, seed and settings are the same."),
        ("ab", "Several runs begin with ab."),
        ("x", "No run begins with x."),
        ("first", "That is this very run."),
    ],
)
def test_the_other_run_is_found_by_the_beginning_of_its_id(
    app: AppTest, app_database: Database, typed: str, said: str
) -> None:
    for run_id in ("first", "abc1", "abd1"):
        save(app_database, run_id)
    assert said in texts(open_page(app, run="first", tab="Compare", run_compared=typed))


# The end of a run that is watched


def test_the_end_of_a_run_that_is_watched_is_told_once(
    app: AppTest, app_database: Database, elsewhere: Background, model_server: ModelServer, gate: threading.Event
) -> None:
    run_id = start_elsewhere(elsewhere, app_database, model_server)
    wait_until(lambda: "Pause" in labels(open_page(app, run=run_id)))
    app.session_state["run_ended"] = run_id  # as the fragment that looks every second leaves it
    gate.set()
    wait_until(lambda: not elsewhere.is_running(run_id))
    wait_until(lambda: is_known_to_be_finished(app_database, run_id))
    app.run()
    assert f"Run {run_id[:6]} is finished" in app.toast[0].value
    assert f"[On the map](map?run={run_id}) · [Export](export?run={run_id})" in app.toast[0].value
    app.run()
    assert not app.toast


def is_known_to_be_finished(database: Database, run_id: str) -> bool:
    """Say whether the app has heard that a run elsewhere is finished."""
    open_workspace().background.take_in_news()
    run = find_run(database.cursor(), run_id)
    return run is not None and run.state is RunState.FINISHED
