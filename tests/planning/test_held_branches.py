"""A plan leaves out what reviewers hold, and stays the same plan whatever is held later."""

import dataclasses

import pytest

from glan_core.errors import PlanError
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.held_branches import held_in_scope, held_sentence
from glan_core.planning.plan import PlanRequest, make_plan
from glan_core.planning.plan_request import request_from_data
from glan_core.store.branch_holds import set_held
from glan_core.store.subjects import list_subjects
from tests.conftest import Small
from tests.small_pairs import NOON


@pytest.fixture
def request_(small: Small, settings: GenerationSettings) -> PlanRequest:
    """Ten pairs of Physics."""
    return PlanRequest((small.nodes.physics.taxonomy_node_id,), 10, 1, settings)


def hold(small: Small, node_id: str) -> None:
    set_held(small.cursor, [node_id], is_held=True, reviewer="Ada", at=NOON)


def test_what_is_held_in_the_scope_is_found_and_named(small: Small, request_: PlanRequest):
    assert held_in_scope(small.cursor, request_.scope) == ()
    assert held_sentence(small.cursor, ()) == ""
    hold(small, request_.scope[0])
    held = held_in_scope(small.cursor, request_.scope)
    assert held == request_.scope
    assert held_sentence(small.cursor, held) == "Left out: 1 discipline that reviewers hold (Physics)."


def test_a_plan_of_held_branches_alone_is_refused(small: Small, request_: PlanRequest):
    with pytest.raises(PlanError, match="is held"):
        make_plan(small.cursor, dataclasses.replace(request_, left_out=request_.scope))
    optics = list_subjects(small.cursor, list(request_.scope))[0].subject_id
    with pytest.raises(PlanError, match="is held"):
        make_plan(small.cursor, dataclasses.replace(request_, scope=(optics,), left_out=request_.scope))


def test_a_plan_without_held_branches_has_the_run_of_before(small: Small, request_: PlanRequest):
    assert "left_out" not in request_.identity
    before = make_plan(small.cursor, request_).run_id
    hold(small, request_.scope[0])
    assert make_plan(small.cursor, request_).run_id == before
    changed = dataclasses.replace(request_, left_out=("elsewhere",))
    assert make_plan(small.cursor, changed).run_id != before
    assert request_from_data(dataclasses.asdict(changed)) == changed
