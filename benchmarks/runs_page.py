"""How long does the Runs page take with 10,000 runs, and with one run of 100,000 calls?

    python -m benchmarks.runs_page

Server time of whole page runs by Streamlit's AppTest, which runs app.py as a visitor's click does but draws nothing.
Each figure is the median of five after a first run, in a process that does nothing else. `folders` are the same runs
with a folder for each, as headless runs leave them: whoever opens a page looks there for what is new. `taking_in` is
that look alone: the first of a server, the later ones, and one after somebody has taken up one of the runs.
"""

import argparse
import dataclasses
import json
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.pages import median, milliseconds
from glan_core.calls import Message, ModelCall
from glan_core.entities import Answer, Instruction, Run, RunState, Strategy
from glan_core.presets import preset
from glan_core.runs.ingesting import Settled, take_in_journals
from glan_core.runs.journal import Journal, write_plan
from glan_core.runs.run_folder import RunStatus, write_status
from glan_core.settings import PROJECT_FOLDER, runs_folder
from glan_core.starter import create_database, read_curriculum
from glan_core.store.answers import insert_answers
from glan_core.store.batches import insert_batch
from glan_core.store.database import Database, open_database
from glan_core.store.instructions import insert_instructions
from glan_core.store.model_calls import insert_model_calls
from pages.shared.workspace import open_workspace

RUNS = 10_000
PAIRS = 5
"""Of each run: 100,000 calls in all."""
LARGE_RUN = "large-run"
LARGE_RUN_CALLS = 100_000
BATCH = 1_000
"""Runs that are inserted at once."""
MODEL = "model-of-the-benchmark"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> int:
    """Measure the list and one large run, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--calls", type=int, default=LARGE_RUN_CALLS, help="of the large run")
    asked = parser.parse_args()
    os.environ["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1"  # no page here asks a model
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "glan.duckdb"
        create_database(path, curriculum=read_curriculum())
        with open_database(path) as database:
            fill(database, runs=asked.runs, calls=asked.calls)
        figures = {"database": measure(path)}
        make_folders(runs_folder(path), runs=asked.runs)
        figures["taking_in"] = measure_taking_in(path)
        figures["folders"] = measure(path)
    print(json.dumps(figures, indent=2))  # noqa: T201
    return 0


def fill(database: Database, *, runs: int, calls: int) -> None:
    """Make so many runs of five pairs, and one of so many calls."""
    cursor = database.cursor()
    syllabus_id, concept_id = _course(database)
    for first in range(0, runs, BATCH):
        batch = [made_run(number) for number in range(first, min(first + BATCH, runs))]
        insert_batch(cursor, "run", [_row(run) for run in batch])
        numbered = [(run, place) for run in batch for place in range(PAIRS)]
        insert_model_calls(cursor, [call for run, place in numbered for call in calls_of(run.run_id, place)])
        insert_instructions(
            cursor,
            [
                Instruction(
                    instruction_id=f"{run.run_id}-{place}",
                    syllabus_id=syllabus_id,
                    strategy=Strategy.ONE_SESSION,
                    text=f"What is question {place} of {run.run_id}?",
                    key_concept_ids=(concept_id,),
                    run_id=run.run_id,
                    model_call_id=f"{run.run_id}-{place}-instructions",
                )
                for run, place in numbered
            ],
        )
        insert_answers(
            cursor,
            [
                Answer(
                    f"{run.run_id}-{place}-answer",
                    f"{run.run_id}-{place}",
                    "It is one.",
                    run.run_id,
                    f"{run.run_id}-{place}-answers",
                )
                for run, place in numbered
            ],
        )
    insert_batch(cursor, "run", [_row(dataclasses.replace(made_run(runs), run_id=LARGE_RUN))])
    for first in range(0, calls // 2, 10 * BATCH):
        places = range(first, min(first + 10 * BATCH, calls // 2))
        insert_model_calls(cursor, [call for place in places for call in calls_of(LARGE_RUN, place)])
    cursor.close()


def made_run(number: int) -> Run:
    """Make the run with this number; each began a minute after the one before."""
    settings = dataclasses.asdict(preset("paper", model=MODEL))
    began = BEGAN + timedelta(minutes=number)
    plan = {"scope": ["nowhere"], "instructions": PAIRS, "stages": ["instructions", "answers"]}
    ended = began + timedelta(seconds=30)
    return Run(f"run{number:013}", plan, settings, number, RunState.FINISHED, "local", began, ended)


def calls_of(run_id: str, place: int) -> list[ModelCall]:
    """Make the two calls of one pair; 50 calls end a second."""
    return [
        ModelCall(
            model_call_id=f"{run_id}-{place}-{stage}",
            run_id=run_id,
            stage=stage,
            template=stage,
            template_fingerprint="0123456789ab",
            model=MODEL,
            parameters={"temperature": 1.0},
            messages=(Message("user", f"Ask or answer {place}."),),
            reply="It is one.",
            finish_reason="stop",
            prompt_tokens=500,
            completion_tokens=100,
            seconds=0.5 + place % 7 / 10,
            attempt=1,
            finished_at=BEGAN + timedelta(seconds=place / 25),
            cost=0.001,
        )
        for stage in ("instructions", "answers")
    ]


def make_folders(folder: Path, *, runs: int) -> None:
    """Give each run the folder that a headless one leaves."""
    for number in range(runs):
        run = made_run(number)
        place = folder / run.run_id
        request = {**run.plan, "settings": run.settings, "seed": run.seed}
        write_plan(place, {"request": request, "items": {}, "growths": []})
        Journal(place).close()
        write_status(place, _status(run))


def measure(path: Path) -> dict[str, float]:
    """Give the milliseconds of page runs on a database."""
    os.environ["GLAN_DATABASE"] = str(path)
    st.cache_resource.clear()
    figures: dict[str, float] = {}
    app = opened()
    figures["list_ms"] = median(app.run)
    pages = app.pagination[0].num_pages if app.pagination else 1
    figures["list_last_page_ms"] = median(opened(page=str(pages)).run)
    for tab in ("Stages", "Speed", "Calls"):
        figures[f"run_{tab.lower()}_ms"] = median(opened(run=LARGE_RUN, tab=tab).run)
    open_workspace().database.close()
    return figures


def measure_taking_in(path: Path) -> dict[str, float]:
    """Give the milliseconds of looking for what is new in the folders of all runs."""
    folder, settled = runs_folder(path), Settled()
    with open_database(path) as database:

        def look() -> None:
            take_in_journals(database, folder, settled=settled)

        figures = {"first_ms": milliseconds(look), "later_ms": median(look)}
        with Journal(folder / made_run(0).run_id):
            figures["one_taken_up_ms"] = milliseconds(look)
    return figures


def opened(**question: str) -> AppTest:
    """Open the page with this question in its address, and draw it once."""
    app = AppTest.from_file(str(PROJECT_FOLDER / "app.py"), default_timeout=600)
    app.switch_page("pages/generate/runs.py")
    for name, value in question.items():
        app.query_params[name] = value
    app.run()
    if app.exception or not app.dataframe:
        raise RuntimeError(f"the page does not show {question}")
    return app


def _course(database: Database) -> tuple[str, str]:
    """Give a syllabus and one of its key concepts."""
    row = database.cursor().execute(
        "from class_session join key_concept using (class_session_id) select syllabus_id, key_concept_id limit 1"
    )
    syllabus_id, concept_id = row.fetchall()[0]
    return syllabus_id, concept_id


def _row(run: Run) -> dict[str, object]:
    row = {field.name: getattr(run, field.name) for field in dataclasses.fields(run)}
    del row["is_demo"], row["is_removed"]  # as the schema has them
    return {**row, "plan": json.dumps(run.plan), "settings": json.dumps(run.settings), "state": run.state.value}


def _status(run: Run) -> RunStatus:
    return RunStatus(
        run_id=run.run_id,
        state=run.state,
        message="",
        started_at=run.started_at.isoformat(),
        finished_at=run.finished_at.isoformat() if run.finished_at else None,
        engine=run.engine,
        seed=run.seed,
        models=(MODEL,),
        wanted=PAIRS,
        instructions=PAIRS,
        answers=PAIRS,
        failed_in_session=0,
        calls=2 * PAIRS,
        prompt_tokens=5000,
        completion_tokens=1000,
        cost=0.01,
        calls_reused=0,
        seconds=30.0,
        endpoint="http://127.0.0.1:9/v1",
        concurrency=4,
        under_way=0,
        limit=4,
        refusals=0,
        retried=0,
    )


if __name__ == "__main__":
    sys.exit(main())
