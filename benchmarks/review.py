"""How long does it take from a key press to the next card, and what else does the Review page ask of a large set?

    python -m benchmarks.review --pairs 1000000 --folder FOLDER

A key press is timed as what its run of the page asks of library and database: the decision, which queue it is, the next
open pair, and all that its card shows. What the browser draws comes on top, about a tenth of a second.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.map_set import make_set
from glan_core.embedding.encoder import DIMENSIONS, ENCODER
from glan_core.entities import Filter
from glan_core.review_queues import FARTHEST_AMONG, farthest_queue, random_queue
from glan_core.review_sample import acceptance_of
from glan_core.reviewing import Decision, decide, decide_all, take_back, undo_newest
from glan_core.store.database import Cursor, Database, open_database
from glan_core.store.edited_texts import list_edits_of
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.prompt_versions import find_drawn, list_prompt_versions
from glan_core.store.review_queues import draw_sample, next_open, rows_version
from glan_core.store.reviews import count_by_status, count_reviewed_by, has_pairs, list_reviewer_names, list_reviews
from glan_core.store.samples import find_samples, read_samples

GOAL_MILLISECONDS = 250.0
_REPEATS = 3
_VERDICTS = ("accepted", "rejected", "edited")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; gives 1 where a key press misses its goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.review")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the set is made, and kept for the next time")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        kept = (options.folder or Path(folder)) / f"map_{options.pairs}.duckdb"
        if not kept.exists():
            make_set(kept, options.pairs)
        path = Path(folder) / "reviewed.duckdb"  # a copy, as reviews are written
        shutil.copy(kept, path)
        figures = measure(path)
    if options.json:
        _say(json.dumps({"pairs": options.pairs, "load": os.getloadavg()[0], "milliseconds": figures}))
    else:
        _say(f"{options.pairs:,} pairs; load {os.getloadavg()[0]:.1f}; best of {_REPEATS}, in milliseconds")
        for name, milliseconds in figures.items():
            _say(f"{milliseconds:9.1f}  {name}")
    return int(any(figures[name] > GOAL_MILLISECONDS for name in figures if name.startswith("key press")))


def measure(path: Path) -> dict[str, float]:
    """Give the best time of each action in milliseconds; the database is written to."""
    with open_database(path) as database:
        cursor = database.cursor()
        _complete(cursor)
        found = find_samples(cursor, Filter(), "oldest")
        bulk = Filter(run_ids=(str(read_samples(cursor, found[:1].tolist())["run_id"].iloc[0]),))
        actions: dict[str, Callable[[], object]] = {
            "queue: at random": lambda: random_queue(cursor, Filter(), seed=1),
            "queue: farthest apart": lambda: farthest_queue(
                cursor, Filter(), seed=1, encoder=ENCODER, content="instruction"
            ),
            "sample: 20 of each discipline, drawn": lambda: _sample(cursor, found),
            "sample: acceptance": lambda: acceptance_of(cursor, sample, threshold=0.8),
            "bulk: counted": lambda: count_by_status(cursor, Filter()),
        }
        figures = {}
        sample = _sample(cursor, found)
        for name, act in actions.items():
            figures[name] = min(_milliseconds(act) for _ in range(_REPEATS))
        at = datetime.now(UTC)
        done = decide_all(database, bulk, Decision("", "Bo", "accepted"), at=at)
        figures[f"bulk: {done.pairs:,} taken back"] = _milliseconds(
            lambda: take_back(database, done.batch_id, reviewer="Bo", at=at)
        )
        figures[f"bulk: {done.pairs:,} accepted"] = _milliseconds(
            lambda: decide_all(database, bulk, Decision("", "Bo", "accepted"), at=at)
        )
        numbers = random_queue(cursor, Filter(), seed=1).numbers
        for verdict in _VERDICTS:
            figures[f"key press: {verdict}, to the next card"] = min(
                _press(database, numbers, verdict) for _ in range(_REPEATS)
            )
        figures["key press: undo"] = _milliseconds(lambda: undo_newest(database, reviewer="Ada", at=at))
        figures["key press: second opinion, next pair"] = _milliseconds(
            lambda: next_open(cursor, numbers, 0, statuses=("generated",), reviewer="Ada")
        )
        return figures


def _complete(cursor: Cursor) -> None:
    """Give the set the keys that its tables have in a real database, and every pair one of 20,000 vectors."""
    for table in ("instruction", "answer", "model_call"):
        cursor.execute(f"alter table {table} add primary key ({table}_id)")
    vectors = np.random.default_rng(1).standard_normal((FARTHEST_AMONG, DIMENSIONS), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    insert_embeddings(cursor, encoder=ENCODER, texts=[str(each) for each in range(len(vectors))], vectors=vectors)
    cursor.execute(
        """
        insert into embedded_instruction (encoder, content, instruction_id, number)
        select ?, 'instruction', instruction_id, rowid % ?
        from instruction
        """,
        [ENCODER, FARTHEST_AMONG],
    )
    cursor.execute("checkpoint")


def _press(database: Database, numbers: np.ndarray, verdict: str) -> float:
    """Do what a key press does, as the page does it; gives the milliseconds that it took."""
    cursor = database.cursor()
    row = next_open(cursor, numbers, 0, statuses=("generated",))
    assert row is not None
    key = str(read_samples(cursor, [int(numbers[row])])["instruction_id"].iloc[0])
    text = f"Edited {time.perf_counter()}" if verdict == "edited" else None
    decision = Decision(key, "Ada", verdict, answer=text)  # type: ignore[arg-type]

    def act() -> None:
        decide(database, decision, at=datetime.now(UTC))
        list_reviewer_names(cursor)
        has_pairs(cursor)
        count_reviewed_by(cursor, "Ada")
        rows_version(cursor)
        following = next_open(cursor, numbers, row + 1, statuses=("generated",))
        assert following is not None
        card = read_samples(cursor, [int(numbers[following])]).iloc[0]
        np.flatnonzero(numbers == card.number)
        list_edits_of(cursor, card.instruction_id)
        list_reviews(cursor, card.instruction_id)
        find_drawn(cursor, card.instruction_id)
        list_prompt_versions(cursor, card.instruction_id)

    milliseconds = _milliseconds(act)
    cursor.close()
    return milliseconds


def _sample(cursor: Cursor, found: np.ndarray) -> pd.DataFrame:
    return draw_sample(cursor, found, by="discipline", each=20, seed=1)


def _milliseconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
