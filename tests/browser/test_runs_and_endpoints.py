"""What a visitor reads and keeps when an endpoint, a tab or the server fails."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import open_database
from glan_core.store.reports import totals
from tests.model_server import API_KEY, MODEL, ModelServer, Reply

pytestmark = pytest.mark.browser


def endpoint_of(server: ModelServer) -> dict[str, str]:
    """Give the environment that makes the app use a test's own model server."""
    return {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": API_KEY, "GLAN_MODEL": MODEL}


def test_closing_the_tab_leaves_the_run_running_and_three_tabs_do_not_double_it(
    start_app, page: Page, model_server: ModelServer
):
    app = start_app(**endpoint_of(model_server))
    second, third = page.context.new_page(), page.context.new_page()
    for tab in (page, second, third):
        tab.goto(f"{app.url}/new_run")
        tab.get_by_role("button", name="Start", exact=True).wait_for()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**run=*")
    page.close()
    for tab in (second, third):
        tab.get_by_role("button", name="Start", exact=True).click()
    for tab in (second, third):
        expect(tab.get_by_text("5 of 5 pairs")).to_be_visible()
    assert len(model_server.requests_of("instructions")) == 5
    assert len(model_server.requests_of("answers")) == 5


def test_a_run_goes_on_after_its_server_was_killed(start_app, page: Page, model_server: ModelServer):
    answered: list[str] = []

    def stall_after_two(request):
        if len(model_server.requests) > 6 and not answered:
            return Reply(text="late", delay_seconds=120)
        return None

    model_server.script = stall_after_two
    app = start_app(**endpoint_of(model_server))
    page.goto(f"{app.url}/new_run")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**run=*")
    expect(page.get_by_text(re.compile(r"[1-4] of 5 pairs"))).to_be_visible()
    run = page.url.split("?")[1]
    app.stop(signal.SIGKILL)
    answered.append("now answer everything")
    before = {request.key for request in model_server.requests[:6]}

    app.start()
    page.goto(f"{app.url}/new_run?{run}")
    expect(page.get_by_text("interrupted").first).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("5 of 5 pairs")).to_be_visible()
    assert len(before) == 6
    repeated = [request for request in model_server.requests if request.key in before]
    assert len(repeated) == 6  # each once: what was answered is not asked again


def test_a_second_process_is_told_who_holds_the_database(start_app, page: Page, tmp_path: Path):
    app = start_app()
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    other = start_app()
    page.goto(other.url)
    # It waits a little, as a headless command would be done in a second.
    expect(page.get_by_text("is in use by another process")).to_be_visible(timeout=15_000)
    app.stop()
    other.stop()
    with open_database(app.database) as database:
        assert totals(database.cursor()).disciplines == 126


def test_a_run_made_by_a_command_appears_by_itself_on_the_runs_page(start_app, page: Page, model_server: ModelServer):
    app = start_app(**endpoint_of(model_server))
    page.goto(f"{app.url}/runs")
    expect(page.get_by_role("heading", name="Runs")).to_be_visible()
    command = f"generate --scope Thermodynamics --instructions 2 --json --database {app.database}".split()
    environment = {**os.environ, **endpoint_of(model_server)}
    ended = subprocess.run(
        [sys.executable, "-m", "glan_core", *command],
        cwd=PROJECT_FOLDER,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    run_id = json.loads(ended.stdout)["run_id"]
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_contain_text(run_id[:6])  # nothing was pressed, and nothing loaded anew
    model_server.script = lambda request: Reply(status=500)  # what is shown now costs no call
    page.goto(f"{app.url}/runs?run={run_id}")
    expect(page.get_by_text("2 of 2 pairs")).to_be_visible()


def test_a_number_typed_just_before_start_counts(start_app, page: Page, model_server: ModelServer):
    app = start_app(**endpoint_of(model_server))
    page.goto(f"{app.url}/new_run")
    page.get_by_role("button", name="Start", exact=True).wait_for()
    page.get_by_role("spinbutton", name="Pairs").fill("3")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("3 of 3 pairs")).to_be_visible()
    assert len(model_server.requests_of("instructions")) == 3
