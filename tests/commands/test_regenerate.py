"""`review regenerate`: rejected pairs are written anew once, and what was there stays."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from glan_core.entities import Filter
from glan_core.reviewing import Decision, decide
from glan_core.store.database import open_database
from glan_core.store.pairs import count_pairs, list_pairs
from glan_core.store.regenerations import list_regenerated_ids
from tests.commands.test_judge import sent
from tests.model_server import ModelServer
from tests.terminal import Held, Ran, Started, Terminal, complaint

PAIRS = 4
AT = datetime(2024, 5, 1, tzinfo=UTC)


@pytest.fixture
def rejected(terminal_with_model: Terminal, model_server: ModelServer) -> tuple[Terminal, list[str]]:
    """Four pairs of which one is rejected for its question and two for their answers, and the ids of these."""
    terminal = terminal_with_model
    ran = terminal.run("generate", "--scope", "Optics", "--instructions", str(PAIRS))
    assert ran.code == 0, ran
    with open_database(terminal.database) as database:
        ids = sorted(list_pairs(database.cursor(), Filter(), limit=PAIRS)["instruction_id"])[:3]
        for each, reason in zip(ids, ("unclear", "wrong_answer", "incomplete"), strict=True):
            decide(database, Decision(each, "Ada", "rejected", (reason,), f"Remark on {each}."), at=AT)
    model_server.forget()
    return terminal, ids


def anew(terminal: Terminal, *more: str) -> Ran:
    return terminal.run("review", "regenerate", *more, "--json")


def test_a_plan_tells_what_it_would_take_and_sends_nothing(
    rejected: tuple[Terminal, list[str]], model_server: ModelServer
):
    terminal, _ = rejected
    data = anew(terminal, "--plan").data
    assert (data["pairs"], data["questions"], data["among"]) == (3, 1, 3)
    assert data["calls"] == {"regenerated_instructions": 1, "answers": 1, "regenerated_answers": 2}
    assert data["estimate"]["total"]["tokens"]["p50"] > 0
    assert "3 of 3 rejected ones" in terminal.run("review", "regenerate", "--plan").out
    assert not sent(model_server)


def test_rejected_pairs_are_written_anew_once(rejected: tuple[Terminal, list[str]], model_server: ModelServer):
    terminal, ids = rejected
    ran = anew(terminal)
    assert (ran.code, ran.data["answers"], ran.data["failed"]) == (0, 3, 0), ran
    assert sent(model_server) == {"regenerated_instructions": 1, "answers": 1, "regenerated_answers": 2}
    prompts = [str(request.messages[-1].content) for request in model_server.requests]
    assert all(any(f"Remark on {each}." in prompt for prompt in prompts) for each in ids)
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        assert len(list_regenerated_ids(cursor, ids)) == 3
        assert count_pairs(cursor, Filter()) == PAIRS + 3
        assert count_pairs(cursor, Filter(statuses=("rejected",))) == 3
    model_server.forget()
    again = anew(terminal)
    assert (again.data["run_id"], again.data["answers"], again.data["calls_reused"]) == (ran.data["run_id"], 0, 4)
    assert not sent(model_server)


def test_answers_alone_can_be_asked_for_and_nothing_rejected_is_said(
    rejected: tuple[Terminal, list[str]], model_server: ModelServer
):
    terminal, _ = rejected
    assert anew(terminal, "--answers-only", "--plan").data["calls"] == {"regenerated_answers": 3}
    error, hint = complaint(terminal.run("review", "regenerate", "--filter", '{"statuses": ["accepted"]}'))
    assert "No rejected pair" in error
    assert "Review page" in hint
    assert not sent(model_server)


def test_a_run_that_was_killed_goes_on_without_repeating_a_call(
    rejected: tuple[Terminal, list[str]], model_server: ModelServer, start: Callable[..., Started]
):
    terminal, ids = rejected
    held = Held(model_server, after=2, concurrency=1)
    started = start("review", "regenerate", "--concurrency", "1")
    held.wait()
    started.kill()
    held.release()
    answered = {request.key for request in model_server.requests[:2]}
    model_server.script = lambda request: None
    model_server.forget()
    ran = anew(terminal, "--concurrency", "1")
    assert ran.code == 0, ran
    assert answered.isdisjoint(request.key for request in model_server.requests)
    with open_database(terminal.database) as database:
        assert len(list_regenerated_ids(database.cursor(), ids)) == 3
