"""Where does a run write how it stands: its row in the database, and its status file for everybody without one?"""

import dataclasses
import time
from datetime import UTC, datetime
from pathlib import Path

from glan_core.engines.progress import Progress
from glan_core.entities import Run, RunState
from glan_core.planning.plan import Plan
from glan_core.runs.run_folder import RunStatus, write_status
from glan_core.store.database import Database, explained_errors
from glan_core.store.runs import RunCounts, save_run

_STATUS_SECONDS = 1.0


class RunRecord:
    """The row and the status file of one run, which begins with the making of this."""

    def __init__(self, plan: Plan, *, database: Database, folder: Path) -> None:
        self._run = Run(
            run_id=plan.run_id,
            plan={
                "scope": list(plan.request.scope),
                "instructions": len(plan.items) + sum(growth.instructions for growth in plan.growths),
                "stages": list(plan.request.stages),
            },
            settings=dataclasses.asdict(plan.request.settings),
            seed=plan.request.seed,
            state=RunState.RUNNING,
            engine="local",
            started_at=datetime.now(UTC),
        )
        self._database = database
        self._folder = folder
        self._told_at = 0.0
        self.before = RunCounts(0, 0, 0, 0, 0, 0, 0.0)
        """What earlier sessions of the run have made and spent."""
        self.save_state(RunState.RUNNING)

    def save_state(self, state: RunState) -> None:
        """Write the state into the row."""
        self._save(dataclasses.replace(self._run, state=state))

    def tell(self, progress: Progress) -> None:
        """Write the status file, at most once a second."""
        now = time.perf_counter()
        if now - self._told_at >= _STATUS_SECONDS:
            self._told_at = now
            self._write_status(dataclasses.replace(self._run, state=progress.state), progress)

    def end(self, progress: Progress) -> None:
        """Write down how the run ended."""
        finished_at = datetime.now(UTC)
        run = dataclasses.replace(self._run, state=progress.state, message=progress.message, finished_at=finished_at)
        self._save(run)
        self._write_status(run, progress)

    def _save(self, run: Run) -> None:
        with explained_errors(self._database.path), self._database.writing:
            cursor = self._database.cursor()
            save_run(cursor, run)
            cursor.close()

    def _write_status(self, run: Run, progress: Progress) -> None:
        write_status(self._folder, RunStatus.of(run, progress, before=self.before))
