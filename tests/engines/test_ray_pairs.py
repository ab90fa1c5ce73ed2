"""Runs that judge, compare or write anew are worked off by Ray actors, with the ids that they have on every engine.

With the cluster of conftest.py, which is reached by its address.
"""

from typing import Any

import pytest

from glan_core.engines.engine import LOCAL, EngineChoice
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.generation_settings import Limits
from glan_core.planning.plan import Plan
from glan_core.runs.headless import prepare, work_off
from glan_core.runs.ingesting import take_in_journal
from tests.plans_of_pairs import comparing_plan, insert_pairs, judging_plan, regenerating_plan, reject
from tests.ray_cluster import RunningCluster
from tests.workbench import Workbench


@pytest.fixture
def bench(workbench: Workbench) -> Workbench:
    """Four rejected pairs, of which d is to be asked otherwise."""
    insert_pairs(workbench.cursor, "abcd")
    for name in "abcd":
        reject(workbench.database, name, "too_easy" if name == "d" else "wrong_answer")
    return workbench


def _work_off(bench: Workbench, plan: Plan, engine: EngineChoice, **options: Any) -> Progress:
    prepared = prepare(bench.database, plan, bench.folder(plan))
    progress = work_off(prepared, endpoint=bench.server.endpoint, concurrency=4, engine=engine, **options)
    take_in_journal(bench.database, prepared.folder)
    return progress


@pytest.mark.parametrize("make", [judging_plan, comparing_plan, regenerating_plan])
def test_a_run_about_pairs_that_one_process_began_is_finished_on_ray_with_no_call_twice(
    bench: Workbench, ray_cluster: RunningCluster, make: Any
):
    plan: Plan = make(bench.cursor, bench.settings)
    begun = _work_off(bench, plan, LOCAL, limits=Limits(pairs=2))
    assert 0 < begun.calls < sum(plan.calls.values())

    progress = _work_off(bench, plan, EngineChoice("ray", ray_address=ray_cluster.address, actors=2))
    assert (progress.state, progress.calls) == (RunState.FINISHED, sum(plan.calls.values()) - begun.calls)
    assert progress.calls_reused == begun.calls
    sent = [request.key for request in bench.server.requests]
    assert len(sent) == len(set(sent)) == sum(plan.calls.values())
    assert bench.run(plan).engine == "ray"

    again = _work_off(bench, plan, LOCAL)
    assert (again.calls, again.calls_reused) == (0, len(sent))
