"""A seed repeats its draws whatever others have drawn meanwhile, and nobody draws what somebody else has."""

from glan_core.engines.limits import Limits
from glan_core.planning.plan import Plan
from glan_core.planning.plan_request import FIRST_TRIAL_SEED
from glan_core.planning.taken import find_taken
from glan_core.store.instructions import find_first_draws
from tests.workbench import Workbench


def sequence(plan: Plan) -> list[tuple[str, ...]]:
    """Give the key concepts of each question of a plan."""
    return [item.combination.key_concept_ids for item in plan.items]


def test_the_same_command_asks_for_nothing_after_another_seed_has_drawn(workbench: Workbench):
    first = workbench.plan(instructions=6)
    workbench.execute(first)
    workbench.execute(workbench.plan(instructions=3, seed=2))
    again = workbench.plan(instructions=6)
    assert (again.run_id, sequence(again)) == (first.run_id, sequence(first))
    assert sum(again.calls.values()) == 0


def test_a_larger_number_begins_with_what_is_there(workbench: Workbench):
    first = workbench.plan(instructions=6)
    workbench.execute(first)
    other = workbench.plan(instructions=40, seed=2)
    workbench.execute(other)
    larger = workbench.plan(instructions=60)
    assert sequence(larger)[:6] == sequence(first)
    assert larger.calls == {"instructions": 54, "answers": 54}
    assert set(sequence(larger)).isdisjoint(sequence(other))


def test_a_run_that_was_cut_short_loses_only_what_another_seed_has_drawn_meanwhile(workbench: Workbench):
    first = workbench.plan(instructions=8)
    workbench.execute(first, limits=Limits(pairs=2))
    other = workbench.plan(instructions=12, seed=2)
    workbench.execute(other)
    again = workbench.plan(instructions=8)
    kept = [drawn for drawn in sequence(first) if drawn not in sequence(other)]
    assert sequence(again)[: len(kept)] == kept
    assert again.calls_reused >= 4  # two pairs at least


def test_what_was_there_before_counts_as_use_and_what_came_since_does_not(workbench: Workbench):
    syllabus_id = workbench.nodes.syllabus.syllabus_id
    workbench.execute(workbench.plan(instructions=3))
    workbench.execute(workbench.plan(instructions=4, seed=2))
    workbench.execute(workbench.plan(instructions=5, seed=3))
    taken = find_taken(workbench.cursor, [syllabus_id], seed=2)
    assert (len(taken.before[syllabus_id]), len(taken.since[syllabus_id])) == (3, 5)
    assert len(taken.all_of(syllabus_id)) == 8


def test_a_seed_that_never_drew_knows_everything(workbench: Workbench):
    syllabus_id = workbench.nodes.syllabus.syllabus_id
    workbench.execute(workbench.plan(instructions=3))
    assert find_first_draws(workbench.cursor, [syllabus_id], seed=2) == {}
    taken = find_taken(
        workbench.cursor, [syllabus_id], seed=2, also_taken={syllabus_id: frozenset({1}), "x": frozenset()}
    )
    assert (len(taken.before[syllabus_id]), taken.since) == (3, {syllabus_id: frozenset({1})})


def test_a_trial_changes_no_draw_of_a_run_that_has_not_begun(workbench: Workbench):
    planned = sequence(workbench.plan(instructions=8))
    trial = workbench.plan(instructions=3, seed=FIRST_TRIAL_SEED)
    workbench.execute(trial)
    left = [drawn for drawn in planned if drawn not in sequence(trial)]
    assert len(left) >= 5
    assert sequence(workbench.plan(instructions=8))[: len(left)] == left


def test_the_first_draw_is_that_of_the_first_plan(workbench: Workbench):
    syllabus_id = workbench.nodes.syllabus.syllabus_id
    first = workbench.plan(instructions=2)
    workbench.execute(first)
    workbench.execute(workbench.plan(instructions=4))
    assert find_first_draws(workbench.cursor, [syllabus_id, "other"], seed=1) == {syllabus_id: first.drawn_at}
