"""Which questions are other runs at work on?

Two runs that ask the same question would both pay for it. So a plan leaves out what runs at work with other seeds will
draw, and a run that shares a question with one at work is refused. What a run will draw below a node that grows is not
known before it has grown, so nobody else draws there meanwhile.
"""

from collections.abc import Iterable
from pathlib import Path

from glan_core.courses import find_courses
from glan_core.errors import GlanError, PlanError
from glan_core.planning.plan import Plan, plan_from_data
from glan_core.runs.journal import is_at_work, read_plan
from glan_core.runs.run_folder import list_run_folders
from glan_core.store.database import Cursor


def list_plans_at_work(runs: Path, *, except_runs: Iterable[str] = ()) -> tuple[Plan, ...]:
    """Give the plans of the runs in a folder that a process, this or another, is working on."""
    left_out = set(except_runs)
    folders = [folder for folder in list_run_folders(runs) if folder.name not in left_out and is_at_work(folder)]
    return tuple(plan for folder in folders if (plan := _plan(folder)) is not None)


def taken_codes(plans: Iterable[Plan], *, other_than_seed: int) -> dict[str, frozenset[int]]:
    """Give, by syllabus id, the combinations (see combination_code.py) that plans of other seeds will use."""
    taken: dict[str, frozenset[int]] = {}
    for plan in plans:
        if plan.request.seed != other_than_seed:
            for syllabus_id, codes in plan.items.codes_by_syllabus().items():
                taken[syllabus_id] = taken.get(syllabus_id, frozenset()) | frozenset(codes)
    return taken


def check_claims(cursor: Cursor, plan: Plan, at_work: Iterable[Plan]) -> None:
    """Raise PlanError if another run is at work on something that this plan would make."""
    for other in at_work:
        if other.run_id == plan.run_id:
            raise PlanError(
                f"Run {plan.run_id} is being worked on already.", f"`runs show {plan.run_id}` tells how far it is."
            )
        if _grow_alike(plan, other) or _draws_below(cursor, plan, other) or _draws_below(cursor, other, plan):
            raise PlanError(
                f"Run {other.run_id} is at work on a node that grows, and this one would draw below it too.",
                "Wait until it is finished, or choose another scope.",
            )
        if _judge_alike(plan, other):
            raise PlanError(
                f"Run {other.run_id} is having some of the same pairs judged.",
                "Wait until it is finished, or choose other pairs.",
            )
        if _regenerate_alike(plan, other):
            raise PlanError(
                f"Run {other.run_id} is writing some of the same pairs anew.",
                "Wait until it is finished, or choose another seed.",
            )
        if _draw_alike(plan, other):
            raise PlanError(
                f"Run {other.run_id} is at work on some of the same questions.",
                "Wait until it is finished, or choose another seed.",
            )


def _plan(folder: Path) -> Plan | None:
    try:
        return plan_from_data(read_plan(folder), is_to_be_run=False)
    except GlanError:
        return None  # of another version, say: what it will draw cannot be known


def _grow_alike(plan: Plan, other: Plan) -> bool:
    return not {growth.node_id for growth in plan.growths}.isdisjoint(growth.node_id for growth in other.growths)


def _draws_below(cursor: Cursor, plan: Plan, other: Plan) -> bool:
    """Say whether a plan draws from a syllabus below a node that grows in another one."""
    growing = {growth.node_id for growth in other.growths}
    if not growing:
        return False
    courses = find_courses(cursor, plan.items.syllabus_ids)
    return any(
        not growing.isdisjoint((course.subject.subject_id, course.subject.discipline_id)) for course in courses.values()
    )


def _judge_alike(plan: Plan, other: Plan) -> bool:
    """Say whether the same judge would read a pair for both; another judge or prompt says something else."""
    if plan.judging is None or other.judging is None or plan.request.settings != other.request.settings:
        return False
    return not set(plan.judging.pairs).isdisjoint(other.judging.pairs)


def _regenerate_alike(plan: Plan, other: Plan) -> bool:
    """Say whether both would write another pair for the same one, by the same words; another seed says others."""
    if plan.regenerating is None or other.regenerating is None:
        return False
    if (plan.request.seed, plan.request.settings) != (other.request.seed, other.request.settings):
        return False
    return not set(plan.regenerating.pairs).isdisjoint(other.regenerating.pairs)


def _draw_alike(plan: Plan, other: Plan) -> bool:
    if plan.request.seed != other.request.seed:
        return False
    mine, theirs = plan.items.codes_by_syllabus(), other.items.codes_by_syllabus()
    if all(set(mine[each]).isdisjoint(theirs[each]) for each in mine.keys() & theirs.keys()):
        return False
    # The same draws may go to another model or prompt, and are other questions then; ids know.
    wanted = {item.instruction_id for item in plan.items}
    return any(item.instruction_id in wanted for item in other.items)
