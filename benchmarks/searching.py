"""How long do a search among a million pairs and the graph of their neighbours take?

    python -m benchmarks.searching                            # makes a million pairs first: minutes, and 3 GB of disk
    python -m benchmarks.searching --rows 100000
    python -m benchmarks.searching --folder workspace/search  # keeps them there, and uses them the next time
    python -m benchmarks.searching --graph 20000 100000       # and the neighbour graph of so many

Prints one JSON object. Times are milliseconds, the median of five after a first one, unless a name says otherwise; the
load of the machine at the start and the end stands beside them. The exit code is 1 if a goal was missed.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.synthetic_pairs import add_pairs, make_database, synthetic_vectors
from glan_core.embedding.encoder import ENCODER, encode
from glan_core.embedding.neighbours import closed_ends, find_nearest
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.entities import Filter
from glan_core.held_vectors import HeldVectors
from glan_core.near_duplicates import near_duplicates
from glan_core.nearest_pairs import nearest_pairs
from glan_core.neighbour_graph import extend_graph
from glan_core.searching import search_by_meaning, search_by_text
from glan_core.store.database import Database, open_database
from glan_core.store.neighbourhoods import read_neighbourhoods
from glan_core.store.numbered_vectors import list_numbers, read_numbered_vectors
from glan_core.store.taxonomy_nodes import list_taxonomy_nodes

GOAL_MS = 300.0
"""For a search by meaning, its text embedded."""
REPEATS = 5
_ASKED = "How does a lens form an image?"
_CHECKED = 1_000
_NEW = 100


def main() -> int:
    """Measure what was asked for and print it."""
    options = _options()
    figures: dict[str, Any] = {"load_at_start": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if options.rows:
            with _pairs(folder, options.rows) as database:
                figures["search"] = {"rows": options.rows, **measure_search(database)}
        for rows in options.graph:
            path = Path(temporary) / f"graph-{rows}.duckdb"
            make_database(path, rows=rows)
            with open_database(path) as database:
                figures[f"graph_{rows}"] = measure_graph(database)
    figures["load_at_end"] = os.getloadavg()[0]
    print(json.dumps(figures, indent=2))  # noqa: T201
    return int(figures.get("search", {}).get("meaning_ms", 0) > GOAL_MS)


def measure_search(database: Database) -> dict[str, float]:
    """Give the times of searches, with the vectors held and the encoder loaded."""
    cursor = database.cursor()
    worker = EmbeddingWorker()
    held = HeldVectors(encoder=ENCODER)
    nodes = list_taxonomy_nodes(cursor)
    field = Filter(taxonomy_node_ids=(next(node.taxonomy_node_id for node in nodes if node.level == "field"),))
    discipline = next(node.taxonomy_node_id for node in nodes if node.level == "discipline")
    small = Filter(taxonomy_node_ids=(discipline,))

    def meaning(filter_: Filter | None = None) -> None:
        query = worker.compute(encode, [_ASKED])[0]
        if len(search_by_meaning(cursor, held, query, filter_=filter_, limit=20)) != 20:
            raise RuntimeError("a search found fewer than 20 pairs")

    try:
        figures = {"load_vectors_s": round(_milliseconds(lambda: held.refresh(cursor)) / 1000, 2)}
        figures["vectors_mb"] = round(held.memory_bytes / 1e6)
        figures["meaning_ms"] = _median(meaning)
        figures["meaning_in_a_field_ms"] = _median(lambda: meaning(field))
        figures["meaning_in_a_discipline_ms"] = _median(lambda: meaning(small))
        figures["embed_the_text_ms"] = _median(lambda: worker.compute(encode, [_ASKED]))
        figures["text_common_ms"] = _median(lambda: search_by_text(cursor, "EXAMPLE step", limit=20))
        figures["text_rare_ms"] = _median(lambda: search_by_text(cursor, "(777)", limit=20))
        pair = "pair-00000000777"
        figures["next_to_a_pair_ms"] = _median(lambda: nearest_pairs(cursor, held, pair, limit=10))
        figures["peak_memory_mb"] = _peak_mb(os.getpid())
    finally:
        worker.close()
    return figures


def measure_graph(database: Database) -> dict[str, float]:
    """Give what making a graph takes, what it misses, and what 100 new pairs take."""
    cursor = database.cursor()
    worker = EmbeddingWorker()
    try:
        process = worker.compute(os.getpid)
        began = time.perf_counter()
        made = extend_graph(database, encoder=ENCODER, compute=worker.compute)
        figures: dict[str, float] = {
            "vectors": made.vectors,
            "is_exact": made.is_exact,
            "build_s": round(time.perf_counter() - began, 1),
            "peak_memory_of_worker_mb": _peak_mb(process),
            "recall_at_10": recall_at_10(database),
        }
        new = next(synthetic_vectors(_NEW, seed=1))
        add_pairs(cursor, new, first=made.vectors)
        began = time.perf_counter()
        extended = extend_graph(database, encoder=ENCODER, compute=worker.compute)
        figures["add_100_s"] = round(time.perf_counter() - began, 2)
        figures["lists_changed_by_100"] = extended.changed
    finally:
        worker.close()
    figures["near_duplicates_ms"] = _median(lambda: near_duplicates(cursor, encoder=ENCODER, similarity=0.9))
    return figures


def recall_at_10(database: Database) -> float:
    """Give the share of the 10 nearest that the graph holds, of 1,000 vectors drawn with a seed."""
    cursor = database.cursor()
    numbers = list_numbers(cursor, encoder=ENCODER, content="instruction")
    vectors = read_numbered_vectors(cursor, encoder=ENCODER, numbers=numbers)
    drawn = np.sort(np.random.default_rng(0).choice(len(numbers), min(_CHECKED, len(numbers)), replace=False))
    true = numbers[find_nearest(vectors, drawn, closed_ends(len(vectors)), k=10).nearest.rows]
    lists = read_neighbourhoods(cursor, encoder=ENCODER, content="instruction", numbers=numbers[drawn], k=15)
    pairs = zip(true.tolist(), lists.neighbours[:, :10].tolist(), strict=True)
    return round(statistics.mean(len(set(one) & set(other)) / 10 for one, other in pairs), 4)


def _pairs(folder: Path, rows: int) -> Database:
    path = folder / f"pairs-{rows}.duckdb"
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        make_database(unfinished, rows=rows)
        unfinished.rename(path)
    return open_database(path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure searches and the neighbour graph.")
    parser.add_argument("--rows", type=int, default=1_000_000, help="pairs to search among; 0 for no search")
    parser.add_argument("--graph", type=int, nargs="*", default=[], help="vectors of the graphs to make")
    parser.add_argument("--folder", type=Path, help="where the pairs are kept")
    return parser.parse_args()


def _median(act: Callable[[], object]) -> float:
    act()
    return round(statistics.median(_milliseconds(act) for _ in range(REPEATS)), 1)


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def _peak_mb(process: int) -> float:
    """Give the high-water mark of a process; on Linux only."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return round(int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1000)


if __name__ == "__main__":
    sys.exit(main())
