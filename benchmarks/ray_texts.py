"""How fast do Ray's actors read texts, against one process?

    python -m benchmarks.ray_texts --texts 4000                  # some minutes

| case | what is done | in one process |
|---|---|---|
| vectors | the built-in encoder reads texts | by the child process of `embed`, which takes all cores |
| sketches | the MinHash values of `check duplicates` | by the process itself |

What is compared is texts a second after the first quarter, so neither the start of a cluster nor the loading of a model
counts; how long the first batch took is printed beside it. Ways take turns, and the median of the ratios is told.
Prints one JSON object. The process that began it and the actors share the cores of one machine.
"""

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.quality import _FORMS, _WORDS
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.encoders import BUILT_IN_ENCODER
from glan_core.engines.engine import EngineChoice
from glan_core.engines.ray_texts import TextActors
from glan_core.quality.near_texts import sketch
from glan_core.spreading import Spread, spread_here
from glan_core.text_encoding import HERE, Means, encode_texts

_AT_ONCE = {"vectors": 256, "sketches": 5_000}
_TIMES = {"vectors": 1, "sketches": 50}  # as many texts more, as they take so much less


class Way(NamedTuple):
    """How texts were read once."""

    texts_a_second: float
    first_seconds: float
    """Until the first batch was there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ray_texts", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--texts", type=int, default=4_000)
    parser.add_argument("--actors", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--case", choices=list(_AT_ONCE), action="append", help="these alone")
    chosen = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    cases = {case: _compare(case, chosen) for case in chosen.case or _AT_ONCE}
    machine = {"cores": os.cpu_count(), "load_before": round(load, 2), "load_after": round(os.getloadavg()[0], 2)}
    sys.stdout.write(json.dumps({**machine, "actors": chosen.actors, **cases}) + "\n")
    return 0


def _compare(case: str, chosen: argparse.Namespace) -> dict[str, Any]:
    batches = _batches(chosen.texts * _TIMES[case], _AT_ONCE[case])
    alone, spread = [], []
    for _ in range(chosen.repeats):
        worker = EmbeddingWorker()
        try:
            alone.append(_measured(_function(case, worker), spread_here, batches))
        finally:
            worker.close()
        with TextActors(EngineChoice("ray", actors=chosen.actors)) as actors:
            spread.append(_measured(_function(case, None), actors, batches))
    ratios = [two.texts_a_second / one.texts_a_second for one, two in zip(alone, spread, strict=True)]
    return {
        "texts": sum(map(len, batches)),
        "ratio": round(statistics.median(ratios), 2),
        "ratios": [round(ratio, 2) for ratio in ratios],
        "one_process": [_rounded(way) for way in alone],
        "ray": [_rounded(way) for way in spread],
    }


def _function(case: str, worker: EmbeddingWorker | None) -> Any:
    if case == "sketches":
        return sketch
    means = Means(worker.compute) if worker else HERE
    return partial(encode_texts, BUILT_IN_ENCODER, database=Path("none.duckdb"), means=means)


def _measured(function: Any, spread: Spread, batches: Sequence[Sequence[str]]) -> Way:
    times = [time.perf_counter()]
    for _ in spread(function, batches):
        times.append(time.perf_counter())
    quarter = len(batches) // 4
    texts = sum(len(batch) for batch in batches[quarter:])
    return Way(texts / (times[-1] - times[quarter]), times[1] - times[0])


def _batches(texts: int, at_once: int) -> list[list[str]]:
    generator = random.Random(0)
    made = [
        generator.choice(_FORMS).format(*(" ".join(generator.choices(_WORDS, k=2)) for _ in range(4)), number)
        for number in range(texts)
    ]
    return [made[first : first + at_once] for first in range(0, texts, at_once)]


def _rounded(way: Way) -> dict[str, float]:
    return {"texts_a_second": round(way.texts_a_second, 1), "first_seconds": round(way.first_seconds, 1)}


if __name__ == "__main__":
    sys.exit(main())
