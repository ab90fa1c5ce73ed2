"""Is a run whose calls are with a batch service shown as waiting, and can it go on without that service?"""

import dataclasses

from streamlit.testing.v1 import AppTest

from glan_core.entities import RunState
from glan_core.runs.batch_parts import Out, Part, PartLog, calls_out, now
from glan_core.runs.run_folder import read_status, write_status
from glan_core.settings import runs_folder
from glan_core.store.database import Database
from glan_core.store.runs import find_run
from pages.shared.workspace import open_workspace
from tests.model_server import ModelServer
from tests.pages.new_run_page import end_as, folder_of, labels, open_page, press, texts, wait_for
from tests.pages.pairs import make_pairs

PAGE = "pages/generate/runs.py"


def handed_in(app: AppTest, database: Database, server: ModelServer, *, state: str) -> str:
    """Give a stopped run of the batch engine with one part of three calls in this state."""
    app.run()
    folder = runs_folder(open_workspace().settings.database)
    run_id = make_pairs(database, folder, server, instructions=2)
    end_as(database, run_id, RunState.STOPPED)
    status = read_status(folder / run_id)
    assert status is not None
    write_status(folder / run_id, dataclasses.replace(status, engine="batch"))
    log = PartLog(folder / run_id)
    log.change(log.add(Part(1, now(), "a-model", 3, 0, 0, None, now(), server.endpoint.label)), state=state)
    return run_id


def shown_states(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["State"][0])


def test_a_run_whose_calls_are_with_a_service_waits_until_its_parts_are_given_up(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    run_id = handed_in(app, app_database, model_server, state="ordered")
    assert shown_states(open_page(app, script=PAGE)) == ["waiting"]

    open_page(app, script=PAGE, run=run_id)
    assert "waiting for the batch service" in texts(app)
    assert "so 3 calls may be paid for twice" in texts(app)
    assert not app.radio  # no other engine may go on yet
    press(app, "Give them up")
    assert calls_out(folder_of(run_id)) == Out(0, 0)
    assert "Give them up" not in labels(app)
    assert "3 calls in 1 part were given up." in texts(app)
    assert "stopped" in texts(app)
    assert app.radio[0].value == "batch"

    press(app, "All runs")
    assert shown_states(app) == ["stopped"]


def test_parts_whose_results_are_here_are_not_given_up(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    run_id = handed_in(app, app_database, model_server, state="fetched")
    open_page(app, script=PAGE, run=run_id)
    assert "Go on" in labels(app)
    assert "Give them up" not in labels(app)


def test_a_run_that_a_service_refused_goes_on_here_unless_told_otherwise(
    app: AppTest, app_database: Database, model_server: ModelServer
) -> None:
    run_id = handed_in(app, app_database, model_server, state="given_back")
    open_page(app, script=PAGE, run=run_id)
    assert app.radio[0].value == "local"
    press(app, "Go on")
    wait_for(run_id)
    run = find_run(app_database.cursor(), run_id)
    assert run is not None
    assert (run.state, run.engine) == (RunState.FINISHED, "local")
