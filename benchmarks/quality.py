"""How fast are many pairs checked, how much memory does it take, and is what was planted among them found?

    python -m benchmarks.quality --pairs 1000000 --folder FOLDER

Among the pairs stand planted ones: exact copies of benchmark items, re-cased and re-punctuated ones, and texts with 13
words of one inside. Each check works in a process of its own, whose peak memory is read at its end.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from glan_core.checking.benchmarks import benchmark_named
from glan_core.checking.contamination import check_contamination
from glan_core.checking.duplicates import DuplicateSettings, check_duplicates
from glan_core.checking.rules import check_rules
from glan_core.starter import insert_curriculum, read_curriculum
from glan_core.store.batches import insert_table
from glan_core.store.benchmarks import Benchmark, BenchmarkItem, insert_benchmark
from glan_core.store.contamination import list_hits
from glan_core.store.database import Cursor, Database, open_database
from tests.small_pairs import NOON

GOALS = {"contamination": (90.0, 2.0), "duplicates": (300.0, None), "rules": (None, None)}
"""Seconds for 1,000,000 pairs, and GB at the peak."""
_ITEMS = 50_000
_PLANTED = 250  # of each kind
_KINDS = ("exact", "re-cased", "re-punctuated", "inside")
_ROWS_AT_ONCE = 50_000
_FORMS = (
    "How does {0} bear on {1}? Work through an example with {2}, step by step, and check it by {3} (case {4}).",
    "A firm with {4} staff has to choose between {0} and {1}. Which would you advise, given {2}, and what of {3}?",
    "Compare {0} with {1} in a table of {4} words: name where {2} matters, and give one limit of {3}.",
    "Design an experiment that tells {0} from {1}. Say what you measure {4} times, and how {2} and {3} disturb it.",
)
_ANSWER = (
    "First recall what {0} is, and in which cases of number {4} it holds. From this it follows for {1} that the order "
    "matters: whoever begins with {2} finds that {3} is fixed from then on, as the example shows. Then take the second "
    "case. Here {1} is given, {0} is sought, and the same steps lead back to {2}. In the end compare both results: "
    "they agree but for {3}, which tells how far the first one can be trusted."
)
_WORDS = [f"{a}{b}{c}" for a in "bcdfghjklmnprstvw" for b in "aeiou" for c in ("ld", "n", "r", "st", "ck")]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; gives 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=_ITEMS)
    parser.add_argument("--check", choices=list(GOALS), action="append", help="only this one")
    parser.add_argument("--folder", type=Path, help="where the set is made, and kept for the next time")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", choices=list(GOALS), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = (options.folder or Path(folder)) / f"quality_{options.pairs}_{options.items}.duckdb"
        if options.inside:
            _say(json.dumps(_measure(path, options.inside)))
            return 0
        if not path.exists():
            make_set(path, options.pairs, options.items)
        figures = {check: _in_a_process(path, check, options) for check in options.check or GOALS}
    if options.json:
        _say(json.dumps({"pairs": options.pairs, "items": options.items, "load": os.getloadavg()[0], **figures}))
    else:
        _say(f"{options.pairs:,} pairs, {options.items:,} items; load {os.getloadavg()[0]:.1f}")
        for check, found in figures.items():
            _say(f"{found['seconds']:9.1f} s {found['peak_gb']:6.2f} GB  {check}: {found['what']}")
    return int(any(_misses(check, found, options.pairs) for check, found in figures.items()))


def make_set(path: Path, pairs: int, items: int) -> None:
    """Make a database of pairs, a benchmark and the planted pairs among them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    generator = random.Random(0)
    asked = [_sentence(generator, generator.randrange(8, 60)) for _ in range(items)]
    with open_database(path, create=True) as database:
        cursor = database.cursor()
        curriculum = read_curriculum()
        insert_curriculum(cursor, curriculum)
        names = [concept.name for concept in curriculum.key_concepts]
        syllabi = [syllabus.syllabus_id for syllabus in curriculum.syllabi]
        for first in range(0, pairs, _ROWS_AT_ONCE):
            _insert_pairs(cursor, generator, names, syllabi, range(first, min(first + _ROWS_AT_ONCE, pairs)))
        benchmark = Benchmark("benchmark", "planted", "planted.jsonl", items, 0, NOON)
        rows = [BenchmarkItem(number, text, "") for number, text in enumerate(asked, start=1)]
        insert_benchmark(cursor, benchmark, rows)
        _plant(cursor, generator, asked)
        cursor.execute("checkpoint")


def _insert_pairs(
    cursor: Cursor, generator: random.Random, names: list[str], syllabi: list[str], numbers: range
) -> None:
    """Insert pairs of about 25 and 90 words, in a few forms, about key concepts of the curriculum."""
    drawn = [generator.choices(names, k=4) for _ in numbers]
    ids = [f"pair-{number:011}" for number in numbers]
    run, calls = ["run"] * len(ids), [f"call-{number}" for number in numbers]
    questions = [generator.choice(_FORMS).format(*each, number) for number, each in zip(numbers, drawn, strict=True)]
    answers = [_ANSWER.format(*each, number) for number, each in zip(numbers, drawn, strict=True)]
    asked: dict[str, Any] = {
        "instruction_id": ids,
        "syllabus_id": generator.choices(syllabi, k=len(ids)),
        "strategy": ["one_session"] * len(ids),
        "text": questions,
        "run_id": run,
        "key_concept_ids": pa.array([[]] * len(ids), pa.list_(pa.string())),
        "model_call_id": calls,
    }
    insert_table(cursor, "instruction", pa.table(asked))
    said = {"answer_id": ids, "instruction_id": ids, "text": answers, "run_id": run, "model_call_id": calls}
    insert_table(cursor, "answer", pa.table(said))


def _plant(cursor: Cursor, generator: random.Random, asked: list[str]) -> None:
    long = [text for text in asked if len(text.split()) >= 13]
    texts: dict[str, str] = {}
    for number in range(_PLANTED):
        words = generator.choice(long).split()
        start = generator.randrange(len(words) - 12)
        around = (_sentence(generator, 20), _sentence(generator, 20))
        texts[f"planted-exact-{number}"] = generator.choice(asked)
        texts[f"planted-re-cased-{number}"] = generator.choice(asked).upper()
        texts[f"planted-re-punctuated-{number}"] = generator.choice(asked).replace(" ", " – ", 4).replace("?", " ...!")
        texts[f"planted-inside-{number}"] = f"{around[0]} {' '.join(words[start : start + 13])} {around[1]}"
    syllabus = cursor.execute("select min(syllabus_id) from syllabus").fetchall()[0][0]
    number = len(texts)
    columns: dict[str, Any] = {
        "instruction_id": list(texts),
        "syllabus_id": [syllabus] * number,
        "strategy": ["one_session"] * number,
        "text": list(texts.values()),
        "run_id": ["run"] * number,
        "key_concept_ids": pa.array([[]] * number, pa.list_(pa.string())),
        "model_call_id": [f"call-{key}" for key in texts],
    }
    insert_table(cursor, "instruction", pa.table(columns))


def _sentence(generator: random.Random, words: int) -> str:
    return " ".join(generator.choice(_WORDS) for _ in range(words)).capitalize() + "?"


def _in_a_process(path: Path, check: str, options: argparse.Namespace) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.quality", "--inside", check, "--folder", str(path.parent)]
    command += ["--pairs", str(options.pairs), "--items", str(options.items)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measure(path: Path, check: str) -> dict[str, Any]:
    with open_database(path) as database:
        began = time.perf_counter()
        what, counts = {"contamination": _contamination, "duplicates": _duplicates, "rules": _rules}[check](database)
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return {"seconds": seconds, "peak_gb": peak, "what": what, **counts}


def _contamination(database: Database) -> tuple[str, dict[str, float]]:
    cursor = database.cursor()
    benchmark = benchmark_named(cursor, "planted")
    check_contamination(database, benchmark, is_anew=True)
    hits = list_hits(cursor, benchmark.benchmark_id, limit=10_000_000)["instruction_id"]
    recalls = {kind: float(hits.str.startswith(f"planted-{kind}-").sum()) / _PLANTED for kind in _KINDS}
    precision = float(hits.str.startswith("planted-").mean()) if len(hits) else 1.0
    told = ", ".join(f"{kind} {share:.3f}" for kind, share in recalls.items())
    return f"recall {told}; precision {precision:.4f}", {**recalls, "precision": precision}


def _duplicates(database: Database) -> tuple[str, dict[str, float]]:
    check = check_duplicates(database, DuplicateSettings(has_meaning=False))
    return f"{check.found:,} groups among {check.rows:,} pairs", {"groups": check.found}


def _rules(database: Database) -> tuple[str, dict[str, float]]:
    check = check_rules(database, is_anew=True)
    return f"{check.found:,} flags of {check.done:,} pairs", {"flags": check.found}


def _misses(check: str, found: dict[str, Any], pairs: int) -> bool:
    seconds, memory = GOALS[check]
    if pairs < 1_000_000:
        return False
    is_slow = seconds is not None and found["seconds"] > seconds
    is_large = memory is not None and found["peak_gb"] > memory
    is_wrong = check == "contamination" and (min(found[kind] for kind in _KINDS) < 1 or found["precision"] < 0.99)
    return is_slow or is_large or is_wrong


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
