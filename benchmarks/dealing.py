"""How long does a change on the New run page take where the novelty of 100,000 pairs decides?

    python -m benchmarks.dealing

Over all shipped syllabi, with 100,000 pairs in the database, all read and compared (their neighbours are made up, and
they stand for no combination of key concepts): the forecast with its estimate, dealt evenly and by novelty with
saturated nodes held; and a forecast of five pairs that has to read novelty first, which is done once for each state of
the data. Each figure is the median of five after a first one. The goal is a forecast with its estimate by novelty
within 200 ms; the exit code is 1 if it is missed.
"""

import json
import sys
import tempfile
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from benchmarks.pages import median
from glan_core.encoder_choice import encoder_in_use
from glan_core.planning.estimates import estimate
from glan_core.planning.novelty import NoveltyReader
from glan_core.planning.plan import PlanRequest, forecast_plan
from glan_core.presets import preset
from glan_core.starter import create_database, read_curriculum
from glan_core.store.batches import insert_table
from glan_core.store.database import Cursor, open_database
from glan_core.store.neighbourhoods import Neighbourhoods, insert_neighbourhoods
from glan_core.store.taxonomy_nodes import list_children

PAIRS = 100_000
PLANNED = (5, 10_000, 100_000)
MOST_MILLISECONDS = 200
NEIGHBOURS = 15
NOWHERE = "http://127.0.0.1:9/v1"  # nothing here asks a model


class Milliseconds(NamedTuple):
    """What a plan of so many pairs takes."""

    evenly: float
    by_novelty: float


def main() -> int:
    """Measure, and print one JSON object."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "glan.duckdb"
        create_database(path, curriculum=read_curriculum())
        with open_database(path) as database:
            cursor = database.cursor()
            fill(cursor)
            figures = {f"{planned:,} planned": measure(cursor, planned)._asdict() for planned in PLANNED}
            reading = median(lambda: forecast_plan(cursor, request_of(cursor, 5, 0), novelty=NoveltyReader()))
    print(json.dumps({"pairs": PAIRS, **figures, "first_by_novelty": reading}, indent=2))  # noqa: T201
    return int(any(figure["by_novelty"] > MOST_MILLISECONDS for figure in figures.values()))


def fill(cursor: Cursor) -> None:
    """Add pairs of all syllabi in turn, with made up neighbours: some of every node are near to a former one."""
    rng = np.random.default_rng(0)
    syllabi = [
        syllabus_id for (syllabus_id,) in cursor.execute("select syllabus_id from syllabus order by 1").fetchall()
    ]
    ids = [f"question-{number}" for number in range(PAIRS)]
    cursor.execute(
        "insert into run (run_id, plan, settings, seed, state, engine, started_at) "
        "values ('made', '{}', '{}', 1000000, 'finished', 'local', now())"
    )
    questions = pa.table(
        {
            "instruction_id": ids,
            "syllabus_id": [syllabi[number % len(syllabi)] for number in range(PAIRS)],
            "strategy": ["one_session"] * PAIRS,
            "text": ids,
            "run_id": ["made"] * PAIRS,
            "key_concept_ids": pa.array([[]] * PAIRS, pa.list_(pa.string())),
            "model_call_id": ids,
            "status": ["generated"] * PAIRS,
        }
    )
    insert_table(cursor, "instruction", questions)
    encoder, content = encoder_in_use(cursor)
    linked = {
        "encoder": [encoder.encoder] * PAIRS,
        "content": [content] * PAIRS,
        "instruction_id": ids,
        "number": pa.array(range(PAIRS), pa.int64()),
    }
    insert_table(cursor, "embedded_instruction", pa.table(linked))
    similarities = -np.sort(-rng.uniform(0.3, 0.9, (PAIRS, NEIGHBOURS)).astype(np.float32), axis=1)
    lists = Neighbourhoods(np.arange(PAIRS), rng.integers(0, PAIRS, (PAIRS, NEIGHBOURS)), similarities)
    insert_neighbourhoods(cursor, lists, encoder=encoder.encoder, content=content)


def measure(cursor: Cursor, planned: int) -> Milliseconds:
    """Give the milliseconds of forecast with estimate, each time with another seed."""
    reader = NoveltyReader()
    seeds = count()

    def forecast(*, by_novelty: bool) -> None:
        request = request_of(cursor, planned, next(seeds), by_novelty=by_novelty)
        plan = forecast_plan(cursor, request, novelty=reader)
        estimate(cursor, plan, concurrency=16, endpoint_url=NOWHERE)

    forecast(by_novelty=True)  # reads templates, prices and novelty
    return Milliseconds(median(lambda: forecast(by_novelty=False)), median(lambda: forecast(by_novelty=True)))


def request_of(cursor: Cursor, planned: int, seed: int, *, by_novelty: bool = True) -> PlanRequest:
    """Ask for pairs of the whole taxonomy."""
    fields = tuple(node.taxonomy_node_id for node in list_children(cursor, None))
    allocation = "novelty" if by_novelty else "even"
    return PlanRequest(
        fields, planned, seed, preset("paper", model="m"), allocation=allocation, holds_saturated=by_novelty
    )


if __name__ == "__main__":
    sys.exit(main())
