"""Which cosine tells a paraphrase of a benchmark's question from another question, and does the check miss a near one?

    python -m benchmarks.paraphrases --topics 100

Each of eight pairs of wordings asks the same thing twice in other words. About every topic, a key concept of the
starter curriculum, stands one as an item of a benchmark and the other as a question among the pairs. Beside it stands a
question that asks something else about the same topic, which should not be flagged: the hardest that there are. What
the check finds is held against every cosine worked out at once.
"""

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from glan_core.checking.meaning import CURVE, check_meaning
from glan_core.embedder import embed_instructions
from glan_core.starter import insert_curriculum, read_curriculum
from glan_core.store.batches import insert_table
from glan_core.store.benchmarks import Benchmark, BenchmarkItem, insert_benchmark
from glan_core.store.contamination import list_hits
from glan_core.store.database import Cursor, Database, open_database
from glan_core.text_vectors import vectors_of
from tests.small_pairs import NOON

# The first is the item, the second its paraphrase, and the third asks something else about the same.
WORDINGS = (
    ("What is meant by {0}?", "Explain the meaning of the term {0}.", "Who was the first to write about {0}?"),
    ("Why does {0} matter in practice?", "What makes {0} important for practical work?", "How is {0} measured?"),
    ("Give an example of {0} from daily life.", "Name an everyday case in which {0} occurs.", "Define {0} formally."),
    ("How would you teach {0} to a beginner?", "Describe a way to introduce novices to {0}.", "Criticise {0}."),
    ("List three common mistakes about {0}.", "Which three errors do people often make with {0}?", "When began {0}?"),
    ("What are the limits of {0}?", "Where does {0} cease to be of use?", "Draw a diagram that shows {0}."),
    ("Describe the history of {0}.", "How did {0} come about and develop over time?", "Apply {0} to a number."),
    ("Which evidence supports {0}?", "What findings speak in favour of {0}?", "Translate {0} into Latin."),
)
_AT = (0.70, 0.75, 0.80, 0.85, 0.90, 0.95)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; gives 1 where the check and the plain arithmetic differ."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paraphrases")
    parser.add_argument("--topics", type=int, default=100)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "p.duckdb", create=True) as database:
        figures = measure(database, options.topics)
    figures["load"] = round(os.getloadavg()[0], 1)
    if options.json:
        sys.stdout.write(f"{json.dumps(figures)}\n")
        return int(figures["missed"] > 0)
    sys.stdout.write(f"{options.topics} paraphrases, load {figures['load']}; {figures['missed']} near ones missed\n")
    sys.stdout.write("cosine   paraphrases found   other questions on the topic\n")
    for at, (found, wrong) in figures["curve"].items():
        sys.stdout.write(f"{at:>6}   {found:>17.0%}   {wrong:>28.0%}\n")
    return int(figures["missed"] > 0)


def measure(database: Database, topics: int) -> dict[str, Any]:
    """Plant the questions, check them, and hold what was found against all cosines."""
    cursor = database.cursor()
    items, planted = _plant(cursor, topics)
    embed_instructions(database)
    benchmark = Benchmark("benchmark", "planted", "planted.jsonl", len(items), 0, NOON)
    insert_benchmark(cursor, benchmark, [BenchmarkItem(at, text, "") for at, text in enumerate(items, start=1)])
    check_meaning(database, benchmark, CURVE[0])
    hits = list_hits(cursor, benchmark.benchmark_id, kinds=("meaning",), limit=10_000_000)
    found = dict(zip(hits["instruction_id"], hits["similarity"], strict=True))
    cosines = vectors_of(database, list(planted.values())) @ vectors_of(database, items).T
    nearest = dict(zip(planted, cosines.max(axis=1), strict=True))
    missed = sum(
        abs(found.get(key, 0.0) - cosine) > 1e-4 for key, cosine in nearest.items() if cosine >= CURVE[0] + 1e-4
    )
    return {
        "missed": int(missed),
        "curve": {f"{at:.2f}": [_share(found, kind, at, topics) for kind in ("same", "other")] for at in _AT},
        "wrong_item": int(
            np.sum(cosines[[list(planted).index(f"same-{n}") for n in range(topics)]].argmax(axis=1) != range(topics))
        ),
    }


def _share(found: dict[str, float], kind: str, at: float, topics: int) -> float:
    return sum(key.startswith(kind) and cosine >= at for key, cosine in found.items()) / topics


def _plant(cursor: Cursor, topics: int) -> tuple[list[str], dict[str, str]]:
    """Insert the questions; gives the items, and by id the text of each planted question."""
    curriculum = read_curriculum()
    insert_curriculum(cursor, curriculum)
    names = random.Random(0).sample(sorted({concept.name for concept in curriculum.key_concepts}), topics)
    items, planted = [], {}
    for number, name in enumerate(names):
        item, same, other = WORDINGS[number % len(WORDINGS)]
        items.append(item.format(name))
        planted |= {f"same-{number}": same.format(name), f"other-{number}": other.format(name)}
    number = len(planted)
    columns: dict[str, Any] = {
        "instruction_id": list(planted),
        "syllabus_id": [curriculum.syllabi[0].syllabus_id] * number,
        "strategy": ["one_session"] * number,
        "text": list(planted.values()),
        "run_id": ["run"] * number,
        "key_concept_ids": pa.array([[]] * number, pa.list_(pa.string())),
        "model_call_id": [f"call-{key}" for key in planted],
    }
    insert_table(cursor, "instruction", pa.table(columns))
    return items, planted


if __name__ == "__main__":
    sys.exit(main())
