"""How long does a map take, the first time and when pairs are added, and how true is it to the vectors?

    python -m benchmarks.projection                              # all cases: about ten minutes on two idle cores
    python -m benchmarks.projection --case first-map added-demo
    python -m benchmarks.projection --case added --rows 100000

Prints one JSON object. Times are seconds; the load of the machine at the start and the end stands beside them. The exit
code is 1 if a goal was missed, unless --no-goals is given.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.synthetic_pairs import add_pairs, make_database, synthetic_vectors
from glan_core.demo import DEMO_FOLDER
from glan_core.embedding.projection import Fit, lay_out
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.placement import place_all
from glan_core.settings import PROJECT_FOLDER
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import Cursor, open_database

CASES = ("first-map", "first-map-nothing-compiled", "added-demo", "added", "trust")
GOALS = {"first_map_s": 60.0, "projection_s": 15.0, "added_s": 2.0, "trust_lost": 0.02}
_FIRST, _NEW = 5_000, 100
_LANDMARKS = (10_000, 20_000)
_JUDGED = 5_000
"""Rows that trustworthiness is computed on: the first, as the vectors come in no order."""
_COLD = """
import json, sys, time
from pathlib import Path
began = time.monotonic()
from glan_core.placement import place_all
from glan_core.store.database import open_database
from glan_core.embedding.worker import EmbeddingWorker
since = {}
reader, arranger = EmbeddingWorker(), EmbeddingWorker()
with open_database(Path(sys.argv[1])) as opened:
    placed = place_all(
        opened,
        compute=reader.compute,
        arrange=arranger.compute,
        on_progress=lambda step, done, total: since.setdefault(step, time.monotonic() - began),
    )
print(json.dumps({"total": time.monotonic() - began, "since": since, "placed": placed.placed}))
"""


def main() -> int:
    """Measure the cases that were asked for and print what came out."""
    options = _options()
    found: dict[str, Any] = {"load_at_start": round(os.getloadavg()[0], 1)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measures: dict[str, Callable[[], dict[str, float]]] = {
            "first-map": lambda: measure_first_map(folder / "first.duckdb"),
            "first-map-nothing-compiled": lambda: measure_first_map(folder / "bare.duckdb", cache=folder / "numba"),
            "added-demo": lambda: measure_added_to_demo(folder / "demo.duckdb"),
            "added": lambda: measure_added(folder / "many.duckdb", rows=options.rows),
            "trust": lambda: measure_trust(options.rows),
        }
        for case in options.case:
            found[case] = {key: round(value, 4) for key, value in measures[case]().items()}
            sys.stderr.write(f"{case}: {found[case]}\n")
    found["load_at_end"] = round(os.getloadavg()[0], 1)
    print(json.dumps(found, indent=2))  # noqa: T201
    missed = [
        f"{case}: {figure}"
        for case in options.case
        for figure, goal in GOALS.items()
        if found[case].get(figure, 0.0) > goal and case != "first-map-nothing-compiled"
    ]
    for each in missed:
        sys.stderr.write(f"missed {each}\n")
    return int(bool(missed) and not options.no_goals)


def measure_first_map(path: Path, *, cache: Path | None = None) -> dict[str, float]:
    """Read and lay out 5,000 new questions in a process that has just started; with `cache` nothing is compiled yet."""
    make_database(path, rows=_FIRST)
    with open_database(path) as opened:
        cursor = opened.cursor()
        cursor.execute("delete from embedding")
        cursor.execute("delete from embedded_instruction")
    environment = {**os.environ, **({"NUMBA_CACHE_DIR": str(cache)} if cache else {})}
    ran = subprocess.run(
        [sys.executable, "-c", _COLD, str(path)],
        cwd=PROJECT_FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(ran.stdout)
    if told["placed"] != _FIRST:
        raise RuntimeError(f"{told['placed']} of {_FIRST} pairs were placed")
    return {"rows": _FIRST, "first_map_s": told["total"], "projection_s": told["total"] - told["since"]["layout"]}


def measure_added_to_demo(path: Path) -> dict[str, float]:
    """Place 100 new questions on the map of the demo corpus, their texts read by a warm process."""
    create_database(path, curriculum=read_curriculum(), demo=DEMO_FOLDER)
    vectors = next(synthetic_vectors(3 * _NEW, seed=5))
    with open_database(path) as opened:
        cursor, texts_only = opened.cursor(), "delete from {} where encoder = '' or number >= 1000000"

        def add(first: int) -> None:
            add_pairs(cursor, vectors[:_NEW], first=first)
            cursor.execute(texts_only.format("embedding"))
            cursor.execute(texts_only.format("embedded_instruction"))

        return _measure_added(opened, add, numbers=(1_000_000, 1_000_100, 1_000_200))


def measure_added(path: Path, *, rows: int) -> dict[str, float]:
    """Place 100 new vectors on a map of many synthetic ones; made, forgotten and taken to hand again along the way."""
    make_database(path, rows=rows)
    vectors = next(synthetic_vectors(3 * _NEW, seed=5))
    with open_database(path) as opened:
        cursor = opened.cursor()

        def add(first: int) -> None:
            add_pairs(cursor, vectors[first - rows : first - rows + _NEW], first=first)

        return {"rows": rows, **_measure_added(opened, add, numbers=(rows, rows + _NEW, rows + 2 * _NEW))}


def _measure_added(opened: Any, add: Callable[[int], None], *, numbers: tuple[int, int, int]) -> dict[str, float]:
    cursor = opened.cursor()
    figures: dict[str, float] = {}
    reader, arranger = EmbeddingWorker(), EmbeddingWorker()
    try:
        began = time.monotonic()
        place_all(opened, compute=reader.compute, arrange=arranger.compute)
        figures["lay_out_s"] = time.monotonic() - began
        arranger.close()  # a process that does not know the map yet, as after a restart
        for name, first in zip(("added_after_restart_s", "added_first_s", "added_s"), numbers, strict=True):
            add(first)
            before = _points(cursor)
            began = time.monotonic()
            placed = place_all(opened, compute=reader.compute, arrange=arranger.compute)
            figures[name] = time.monotonic() - began
            after = _points(cursor)
            if placed.placed != _NEW or placed.is_new_layout:
                raise RuntimeError(f"{placed.placed} of {_NEW} pairs were placed")
            figures["moved"] = float(sum(after[key] != place for key, place in before.items()))
    finally:
        reader.close()
        arranger.close()
    if figures["moved"]:
        raise RuntimeError(f"{figures['moved']:.0f} points moved")
    return figures


def measure_trust(rows: int) -> dict[str, float]:
    """Compare maps that were fitted to landmarks with the one that was fitted to all rows.

    Trustworthiness is 1 if the 15 nearest on the map are among the nearest of the vectors. It is computed among 5,000
    of the rows, which all maps hold.
    """
    from sklearn.manifold import trustworthiness

    vectors = np.vstack(list(synthetic_vectors(rows)))
    judged = vectors[:_JUDGED]

    def trust(coordinates: np.ndarray) -> float:
        return float(trustworthiness(judged, coordinates[:_JUDGED], n_neighbors=15, metric="cosine"))

    began = time.monotonic()
    figures: dict[str, float] = {"rows": rows, "trust_full": trust(lay_out(vectors).coordinates)}
    figures["full_s"] = time.monotonic() - began
    order = np.random.default_rng(1).permutation(rows)
    for landmarks in (each for each in _LANDMARKS if each < rows):
        began = time.monotonic()
        fitted, rest = order[:landmarks], order[landmarks:]
        layout = lay_out(vectors[fitted])
        coordinates = np.empty((rows, 2), np.float32)
        coordinates[fitted] = layout.coordinates
        fit = Fit(vectors[fitted], layout.coordinates, method=layout.method)
        for start in range(0, len(rest), 10_000):
            batch = rest[start : start + 10_000]
            coordinates[batch] = fit.place(vectors[batch]).coordinates
        figures[f"landmarks_{landmarks}_s"] = time.monotonic() - began
        figures[f"trust_{landmarks}"] = trust(coordinates)
    figures["trust_lost"] = figures["trust_full"] - min(
        value for key, value in figures.items() if key.startswith("trust_")
    )
    return figures


def _points(cursor: Cursor) -> dict[str, tuple[float, float]]:
    rows = cursor.execute(
        """
        select instruction_id, x, y
        from projected_point
        where projection_id = (select projection_id from projection order by created_at desc limit 1)
        """
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--rows", type=int, default=50_000, help="of the synthetic sets")
    parser.add_argument("--no-goals", action="store_true", help="measure without judging")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
