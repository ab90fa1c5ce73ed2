"""Tests of glan_core.engines.batch_stretches: what of a plan need not be looked at again before more has come?"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from glan_core.engines.batch_stretches import Stretches
from glan_core.entities import RunState
from glan_core.planning.plan import Plan
from glan_core.runs.costs import Costs
from glan_core.runs.journal import Journal
from glan_core.runs.ledger import Ledger
from glan_core.runs.pipeline import Pipeline
from glan_core.runs.recording import RecordingModel
from tests.batch_server import BatchServer
from tests.engines.batch_case import QUICK, batch
from tests.scripted_model import AnsweringModel
from tests.workbench import Workbench, belongs


class Case(NamedTuple):
    """A plan of 250 questions, thus of stretches of 100, 100 and 50, and what may be known of them."""

    stretches: Stretches
    steps: Pipeline
    under_way: set[int]

    def looked_at(self, then: Callable[[int], None] = lambda number: None) -> int:
        """Pass over the plan, doing something after each piece, and count these."""
        number = 0
        for number, _ in enumerate(self.stretches.work(self.steps), start=1):
            then(number)
        return number


@pytest.fixture
def case(workbench: Workbench) -> Iterator[Case]:
    plan: Plan = workbench.plan(instructions=250)
    with Journal(workbench.folder(plan)) as journal:
        ledger = Ledger(workbench.database, journal, run_id=plan.run_id)
        model = RecordingModel(
            AnsweringModel(),
            run_id=plan.run_id,
            find=ledger.find_call,
            record=ledger.record,
            cost=Costs(plan.request.settings, base_url="").of,
        )
        under_way = {1, 2}
        steps = Pipeline(plan, cursor=workbench.cursor, model=model, ledger=ledger)
        yield Case(Stretches(plan, is_under_way=under_way.__contains__), steps, under_way)
        ledger.close()


def test_stretches_whose_calls_are_under_way_are_passed_over_until_one_of_their_parts_comes(case: Case) -> None:
    case.looked_at(lambda number: case.stretches.wait_for(1 if number <= 150 else 2))
    assert case.looked_at() == 0
    case.under_way.remove(1)
    assert case.looked_at(lambda number: case.stretches.wait_for(2)) == 200
    assert case.looked_at() == 0
    case.under_way.remove(2)
    assert case.looked_at() == 250


def test_a_stretch_of_which_a_call_is_in_no_part_is_looked_at_again(case: Case) -> None:
    case.looked_at(lambda number: case.stretches.wait_for(None if number == 120 else 1))
    assert case.looked_at(lambda number: case.stretches.wait_for(1)) == 100
    assert case.looked_at() == 0


def test_a_stretch_with_something_that_failed_is_looked_at_again(case: Case) -> None:
    def fail_one(number: int) -> None:
        case.steps.counts.failed += number == 230

    case.looked_at(fail_one)
    assert case.looked_at() == 50


def test_what_is_made_needs_no_other_look_in_the_session(case: Case) -> None:
    assert case.looked_at() == 250
    assert case.looked_at() == 0


def test_parts_that_come_one_by_one_bring_every_pair(bench: Workbench, server: BatchServer) -> None:
    """Parts of 40 calls reach over the ends of stretches, and each comes back at another look."""
    server.looks_of_batch = lambda each: int(each.batch_id.removeprefix("batch_"))
    plan = bench.plan(instructions=250)
    progress = batch(bench, plan, choice=dataclasses.replace(QUICK, part_calls=40))
    assert (progress.state, progress.counts.answers) == (RunState.FINISHED, 250)
    assert all(belongs(pair) for pair in bench.pairs())
    assert len(server.worked_on) == len(set(server.worked_on)) == 500
