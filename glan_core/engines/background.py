"""How does a run go on while nobody watches?

One Background per process: each run has a thread of its own, with its own event loop and cursors. What a run has made
is in the database; that is where whoever watches looks, so any number of pages can, and none has to.
"""

import threading
import time
from pathlib import Path

from glan_core.endpoints import check_begun_at
from glan_core.engines.control import RunControl, Wish, wish_of_folder
from glan_core.engines.engine import LOCAL, Engine, EngineChoice, check_calls_out, engine_of
from glan_core.errors import GlanError
from glan_core.generation_settings import Limits
from glan_core.llm.chat_model import TIMEOUT_SECONDS
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.runs.claims import Claim, check_claims, list_claims, taken_codes
from glan_core.runs.ingesting import Settled, TakenIn, take_in_journals
from glan_core.runs.journal import Journal, write_plan
from glan_core.runs.run_folder import begun_at
from glan_core.runs.turns import in_turn
from glan_core.store.database import Database

_NEWS_SECONDS = 2.0
_NO_LIMITS = Limits()


class Background:
    """The runs that this process is working on."""

    def __init__(self, database: Database, runs_folder: Path) -> None:
        self._database = database
        self._runs_folder = runs_folder
        self._lock = threading.Lock()
        self._threads: dict[str, threading.Thread] = {}
        self._controls: dict[str, RunControl] = {}
        self._errors: dict[str, GlanError] = {}
        self._plans: dict[str, Plan] = {}
        self._news_lock = threading.Lock()
        self._news_at = -_NEWS_SECONDS
        self._settled = Settled()
        self._unreadable: tuple[str, ...] = ()

    def start(
        self,
        plan: Plan,
        *,
        endpoint: Endpoint,
        concurrency: int,
        engine: EngineChoice = LOCAL,
        limits: Limits = _NO_LIMITS,
        only: frozenset[str] | None = None,
    ) -> None:
        """Begin or go on with a run; one that is going already is left alone, however often this is called.

        With `only`, no other instructions and answers than those with these ids are made.

        Raises PlanError if another run is at work on some of the same questions, as both would pay for them; StoreError
        if another process is at work on this very run, DiskError if its folder cannot be written, and SettingsError if
        it was begun at another endpoint or the engine is not installed.
        """
        execute = engine_of(engine)
        # Not while news are taken in: what they say of this run was read before it began.
        with self._lock, self._news_lock:
            if self.is_running(plan.run_id):
                return
            folder = self._runs_folder / plan.run_id
            check_begun_at(begun_at(folder), endpoint)
            check_calls_out(engine, folder)
            with in_turn(self._database.path):  # no command plans between the look at the others and the lock
                # Before the journals are taken in: a run that ends in between is among these, and one that had ended is
                # in its journal with everything it made.
                at_work = self._claims()
                self._take_in()
                check_claims(self._database.cursor(), plan, at_work)
                write_plan(folder, plan.to_data())
                journal = Journal(folder)
            wish_of_folder(folder)  # one that was left for an earlier session; from here on they are meant
            self._plans[plan.run_id] = plan
            control = RunControl()
            thread = threading.Thread(
                target=self._run,
                args=(plan, control, journal),
                kwargs={
                    "execute": execute,
                    "endpoint": endpoint,
                    "concurrency": concurrency,
                    "limits": limits,
                    "only": only,
                },
                name=f"run-{plan.run_id}",
                daemon=True,
            )
            self._errors.pop(plan.run_id, None)
            self._controls[plan.run_id] = control
            self._threads[plan.run_id] = thread
            thread.start()

    def stop(self, run_id: str) -> None:
        """Ask a run to send no more calls; those in flight are waited for by its own thread."""
        self._ask(run_id, "stop")

    def pause(self, run_id: str) -> None:
        """Ask a run to send no more calls until it is told to go on."""
        self._ask(run_id, "pause")

    def resume(self, run_id: str) -> None:
        """Let a paused run go on."""
        self._ask(run_id, "work")

    def is_running(self, run_id: str) -> bool:
        """Say whether this process is working on the run."""
        thread = self._threads.get(run_id)
        return thread is not None and thread.is_alive()

    def is_stopping(self, run_id: str) -> bool:
        """Say whether the run was asked to stop and still waits for calls in flight."""
        return self.is_running(run_id) and self._controls[run_id].wish == "stop"

    def is_paused(self, run_id: str) -> bool:
        """Say whether the run was asked to pause and has not been told to go on."""
        return self.is_running(run_id) and self._controls[run_id].wish == "pause"

    def taken_combinations(self, *, other_than_seed: int) -> dict[str, frozenset[int]]:
        """Give, by syllabus id, the codes of combinations that running plans of other seeds will use."""
        return taken_codes(self._claims(), other_than_seed=other_than_seed)

    def take_in_news(self) -> TakenIn | None:
        """Take in what runs of other processes have written, at most every few seconds; None if it was not time yet."""
        if not self._news_lock.acquire(blocking=False):
            return None
        try:
            return self._take_in() if time.monotonic() - self._news_at >= _NEWS_SECONDS else None
        finally:
            self._news_lock.release()

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Why runs of other processes could not be taken in at the last look, a few sentences for each."""
        return self._unreadable

    def error_of(self, run_id: str) -> GlanError | None:
        """Give the error that ended the run in this process, if one did."""
        return self._errors.get(run_id)

    def stop_all(self, *, seconds: float) -> None:
        """Stop every run and wait up to this long, in all, for the calls in flight."""
        deadline = time.monotonic() + seconds
        for control in self._controls.values():
            control.stop()
        for thread in self._threads.values():
            thread.join(timeout=max(0.0, deadline - time.monotonic()))

    def _take_in(self) -> TakenIn:
        """Take in what is new in the journals of other processes; the lock of the news is held."""
        taken = take_in_journals(
            self._database, self._runs_folder, except_runs=self._plans.keys(), settled=self._settled
        )
        self._unreadable = taken.unreadable
        self._news_at = time.monotonic()
        return taken

    def _own_runs(self) -> frozenset[str]:
        return frozenset(run_id for run_id in tuple(self._plans) if self.is_running(run_id))

    def _claims(self) -> tuple[Claim, ...]:
        own = self._own_runs()
        elsewhere = list_claims(self._runs_folder, except_runs=own)
        return (*(Claim(plan) for run_id, plan in tuple(self._plans.items()) if run_id in own), *elsewhere)

    def _ask(self, run_id: str, wish: Wish) -> None:
        if run_id in self._controls:
            self._controls[run_id].ask(wish)

    def _run(
        self,
        plan: Plan,
        control: RunControl,
        journal: Journal,
        *,
        execute: Engine,
        endpoint: Endpoint,
        concurrency: int,
        limits: Limits,
        only: frozenset[str] | None,
    ) -> None:
        try:
            execute(
                plan,
                database=self._database,
                folder=self._runs_folder / plan.run_id,
                endpoint=endpoint,
                concurrency=concurrency,
                control=control,
                limits=limits,
                only=only,
                timeout_seconds=TIMEOUT_SECONDS,
                before=None,
                on_progress=lambda progress: None,
                journal=journal,
            )
        except GlanError as error:
            self._errors[plan.run_id] = error
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            self._errors[plan.run_id] = GlanError(f"The run ended on {type(error).__name__}: {error}")
        finally:
            journal.close()
            self._plans.pop(plan.run_id, None)
