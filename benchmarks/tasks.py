"""What is a client process told to do, and what does it give back?

A task goes to a fresh process (engine_process.py or bare_process.py) as JSON on its command line, and its measurement
comes back as the last line that is printed. Fresh, so that none inherits the memory or the warm caches of another.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.behaviour import Behaviour
from benchmarks.server_process import PROJECT_FOLDER


@dataclass(frozen=True)
class Task:
    """A number of calls to be made by the engine or by the bare loop."""

    client: str
    """`engine` or `bare`."""
    address: str
    folder: str
    """For the engine: where its database and its run are. For the bare loop: where bodies.json is."""
    calls: int
    concurrency: int
    behaviour: Behaviour = field(default_factory=Behaviour)
    has_answers: bool = True
    """Whether half of the calls are answers; otherwise all of them are instructions."""
    is_resumed: bool = False
    """Goes on with the run in the folder: neither warm-up nor reset of the server."""
    is_headless: bool = False
    """Works as the command `generate` does: with a small database of the run's own; its pairs come home afterwards."""
    actors: int = 0
    """Of Ray, in a cluster of its own on this machine; 0: without Ray. For tasks that are headless."""
    timeout_seconds: float | None = None
    profile: str = ""
    """A file for the profile, if there is to be one; its figures are no measurement then."""
    limit_seconds: float = 900.0
    """The process is ended after this long."""

    def to_json(self) -> str:
        """Give it as JSON; task_from_json reads it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Measurement:
    """What one client process needed."""

    seconds: float
    cpu_seconds: float
    """Of user and system in the client process, over the same time."""
    peak_memory_bytes: int
    """Of the process in its whole life."""
    instructions: int = 0
    """Kept in the database."""
    answers: int = 0
    replies: int = 0
    """Read by the bare loop."""
    failed: int = 0
    """Items that the engine says it gave up on."""
    reasons: int = 0
    """Items that the database lists as failed, with a reason."""
    mispaired: int = 0
    """Answers that do not quote their question, where the server quotes them."""
    message: str = ""
    """Why the run stopped, if it did."""

    @property
    def delivered(self) -> int:
        """Calls that something came of."""
        return self.instructions + self.answers + self.replies


def task_from_json(text: str) -> Task:
    """Read what Task.to_json wrote."""
    data: dict[str, Any] = json.loads(text)
    return Task(**{**data, "behaviour": Behaviour(**data["behaviour"])})


def command(task: Task) -> list[str]:
    """Give the command line of the client process."""
    return [sys.executable, "-m", f"benchmarks.{task.client}_process", task.to_json()]


def measure(task: Task) -> Measurement:
    """Run a task in a fresh process."""
    result = subprocess.run(
        command(task), cwd=PROJECT_FOLDER, stdout=subprocess.PIPE, text=True, timeout=task.limit_seconds, check=False
    )
    if result.returncode:
        raise SystemExit(f"The {task.client} process ended with {result.returncode}; its error is above.")
    measured = Measurement(**json.loads(result.stdout.splitlines()[-1]))
    if measured.message:
        print(f"The run stopped: {measured.message}", file=sys.stderr)  # noqa: T201 - the figures alone would puzzle
    return measured
