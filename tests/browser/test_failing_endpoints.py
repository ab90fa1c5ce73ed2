"""What does a visitor read when an endpoint refuses, stumbles, stalls or dies, and does the run go on afterwards?

One app for all of it, as its start takes longer than a run.
"""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from glan_core.store.database import open_database
from tests.browser.running_app import App
from tests.model_server import API_KEY, MODEL, ModelServer, Reply, Script, default_text, stage_of

pytestmark = pytest.mark.browser


class Machine:
    """Where the models of the app answer; it can die, and come back at the same address."""

    def __init__(self) -> None:
        self.server = ModelServer()
        self._is_dead = False

    def behave(self, script: Script | None = None) -> None:
        """Answer like this from now on, by default well, and count requests from zero."""
        if self._is_dead:
            self.come_back()
        self.server.script = script or (lambda request: None)
        self.server.forget()

    def die(self) -> None:
        """Cut all connections and take no more."""
        self.server.stop()
        self._is_dead = True

    def come_back(self) -> None:
        """Answer again, well."""
        self.server = ModelServer(port=self.server.port)
        self._is_dead = False


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """The server of the app's models."""
    machine = Machine()
    yield machine
    machine.server.stop()


@pytest.fixture(scope="module")
def app(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app of all tests here."""
    folder = tmp_path_factory.mktemp("app")
    environment = {"OPENAI_BASE_URL": machine.server.base_url, "OPENAI_API_KEY": API_KEY, "GLAN_MODEL": MODEL}
    app = App(folder / "glan.duckdb", log=folder / "app.log", environment=environment)
    app.start()
    yield app
    app.stop()


@pytest.fixture
def begin(app: App, page: Page, machine: Machine) -> Iterator[Callable[..., Page]]:
    """Give a function that begins a run at a machine that behaves so, and goes to the Runs page."""

    def begin(script: Script, *, pairs: int = 2) -> Page:
        machine.behave(script)
        page.goto(f"{app.url}/new_run")
        page.get_by_role("button", name="Start", exact=True).wait_for()
        page.get_by_role("spinbutton", name="Pairs").fill(str(pairs))
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_url("**run=*")
        query = next(part for part in page.url.split("?")[1].split("&") if part.startswith("run="))
        page.goto(f"{app.url}/runs?{query}")
        return page

    yield begin
    machine.behave()


def test_a_refused_key_ends_the_run_at_once_and_it_goes_on_when_the_key_is_taken(begin, machine: Machine):
    page = begin(lambda request: Reply(status=401, text=f"Incorrect API key provided: {API_KEY}"))
    expect(page.get_by_text("refused the key").first).to_be_visible()
    expect(page.get_by_text("OPENAI_API_KEY").first).to_be_visible()  # what to set
    expect(badge(page, "stopped")).to_be_visible()
    assert len(machine.server.requests) <= 2  # none was sent again
    goes_on(page, machine)


def test_an_endpoint_that_is_too_busy_is_waited_for(begin, machine: Machine):
    page = begin(lambda request: Reply("One moment please.", status=429, headers={"Retry-After": "4"}))
    expect(page.get_by_text("Nothing is sent for").first).to_be_visible()
    expect(badge(page, "waiting")).to_be_visible()
    expect(page.get_by_text("refused for load").first).to_be_visible()
    machine.behave()
    expect(page.get_by_text("2 of 2 pairs")).to_be_visible()
    expect(badge(page, "finished")).to_be_visible()


def test_an_endpoint_with_an_error_of_its_own_is_waited_for(begin, machine: Machine):
    page = begin(lambda request: Reply("The disk is full.", status=500))
    expect(page.get_by_text("answered with HTTP 500: The disk is full. Nothing is sent for now")).to_be_visible()
    machine.behave()
    expect(page.get_by_text("2 of 2 pairs")).to_be_visible()
    expect(badge(page, "finished")).to_be_visible()


def test_an_address_that_is_a_web_page_is_named_as_such(begin, machine: Machine):
    page = begin(lambda request: Reply(body=b"<html>It works!</html>", content_type="text/html"))
    expect(page.get_by_text("sent something that is no completion").first).to_be_visible()
    goes_on(page, machine)


def test_what_brings_no_usable_reply_is_given_up_and_tried_again(begin, machine: Machine):
    page = begin(lambda request: Reply("") if stage_of(request) == "answers" else None)
    expect(badge(page, "finished, 2 failed")).to_be_visible()
    expect(page.get_by_text(re.compile("2 of the answers: the reply was empty")).first).to_be_visible()
    questions = machine.server.requests_of("instructions")
    goes_on(page, machine, by="Try again")
    assert len(questions) == 2
    assert machine.server.requests_of("instructions") == ()  # the two questions were kept


def test_a_slow_endpoint_is_seen_to_be_slow_and_stopping_keeps_what_it_said(begin, machine: Machine):
    answered = threading.Event()
    page = begin(lambda request: default_text(request) if answered.wait(60) else "late")
    expect(page.get_by_text(re.compile("[12] of [0-9]+ calls? under way"))).to_be_visible()
    expect(page.get_by_text("Waiting for the first reply").first).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(badge(page, "stopping")).to_be_visible()
    answered.set()
    expect(badge(page, "stopped")).to_be_visible()
    expect(page.get_by_text(re.compile("0 of 2 pairs · [12] calls?"))).to_be_visible()
    expect(page.get_by_text("Waiting for the first reply")).to_be_hidden()
    kept = len(machine.server.requests_of("instructions"))
    goes_on(page, machine)
    assert kept + len(machine.server.requests_of("instructions")) == 2


def test_an_endpoint_that_dies_is_told_and_what_was_made_stays(begin, machine: Machine):
    page = begin(AnswersOne(), pairs=3)
    expect(page.get_by_text("1 of 3 pairs")).to_be_visible()
    machine.die()
    expect(page.get_by_text("Nothing is sent for now").first).to_be_visible()
    expect(page.get_by_text("cannot be reached").first).to_be_visible()
    expect(page.get_by_text("1 of 3 pairs")).to_be_visible()
    machine.come_back()
    expect(page.get_by_text("3 of 3 pairs")).to_be_visible()
    asked = [request.key for request in machine.server.requests]
    assert len(asked) == len(set(asked)) == 2, asked


def test_the_key_stands_on_no_page_and_in_no_file(app: App, begin, machine: Machine):
    page = begin(lambda request: Reply(status=400, text=f"No such thing for {API_KEY}, Bearer {API_KEY}."))
    expect(badge(page, "finished, 2 failed")).to_be_visible()
    run = page.url.split("?")[1]
    for place in (f"runs?{run}&tab=Calls", f"runs?{run}&tab=Failures", f"runs?{run}&tab=Settings", "endpoints", ""):
        page.goto(f"{app.url}/{place}")
        page.get_by_role("heading").first.wait_for()
        expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
        assert API_KEY not in page.content(), place
    app.stop()
    assert files_with(API_KEY, app.database.parent) == []
    # What is there is looked at all the same: it holds another part of what that endpoint said.
    said = "No such thing for"
    assert {path.name for path in files_with(said, app.database.parent)} >= {"journal.jsonl"}
    assert values_with(said, app.database)
    assert not values_with(API_KEY, app.database)
    app.start()


class AnswersOne:
    """Answers all questions and the first of the answers, and leaves the others without a word."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers = 0

    def __call__(self, request: dict[str, Any]) -> Reply | None:
        if stage_of(request) != "answers":
            return None
        with self._lock:
            self._answers += 1
            return None if self._answers == 1 else Reply(is_dropped=True, delay_seconds=120)


def badge(page: Page, words: str) -> Locator:
    """Give the badge that says in these words where the run stands."""
    return page.locator(".stMarkdownBadge", has_text=re.compile(f"{words}$"))


def goes_on(page: Page, machine: Machine, *, by: str = "Go on") -> None:
    """Go on with the run at a machine that is well, by a button, and see that it makes both pairs."""
    machine.behave()
    page.get_by_role("button", name=by).first.click()
    expect(page.get_by_text("2 of 2 pairs")).to_be_visible()
    expect(badge(page, "finished")).to_be_visible()


def files_with(text: str, folder: Path) -> list[Path]:
    """List the files that hold this text as it is."""
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert len(written) > 2
    return [path for path in written if text.encode() in path.read_bytes()]


def values_with(text: str, path: Path) -> list[str]:
    """List the tables with a row that holds this text: a database compresses what it keeps."""
    with open_database(path) as database:
        cursor = database.cursor()
        tables = [name for (name,) in cursor.execute("select table_name from duckdb_tables()").fetchall()]
        assert "model_call" in tables
        return [
            table
            for table in tables
            if cursor.execute(f"select 1 from {table} where contains({table}::varchar, ?) limit 1", [text]).fetchone()
        ]
