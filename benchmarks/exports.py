"""How long does an export of a million pairs take, and how much memory?

    python -m benchmarks.exports --folder FOLDER       # the set is made there once, and kept
    python -m benchmarks.exports --pairs 100000 --format chat

Each format is written by a process of its own from an open database, all lineage included; the clock runs from the
call of `export` to its return, manifest and checksum included. Goals at a million pairs: JSONL 15 s, Parquet 10 s, and
never more than 1.5 GB of memory, which is the high-water mark of the process over its whole life. `split` writes chat
with 50 questions of each discipline held out, without vectors; it has no goal. Prints one JSON object; the exit code is
1 if a goal was missed.

The set: pairs over the starter curriculum, each drawn from one to four key concepts of a class session, its question
about 140 letters and its answer about 600, each with a model call of its own.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.clock import peak_memory_bytes
from glan_core.exports.request import ExportRequest
from glan_core.exports.writing import export_folder
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import Cursor, first_row, open_database

GOALS_S = {"chat": 15.0, "sharegpt": 15.0, "alpaca": 15.0, "parquet": 10.0}
GOAL_BYTES = 1_500_000_000
_ROWS_AT_ONCE = 250_000
_CASES = {
    **{format_: ExportRequest(formats=(format_,)) for format_ in (*GOALS_S, "csv", "hf")},
    "split": ExportRequest(test_per_discipline=50, duplicates="exact"),
    "interleaved": ExportRequest(order="interleaved"),
}


def main() -> int:
    """Measure what was asked for and print it."""
    options = _options()
    if options.child:
        sys.stdout.write(json.dumps(measure(options.database, options.child)))
        return 0
    figures: dict[str, Any] = {"pairs": options.pairs, "load_at_start": round(os.getloadavg()[0], 1)}
    with tempfile.TemporaryDirectory() as temporary:
        database = (options.folder or Path(temporary)) / f"exports_{options.pairs}.duckdb"
        if not database.exists():
            make_set(database, options.pairs)
        figures["database_bytes"] = database.stat().st_size
        for case in options.format or _CASES:
            figures[case] = _in_its_own_process(database, case)
    figures["load_at_end"] = round(os.getloadavg()[0], 1)
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
    return int(not all(_is_met(case, figures[case]) for case in options.format or _CASES))


def make_set(path: Path, pairs: int) -> None:
    """Make a database of so many pairs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    create_database(unfinished, curriculum=read_curriculum(), demo=None)
    with open_database(unfinished) as database:
        cursor = database.cursor()
        # Without keys: to index millions of ids takes longer than all that is measured, and no export asks for one.
        for table in ("model_call", "instruction", "answer"):
            cursor.execute(f"create or replace table {table} as from {table}")
        _make_run_and_places(cursor)
        for start in range(0, pairs, _ROWS_AT_ONCE):
            _make_pairs(cursor, start, min(start + _ROWS_AT_ONCE, pairs))
        cursor.execute("checkpoint")
    unfinished.rename(path)


def _make_run_and_places(cursor: Cursor) -> None:
    cursor.execute(
        """
        insert into run (run_id, plan, settings, seed, state, engine, started_at)
        values ('run', '{}', '{}', 1, 'finished', 'local', timestamptz '2024-02-20 12:00:00+00')
        """
    )
    cursor.execute(
        """
        create temp table place as
        select
            row_number() over (order by session.class_session_id) - 1 as number,
            session.syllabus_id,
            list(concept.key_concept_id order by concept.position) as key_concept_ids,
            list(concept.name order by concept.position) as names
        from class_session as session
        join key_concept as concept on concept.class_session_id = session.class_session_id
        group by session.class_session_id, session.syllabus_id
        """
    )


def _make_pairs(cursor: Cursor, start: int, end: int) -> None:
    row = first_row(cursor.execute("select count(*) from place"))
    places = int(row[0]) if row else 0
    pair_id = "lpad(to_base((hash(i) >> 2)::bigint, 32), 16, 'a')"
    cursor.execute(
        f"""
        insert into model_call (
            model_call_id, run_id, stage, template, template_fingerprint, model, parameters, messages, reply,
            finish_reason, prompt_tokens, completion_tokens, seconds, attempt, finished_at, cost
        )
        select
            if(side = 0, 'asked', 'told') || md5(i::varchar)[:11], 'run', if(side = 0, 'instructions', 'answers'),
            if(side = 0, 'instructions', 'answers'), '0123456789ab', 'model-' || side, '{{}}', '[]', '',
            'stop', 900, 200, 1, 1, timestamptz '2024-02-20 12:00:00+00' + to_seconds(i), 0.0001
        from range({start}, {end}) as t(i), range(2) as s(side)
        """  # noqa: S608
    )
    cursor.execute(
        f"""
        insert into instruction (
            instruction_id, syllabus_id, strategy, text, run_id, key_concept_ids, model_call_id, status
        )
        select
            {pair_id}, place.syllabus_id, 'one_session',
            'Take the case number ' || i || ' of ' || place.names[1] || ': how would you explain what follows from it, '
                || 'and which measurement "' || md5(i::varchar) || '" would show that you are right?',
            'run', place.key_concept_ids[:1 + (i % 4)], 'asked' || md5(i::varchar)[:11],
            if(i % 10 = 0, 'accepted', 'generated')
        from range({start}, {end}) as t(i)
        join place on place.number = (hash(i, 1) % {places})::bigint
        """  # noqa: S608
    )
    parts = " || ' ' || ".join(f"'It follows from step {n} that ' || sha256(i || '{n}')" for n in range(6))
    cursor.execute(
        f"""
        insert into answer (answer_id, instruction_id, text, run_id, model_call_id)
        select md5('a' || i)[:16], {pair_id}, {parts}, 'run', 'told' || md5(i::varchar)[:11]
        from range({start}, {end}) as t(i)
        """  # noqa: S608
    )


def _in_its_own_process(database: Path, case: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.exports", "--child", case, "--database", str(database)]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(ran.stdout)
    return figures


def measure(path: Path, case: str) -> dict[str, Any]:
    """Write one case from the database at `path`, and give what it took."""
    out = path.parent / f"out-{case}"
    shutil.rmtree(out, ignore_errors=True)
    with open_database(path) as database:
        began, cpu = time.perf_counter(), time.process_time()
        export = export_folder(database, out, _CASES[case])
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    first = export.manifest["files"][0]
    with (out / first["file"]).open("rb") as file:
        is_true = hashlib.file_digest(file, "sha256").hexdigest() == first["sha256"]
    shutil.rmtree(out)
    return {
        "seconds": round(seconds, 2),
        "processor_seconds": round(cpu, 2),
        "peak_megabytes": round(peak_memory_bytes() / 1e6),
        "megabytes": round(first["bytes"] / 1e6),
        "pairs": export.manifest["pairs"],
        "checksum": is_true,
        "left_out": export.manifest["left_out_for"],
    }


def _is_met(case: str, figures: dict[str, Any]) -> bool:
    in_time = figures["seconds"] <= GOALS_S.get(case, float("inf"))
    return in_time and (case not in GOALS_S or figures["peak_megabytes"] * 1e6 <= GOAL_BYTES)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports")
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the set is made, and kept for the next time")
    parser.add_argument("--format", nargs="+", choices=_CASES, help="which cases; all of them otherwise")
    parser.add_argument("--child", choices=_CASES, help=argparse.SUPPRESS)
    parser.add_argument("--database", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
