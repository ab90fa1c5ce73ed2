"""The New run page, or another one, as a test uses it: open it, press its buttons, wait for what a run says."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from glan_core.engines.background import Background
from glan_core.entities import RunState
from glan_core.planning.plan import PlanRequest, make_plan
from glan_core.presets import preset
from glan_core.runs.run_folder import RunStatus, read_status, write_status
from glan_core.scope import resolve_scope
from glan_core.settings import runs_folder
from glan_core.store.database import Database
from glan_core.store.runs import find_run, save_run
from pages.shared.workspace import open_workspace
from tests.model_server import MODEL, ModelServer

PAGE = "pages/generate/new_run.py"
_SECONDS = 60


def open_page(app: AppTest, *, script: str = PAGE, **query: str) -> AppTest:
    """Show a page with this question in its address; a page is chosen after a first run."""
    app.run()
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page(script).run()


def press(app: AppTest, label: str) -> None:
    """Press the button with this label, and see what comes of it."""
    button = next(button for button in app.button if button.label == label)
    assert not button.disabled
    button.click().run()
    assert not app.exception


def start(app: AppTest) -> str:
    """Press Start, and give the id of the run."""
    press(app, "Start")
    (run_id,) = [app.query_params["run"]] if isinstance(app.query_params["run"], str) else app.query_params["run"]
    return run_id


def labels(app: AppTest) -> list[str]:
    """List the buttons by label, those that cannot be pressed left out."""
    return [button.label for button in app.button if not button.disabled]


def texts(app: AppTest) -> str:
    """Give all that the page says, without the marks that keep it plain."""
    elements = [*app.markdown, *app.caption, *app.warning, *app.error, *app.text, *app.subheader]
    return "\n".join(element.value for element in elements).replace("\\", "")


def folder_of(run_id: str) -> Path:
    """Give the folder of a run of the app."""
    return runs_folder(open_workspace().settings.database) / run_id


def wait_until(is_so: Callable[[], bool]) -> None:
    """Come back once something that a run does by itself has happened."""
    deadline = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def wait_for(run_id: str) -> None:
    """Come back once the app does not work on a run any more."""
    wait_until(lambda: not open_workspace().background.is_running(run_id))


def wait_for_status(run_id: str, is_so: Callable[[RunStatus], bool]) -> None:
    """Come back once a run says of itself what is waited for."""

    def has_come() -> bool:
        status = read_status(folder_of(run_id))
        return status is not None and is_so(status)

    wait_until(has_come)


def end_as(database: Database, run_id: str, state: RunState, *, message: str = "") -> None:
    """Let a run look as if it had ended like that, for the database and for whoever reads its folder."""
    run, status = find_run(database.cursor(), run_id), read_status(folder_of(run_id))
    assert run is not None
    assert status is not None
    write_status(folder_of(run_id), dataclasses.replace(status, state=state, message=message))
    save_run(database.cursor(), dataclasses.replace(run, state=state, message=message))


def start_elsewhere(elsewhere: Background, app_database: Database, server: ModelServer) -> str:
    """Start a run of four pairs there, and give its id once it is at work."""
    scope = resolve_scope(app_database.cursor(), "Thermodynamics").node_id
    plan = make_plan(app_database.cursor(), PlanRequest((scope,), 4, 11, preset("paper", model=MODEL)))
    elsewhere.start(plan, endpoint=server.endpoint, concurrency=2)
    wait_for_status(plan.run_id, lambda status: status.under_way == 2)
    return plan.run_id
