"""A run works without keeping the database from others, and what it made comes home."""

import threading
from pathlib import Path

import pytest

from glan_core.added_nodes import nodes_of_path
from glan_core.entities import RunState
from glan_core.errors import EndpointError, StoreError
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan, PlanRequest, make_plan
from glan_core.runs.headless import Prepared, bring_home, planning_database, prepare, runs_at_work, work_off
from glan_core.runs.journal import is_at_work
from glan_core.store.database import open_database
from glan_core.store.reports import totals
from glan_core.store.runs import save_run
from glan_core.store.taxonomy_nodes import find_taxonomy_node
from tests.model_server import ModelServer, Reply
from tests.small_pairs import run
from tests.terminal import held_by_another
from tests.workbench import Workbench


@pytest.fixture
def closed(workbench: Workbench) -> Workbench:
    """A workbench whose database nobody has open."""
    workbench.cursor.close()
    workbench.database.close()
    return workbench


def prepared(workbench: Workbench, *, instructions: int = 3, seed: int = 1) -> Prepared:
    """Plan a run of Optics and prepare it."""
    with planning_database(workbench.database.path, workbench.runs_folder) as planning:
        request = PlanRequest((workbench.nodes.optics.subject_id,), instructions, seed, workbench.settings)
        plan = make_plan(planning.database.cursor(), request)
        return prepare(planning.database, plan, workbench.folder(plan))


def answers(workbench: Workbench) -> int:
    """Count the answers in the database."""
    with open_database(workbench.database.path) as opened:
        return totals(opened.cursor()).answers


def test_a_prepared_run_is_at_work_before_its_first_call(closed: Workbench):
    made = prepared(closed)
    assert is_at_work(made.folder)
    assert runs_at_work(closed.runs_folder) == (made.plan.run_id,)
    with pytest.raises(StoreError, match="is being worked on"):
        prepared(closed)
    made.journal.close()
    assert runs_at_work(closed.runs_folder) == ()


def test_while_a_run_works_another_process_can_have_the_database(closed: Workbench):
    made = prepared(closed)
    with held_by_another(closed.database.path):
        progress = work_off(made, endpoint=closed.server.endpoint, concurrency=2)
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 3)
    assert answers(closed) == 0
    assert bring_home(closed.database.path, made.folder)
    assert answers(closed) == 3


def test_what_cannot_be_brought_home_stays_in_the_journal(closed: Workbench):
    made = prepared(closed)
    work_off(made, endpoint=closed.server.endpoint, concurrency=2)
    with held_by_another(closed.database.path):
        assert not bring_home(closed.database.path, made.folder)
    with planning_database(closed.database.path, closed.runs_folder) as planning:
        assert (planning.is_copy, planning.taken.runs) == (False, 1)
        assert totals(planning.database.cursor()).answers == 3


@pytest.mark.parametrize("is_refused", [False, True], ids=["finished", "error"])
def test_the_small_database_is_gone_when_the_run_ends(closed: Workbench, is_refused: bool):
    made = prepared(closed)
    assert (made.folder / "work.duckdb").exists()
    if is_refused:
        closed.server.script = lambda request: Reply("no", status=401)
        with pytest.raises(EndpointError):
            work_off(made, endpoint=closed.server.endpoint, concurrency=1)
    else:
        work_off(made, endpoint=closed.server.endpoint, concurrency=1)
    assert {path.name for path in made.folder.iterdir()} == {"plan.json", "journal.jsonl", "status.json"}
    assert not is_at_work(made.folder)


def test_the_small_database_is_gone_before_another_process_can_have_the_run(
    closed: Workbench, monkeypatch: pytest.MonkeyPatch
):
    made = prepared(closed)
    there: list[bool] = []
    close = made.journal.close

    def look_and_close() -> None:
        there.append((made.folder / "work.duckdb").exists())
        close()

    monkeypatch.setattr(made.journal, "close", look_and_close)
    work_off(made, endpoint=closed.server.endpoint, concurrency=1)
    assert there == [False]


def test_what_a_killed_process_left_behind_is_removed_by_whoever_plans_next(closed: Workbench):
    killed, at_work = prepared(closed), prepared(closed, instructions=2, seed=2)
    killed.journal.close()
    copy = closed.database.path.with_name(f"{closed.database.path.stem}.planning-copy.x1y2z3")
    copy.mkdir()
    (copy / closed.database.path.name).write_bytes(b"half a database")
    of_a_person = closed.database.path.with_name(f"{closed.database.path.stem}.copy.20260101")
    of_a_person.mkdir()
    with planning_database(closed.database.path, closed.runs_folder):
        pass
    assert not copy.exists()
    assert of_a_person.exists()
    assert {path.name for path in killed.folder.iterdir()} == {"plan.json", "journal.jsonl"}
    assert (at_work.folder / "work.duckdb").exists()
    assert work_off(at_work, endpoint=closed.server.endpoint, concurrency=1).counts.answers == 2


def test_a_run_goes_on_from_its_journal_and_counts_what_it_made_before(closed: Workbench):
    first = prepared(closed, instructions=6)
    refusing = [0]

    def script(request: object) -> Reply | None:
        refusing[0] += 1
        return Reply("no", status=401) if refusing[0] > 4 else None

    closed.server.script = script
    with pytest.raises(EndpointError):
        work_off(first, endpoint=closed.server.endpoint, concurrency=1)
    closed.server.script = lambda request: None
    sent = len(closed.server.requests)
    second = prepared(closed, instructions=6)
    assert second.before.answers == 2
    work_off(second, endpoint=closed.server.endpoint, concurrency=1)
    assert len(closed.server.requests) - sent == 8
    bring_home(closed.database.path, second.folder)
    assert answers(closed) == 6


def test_added_nodes_stand_in_the_journal_and_the_database(closed: Workbench):
    with planning_database(closed.database.path, closed.runs_folder) as planning:
        cursor = planning.database.cursor()
        plan = closed_plan(closed, planning.database.cursor())
        added = nodes_of_path(cursor, "Industry/Beekeeping")
        made = prepare(planning.database, plan, closed.folder(plan), added=added.nodes)
    made.journal.close()
    assert closed.journal(plan) == added.nodes
    with open_database(closed.database.path) as opened:
        assert find_taxonomy_node(opened.cursor(), added.node_id) == added.nodes[-1]


def closed_plan(workbench: Workbench, cursor: object) -> Plan:
    """Plan one question of Optics."""
    request = PlanRequest((workbench.nodes.optics.subject_id,), 1, 1, workbench.settings)
    return make_plan(cursor, request)  # type: ignore[arg-type]


def test_planning_marks_runs_that_nobody_works_on_as_interrupted(closed: Workbench):
    with open_database(closed.database.path) as opened:
        save_run(opened.cursor(), run("lost"))
    with planning_database(closed.database.path, closed.runs_folder) as planning:
        states = planning.database.cursor().execute("select run_id, state from run").fetchall()
    assert states == [("lost", "interrupted")]


def test_a_copy_serves_while_another_process_has_the_database(closed: Workbench):
    folder = closed.database.path.parent
    before = sorted(path.name for path in folder.iterdir())
    with (
        held_by_another(closed.database.path),
        planning_database(closed.database.path, closed.runs_folder) as planning,
    ):
        assert planning.is_copy
        assert totals(planning.database.cursor()).key_concepts == 15
    assert sorted(path.name for path in folder.iterdir()) == before


def test_one_plans_at_a_time(closed: Workbench):
    path, runs = closed.database.path, closed.runs_folder
    order: list[str] = []

    def second() -> None:
        with planning_database(path, runs):
            order.append("second")

    thread = threading.Thread(target=second)
    with planning_database(path, runs):
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_a_database_that_is_not_there_is_told(tmp_path: Path):
    for path in (tmp_path / "missing.duckdb", tmp_path / "nowhere" / "missing.duckdb"):
        with pytest.raises(StoreError, match="There is no database"), planning_database(path, tmp_path):
            pass


def test_a_server_that_is_gone_is_told_by_its_address(closed: Workbench, model_server: ModelServer):
    model_server.stop()
    with pytest.raises(EndpointError, match="cannot be reached"):
        work_off(prepared(closed), endpoint=Endpoint(model_server.base_url, "key"), concurrency=1)
