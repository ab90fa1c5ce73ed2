"""How does a run go on while nobody watches?

One Background per process: each run has a thread of its own, with its own event loop and cursors. What a run has made
is in the database; that is where whoever watches looks, so any number of pages can, and none has to.
"""

import threading
from pathlib import Path

from glan_core.engines.local import execute
from glan_core.errors import GlanError, PlanError
from glan_core.llm.endpoint import Endpoint
from glan_core.plan import Plan
from glan_core.store.database import Database


class Background:
    """The runs that this process is working on."""

    def __init__(self, database: Database, runs_folder: Path) -> None:
        self._database = database
        self._runs_folder = runs_folder
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self._stops: dict[str, threading.Event] = {}
        self._errors: dict[str, GlanError] = {}
        self._claims: dict[str, frozenset[str]] = {}
        self._plans: dict[str, Plan] = {}

    def start(self, plan: Plan, *, endpoint: Endpoint, concurrency: int) -> None:
        """Begin or go on with a run; one that is going already is left alone, however often this is called.

        Raises PlanError if another run is at work on some of the same questions: both would pay for them.
        """
        with self._lock:
            if self.is_running(plan.run_id):
                return
            for run_id, claims in tuple(self._claims.items()):
                if self.is_running(run_id) and not claims.isdisjoint(_claims(plan)):
                    raise PlanError(
                        f"Run {run_id[:6]} is at work on some of the same questions.",
                        "Wait until it is finished, or choose another seed.",
                    )
            self._claims[plan.run_id] = _claims(plan)
            self._plans[plan.run_id] = plan
            stop = threading.Event()
            thread = threading.Thread(
                target=self._run, args=(plan, endpoint, concurrency, stop), name=f"run-{plan.run_id}", daemon=True
            )
            self._errors.pop(plan.run_id, None)
            self._stops[plan.run_id] = stop
            self._threads[plan.run_id] = thread
            thread.start()

    def stop(self, run_id: str) -> None:
        """Ask a run to send no more calls; those in flight are waited for by its own thread."""
        if run_id in self._stops:
            self._stops[run_id].set()

    def is_running(self, run_id: str) -> bool:
        """Say whether this process is working on the run."""
        thread = self._threads.get(run_id)
        return thread is not None and thread.is_alive()

    def is_stopping(self, run_id: str) -> bool:
        """Say whether the run was asked to stop and still waits for calls in flight."""
        return self.is_running(run_id) and self._stops[run_id].is_set()

    def taken_combinations(self, *, other_than_seed: int) -> dict[str, frozenset[tuple[str, ...]]]:
        """Give, by syllabus id, the combinations (sorted concept ids) that running plans of other seeds will use."""
        taken: dict[str, set[tuple[str, ...]]] = {}
        for run_id, plan in tuple(self._plans.items()):
            if self.is_running(run_id) and plan.request.seed != other_than_seed:
                for item in plan.items:
                    taken.setdefault(item.syllabus_id, set()).add(tuple(sorted(item.combination.key_concept_ids)))
        return {syllabus_id: frozenset(combinations) for syllabus_id, combinations in taken.items()}

    def error_of(self, run_id: str) -> GlanError | None:
        """Give the error that ended the run in this process, if one did."""
        return self._errors.get(run_id)

    def stop_all(self, *, seconds: float) -> None:
        """Stop every run and wait up to this long for the calls in flight."""
        for stop in self._stops.values():
            stop.set()
        for thread in self._threads.values():
            thread.join(timeout=seconds)

    def _run(self, plan: Plan, endpoint: Endpoint, concurrency: int, stop: threading.Event) -> None:
        try:
            execute(
                plan,
                database=self._database,
                folder=self._runs_folder / plan.run_id,
                endpoint=endpoint,
                concurrency=concurrency,
                stop=stop,
            )
        except GlanError as error:
            self._errors[plan.run_id] = error
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            self._errors[plan.run_id] = GlanError(f"The run ended on {type(error).__name__}: {error}")
        finally:
            self._claims.pop(plan.run_id, None)
            self._plans.pop(plan.run_id, None)


def _claims(plan: Plan) -> frozenset[str]:
    """Give the ids of everything that a plan will make or grow."""
    return frozenset([*(item.instruction_id for item in plan.items), *(growth.node_id for growth in plan.growths)])
