"""Where does a run write how it stands: its row in the database, and its status file for everybody without one?"""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

from glan_core.engines.engine import EngineName
from glan_core.engines.progress import Progress
from glan_core.entities import Run, RunState
from glan_core.errors import GlanError
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.runs.run_folder import RunStatus, write_status
from glan_core.store.database import Database, explained_errors
from glan_core.store.runs import RunCounts, save_run

_STATUS_SECONDS = 1.0


class RunRecord:
    """The row and the status file of one run in one session."""

    def __init__(
        self,
        plan: Plan,
        *,
        database: Database,
        folder: Path,
        endpoint: Endpoint,
        concurrency: int,
        engine: EngineName = "local",
    ) -> None:
        self._run = Run(
            run_id=plan.run_id,
            plan={
                "scope": list(plan.request.scope),
                "instructions": plan.wanted,
                "stages": list(plan.request.stages),
                "drawn_at": plan.drawn_at.isoformat(),
            },
            settings=dataclasses.asdict(plan.request.settings),
            seed=plan.request.seed,
            state=RunState.RUNNING,
            engine=engine,
            started_at=datetime.now(UTC),
        )
        self._database = database
        self._folder = folder
        self._endpoint = endpoint.label
        self._concurrency = concurrency
        self._told_at: float | None = None

    def save_state(self, state: RunState) -> None:
        """Write the state into the row."""
        self._save(dataclasses.replace(self._run, state=state))

    def tell(self, progress: Progress, *, before: RunCounts) -> None:
        """Write the status file, at most once a second; `before` is what earlier sessions have made and spent."""
        if self._told_at is None or progress.seconds - self._told_at >= _STATUS_SECONDS:
            self._told_at = progress.seconds
            self._write_status(dataclasses.replace(self._run, state=progress.state), progress, before)

    def end(self, progress: Progress, *, before: RunCounts) -> None:
        """Write down how the run ended."""
        finished_at = datetime.now(UTC)
        run = dataclasses.replace(self._run, state=progress.state, message=progress.message, finished_at=finished_at)
        self._save(run)
        self._write_status(run, progress, before)

    def _save(self, run: Run) -> None:
        with explained_errors(self._database.path), self._database.writing:
            cursor = self._database.cursor()
            save_run(cursor, run)
            cursor.close()

    def _write_status(self, run: Run, progress: Progress, before: RunCounts) -> None:
        status = RunStatus.of(run, progress, before=before, endpoint=self._endpoint, concurrency=self._concurrency)
        write_status(self._folder, status)


def message_of(error: BaseException) -> str:
    """Give the words for an error that ended a run."""
    if isinstance(error, GlanError):
        return f"{error.message} {error.hint}".strip()
    return f"It ended on {type(error).__name__}: {error}"
