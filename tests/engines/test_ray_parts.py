"""Tests of glan_core.engines.ray_parts: how do the items of a plan get to actors on other machines?"""

from typing import Any

from glan_core.engines.ray_parts import Part, Parts, read_part, write_parts
from glan_core.entities import Instruction
from glan_core.planning.plan import Plan
from glan_core.runs.shard_places import place_of
from tests.workbench import Workbench


def _written(workbench: Workbench, plan: Plan, **options: Any) -> Parts:
    options = {"actors": 2, "only": None, "most_pairs": None, **options}
    return write_parts(workbench.folder(plan), plan, cursor=workbench.cursor, **options)


def _read(workbench: Workbench, plan: Plan, parts: Parts) -> list[Part]:
    settings, seed = plan.request.settings, plan.request.seed
    place = place_of(workbench.folder(plan))
    return [read_part(place, name, settings=settings, seed=seed) for name in parts.names]


def test_every_question_of_a_plan_is_in_one_part_with_the_ids_that_it_has_in_the_plan(workbench: Workbench):
    plan = workbench.plan(instructions=90)
    parts = _written(workbench, plan)
    assert parts.rows_a_part == 2
    read = [item for part in _read(workbench, plan, parts) for item in part.planned]
    assert read == list(plan.items)


def test_what_is_done_already_is_in_no_part(workbench: Workbench):
    workbench.execute(workbench.plan(instructions=6))
    plan = workbench.plan(instructions=8)
    parts = _written(workbench, plan)
    assert parts.items_reused == 12
    assert [item for part in _read(workbench, plan, parts) for item in part.planned] == list(plan.items)[6:]


def test_a_question_that_lacks_its_answer_goes_along(workbench: Workbench):
    plan = workbench.plan(instructions=4)
    workbench.execute(workbench.plan(instructions=4, stages=("instructions",)))
    (*parts,) = _read(workbench, plan, _written(workbench, plan))
    known = [entity.instruction_id for part in parts for entity in part.known if isinstance(entity, Instruction)]
    assert known == [item.instruction_id for item in plan.items]


def test_only_what_is_to_be_tried_again_is_in_parts(workbench: Workbench):
    plan = workbench.plan(instructions=6)
    wanted = plan.items[2]
    parts = _written(workbench, plan, only=frozenset([wanted.instruction_id]))
    assert [item for part in _read(workbench, plan, parts) for item in part.planned] == [wanted]


def test_a_limit_of_pairs_leaves_the_rest_out(workbench: Workbench):
    plan = workbench.plan(instructions=6)
    parts = _written(workbench, plan, most_pairs=4)
    assert parts.is_cut_short
    assert [item for part in _read(workbench, plan, parts) for item in part.planned] == list(plan.items)[:4]
    assert not _written(workbench, plan, most_pairs=6).is_cut_short


def test_a_node_that_grows_is_a_part_of_its_own_and_comes_first(workbench: Workbench):
    scope = (workbench.nodes.optics.subject_id, workbench.nodes.chemistry.taxonomy_node_id)
    plan = workbench.growing_plan(instructions=6, scope=scope)
    parts = _written(workbench, plan)
    first, *others = _read(workbench, plan, parts)
    assert first.growths == plan.growths
    assert first.planned == ()
    assert not any(part.growths for part in others)
