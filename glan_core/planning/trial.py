"""What would a few pairs look like with these settings, before many are made?

A trial is a run of its own, over syllabi that are there, with a seed of its own: it takes no draw from the run that it
is a trial for, and can be taken out again without a trace in any count.
"""

import dataclasses
from collections.abc import Mapping

from glan_core.errors import PlanError
from glan_core.planning.plan import Plan, make_plan
from glan_core.planning.plan_request import FIRST_TRIAL_SEED, PlanRequest
from glan_core.store.database import Cursor
from glan_core.store.runs import next_seed

TRIAL_PAIRS = 3
_PAIR_STAGES = ("instructions", "answers")


def plan_trial(
    cursor: Cursor, request: PlanRequest, *, also_taken: Mapping[str, frozenset[int]], pairs: int = TRIAL_PAIRS
) -> Plan:
    """Plan a few pairs in the scope and with the settings of a request, evenly over the syllabi that are there.

    Nothing grows for a trial, as a syllabus would stay when the pairs are taken out. `also_taken` is as in make_plan.
    Raises PlanError where the request asks for no questions or its scope has no syllabus yet.
    """
    stages = tuple(stage for stage in request.stages if stage in _PAIR_STAGES)
    if not stages:
        raise PlanError("There are no questions to try, as this run makes none.", "Choose to make questions first.")
    trial = dataclasses.replace(
        request,
        instructions=pairs,
        seed=next_seed(cursor, first=FIRST_TRIAL_SEED),
        stages=stages,
        allocation="even",
        shares=(),
        gaps=(),
        rewrites=False,
        holds_saturated=False,
    )
    return make_plan(cursor, trial, also_taken=also_taken)
