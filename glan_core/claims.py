"""Which questions are other runs at work on?

Two runs that ask the same question would both pay for it. So a plan leaves out what runs at work with other seeds will
draw, and a run that shares a question with one at work is refused.
"""

from collections.abc import Iterable
from pathlib import Path

from glan_core.errors import PlanError
from glan_core.journal import read_plan
from glan_core.plan import Plan, plan_from_data
from glan_core.run_folder import is_at_work, list_run_folders


def list_plans_at_work(runs: Path, *, except_runs: Iterable[str] = ()) -> tuple[Plan, ...]:
    """Give the plans of the runs in a folder that a process, this or another, is working on."""
    left_out = set(except_runs)
    folders = [folder for folder in list_run_folders(runs) if folder.name not in left_out and is_at_work(folder)]
    return tuple(plan_from_data(read_plan(folder)) for folder in folders)


def taken_codes(plans: Iterable[Plan], *, other_than_seed: int) -> dict[str, frozenset[int]]:
    """Give, by syllabus id, the combinations (see combination_code.py) that plans of other seeds will use."""
    taken: dict[str, frozenset[int]] = {}
    for plan in plans:
        if plan.request.seed != other_than_seed:
            for syllabus_id, codes in plan.items.codes_by_syllabus().items():
                taken[syllabus_id] = taken.get(syllabus_id, frozenset()) | frozenset(codes)
    return taken


def check_claims(plan: Plan, at_work: Iterable[Plan]) -> None:
    """Raise PlanError if another run is at work on something that this plan would make."""
    for other in at_work:
        if other.run_id != plan.run_id and _overlap(plan, other):
            raise PlanError(
                f"Run {other.run_id[:6]} is at work on some of the same questions.",
                "Wait until it is finished, or choose another seed.",
            )


def _overlap(plan: Plan, other: Plan) -> bool:
    if not {growth.node_id for growth in plan.growths}.isdisjoint(growth.node_id for growth in other.growths):
        return True
    if plan.request.seed != other.request.seed:
        return False
    mine, theirs = plan.items.codes_by_syllabus(), other.items.codes_by_syllabus()
    if all(set(mine[each]).isdisjoint(theirs[each]) for each in mine.keys() & theirs.keys()):
        return False
    # The same draws may go to another model or prompt, and are other questions then; ids know.
    wanted = {item.instruction_id for item in plan.items}
    return any(item.instruction_id in wanted for item in other.items)
