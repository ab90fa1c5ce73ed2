"""Tests of glan_core.engines.ray_engine: how is a plan worked off by Ray actors?

With a real cluster of Ray's, which every test of this file reaches by its address, as one on several machines would be.
"""

from typing import Any

import pytest

from glan_core.engines.engine import EngineChoice
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.errors import SettingsError
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.runs.headless import prepare, work_off
from glan_core.runs.ingesting import take_in_journal
from glan_core.runs.run_folder import read_status
from glan_core.store.instructions import list_known_instruction_ids
from tests.model_server import Reply, default_text
from tests.ray_cluster import RunningCluster
from tests.workbench import Workbench, belongs


def _work_off(workbench: Workbench, plan: Plan, engine: EngineChoice, **options: Any) -> Progress:
    prepared = prepare(workbench.database, plan, workbench.folder(plan))
    options = {"concurrency": 4, "engine": engine, **options}
    progress = work_off(prepared, endpoint=workbench.server.endpoint, **options)
    take_in_journal(workbench.database, prepared.folder)
    return progress


def test_a_run_makes_what_the_local_engine_makes_and_its_rows_come_in_meanwhile(
    workbench: Workbench, ray_cluster: RunningCluster
):
    plan = workbench.plan(instructions=24)
    seen: list[int] = []
    workbench.server.script = lambda request: Reply(default_text(request), delay_seconds=0.3)

    def look(progress: Progress) -> None:
        take_in_journal(workbench.database, workbench.folder(plan))
        seen.append(len(list_known_instruction_ids(workbench.cursor, [item.instruction_id for item in plan.items])))

    ray = EngineChoice("ray", ray_address=ray_cluster.address, actors=2)
    progress = _work_off(workbench, plan, ray, on_progress=look)

    assert (progress.state, progress.calls, progress.counts.answers) == (RunState.FINISHED, 48, 24)
    assert any(0 < number < 24 for number in seen)
    assert [pair.instruction_id for pair in workbench.pairs()] == sorted(item.instruction_id for item in plan.items)
    assert all(belongs(pair) for pair in workbench.pairs())
    assert workbench.run(plan).engine == "ray"
    status = read_status(workbench.folder(plan))
    assert status is not None
    assert (status.engine, status.answers, status.calls) == ("ray", 24, 48)

    workbench.server.forget()
    again = _work_off(workbench, plan, EngineChoice("local"))
    assert (again.calls, again.calls_reused, len(workbench.server.requests)) == (0, 48, 0)


def test_the_built_in_model_is_refused_as_it_lives_in_one_process(workbench: Workbench):
    plan = workbench.plan()
    prepared = prepare(workbench.database, plan, workbench.folder(plan))
    own = Endpoint("http://127.0.0.1:1/v1", is_built_in=True)
    with pytest.raises(SettingsError, match="lives in one process"):
        work_off(prepared, endpoint=own, concurrency=1, engine=EngineChoice("ray"))


def test_an_address_without_a_cluster_is_told(workbench: Workbench):
    with pytest.raises(SettingsError, match=r"There is no Ray cluster at 127\.0\.0\.1:1"):
        _work_off(workbench, workbench.plan(), EngineChoice("ray", ray_address="127.0.0.1:1"))
