"""Which questions are other runs at work on?

Two runs that ask the same question would both pay for it. So a plan leaves out what runs at work with other seeds will
draw, and a run that shares a question with one at work is refused. A run whose calls are with a batch service is at
work as well, though no process of ours is. What a run will draw below a node that grows is not
known before it has grown, so nobody else draws there meanwhile.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from glan_core.courses import find_courses
from glan_core.errors import GlanError, PlanError
from glan_core.planning.plan import Plan, plan_from_data
from glan_core.runs.batch_parts import calls_out
from glan_core.runs.journal import is_at_work, read_plan
from glan_core.runs.run_folder import list_run_folders
from glan_core.store.database import Cursor


class Claim(NamedTuple):
    """What a run is at work on."""

    plan: Plan
    is_waiting: bool = False
    """Whether a batch service has its calls, and no process is working on it."""


def list_claims(runs: Path, *, except_runs: Iterable[str] = ()) -> tuple[Claim, ...]:
    """Give what the runs in a folder are at work on: this process, another one, or a batch service."""
    left_out = set(except_runs)
    claims = []
    for folder in list_run_folders(runs):
        is_held = folder.name not in left_out and is_at_work(folder)
        if folder.name in left_out or not (is_held or calls_out(folder).calls):
            continue
        plan = _plan(folder)
        if plan is not None:
            claims.append(Claim(plan, is_waiting=not is_held))
    return tuple(claims)


def taken_codes(claims: Iterable[Claim], *, other_than_seed: int) -> dict[str, frozenset[int]]:
    """Give, by syllabus id, the combinations (see combination_code.py) that runs of other seeds will use."""
    taken: dict[str, frozenset[int]] = {}
    for plan, _ in claims:
        if plan.request.seed != other_than_seed:
            for syllabus_id, codes in plan.items.codes_by_syllabus().items():
                taken[syllabus_id] = taken.get(syllabus_id, frozenset()) | frozenset(codes)
    return taken


def check_claims(cursor: Cursor, plan: Plan, claims: Iterable[Claim]) -> None:
    """Raise PlanError if another run is at work on something that this plan would make."""
    for other, is_waiting in claims:
        if other.run_id == plan.run_id:
            if is_waiting:
                continue  # it goes on
            raise PlanError(
                f"Run {plan.run_id} is being worked on already.", f"`runs show {plan.run_id}` tells how far it is."
            )
        is_at_work = f"Run {other.run_id} {'has a batch service at work' if is_waiting else 'is at work'}"
        wait = f"Fetch it first (`runs resume {other.run_id}`)" if is_waiting else "Wait until it is finished"
        if _grow_alike(plan, other) or _draws_below(cursor, plan, other) or _draws_below(cursor, other, plan):
            raise PlanError(
                f"{is_at_work} on a node that grows, and this one would draw below it too.",
                f"{wait}, or choose another scope.",
            )
        if _judge_alike(plan, other):
            raise PlanError(f"{is_at_work} on judging some of the same pairs.", f"{wait}, or choose other pairs.")
        if _regenerate_alike(plan, other):
            raise PlanError(f"{is_at_work} on writing some of the same pairs anew.", f"{wait}, or choose another seed.")
        if _draw_alike(plan, other):
            raise PlanError(f"{is_at_work} on some of the same questions.", f"{wait}, or choose another seed.")


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
