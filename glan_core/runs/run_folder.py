"""What does the folder of a run tell, without the database?

    plan.json       what the run will do
    journal.jsonl   what it has made
    status.json     how far it is, written anew every second
    control         a wish for the process that works on it (see engines/control.py)

So runs can be listed, and told to pause, while another process has the database open.
"""

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from glan_core.calls import AddressStanding
from glan_core.engines.progress import Progress
from glan_core.entities import Run, RunState
from glan_core.errors import DiskError, PlanError, StoreError
from glan_core.runs.journal import is_at_work
from glan_core.store.runs import RunCounts


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How far a run is, by its own words; numbers are those of all its sessions but for the last block."""

    run_id: str
    state: RunState
    message: str
    started_at: str
    """ISO 8601, UTC."""
    finished_at: str | None
    engine: str
    seed: int
    models: tuple[str, ...]
    wanted: int
    """Instructions that were asked for."""
    instructions: int
    answers: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    # Of the session that wrote it:
    failed_in_session: int
    """Items given up on, whatever became of them since."""
    calls_reused: int
    seconds: float
    endpoint: str
    """Its address, without the key."""
    concurrency: int
    """Calls at once, as was asked for."""
    under_way: int
    limit: int
    refusals: int
    retried: int
    judged: int = 0
    """Judgements, and comparisons in one order, of all sessions."""
    addresses: tuple[AddressStanding, ...] = ()
    """How each address of the endpoint fared in the session; empty where it has only one."""

    @property
    def begun_at(self) -> tuple[str, ...]:
        """What its endpoint is called, and the addresses that it has."""
        return (self.endpoint, *(each.address for each in self.addresses))

    @classmethod
    def of(cls, run: Run, progress: Progress, *, before: RunCounts, endpoint: str, concurrency: int) -> Self:
        """Put together what a run is, what it had made before this session, and how far it is."""
        return cls(
            run_id=run.run_id,
            state=run.state,
            message=progress.message,
            started_at=run.started_at.isoformat(),
            finished_at=run.finished_at.isoformat() if run.finished_at else None,
            engine=run.engine,
            seed=run.seed,
            models=tuple(dict.fromkeys(run.settings["stages"][stage]["model"] for stage in run.plan["stages"])),
            wanted=run.plan["instructions"],
            instructions=before.instructions + progress.counts.instructions,
            answers=before.answers + progress.counts.answers,
            failed_in_session=progress.counts.failed,
            calls=before.calls + progress.calls,
            calls_reused=progress.calls_reused,
            prompt_tokens=before.prompt_tokens + progress.prompt_tokens,
            completion_tokens=before.completion_tokens + progress.completion_tokens,
            cost=None if before.cost is None or progress.cost is None else before.cost + progress.cost,
            seconds=round(progress.seconds, 3),
            endpoint=endpoint,
            concurrency=concurrency,
            under_way=progress.under_way,
            limit=progress.limit,
            refusals=progress.refusals,
            retried=progress.retried,
            judged=before.judged + progress.counts.judgements + progress.counts.comparisons,
            addresses=progress.addresses,
        )

    def to_data(self) -> dict[str, Any]:
        """Give it as JSON-ready data."""
        return dataclasses.asdict(self)


_TYPES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("run_id", "state", "message", "started_at", "engine", "endpoint"), (str,)),
    **dict.fromkeys(("wanted", "instructions", "answers", "failed_in_session", "calls", "prompt_tokens"), (int,)),
    **dict.fromkeys(
        ("completion_tokens", "calls_reused", "concurrency", "under_way", "limit", "refusals", "retried", "judged"),
        (int,),
    ),
    **{"seconds": (int, float), "cost": (int, float, type(None)), "finished_at": (str, type(None))},
    **{"models": (list,), "addresses": (list,)},
}


def write_status(folder: Path, status: RunStatus) -> None:
    """Replace the status of a run. Raises DiskError if that fails."""
    path = folder / "status.json"
    try:
        unfinished = folder / "status.json.new"
        unfinished.write_text(json.dumps(status.to_data(), ensure_ascii=False), encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise DiskError(
            f"{path} cannot be written: {reason}.", "What was made before is safe. Free space, then go on."
        ) from error


def read_status(folder: Path) -> RunStatus | None:
    """Give the status of a run; None before the first one, StoreError if it cannot be read.

    A run that says it is at work while no process holds its journal is interrupted.
    """
    try:
        data = json.loads((folder / "status.json").read_text(encoding="utf-8"))
        if "failed" in data:  # so the first version called it
            data["failed_in_session"] = data.pop("failed")
        data = {"judged": 0, "addresses": [], **data}  # which earlier versions did not write
        wrong = [name for name, types in _TYPES.items() if not isinstance(data[name], types)]
        if wrong:
            raise TypeError(f"{wrong[0]} is {data[wrong[0]]!r}")
        addresses = tuple(AddressStanding(**each) for each in data["addresses"])
        status = RunStatus(
            **{**data, "state": RunState(data["state"]), "models": tuple(data["models"]), "addresses": addresses}
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"The status in {folder} cannot be read.", f"`runs resume {folder.name}` writes it anew."
        ) from error
    if status.state in (RunState.RUNNING, RunState.PAUSED) and not is_at_work(folder):
        return dataclasses.replace(status, state=RunState.INTERRUPTED, message="Its process ended before the run did.")
    return status


def find_status(folder: Path) -> RunStatus | None:
    """Give the status of a run; None also if it cannot be read, as going on with the run writes it anew."""
    try:
        return read_status(folder)
    except StoreError:
        return None


def begun_at(folder: Path) -> tuple[str, ...]:
    """Give the endpoint that a run was with last, as RunStatus.begun_at does; nothing if its folder does not tell."""
    status = find_status(folder)
    return status.begun_at if status is not None else ()


def list_run_folders(runs_folder: Path) -> tuple[Path, ...]:
    """List the folders that hold a run, those changed last first."""
    folders = [path.parent for path in runs_folder.glob("*/plan.json")]
    return tuple(sorted(folders, key=lambda folder: (folder / "plan.json").stat().st_mtime, reverse=True))


def find_run_folder(runs_folder: Path, run: str) -> Path:
    """Give the folder of the run with this id or beginning of one; PlanError if there is none or several."""
    found = [folder for folder in list_run_folders(runs_folder) if folder.name.startswith(run)]
    if len(found) == 1 and run:
        return found[0]
    if not found or not run:
        raise PlanError(f"There is no run {run!r} in {runs_folder}.", "`python -m glan_core runs list` names them.")
    raise PlanError(f"{run!r} fits {len(found)} runs.", "Give more letters of the id.")
