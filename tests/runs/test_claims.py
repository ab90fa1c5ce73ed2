"""What a run at work will ask for, no other run asks for."""

import dataclasses
import json
from collections.abc import Iterator

import pytest

from glan_core.errors import PlanError
from glan_core.planning.plan import Plan, make_plan
from glan_core.runs.claims import Claim, check_claims, list_claims, taken_codes
from glan_core.runs.journal import Journal, write_plan
from tests.batch_server import BatchServer
from tests.engines.batch_case import HURRIED, batch
from tests.workbench import ALL_STAGES, Workbench


@pytest.fixture
def at_work(workbench: Workbench) -> Iterator[Plan]:
    """A run of ten questions of Optics that a process is working on."""
    plan = workbench.plan(instructions=10)
    write_plan(workbench.folder(plan), plan.to_data())
    with Journal(workbench.folder(plan)):
        yield plan


def test_only_runs_at_work_are_listed(workbench: Workbench, at_work: Plan):
    idle = workbench.plan(instructions=3)
    write_plan(workbench.folder(idle), idle.to_data())
    assert list_claims(workbench.runs_folder) == (Claim(at_work),)
    assert list_claims(workbench.runs_folder, except_runs=[at_work.run_id]) == ()


@pytest.mark.parametrize("content", ["?", "{}", '{"request": {}, "items": {}, "growths": []}'])
def test_a_plan_that_cannot_be_read_hinders_nobody(workbench: Workbench, at_work: Plan, content: str):
    (workbench.folder(at_work) / "plan.json").write_text(content)
    assert list_claims(workbench.runs_folder) == ()


def test_a_run_whose_prompts_have_changed_since_is_still_at_work(workbench: Workbench, at_work: Plan):
    path = workbench.folder(at_work) / "plan.json"
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "template_fingerprints": {"answers": "another"}}))
    (found,) = list_claims(workbench.runs_folder)
    assert found.plan.items == at_work.items


def test_another_seed_leaves_out_what_is_taken(workbench: Workbench, at_work: Plan):
    taken = taken_codes([Claim(at_work)], other_than_seed=2)
    plan = make_plan(workbench.cursor, dataclasses.replace(at_work.request, seed=2), also_taken=taken)
    mine, theirs = (each.items.codes_by_syllabus() for each in (plan, at_work))
    (syllabus_id,) = mine
    assert mine[syllabus_id].isdisjoint(theirs[syllabus_id])
    check_claims(workbench.cursor, plan, [Claim(at_work)])


def test_the_same_seed_leaves_nothing_out(at_work: Plan):
    assert taken_codes([Claim(at_work)], other_than_seed=at_work.request.seed) == {}


def test_the_same_run_is_refused(workbench: Workbench, at_work: Plan):
    with pytest.raises(PlanError, match="being worked on already"):
        check_claims(workbench.cursor, workbench.plan(instructions=10), [Claim(at_work)])


def test_a_run_with_some_of_the_same_questions_is_refused(workbench: Workbench, at_work: Plan):
    with pytest.raises(PlanError, match="some of the same questions") as raised:
        check_claims(workbench.cursor, workbench.plan(instructions=4), [Claim(at_work)])
    assert at_work.run_id in raised.value.message


def test_the_same_draws_for_another_model_are_other_questions(workbench: Workbench, at_work: Plan):
    stages = {name: dataclasses.replace(stage, model="m") for name, stage in workbench.settings.stages.items()}
    check_claims(
        workbench.cursor,
        workbench.plan(settings=dataclasses.replace(workbench.settings, stages=stages)),
        [Claim(at_work)],
    )


def test_a_node_grows_in_one_run_at_a_time(workbench: Workbench):
    first, second = workbench.growing_plan(), workbench.growing_plan(seed=2)
    with pytest.raises(PlanError, match="at work on a node that grows"):
        check_claims(workbench.cursor, second, [Claim(first)])


def test_nobody_draws_below_a_node_that_grows_and_no_node_grows_above_what_is_drawn(workbench: Workbench):
    workbench.execute(workbench.growing_plan(instructions=2))
    chemistry = (workbench.nodes.chemistry.taxonomy_node_id,)
    growing = workbench.plan(scope=chemistry, stages=ALL_STAGES, instructions=9)
    drawing = workbench.plan(scope=chemistry, seed=2)
    assert growing.growths
    assert not drawing.growths
    for plan, other in ((growing, drawing), (drawing, growing)):
        with pytest.raises(PlanError, match="at work on a node that grows"):
            check_claims(workbench.cursor, plan, [Claim(other)])


def test_runs_that_have_nothing_in_common_go_on_side_by_side(workbench: Workbench, at_work: Plan):
    check_claims(workbench.cursor, workbench.growing_plan(), [Claim(at_work)])


@pytest.fixture
def batch_bench(workbench: Workbench) -> Iterator[Workbench]:
    """A workbench whose model server has a batch service."""
    server = BatchServer()
    yield dataclasses.replace(workbench, server=server)
    server.stop()


@pytest.fixture
def waiting(batch_bench: Workbench) -> Plan:
    """A run of ten questions that a batch service has, while no process works on it."""
    plan = batch_bench.plan(instructions=10)
    batch(batch_bench, plan, choice=HURRIED)
    return plan


def test_what_a_batch_service_has_is_claimed(batch_bench: Workbench, waiting: Plan):
    (claim,) = list_claims(batch_bench.runs_folder)
    assert (claim.plan.run_id, claim.is_waiting) == (waiting.run_id, True)
    with pytest.raises(PlanError, match="has a batch service at work on some of the same questions") as raised:
        check_claims(batch_bench.cursor, batch_bench.plan(instructions=4), [claim])
    assert f"runs resume {waiting.run_id}" in raised.value.hint
    check_claims(batch_bench.cursor, waiting, [claim])  # the run itself may go on


def test_nothing_is_claimed_once_all_was_fetched(batch_bench: Workbench, waiting: Plan):
    batch(batch_bench, waiting)
    assert list_claims(batch_bench.runs_folder) == ()
