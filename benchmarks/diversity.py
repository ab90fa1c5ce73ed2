"""How long does it take to measure how varied 10,000 pairs are?

    python -m benchmarks.diversity
    python -m benchmarks.diversity --rows 100000 --n 10000
    python -m benchmarks.diversity --intervals       # what a comparison takes of each of its two sets

Prints one JSON object: the seconds of the whole evaluation in a process of its own, as the app has it, those of each
number, and the load of the machine at the start and the end. The exit code is 1 if the goal was missed.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.synthetic_pairs import make_database
from glan_core.diversity import Asked, evaluate
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.store.database import Database, open_database

GOAL_SECONDS = 10.0
"""For all numbers at n = 10,000."""


def main() -> int:
    """Measure and print it."""
    parser = argparse.ArgumentParser(description="Measure what diversity takes.")
    parser.add_argument("--rows", type=int, default=20_000, help="pairs to draw from")
    parser.add_argument("--n", type=int, default=10_000, help="pairs to measure")
    parser.add_argument("--intervals", action="store_true", help="also say how far chance moves each number")
    options = parser.parse_args()
    figures: dict[str, Any] = {"load_at_start": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.duckdb"
        make_database(path, rows=options.rows)
        with open_database(path) as database:
            figures |= measure_diversity(database, options.n, has_intervals=options.intervals)
    figures["load_at_end"] = os.getloadavg()[0]
    print(json.dumps(figures, indent=2))  # noqa: T201
    return int(figures["evaluation_s"] > GOAL_SECONDS and not options.intervals)


def measure_diversity(database: Database, n: int, *, has_intervals: bool = False) -> dict[str, Any]:
    """Give the seconds of an evaluation, of its numbers, and of finding it again."""
    asked = Asked(n=n, has_intervals=has_intervals)
    worker = EmbeddingWorker()
    try:
        worker.compute(os.getpid)
        began = time.perf_counter()
        evaluation = evaluate(database, asked, compute=worker.compute)
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        evaluate(database, asked, compute=worker.compute)
        again = time.perf_counter() - began
    finally:
        worker.close()
    return {
        "n": evaluation.conditions.n,
        "rows": evaluation.conditions.rows,
        "evaluation_s": round(seconds, 2),
        "found_again_s": round(again, 3),
        "seconds_of": {name: round(number.seconds, 2) for name, number in evaluation.numbers.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
