"""Runs are listed page by page with what each has made, spent and brought."""

from datetime import timedelta

import pytest

from glan_core.entities import Failure, RunState
from glan_core.store.database import Cursor
from glan_core.store.failures import list_open_failures
from glan_core.store.ingest import ingest
from glan_core.store.run_lists import RunChoice, count_listed_runs, find_scope_names, list_run_ids_like, list_run_page
from glan_core.store.runs import run_counts, save_run
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run

ALL = RunChoice()


def three_runs(cursor: Cursor) -> None:
    """Save runs of one, two and three o'clock; the second was shipped and the third removed."""
    save_run(cursor, run("first", started_at=NOON + timedelta(hours=1), state=RunState.FINISHED))
    save_run(cursor, run("shipped", started_at=NOON + timedelta(hours=2), state=RunState.FINISHED, is_demo=True))
    save_run(cursor, run("removed", started_at=NOON + timedelta(hours=3), state=RunState.STOPPED, is_removed=True))


def listed(cursor: Cursor, choice: RunChoice) -> list[str]:
    return [each.run_id for each in list_run_page(cursor, choice, limit=10)]


def test_the_newest_run_comes_first_and_removed_runs_only_when_asked_for(cursor: Cursor):
    three_runs(cursor)
    assert listed(cursor, ALL) == ["shipped", "first"]
    assert listed(cursor, RunChoice(has_removed=True)) == ["removed", "shipped", "first"]
    assert listed(cursor, RunChoice(has_demo=False, has_removed=True)) == ["removed", "first"]


def test_runs_are_chosen_by_state(cursor: Cursor):
    three_runs(cursor)
    stopped = RunChoice((RunState.STOPPED, RunState.RUNNING), has_removed=True)
    assert listed(cursor, stopped) == ["removed"]
    assert listed(cursor, RunChoice((RunState.PAUSED,))) == []


def test_a_page_is_a_part_of_all_runs_which_are_counted(cursor: Cursor):
    for number in range(5):
        save_run(cursor, run(f"run {number}", started_at=NOON + timedelta(hours=number)))
    assert [each.run_id for each in list_run_page(cursor, ALL, limit=2, offset=2)] == ["run 2", "run 1"]
    assert list_run_page(cursor, ALL, limit=2, offset=6) == ()
    assert count_listed_runs(cursor, ALL) == 5
    assert count_listed_runs(cursor, RunChoice((RunState.PAUSED,))) == 0


def test_each_run_is_counted_as_by_itself(made: Small):
    save_run(made.cursor, run("other", started_at=NOON + timedelta(hours=1)))
    ingest(made.cursor, [model_call("dear", run_id="other", cost=None)])
    other, first = list_run_page(made.cursor, ALL, limit=10)
    counts = run_counts(made.cursor, "run")
    assert (first.calls, first.cost, first.instructions, first.answers) == (counts[0], counts.cost, 3, 2)
    assert first.tokens == counts.prompt_tokens + counts.completion_tokens == 150
    assert (other.calls, other.cost, other.tokens, other.instructions) == (1, None, 25, 0)


def test_a_run_without_calls_has_cost_nothing(cursor: Cursor):
    save_run(cursor, run())
    (only,) = list_run_page(cursor, ALL, limit=10)
    assert (only.calls, only.tokens, only.cost, only.failed) == (0, 0, 0, 0)


def test_an_accepted_pair_bears_the_cost_of_the_run(made: Small):
    (before,) = list_run_page(made.cursor, ALL, limit=10)
    assert (before.accepted, before.cost_per_accepted) == (0, None)
    made.cursor.execute("update instruction set status = 'accepted' where instruction_id in ('a', 'c')")
    made.cursor.execute("update instruction set status = 'rejected' where instruction_id = 'b'")
    (after,) = list_run_page(made.cursor, ALL, limit=10)
    assert (after.accepted, after.cost_per_accepted) == (1, 1.5)  # c has no answer


def test_failed_items_are_those_of_the_run_itself(made: Small):
    ingest(
        made.cursor,
        [
            Failure("answer-c", "run", "answers", "http_400", "No."),
            Failure("answer-a", "run", "answers", "http_400", "It was made since."),
            Failure("gone", "run", "instructions", "", "It is being tried again."),
            Failure(made.nodes.syllabus.subject_id, "run", "syllabus", "empty", "It was made since."),
            Failure(made.nodes.syllabus.syllabus_id, "run", "class_details", "empty", "It was made since."),
            Failure(made.nodes.syllabus.syllabus_id, "run", "answers", "empty", "Another stage."),
        ],
    )
    (only,) = list_run_page(made.cursor, ALL, limit=10)
    assert only.failed == len(list_open_failures(made.cursor, "run"))


def test_models_are_those_of_the_stages_of_the_run(cursor: Cursor):
    stages = {"instructions": {"model": "slow"}, "answers": {"model": "fast"}, "syllabus": {"model": "none of it"}}
    plan = {"scope": ["x"], "instructions": 4, "stages": ["instructions", "answers"]}
    save_run(cursor, run(plan=plan, settings={"stages": stages}))
    (only,) = list_run_page(cursor, ALL, limit=10)
    assert (only.models, only.scope, only.wanted) == (("slow", "fast"), ("x",), 4)


def test_scopes_have_names_also_of_removed_nodes(small: Small):
    names = find_scope_names(small.cursor, [small.nodes.syllabus.subject_id, "nowhere"])
    assert names.names == {small.nodes.syllabus.subject_id: "Optics"}
    assert names.fields
    small.cursor.execute("update taxonomy_node set status = 'removed'")
    removed = find_scope_names(small.cursor, list(names.fields))
    assert removed.names.keys() == names.fields
    assert not removed.fields


@pytest.mark.parametrize(("start", "found"), [("ab", ("abc", "abd")), ("abc", ("abc",)), ("b", ()), ("a%", ())])
def test_runs_are_found_by_the_beginning_of_their_id(cursor: Cursor, start: str, found: tuple[str, ...]):
    save_run(cursor, run("abc"))
    save_run(cursor, run("abd"))
    assert list_run_ids_like(cursor, start) == found


def test_the_count_of_an_answer_without_its_question_stays(made: Small):
    save_run(made.cursor, run("answering"))
    ingest(made.cursor, [instruction("d", run_id="run"), answer("d", run_id="answering")])
    counts = {each.run_id: (each.instructions, each.answers) for each in list_run_page(made.cursor, ALL, limit=10)}
    assert counts == {"run": (4, 2), "answering": (0, 1)}
