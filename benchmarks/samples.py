"""How fast are the lists of the Samples page on a large set?

    python -m benchmarks.samples --pairs 1000000 --folder FOLDER

Finding the rows of a filter happens once for each filter and order; reading a page of them at every turn.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.map_set import make_set
from glan_core.entities import Filter
from glan_core.store.database import Cursor, open_database
from glan_core.store.samples import ORDERS, find_number, find_samples, list_calls_of, read_samples, samples_version

GOAL_MILLISECONDS = 150.0
_REPEATS = 3
_PAGE_ROWS, _TEXT_CHARACTERS = 50, 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; gives 1 where turning a page misses its goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.samples")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the set is made, and kept for the next time")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = (options.folder or Path(folder)) / f"map_{options.pairs}.duckdb"
        if not path.exists():
            make_set(path, options.pairs)
        figures = measure(path)
    if options.json:
        _say(json.dumps({"pairs": options.pairs, "load": os.getloadavg()[0], "milliseconds": figures}))
    else:
        _say(f"{options.pairs:,} pairs; load {os.getloadavg()[0]:.1f}; best of {_REPEATS}, in milliseconds")
        for name, milliseconds in figures.items():
            _say(f"{milliseconds:9.1f}  {name}")
    return int(any(figures[name] > GOAL_MILLISECONDS for name in figures if name.startswith("page")))


def measure(path: Path) -> dict[str, float]:
    """Give the best time of each action in milliseconds."""
    with open_database(path) as database:
        cursor = database.cursor()
        found = find_samples(cursor, Filter())
        middle = len(found) // 2
        first = str(read_samples(cursor, found[:1].tolist())["instruction_id"].iloc[0])
        actions: dict[str, Callable[[], object]] = {
            "page: whether anything has changed": lambda: samples_version(cursor),
            "page: the first rows": lambda: _page(cursor, found[:_PAGE_ROWS].tolist()),
            "page: rows from the middle": lambda: _page(cursor, found[middle : middle + _PAGE_ROWS].tolist()),
            "page: where one pair stands": lambda: find_number(cursor, first),
            "page: the calls of one pair": lambda: list_calls_of(cursor, first),
        }
        for name, filter_ in _filters().items():
            actions[f"find: {name}"] = lambda filter_=filter_: find_samples(cursor, filter_)  # type: ignore[misc]
        for order in ORDERS:
            actions[f"find: all, {order}"] = lambda order=order: find_samples(cursor, Filter(), order)  # type: ignore[misc]
        return {name: min(_milliseconds(act) for _ in range(_REPEATS)) for name, act in actions.items()}


def _page(cursor: Cursor, numbers: list[int]) -> object:
    return read_samples(cursor, numbers, characters=_TEXT_CHARACTERS)


def _filters() -> dict[str, Filter]:
    return {
        "a level": Filter(levels=("advanced",)),
        "accepted": Filter(statuses=("accepted",)),
        "answered": Filter(has_answer=True),
        "without a flag": Filter(is_flagged=False),
        "a word that none has": Filter(text="zzyzx"),
    }


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
