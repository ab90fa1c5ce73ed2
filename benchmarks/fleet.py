"""How much faster does a run go over several servers than over one, and what does it lose when one of them dies?

    python -m benchmarks.fleet                    one server, two, and two of which one dies in the middle
    python -m benchmarks.fleet --repeats 5 --calls 2400

Each server works on 16 calls at once, takes 0.2 s for each and refuses more with 429, so that one serves 80 a second at
most. The three ways take turns, and ratios are those of one turn.
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from benchmarks.behaviour import MODEL, Behaviour
from benchmarks.curriculum import synthetic_curriculum
from benchmarks.server_process import ServerProcess, reset
from glan_core.engines.local import execute
from glan_core.engines.progress import Progress
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import PlanRequest, make_plan
from glan_core.presets import preset
from glan_core.starter import insert_curriculum
from glan_core.store.database import open_database

_SERVER = Behaviour(latency_seconds=0.2, in_flight_limit=16)
_AT_ONCE = 64
_GOAL = 1.7


class Ended(NamedTuple):
    """One run."""

    seconds: float
    made: int
    """Questions in the database."""
    failed: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the three ways in turn; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--calls", type=int, default=1600)
    chosen = parser.parse_args(arguments)
    print(f"cores: {os.cpu_count()}  load: {os.getloadavg()[0]:.2f}  repeats: {chosen.repeats}")  # noqa: T201
    ratios, is_whole = [], True
    for _ in range(chosen.repeats):
        one, two, dying = (
            run(servers, chosen.calls, dies=dies) for servers, dies in ((1, False), (2, False), (2, True))
        )
        ratios.append(one.seconds / two.seconds)
        is_whole &= all(each.made == chosen.calls and not each.failed for each in (one, two, dying))
        for name, ended in (("one", one), ("two", two), ("one of two dies", dying)):
            speed = chosen.calls / ended.seconds
            print(  # noqa: T201
                f"  {name:16} {ended.seconds:6.1f} s  {speed:6.1f} calls/s  {ended.made:,} made, {ended.failed} failed"
            )
    ratio = statistics.median(ratios)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(f"two servers against one: {ratio:.2f} times as fast ({spread}), goal {_GOAL}; all made: {is_whole}")  # noqa: T201
    return 0 if ratio >= _GOAL and is_whole else 1


def run(servers: int, calls: int, *, dies: bool) -> Ended:
    """Make questions over so many servers, of which the last dies after a third of the calls if it is to."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        started = [stack.enter_context(ServerProcess()) for _ in range(servers)]
        for server in started:
            reset(server.address, _SERVER)
        first, *others = (f"{server.address}/v1" for server in started)
        death = threading.Event()

        def follow(progress: Progress) -> None:
            if dies and progress.calls > calls / 3 and not death.is_set():
                death.set()
                started[-1].kill()

        with open_database(folder / "glan.duckdb", create=True) as database:
            cursor = database.cursor()
            insert_curriculum(cursor, synthetic_curriculum())
            field_id = synthetic_curriculum().taxonomy_nodes[0].taxonomy_node_id
            request = PlanRequest((field_id,), calls, 1, preset("paper", model=MODEL), ("instructions",))
            plan = make_plan(cursor, request)
            began = time.perf_counter()
            progress = execute(
                plan,
                database=database,
                folder=folder / "runs" / plan.run_id,
                endpoint=Endpoint(first, "benchmark", other_addresses=tuple(others)),
                concurrency=_AT_ONCE,
                on_progress=follow,
            )
            seconds = time.perf_counter() - began
            (made,) = cursor.execute("select count(*) from instruction where run_id = ?", [plan.run_id]).fetchall()[0]
        return Ended(seconds, made, progress.counts.failed)


if __name__ == "__main__":
    sys.exit(main())
