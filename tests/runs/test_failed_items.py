"""What a run gave up on is told in words: its subject, its class sessions, its question."""

from collections.abc import Sequence

from glan_core.entities import Failure
from glan_core.planning.plan import Plan
from glan_core.runs.failed_items import FailedItem, describe_failed_items, find_planned_items
from glan_core.store.failures import list_open_failures, list_unanswered_instructions
from tests.model_server import Reply, stage_of
from tests.workbench import Workbench


def described(workbench: Workbench, plan: Plan) -> tuple[Sequence[Failure], list[FailedItem]]:
    """Give what a run gave up on, and the same in words."""
    failures = list_open_failures(workbench.cursor, plan.run_id)
    unanswered = list_unanswered_instructions(workbench.cursor, plan.run_id)
    planned = find_planned_items(plan, [each.item_id for each in failures], unanswered=unanswered)
    items = describe_failed_items(workbench.cursor, failures, planned)
    return failures, [items[failure.item_id] for failure in failures]


def refuse(workbench: Workbench, stage: str) -> None:
    workbench.server.script = lambda request: Reply("no", 400) if stage_of(request) == stage else None


def test_a_question_is_told_by_its_subject_and_class_sessions(workbench: Workbench):
    refuse(workbench, "instructions")
    plan = workbench.plan(instructions=4)
    workbench.execute(plan)
    failures, items = described(workbench, plan)
    titles = {title for (title,) in workbench.cursor.execute("select title from class_session").fetchall()}
    assert len(failures) == 4
    assert {item.place for item in items} == {workbench.nodes.optics.name}
    assert all(item.class_sessions and set(item.class_sessions) <= titles for item in items)
    assert {item.question for item in items} == {""}


def test_an_answer_is_told_by_its_question(workbench: Workbench):
    refuse(workbench, "answers")
    plan = workbench.plan(instructions=4)
    workbench.execute(plan)
    _, items = described(workbench, plan)
    assert sorted(item.question for item in items) == sorted(pair.instruction for pair in workbench.pairs())


def test_an_answer_below_a_node_that_grew_is_told_too(workbench: Workbench):
    refuse(workbench, "answers")
    plan = workbench.growing_plan(instructions=4)
    workbench.execute(plan)
    assert len(plan.items) == 0
    _, items = described(workbench, plan)
    assert sorted(item.question for item in items) == sorted(pair.instruction for pair in workbench.pairs())
    assert all(item.place for item in items)


def test_an_answer_to_a_question_of_another_run_is_told(workbench: Workbench):
    workbench.execute(workbench.plan(instructions=4, stages=("instructions",)))
    refuse(workbench, "answers")
    plan = workbench.plan(instructions=4)
    workbench.execute(plan)
    assert list_unanswered_instructions(workbench.cursor, plan.run_id) == ()
    _, items = described(workbench, plan)
    assert all(item.question for item in items)


def test_a_node_that_did_not_grow_is_told_by_its_name(workbench: Workbench):
    refuse(workbench, "subjects")
    plan = workbench.growing_plan(instructions=4)
    workbench.execute(plan)
    _, items = described(workbench, plan)
    assert {item.place for item in items} == {workbench.nodes.chemistry.name}


def test_class_details_are_told_by_the_subject_of_their_syllabus(workbench: Workbench):
    refuse(workbench, "class_details")
    plan = workbench.growing_plan(instructions=2)
    workbench.execute(plan)
    names = {name for (name,) in workbench.cursor.execute("select name from subject").fetchall()}
    failures, items = described(workbench, plan)
    assert {failure.stage for failure in failures} == {"class_details"}
    assert {item.place for item in items} <= names


def test_what_nobody_knows_is_empty(workbench: Workbench):
    failure = Failure("nowhere", "run", "answers", "empty", "No.")
    assert describe_failed_items(workbench.cursor, [failure], {}) == {"nowhere": FailedItem("", (), "")}
