"""Which engine works a plan off, and what does every engine do?

    local    calls from this process, many at once
    ray      the same calls from actors on several machines
    batch    calls handed to a provider's batch service, for half the price and up to a day later

A plan does not know where it will run. Items have the same ids everywhere, so a run that was begun on one engine goes
on with any other one, and no call is made twice.
"""

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, Protocol, cast, get_args

from glan_core.amounts import count_of
from glan_core.engines.control import RunControl
from glan_core.engines.progress import Progress
from glan_core.errors import PlanError, SettingsError
from glan_core.generation_settings import Limits
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.runs.batch_parts import calls_out
from glan_core.runs.journal import Journal
from glan_core.store.database import Database
from glan_core.store.runs import RunCounts

EngineName = Literal["local", "ray", "batch"]
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
_MODULES: dict[EngineName, str] = {
    "local": "glan_core.engines.local",
    "ray": "glan_core.engines.ray_engine",
    "batch": "glan_core.engines.batch",
}
_NEEDS: dict[EngineName, str] = {"ray": "ray"}
"""Libraries that not every installation has."""


class Engine(Protocol):
    """What works a plan off, or goes on with it where it ended before."""

    def __call__(
        self,
        plan: Plan,
        *,
        database: Database,
        folder: Path,
        endpoint: Endpoint,
        concurrency: int,
        control: RunControl | None,
        limits: Limits,
        only: frozenset[str] | None,
        timeout_seconds: float,
        before: RunCounts | None,
        on_progress: Callable[[Progress], None],
        journal: Journal | None,
    ) -> Progress:
        """Do all the work that may be done; arguments and errors are those of engines.local.execute."""
        ...


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """An engine, with what only some of them want to know."""

    name: EngineName = "local"
    waits: bool = True
    """batch: whether to stay until the service has worked on everything."""
    part_calls: int = 50_000
    """batch: most calls that are handed in together; no service takes more."""
    poll_seconds: float = 15.0
    """batch: between two looks at first; they become fewer as long as nothing comes."""
    most_poll_seconds: float = 300.0
    """batch: between two looks at most."""
    ray_address: str = ""
    """ray: where its cluster is; empty: one of the run's own on this machine."""
    actors: int | None = None
    """ray: how many make calls; None: as many as the calls at once need."""
    shards: str = ""
    """ray: the address under which what they write lies; empty: in the run's folder, or where it lay before."""


LOCAL = EngineChoice()


def engine_of(choice: EngineChoice) -> Engine:
    """Give the engine that was chosen; its module is imported now. SettingsError where its library is missing."""
    library = _NEEDS.get(choice.name)
    if library and not _is_installed(library):
        raise SettingsError(
            f"{library.capitalize()} is not installed.", "Install it: pip install -r requirements-scale.txt"
        )
    try:
        module = importlib.import_module(_MODULES[choice.name])
    except ModuleNotFoundError as error:
        if error.name != _MODULES[choice.name]:
            raise
        raise SettingsError(f"There is no engine {choice.name!r} in this release.", f"Choose {LOCAL.name}.") from error
    execute: Engine = module.execute
    return execute if choice.name == "local" else cast(Engine, partial(module.execute, choice=choice))


def check_calls_out(choice: EngineChoice, folder: Path) -> None:
    """Raise PlanError if a batch service has calls of the run, which another engine would make once more."""
    out = calls_out(folder)
    if out.calls and choice.name != "batch":
        raise PlanError(
            f"{count_of(out.calls, 'call')} of this run are with a batch service, and the {choice.name} engine would "
            "make them once more.",
            f"Fetch them first: `runs resume {folder.name} --engine batch` (in the app: Go on). If they never come: "
            f"`runs resume {folder.name} --give-up-parts` (in the app: Give up these parts).",
        )


def engine_named(name: str) -> EngineName:
    """Give the engine of this name; SettingsError if there is none."""
    for known in ENGINES:
        if known == name:
            return known
    raise SettingsError(f"There is no engine {name!r}.", f"Engines are: {', '.join(ENGINES)}.")


def _is_installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None
