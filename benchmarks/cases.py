"""Which cases are there, and what does each ask of the engine?

A case runs its client processes one after another against one server and gives figures; where a figure has a goal, it
says whether it was met. Times are medians, with the smallest and the largest beside them.
"""

import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.behaviour import Behaviour, Statistics
from benchmarks.server_process import ServerProcess
from benchmarks.tasks import Measurement, Task, command, measure

_HOUR_SECONDS = 3600.0
_LOOK_SECONDS = 0.02  # between two looks at how far a run is that is to be killed


@dataclass(frozen=True)
class Figure:
    """One thing that a case found out."""

    name: str
    value: float
    unit: str = ""
    least: float | None = None
    most: float | None = None
    goal: str = ""
    """`>= 0.92`, or empty where a figure is only to be known."""
    is_met: bool | None = None


@dataclass(frozen=True)
class Options:
    """What the caller chose for all cases."""

    repeats: int = 5
    pairs: tuple[int, int] = (10_000, 100_000)
    """For the case `memory`."""


@dataclass(frozen=True)
class Case:
    """A number of calls at a behaviour of the server, and what to do with them."""

    name: str
    calls: int
    concurrency: int
    behaviour: Behaviour
    run: Callable[["Case", Options], list[Figure]]
    has_answers: bool = True
    least_ratio: float = 0.0
    timeout_seconds: float | None = None
    is_asked_for: bool = False
    """Whether it takes minutes, and so runs only when it is named."""

    def task(self, server: ServerProcess, folder: Path, client: str = "engine") -> Task:
        """Give the task of one client process."""
        return Task(
            client=client,
            address=server.address,
            folder=str(folder),
            calls=self.calls,
            concurrency=self.concurrency,
            behaviour=self.behaviour,
            has_answers=self.has_answers,
            timeout_seconds=self.timeout_seconds,
        )


def profile_case(case: Case, path: Path) -> None:
    """Write where the engine process spends its time in a case."""
    with ServerProcess() as server, tempfile.TemporaryDirectory() as folder:
        measure(replace(case.task(server, Path(folder)), profile=str(path)))


def _compare(case: Case, options: Options) -> list[Figure]:
    """Engine and bare loop in turn, as many times as asked for."""
    case = replace(case, behaviour=replace(case.behaviour, keeps_bodies=True))
    engine, bare, of_server = [], [], []
    with ServerProcess() as server:
        for _ in range(options.repeats):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                engine.append(measure(case.task(server, folder)))
                of_server.append(server.statistics())
                server.save_bodies(folder / "bodies.json")
                bare.append(measure(case.task(server, folder, "bare")))
    ratios = [_speed(one) / _speed(other) for one, other in zip(engine, bare, strict=True)]
    return [
        _median("engine", [_speed(one) for one in engine], "calls/s"),
        _median("bare", [_speed(one) for one in bare], "calls/s"),
        _at_least(_median("ratio", ratios), case.least_ratio),
        _exactly(Figure("engine calls delivered", min(one.delivered for one in engine)), case.calls),
        _exactly(Figure("bare calls delivered", min(one.delivered for one in bare)), case.calls),
        _median("engine CPU", [_cpu_ms(one) for one in engine], "ms/call"),
        _median("bare CPU", [_cpu_ms(one) for one in bare], "ms/call"),
        _median("server CPU", [1000 * one.cpu_seconds / one.requests for one in of_server], "ms/call"),
        _median("engine peak memory", [one.peak_memory_bytes / 1e6 for one in engine], "MB"),
        _median("bare peak memory", [one.peak_memory_bytes / 1e6 for one in bare], "MB"),
    ]


def _limit_rate(case: Case, options: Options) -> list[Figure]:
    """An endpoint that takes fewer at once than the client would send."""
    limit = case.behaviour.in_flight_limit or case.concurrency
    ideal = case.calls / limit * case.behaviour.latency_seconds
    measured, counted = [], []
    with ServerProcess() as server:
        for _ in range(options.repeats):
            with tempfile.TemporaryDirectory() as folder:
                measured.append(measure(case.task(server, Path(folder))))
                counted.append(server.statistics())
    return [
        _at_most(_median("wall time", [one.seconds for one in measured], "s"), 1.25 * ideal),
        _at_most(_median("answers with 429", [float(one.too_many) for one in counted]), 0.2 * case.calls),
        _exactly(Figure("calls delivered", min(one.delivered for one in measured)), case.calls),
    ]


def _kill(case: Case, options: Options) -> list[Figure]:
    """A process that is killed half way, and another that goes on."""
    with ServerProcess() as server, tempfile.TemporaryDirectory() as name:
        task = case.task(server, Path(name))
        killed = subprocess.Popen(command(task), cwd=Path(__file__).parent.parent, stdout=subprocess.DEVNULL)
        ends = time.monotonic() + task.limit_seconds
        while server.statistics().replies < case.calls // 2 and killed.poll() is None and time.monotonic() < ends:
            time.sleep(_LOOK_SECONDS)
        if killed.poll() is not None:
            raise SystemExit("The engine ended before it could be killed.")
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        before = server.statistics()
        resumed = measure(replace(task, is_resumed=True))
        after = server.statistics()
    return [
        Figure("replies when it was killed", before.replies),
        _at_most(Figure("prompts sent twice", after.prompts_repeated), case.concurrency),
        _exactly(Figure("calls delivered", resumed.delivered), case.calls),
    ]


def _refuse_one(case: Case, options: Options) -> list[Figure]:
    """One prompt that is refused whenever it comes."""
    refused_request = max(1, case.calls // 5)
    case = replace(case, behaviour=replace(case.behaviour, refused_request=refused_request))
    measured, counted = _once(case)
    return [
        _exactly(Figure("items failed", measured.failed), 1),
        _exactly(Figure("calls delivered", measured.delivered), case.calls - 1),
        _exactly(Figure("failed with a reason", measured.reasons), 1),
        _exactly(Figure("that prompt sent", counted.refused_prompt_seen), 1),
    ]


def _fault(case: Case, options: Options) -> list[Figure]:
    """Everything that goes wrong at once."""
    measured, counted = _once(case)
    # A pair fails once: without its instruction, its answer is never asked for.
    lost = case.calls // 2 - measured.answers - measured.failed
    return [
        Figure("400s", counted.refused),
        Figure("malformed bodies", counted.malformed),
        Figure("connections reset", counted.connections_reset),
        Figure("stalls", counted.stalled),
        Figure("items failed", measured.failed),
        Figure("wall time", measured.seconds, "s"),
        _exactly(Figure("answers to another question", measured.mispaired), 0),
        _exactly(Figure("pairs lost", lost), 0),
        _exactly(Figure("failed without a reason", measured.failed - measured.reasons), 0),
    ]


def _grow(case: Case, options: Options) -> list[Figure]:
    """The memory of a small plan against that of a large one."""
    peaks = []
    with ServerProcess() as server:
        for pairs in options.pairs:
            with tempfile.TemporaryDirectory() as folder:
                task = replace(
                    case.task(server, Path(folder)), calls=2 * pairs, is_headless=True, limit_seconds=_HOUR_SECONDS
                )
                measured = measure(task)
            peaks += [
                Figure(f"peak memory, {pairs:,} pairs", measured.peak_memory_bytes / 1e6, "MB"),
                Figure(f"speed, {pairs:,} pairs", _speed(measured), "calls/s"),
                _exactly(Figure(f"calls delivered, {pairs:,} pairs", measured.delivered), 2 * pairs),
            ]
    growth = Figure("growth", peaks[3].value - peaks[0].value, "MB")
    return [*peaks, _at_most(growth, 50)]


def _once(case: Case) -> tuple[Measurement, Statistics]:
    with ServerProcess() as server, tempfile.TemporaryDirectory() as folder:
        return measure(case.task(server, Path(folder))), server.statistics()


def _speed(measured: Measurement) -> float:
    return measured.delivered / measured.seconds


def _cpu_ms(measured: Measurement) -> float:
    return 1000 * measured.cpu_seconds / max(1, measured.delivered)


def _median(name: str, values: list[float], unit: str = "") -> Figure:
    return Figure(name, statistics.median(values), unit, min(values), max(values))


def _at_least(figure: Figure, goal: float) -> Figure:
    return replace(figure, goal=f">= {goal:g}", is_met=figure.value >= goal)


def _at_most(figure: Figure, goal: float) -> Figure:
    return replace(figure, goal=f"<= {goal:g}", is_met=figure.value <= goal)


def _exactly(figure: Figure, goal: float) -> Figure:
    return replace(figure, goal=f"= {goal:,g}", is_met=figure.value == goal)


_CALL = Behaviour(latency_seconds=0.2)
# A hosted model's delays: most near the mean, a few several times as long.
_SPREAD = replace(_CALL, latency_sigma=0.8)
_SMALL = replace(_CALL, in_flight_limit=16)
_FAULTY = Behaviour(
    latency_seconds=0.05,
    refused_share=0.05,
    malformed_share=0.05,
    reset_share=0.02,
    stalled_share=0.02,
    quotes_questions=True,
)

CASES = (
    Case("fixed-64", 500, 64, _CALL, _compare, least_ratio=0.92),
    Case("fixed-256", 3000, 256, _CALL, _compare, least_ratio=0.75),
    Case("log-normal", 500, 64, _SPREAD, _compare, least_ratio=0.91),
    Case("rate-limited", 300, 64, replace(_SMALL, retry_after="0.1"), _limit_rate, has_answers=False),
    Case("rate-limited-silently", 300, 64, _SMALL, _limit_rate, has_answers=False),
    Case("killed", 800, 64, _CALL, _kill),
    Case("refused", 500, 64, replace(_CALL, latency_seconds=0.05), _refuse_one, has_answers=False),
    Case("faults", 500, 64, _FAULTY, _fault, timeout_seconds=1.0),
    Case("memory", 0, 64, Behaviour(latency_seconds=0.0), _grow, is_asked_for=True),
)
