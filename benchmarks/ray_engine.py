"""How fast do Ray's actors make calls, against one process and against one actor?

    python -m benchmarks.ray_engine                              # some minutes
    python -m benchmarks.ray_engine --repeats 1 --calls 1200

| case | the server | what is compared | goal |
|---|---|---|---|
| same | 200 ms a call, 64 at once | two actors with the local engine | >= 0.85 |
| limited | 20 ms a call, 256 at once, more than one interpreter can make | two actors with one actor | >= 1.5 |

What is compared is calls a second in the middle of a run: of the replies in the order in which the server sent them,
those after the first quarter and before the last. So neither the start of a cluster nor the end of a run counts; how
long all of it took is printed beside it. Ways take turns, and a ratio is one of neighbours; the median decides. Prints
one JSON object; the exit code is 1 if a goal was missed, or a call was not delivered.

Actors, server and the process that began the run share the cores of one machine, so the second goal wants four of them.
`RAY_worker_niceness=15` in the environment shows what Ray's own niceness costs beside other work.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from typing import Any, NamedTuple

from benchmarks.behaviour import Behaviour
from benchmarks.server_process import ServerProcess
from benchmarks.tasks import Task, measure

_LIMIT_SECONDS = 240.0


class Case(NamedTuple):
    """Two ways to make the same calls, each named by its actors (0: the local engine)."""

    latency_seconds: float
    concurrency: int
    calls: int
    actors: int
    against: int
    goal: float


CASES = {
    "same": Case(0.2, 64, 3200, actors=2, against=0, goal=0.85),
    "limited": Case(0.02, 256, 5000, actors=2, against=1, goal=1.5),
}


class Way(NamedTuple):
    """How a run went."""

    calls_a_second: float
    """In the middle of the run."""
    seconds: float
    """From the first thing that the engine did to its end."""
    most_in_flight: int
    server_cpu_seconds: float
    delivered: int
    sent: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ray_engine", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--case", choices=list(CASES), action="append", help="these alone")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--calls", type=int, help="in place of those of the cases")
    parser.add_argument("--no-goals", action="store_true", help="end with 0 whatever was measured")
    chosen = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    cases = {
        name: compare(CASES[name]._replace(**{"calls": chosen.calls} if chosen.calls else {}), chosen.repeats)
        for name in chosen.case or CASES
    }
    is_met = all(case["is_met"] for case in cases.values())
    machine = {"cores": os.cpu_count(), "load_before": round(load, 2), "load_after": round(os.getloadavg()[0], 2)}
    print(json.dumps({**machine, "repeats": chosen.repeats, "cases": cases, "is_met": is_met}))  # noqa: T201
    return 0 if is_met or chosen.no_goals else 1


def compare(case: Case, repeats: int) -> dict[str, Any]:
    """Make the calls both ways in turn, so many times."""
    turns = [(run(case, case.actors), run(case, case.against)) for _ in range(repeats)]
    ratios = [way.calls_a_second / against.calls_a_second for way, against in turns]
    ratio = statistics.median(ratios)
    is_whole = all(way.delivered == way.sent == case.calls for turn in turns for way in turn)
    return {
        **case._asdict(),
        "ratio": round(ratio, 3),
        "ratios": [round(each, 3) for each in ratios],
        "ways": {_name(case.actors): [_rounded(way) for way, _ in turns]}
        | {_name(case.against): [_rounded(against) for _, against in turns]},
        "is_whole": is_whole,
        "is_met": ratio >= case.goal and is_whole,
    }


def run(case: Case, actors: int) -> Way:
    """Make the calls once, in a fresh process and against a fresh server."""
    with ServerProcess() as server, tempfile.TemporaryDirectory() as folder:
        task = Task(
            client="engine",
            address=server.address,
            folder=folder,
            calls=case.calls,
            concurrency=case.concurrency,
            behaviour=Behaviour(latency_seconds=case.latency_seconds),
            is_headless=True,
            actors=actors,
            limit_seconds=_LIMIT_SECONDS,
        )
        measured = measure(task)
        counted = server.statistics()
        return Way(
            calls_a_second=rate_in_the_middle(server.reply_times()),
            seconds=measured.seconds,
            most_in_flight=counted.most_in_flight,
            server_cpu_seconds=counted.cpu_seconds,
            delivered=measured.delivered,
            sent=counted.requests,
        )


def rate_in_the_middle(times: Sequence[float]) -> float:
    """Give replies a second between the first and the last quarter of them."""
    first, last = len(times) // 4, 3 * len(times) // 4
    return (last - first) / (times[last] - times[first])


def _name(actors: int) -> str:
    return f"ray, actors: {actors}" if actors else "local"


def _rounded(way: Way) -> dict[str, float]:
    return {name: round(value, 2) for name, value in way._asdict().items()}


if __name__ == "__main__":
    sys.exit(main())
