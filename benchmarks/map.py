"""How fast does the Map answer with a million pairs, and with ten million?

    python -m benchmarks.map                     # 1,000,000 pairs: two minutes, 2 GB of disk
    python -m benchmarks.map --pairs 10000000    # with --folder on a disk with 15 GB

Server time of what the page asks for at one interaction, by the functions that it calls: the median of five after a
first time. The set is synthetic: pairs of 1,200 subjects in heaps on the map, questions of ten words, five runs and two
models; and a corpus of as many rows, each near a pair. Beside each time stands the processor time of all threads, which
other work on the machine changes less, and the bytes of the frames that a figure is made of.
"""

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa

from benchmarks.map_set import PROJECTION, add_corpus, add_points, make_set
from glan_core.embedding.stop_words import english_stop_words
from glan_core.entities import Filter, Window
from glan_core.lassos import simplify
from glan_core.store.corpus_points import PlacedCorpus
from glan_core.store.database import Cursor, first_row, open_database
from glan_core.store.map_corpus import corpus_difference, count_corpus, sample_corpus_points
from glan_core.store.map_density import density, most_common
from glan_core.store.map_difference import difference
from glan_core.store.map_places import list_labels
from glan_core.store.map_points import sample_points
from glan_core.store.map_selection import describe_selection, list_selected
from glan_core.store.map_table import MapTable, prepare_map
from glan_core.store.terms import typical_terms

REPEATS = 5
GOAL_MS = {1_000_000: 150.0, 10_000_000: 600.0}
"""For one interaction on two cores, by the size of the set."""
SAMPLE, CHARACTERS = 5_000, 60


class Measured(NamedTuple):
    """One interaction."""

    name: str
    milliseconds: float
    processor_milliseconds: float
    bytes: int
    is_held_to_goal: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the set, measure, print; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.map")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the set is made, and kept for the next time")
    parser.add_argument("--no-goals", action="store_true")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.folder:
        chosen.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as temporary:
        folder = chosen.folder or Path(temporary)
        path = folder / f"map-{chosen.pairs}.duckdb"
        if not path.exists():
            _say(f"Making {chosen.pairs:,} pairs ...")
            unfinished = Path(temporary) / path.name
            make_set(unfinished, chosen.pairs)
            unfinished.rename(path)
        figures = measure(path)
    goal = min((limit for pairs, limit in GOAL_MS.items() if pairs >= chosen.pairs), default=max(GOAL_MS.values()))
    missed = [row.name for row in figures["interactions"] if row.is_held_to_goal and row.milliseconds > goal]
    _print(figures, chosen.pairs, goal, as_json=chosen.json)
    if missed and not chosen.no_goals:
        _say(f"Above {goal:.0f} ms: {', '.join(missed)}.")
        return 1
    return 0


def measure(path: Path) -> dict[str, object]:
    """Give seconds and bytes of preparing the map, and each interaction."""
    with open_database(path) as database:
        cursor = database.cursor()
        corpus = add_corpus(cursor)
        began, began_processor = time.perf_counter(), time.process_time()
        map_ = prepare_map(cursor, PROJECTION)
        seconds, processor_seconds = time.perf_counter() - began, time.process_time() - began_processor
        memory = first_row(
            cursor.execute("select sum(memory_usage_bytes) from duckdb_memory() where tag = 'IN_MEMORY_TABLE'")
        )
        return {
            "points": map_.points,
            "load": round(os.getloadavg()[0], 1),
            "prepared_seconds": round(seconds, 2),
            "prepared_processor_seconds": round(processor_seconds, 2),
            "memory_mb": round((memory[0] if memory else 0) / 1e6, 1),
            "interactions": [
                _measured(name, act, is_held_to_goal=is_held)
                for name, act, is_held in (*interactions(cursor, map_), *corpus_interactions(cursor, map_, corpus))
            ],
        }


def interactions(cursor: Cursor, map_: MapTable) -> list[tuple[str, Callable[[], list[pd.DataFrame]], bool]]:
    """Give what a person does on the page, as the calls that it makes, and whether a goal is set for it."""
    stop_words = english_stop_words()
    part = _part(map_.window, 0.4)
    lasso = simplify(_drawn_by_hand(_part(map_.window, 0.5))).polygon
    drawn = Filter(projection_id=PROJECTION, polygon=lasso)
    first, second = (Filter(run_ids=(run_id,)) for run_id in map_.runs["run_id"].tolist()[:2])

    def page(window: Window | None, by: str | None) -> list[pd.DataFrame]:
        cells = most_common(cursor, map_, by=by, window=window) if by else density(cursor, map_, window=window)
        shown = sample_points(cursor, map_, window=window, by=by or "field", limit=SAMPLE, characters=CHARACTERS)
        return [cells.cells, shown.points[["x", "y", "group", "place", "instruction"]]]

    def panel() -> list[pd.DataFrame]:
        return [describe_selection(cursor, map_, drawn).groups]

    return [
        ("news looked for, at each run of the page", lambda: [prepare_map(cursor, PROJECTION).runs], True),
        ("whole map, by number", lambda: [density(cursor, map_).cells], True),
        ("whole map, by field", lambda: [most_common(cursor, map_, by="field").cells], True),
        ("whole map, by subject", lambda: [most_common(cursor, map_, by="subject").cells], True),
        ("sample of 5,000 points", lambda: page(None, None)[1:], True),
        ("a window of 16 %: density and sample", lambda: page(part, None), True),
        ("a window of 16 %: by discipline and sample", lambda: page(part, "discipline"), True),
        ("labels of the whole map", lambda: [pd.DataFrame(list_labels(cursor, map_, stop_words=stop_words))], False),
        ("a lasso: count and disciplines", panel, True),
        ("a lasso: first 50 rows", lambda: [list_selected(cursor, map_, drawn, limit=50)], True),
        ("a lasso: typical terms", lambda: [typical_terms(cursor, map_, drawn, stop_words=stop_words).terms], False),
        ("difference of two runs", lambda: [difference(cursor, map_, first, second).cells], True),
        ("100 new pairs made, and their points taken in", _new_points(cursor), False),
        ("words, once for each version", _new_words(cursor, map_), False),
        ("words, then density", lambda: [density(cursor, map_, Filter(text="w7 w11")).cells], True),
    ]


def corpus_interactions(
    cursor: Cursor, map_: MapTable, corpus: PlacedCorpus
) -> list[tuple[str, Callable[[], list[pd.DataFrame]], bool]]:
    """Give what a person does with a corpus on the map, as the calls that the page makes."""
    lasso = simplify(_drawn_by_hand(_part(map_.window, 0.5))).polygon
    drawn = Filter(projection_id=PROJECTION, polygon=lasso)

    def counted() -> list[pd.DataFrame]:
        return [pd.DataFrame({"rows": [count_corpus(cursor, corpus, drawn)]})]

    def sample(where: Filter, limit: int, characters: int) -> list[pd.DataFrame]:
        return [sample_corpus_points(cursor, corpus, where, limit=limit, characters=characters).rows]

    return [
        (
            "corpus: its difference from all pairs",
            lambda: [corpus_difference(cursor, map_, Filter(), corpus).cells],
            True,
        ),
        ("corpus: sample of 10,000 rows", lambda: sample(Filter(), 10_000, CHARACTERS), True),
        ("corpus: rows in a lasso counted", counted, True),
        ("corpus: 50 rows in a lasso", lambda: sample(drawn, 50, 400), True),
    ]


def _new_points(cursor: Cursor) -> Callable[[], list[pd.DataFrame]]:
    def take_in() -> list[pd.DataFrame]:
        add_points(cursor, 100)
        return [prepare_map(cursor, PROJECTION).runs]

    return take_in


def _new_words(cursor: Cursor, map_: MapTable) -> Callable[[], list[pd.DataFrame]]:
    words = iter(range(1_000))
    return lambda: [density(cursor, map_, Filter(text=f"w{next(words)} w9")).cells]


def _part(window: Window, share: float) -> Window:
    """Give the window about the middle with a share of the width and height."""
    x, y = (window.left + window.right) / 2, (window.bottom + window.top) / 2
    across, up = (window.right - window.left) * share / 2, (window.top - window.bottom) * share / 2
    return Window(x - across, y - up, x + across, y + up)


def _drawn_by_hand(window: Window) -> list[tuple[float, float]]:
    """Give an outline of 300 corners about a window, with a dent."""
    x, y = (window.left + window.right) / 2, (window.bottom + window.top) / 2
    turns = pd.Series(range(300)) / 300 * 6.283185307179586
    radius = 1 - 0.35 * (turns.sub(2).abs().lt(0.4)) + 0.02 * (turns * 40).map(lambda turn: turn % 1)
    across, up = (window.right - window.left) / 2, (window.top - window.bottom) / 2
    return [
        (x + across * r * math.cos(turn), y + up * r * math.sin(turn)) for r, turn in zip(radius, turns, strict=True)
    ]


def _measured(name: str, act: Callable[[], list[pd.DataFrame]], *, is_held_to_goal: bool) -> Measured:
    frames = act()
    walls, processors = [], []
    for _ in range(REPEATS):
        began, began_processor = time.perf_counter(), time.process_time()
        act()
        walls.append(1000 * (time.perf_counter() - began))
        processors.append(1000 * (time.process_time() - began_processor))
    size = sum(pa.Table.from_pandas(frame, preserve_index=False).nbytes for frame in frames)
    return Measured(
        name, round(statistics.median(walls), 1), round(statistics.median(processors), 1), size, is_held_to_goal
    )


def _print(figures: dict[str, object], pairs: int, goal: float, *, as_json: bool) -> None:
    if as_json:
        rows = [row._asdict() for row in figures["interactions"]]  # type: ignore[attr-defined]
        print(json.dumps({**figures, "goal_ms": goal, "interactions": rows}, indent=2))  # noqa: T201
        return
    _say(
        f"{pairs:,} pairs; load {figures['load']}. Prepared in {figures['prepared_seconds']} s "
        f"({figures['prepared_processor_seconds']} s CPU), "
        f"{figures['memory_mb']} MB in memory. Goal: {goal:.0f} ms."
    )
    for row in figures["interactions"]:  # type: ignore[attr-defined]
        held = "" if row.is_held_to_goal else "   (no goal)"
        _say(
            f"{row.milliseconds:8.1f} ms  {row.processor_milliseconds:8.1f} ms CPU  {row.bytes / 1e3:8.1f} KB  "
            f"{row.name}{held}"
        )


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
