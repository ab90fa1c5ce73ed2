"""The app, told what to run: how fast does it get through, and how long does what is redrawn meanwhile take?

    python -m benchmarks.live_app --server.port 8600

Each line on standard input is a JSON object with `address`, `calls`, `concurrency` and `seed`. The run that it asks for
works in the app's own process, as one that was started on a page. On standard output a line with its id comes first,
then one with what was measured; both begin with `LIVE`. What is measured of the pages is the server time of each rerun
of a fragment, which is what an open page of a run asks for every second.
"""

import json
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from streamlit.runtime.fragment import MemoryFragmentStorage

from benchmarks.behaviour import MODEL
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import PlanRequest, make_plan
from glan_core.presets import preset
from glan_core.store.runs import run_counts
from glan_core.store.taxonomy_nodes import list_children
from pages.shared.workspace import open_workspace

MARK = "LIVE "
_LOOK_SECONDS = 0.005
_reruns: list[float] = []


def main() -> None:
    """Serve until standard input ends."""
    _time_reruns()
    threading.Thread(target=_obey, daemon=True).start()
    runpy.run_module("pages", run_name="__main__", alter_sys=True)


def _time_reruns() -> None:
    """Let each rerun of a fragment note its milliseconds."""
    lookup = MemoryFragmentStorage.lookup

    def timed_lookup(storage: MemoryFragmentStorage, fragment_id: str) -> Callable[[], Any]:
        fragment = lookup(storage, fragment_id)

        def timed() -> Any:
            began = time.perf_counter()
            try:
                return fragment()
            finally:
                _reruns.append(1000 * (time.perf_counter() - began))

        return timed

    MemoryFragmentStorage.lookup = timed_lookup  # type: ignore[method-assign]


def _obey() -> None:
    for line in sys.stdin:
        _run(**json.loads(line))
    os.kill(os.getpid(), signal.SIGTERM)  # whoever asked has gone


def _run(address: str, calls: int, concurrency: int, seed: int) -> None:
    workspace = open_workspace()
    cursor = workspace.database.cursor()
    fields = tuple(node.taxonomy_node_id for node in list_children(cursor, None))
    plan = make_plan(cursor, PlanRequest(fields, calls // 2, seed, preset("paper", model=MODEL)))
    _tell(plan.run_id)
    _reruns.clear()
    began, cpu_began = time.perf_counter(), time.process_time()
    workspace.background.start(plan, endpoint=Endpoint(f"{address}/v1", "benchmark"), concurrency=concurrency)
    while workspace.background.is_running(plan.run_id):
        time.sleep(_LOOK_SECONDS)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    _tell(
        {
            "calls": run_counts(cursor, plan.run_id).calls,
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "reruns_ms": list(_reruns),
        }
    )
    cursor.close()


def _tell(data: object) -> None:
    print(f"{MARK}{json.dumps(data)}", flush=True)  # noqa: T201 - what the caller reads


if __name__ == "__main__":
    main()
