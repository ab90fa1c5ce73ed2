"""How fast does a file become a corpus, and how often is a row placed in its own discipline?

    python -m benchmarks.imports                          # 1,000,000 rows of each container: some minutes
    python -m benchmarks.imports --rows 100000 --containers json_lines --without-places
    python -m benchmarks.imports --containers none         # only the places: every name of the taxonomy is read once

Rows are made up, of some 500 letters each. Each import runs in a process of its own, whose largest memory is taken.
Places: the starter curriculum and the demo corpus. Each demo pair's question is placed among all disciplines by names
of subjects and key concepts (what is used), by each of these alone, and by the pairs of the other half (--seed), which
the rest is measured on as well. Demo questions were written from those key concepts, so that subjects alone are nearer
to what rows of another project can expect.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.clock import peak_memory_bytes
from glan_core.corpora.importing import import_corpus
from glan_core.demo import insert_demo
from glan_core.encoders import BUILT_IN_ENCODER
from glan_core.insight.nearest_disciplines import accuracy_of, fit_sharpness, nearest_disciplines, reference_of
from glan_core.insight.node_meanings import centroids_of
from glan_core.starter import insert_curriculum, read_curriculum
from glan_core.store.corpus_places import list_own_vectors, list_taught_names
from glan_core.store.database import Database, open_database
from glan_core.store.numbered_vectors import read_numbered_vectors
from glan_core.text_vectors import vectors_of

CONTAINERS = ("json_lines", "json", "csv", "parquet")
MOST_SECONDS = 60.0
"""For a million rows."""
_WORDS = (
    "light",
    "heat",
    "cell",
    "state",
    "river",
    "market",
    "vowel",
    "enzyme",
    "theorem",
    "voltage",
    "treaty",
    "acid",
)
_AT_ONCE = 50_000


def main() -> int:
    """Measure, and print one JSON object; 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--containers", nargs="*", default=list(CONTAINERS), choices=(*CONTAINERS, "none"))
    parser.add_argument("--without-places", action="store_true")
    parser.add_argument("--database", type=Path, help="keep the database of the places here, to read names only once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-goals", action="store_true", help="exit with 0 whatever was measured")
    parser.add_argument("--import", dest="import_", nargs=2, metavar=("FILE", "DATABASE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.import_:
        _import_here(*map(Path, options.import_))
        return 0
    data: dict[str, Any] = {"rows": options.rows, "load": [round(load, 1) for load in os.getloadavg()]}
    with tempfile.TemporaryDirectory() as folder:
        for container in options.containers:
            if container != "none":
                data[container] = _measure_import(Path(folder), container, options.rows)
        if not options.without_places:
            data["places"] = measure_places(options.database or Path(folder) / "places.duckdb", seed=options.seed)
    data["load_after"] = [round(load, 1) for load in os.getloadavg()]
    sys.stdout.write(json.dumps(data, indent=2) + "\n")
    slowest = max((data[name]["seconds"] for name in options.containers if name != "none"), default=0.0)
    is_met = slowest * 1_000_000 / options.rows < MOST_SECONDS
    return 0 if is_met or options.no_goals else 1


def write_rows(path: Path, container: str, rows: int) -> None:
    """Write made-up rows of Alpaca's form."""
    match container:
        case "parquet":
            schema = pa.schema([(name, pa.string()) for name in ("instruction", "input", "output")])
            with pq.ParquetWriter(path, schema) as writer:
                for batch in _batches(rows):
                    writer.write_table(pa.Table.from_pylist(batch, schema=schema))
        case "csv":
            with path.open("w", encoding="utf-8") as file:
                file.write("instruction,input,output\n")
                for batch in _batches(rows):
                    file.writelines(f'"{row["instruction"]}",,"{row["output"]}"\n' for row in batch)
        case _:
            before, between, after = ("[\n", ",\n", "\n]") if container == "json" else ("", "\n", "\n")
            with path.open("w", encoding="utf-8") as file:
                file.write(before)
                for number, batch in enumerate(_batches(rows)):
                    file.write((between if number else "") + between.join(map(json.dumps, batch)))
                file.write(after)


def measure_places(path: Path, *, seed: int) -> dict[str, Any]:
    """Measure how often a demo question is nearest to its own discipline, by what disciplines are stood for."""
    with open_database(path, create=True) as database:
        cursor = database.cursor()
        if not list_taught_names(cursor):
            insert_curriculum(cursor, read_curriculum())
            insert_demo(cursor)
        parts, ids = _parts(database)
        encoder = BUILT_IN_ENCODER.encoder
        own = list_own_vectors(cursor, encoder=encoder, content="instruction")
        distinct, place = np.unique(own.numbers, return_inverse=True)
        vectors = read_numbered_vectors(cursor, encoder=encoder, numbers=distinct)[place]
    nodes = np.array([ids.index(discipline_id) for discipline_id in own.discipline_ids])
    is_held_out = _halves(nodes, seed=seed)
    parts["pairs of the other half"] = centroids_of(vectors[~is_held_out], nodes[~is_held_out], count=len(ids))
    used = reference_of(parts["subjects"], parts["key concepts"])
    sharpness = fit_sharpness(vectors[~is_held_out], nodes[~is_held_out], used)
    found = nearest_disciplines(vectors[is_held_out], used, sharpness=sharpness)
    held_out = {
        " + ".join(names): accuracy_of(
            vectors[is_held_out], nodes[is_held_out], reference_of(*(parts[name] for name in names))
        )
        for names in (
            ("subjects", "key concepts"),
            ("subjects",),
            ("key concepts",),
            ("pairs of the other half",),
            ("subjects", "key concepts", "pairs of the other half"),
        )
    }
    return {
        "disciplines": len(ids),
        "encoder": encoder,
        "seed": seed,
        "all pairs, as used": _rounded(accuracy_of(vectors, nodes, used)._asdict()),
        "held-out half": {name: _rounded(accuracy._asdict()) for name, accuracy in held_out.items()},
        "sharpness of the other half": round(sharpness, 2),
        "mean confidence of the held-out half": round(float(found.confidences.mean()), 4),
        "right at a confidence": _calibration(found.confidences, found.disciplines == nodes[is_held_out]),
    }


def _batches(rows: int) -> Iterator[list[dict[str, str]]]:
    chosen = random.Random(1)
    for start in range(0, rows, _AT_ONCE):
        yield [
            {
                "instruction": f"Question {number}: {' '.join(chosen.choices(_WORDS, k=15))}?",
                "input": "",
                "output": " ".join(chosen.choices(_WORDS, k=60)),
            }
            for number in range(start, min(rows, start + _AT_ONCE))
        ]


def _measure_import(folder: Path, container: str, rows: int) -> dict[str, float]:
    path = folder / f"rows.{container}"
    write_rows(path, container, rows)
    database = folder / f"{container}.duckdb"
    command = [sys.executable, "-m", "benchmarks.imports", "--import", str(path), str(database)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(ran.stdout)
    figures["file_mb"] = round(path.stat().st_size / 1e6, 1)
    path.unlink()
    database.unlink()
    if figures["rows"] != rows:
        raise AssertionError(f"{figures['rows']} of {rows} rows arrived")
    return figures


def _import_here(path: Path, database: Path) -> None:
    with open_database(database, create=True) as opened:
        began, cpu = time.perf_counter(), time.process_time()
        imported = import_corpus(opened, path)
        figures = {
            "rows": imported.corpus.rows,
            "seconds": round(time.perf_counter() - began, 3),
            "cpu_seconds": round(time.process_time() - cpu, 3),
        }
    figures["peak_mb"] = round(peak_memory_bytes() / 1e6)
    sys.stdout.write(json.dumps(figures) + "\n")


def _parts(database: Database) -> tuple[dict[str, np.ndarray], list[str]]:
    taught = list_taught_names(database.cursor())
    ids = sorted({each.discipline_id for each in taught})
    vectors = vectors_of(database, [each.name for each in taught])
    nodes = np.array([ids.index(each.discipline_id) for each in taught])
    is_concept = np.array([each.is_key_concept for each in taught])
    return {
        "subjects": centroids_of(vectors[~is_concept], nodes[~is_concept], count=len(ids)),
        "key concepts": centroids_of(vectors[is_concept], nodes[is_concept], count=len(ids)),
    }, ids


def _halves(nodes: np.ndarray, *, seed: int) -> np.ndarray:
    """Give which pairs are held out: a random half of each discipline's."""
    order = np.random.default_rng(seed).permutation(len(nodes))
    is_held_out = np.zeros(len(nodes), bool)
    for node in np.unique(nodes):
        members = order[nodes[order] == node]
        is_held_out[members[: len(members) // 2]] = True
    return is_held_out


def _calibration(confidences: np.ndarray, is_right: np.ndarray) -> dict[str, dict[str, float]]:
    edges = [(0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01)]
    return {
        f"{low:.1f} to {min(high, 1):.1f}": {
            "rows": int(inside.sum()),
            "right": round(float(is_right[inside].mean()), 3),
        }
        for low, high in edges
        if (inside := (confidences >= low) & (confidences < high)).any()
    }


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in figures.items()}


if __name__ == "__main__":
    sys.exit(main())
