"""What does the engine need for a number of calls?

The clock runs from the call of `execute` to its return: rendering, calls, checks, journal and database. Making the
database and the plan, imports, and a few calls of another plan come before it.
"""

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.behaviour import MODEL, WARM_UP_BEHAVIOUR, WARM_UP_CALLS, WARM_UP_CONCURRENCY
from benchmarks.clock import Clock, peak_memory_bytes
from benchmarks.curriculum import synthetic_curriculum
from benchmarks.server_process import reset
from benchmarks.tasks import Measurement, Task, task_from_json
from glan_core.engines.engine import LOCAL, EngineChoice
from glan_core.engines.local import execute
from glan_core.engines.progress import Progress
from glan_core.errors import GlanError
from glan_core.llm.chat_model import TIMEOUT_SECONDS
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan, PlanRequest, make_plan
from glan_core.presets import preset
from glan_core.runs.headless import bring_home, prepare, work_off
from glan_core.starter import insert_curriculum
from glan_core.store.database import Cursor, Database, open_database

_SEED, _WARM_UP_SEED = 1, 2


class _Kept(NamedTuple):
    """What the database holds of a run."""

    instructions: int
    answers: int
    mispaired: int
    """Answers that do not quote their question."""
    reasons: int
    """Items listed as failed, with a reason."""


class _Ended(NamedTuple):
    """How a run ended."""

    failed: int
    message: str


def run_engine(task: Task) -> Measurement:
    """Plan and work off a run in the task's folder."""
    folder = Path(task.folder)
    is_new = not (folder / "glan.duckdb").exists()
    with open_database(folder / "glan.duckdb", create=True) as database:
        cursor = database.cursor()
        if is_new:
            insert_curriculum(cursor, synthetic_curriculum())
        if not task.is_resumed:
            reset(task.address, WARM_UP_BEHAVIOUR)
            warm_up = dataclasses.replace(task, calls=WARM_UP_CALLS, concurrency=WARM_UP_CONCURRENCY)
            _execute(warm_up, _plan(warm_up, cursor, seed=_WARM_UP_SEED), database)
            reset(task.address, task.behaviour)
        plan = _plan(task, cursor, seed=_SEED)
        if task.is_headless:
            prepared = prepare(database, plan, folder / "runs" / plan.run_id)
        else:
            with Clock(task.profile) as clock:
                ended = _execute(task, plan, database)
            kept = _kept(cursor, plan.run_id)
            peak = peak_memory_bytes()
    if task.is_headless:
        engine = EngineChoice("ray", actors=task.actors) if task.actors else LOCAL
        with Clock(task.profile) as clock:
            ended = _ended(
                lambda: work_off(prepared, endpoint=_endpoint(task), concurrency=task.concurrency, engine=engine)
            )
        peak = peak_memory_bytes()
        bring_home(folder / "glan.duckdb", prepared.folder)
        with open_database(folder / "glan.duckdb") as database:
            kept = _kept(database.cursor(), plan.run_id)
    return Measurement(
        seconds=clock.seconds,
        cpu_seconds=clock.cpu_seconds,
        peak_memory_bytes=peak,
        instructions=kept.instructions,
        answers=kept.answers,
        failed=ended.failed,
        reasons=kept.reasons,
        mispaired=kept.mispaired if task.behaviour.quotes_questions else 0,
        message=ended.message,
    )


def _plan(task: Task, cursor: Cursor, *, seed: int) -> Plan:
    stages = ("instructions", "answers") if task.has_answers else ("instructions",)
    field_id = synthetic_curriculum().taxonomy_nodes[0].taxonomy_node_id
    settings = preset("paper", model=MODEL)
    return make_plan(cursor, PlanRequest((field_id,), task.calls // len(stages), seed, settings, stages))


def _execute(task: Task, plan: Plan, database: Database) -> _Ended:
    return _ended(
        lambda: execute(
            plan,
            database=database,
            folder=Path(task.folder) / "runs" / plan.run_id,
            endpoint=_endpoint(task),
            concurrency=task.concurrency,
            timeout_seconds=task.timeout_seconds or TIMEOUT_SECONDS,
        )
    )


def _ended(run: Callable[[], Progress]) -> _Ended:
    try:
        progress = run()
    except GlanError as error:  # an engine that gives up is a figure of its own: what it did not deliver
        return _Ended(0, f"{error.message} {error.hint}")
    return _Ended(progress.counts.failed, progress.message)


def _endpoint(task: Task) -> Endpoint:
    return Endpoint(f"{task.address}/v1", "benchmark")


def _kept(cursor: Cursor, run_id: str) -> _Kept:
    row = cursor.execute(
        """
        select
            count(*),
            count(answer.answer_id),
            count(answer.answer_id) filter (where not contains(answer.text, '«' || instruction.text || '»'))
        from instruction
        left join answer using (instruction_id)
        where instruction.run_id = ?
        """,
        [run_id],
    ).fetchone()
    assert row is not None
    instructions, answers, mispaired = row
    return _Kept(instructions, answers, mispaired, _count_reasons(cursor, run_id))


def _count_reasons(cursor: Cursor, run_id: str) -> int:
    counted = cursor.execute(
        "select count(*) from failure where run_id = ? and message <> ''",
        [run_id],
    ).fetchone()
    assert counted is not None
    return int(counted[0])


if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(run_engine(task_from_json(sys.argv[1])))))  # noqa: T201 - what the caller reads
