"""Tests of `generate --engine batch` and `runs`: a run handed in, left alone for a day, and fetched."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glan_core.entities import Filter
from glan_core.reviewing import Decision, decide
from glan_core.store.database import open_database
from glan_core.store.pairs import list_pairs
from tests.batch_server import BatchServer
from tests.model_server import MODEL
from tests.terminal import Terminal, folder_with


@pytest.fixture
def server() -> Iterator[BatchServer]:
    server = BatchServer()
    server.looks_until_done = 1
    yield server
    server.stop()


@pytest.fixture
def terminal(small_file: Path, tmp_path: Path, server: BatchServer) -> Terminal:
    return Terminal(folder_with(small_file, tmp_path), server.base_url)


def test_a_run_is_handed_in_and_fetched_by_later_commands(terminal: Terminal, server: BatchServer):
    generate = ("generate", "--scope", "Optics", "--instructions", "3", "--engine", "batch", "--no-wait")
    handed_in = terminal.run(*generate)
    assert handed_in.code == 0
    assert "waiting: 0 instructions" in handed_in.out
    assert "3 calls in 1 part are with the batch service" in handed_in.out
    assert "fetches them, also days later" in handed_in.err

    shown = terminal.run("runs", "list")
    assert "waiting" in shown.out

    here = terminal.run("generate", "--scope", "Optics", "--instructions", "3")
    assert here.code == 2
    assert "3 calls of this run are with a batch service" in here.err

    run_id = shown.out.split()[0]
    assert terminal.run("runs", "resume", run_id, "--no-wait").code == 0
    fetched = terminal.run("runs", "resume", run_id, "--no-wait")
    assert fetched.code == 0
    assert "3 answers" in fetched.out
    assert "part 1" in terminal.run("runs", "show", run_id).out
    assert len(server.worked_on) == len(set(server.worked_on)) == 6


def dollars(terminal: Terminal, *plan: str) -> float:
    """Give what a plan is expected to cost at 100 dollars for a million tokens."""
    total = terminal.run(*plan, "--price", f"{MODEL}=100/100", "--json").data["estimate"]["total"]
    return float(total["dollars"]["p50"])


def test_parts_that_never_come_are_given_up_and_the_run_goes_on_with_any_engine(
    terminal: Terminal, server: BatchServer
):
    terminal.run("generate", "--scope", "Optics", "--instructions", "3", "--engine", "batch", "--no-wait")
    run_id = terminal.run("runs", "list").out.split()[0]
    refused = terminal.run("runs", "resume", run_id, "--engine", "local")
    assert refused.code == 2
    assert f"`runs resume {run_id} --give-up-parts`" in refused.err
    gone_on = terminal.run("runs", "resume", run_id, "--engine", "local", "--give-up-parts")
    assert gone_on.code == 0
    assert "so 3 calls may be paid for twice." in gone_on.err
    assert "3 answers" in gone_on.out
    assert "finished" in terminal.run("runs", "list").out
    assert server.worked_on == []


def test_parts_that_are_given_up_are_ordered_anew(terminal: Terminal, server: BatchServer):
    terminal.run("generate", "--scope", "Optics", "--instructions", "3", "--engine", "batch", "--no-wait")
    run_id = terminal.run("runs", "list").out.split()[0]
    assert terminal.run("runs", "resume", run_id, "--give-up-parts", "--no-wait").code == 0
    assert [len(each.calls) for each in server.batches] == [3, 3]
    assert "given up" in terminal.run("runs", "show", run_id).out


def test_a_plan_for_the_batch_service_costs_half(terminal: Terminal):
    plan = ("plan", "--scope", "Optics", "--instructions", "3")
    assert dollars(terminal, *plan, "--engine", "batch") == pytest.approx(dollars(terminal, *plan) / 2)
    assert "up to 24 hours for each of 2 stages" in terminal.run(*plan, "--engine", "batch").out


def test_plans_to_judge_and_to_write_anew_cost_half_too(terminal: Terminal):
    assert terminal.run("generate", "--scope", "Optics", "--instructions", "2").code == 0
    with open_database(terminal.database) as database:
        one = list_pairs(database.cursor(), Filter(), limit=2)["instruction_id"][0]
        decide(database, Decision(one, "Ada", "rejected", ("wrong_answer",)), at=datetime(2024, 5, 1, tzinfo=UTC))
    for plan in (("judge", "--plan"), ("review", "regenerate", "--plan")):
        assert dollars(terminal, *plan, "--engine", "batch") == pytest.approx(dollars(terminal, *plan) / 2)
        assert "up to 24 hours" in terminal.run(*plan, "--engine", "batch").out
