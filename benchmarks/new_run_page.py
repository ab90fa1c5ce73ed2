"""How long after a change in its form does the New run page know what a run would take, up to 100,000 pairs?

    python -m benchmarks.new_run_page

Over all shipped syllabi: the forecast with its estimate, which is what a change has to wait for; the whole run of the
page by Streamlit's AppTest, which draws nothing; and drawing the plan, which is done once, when Start is pressed. Each
figure is the median of five after a first one, in a process that does nothing else. The goal is a forecast with its
estimate within 200 ms; the exit code is 1 if it is missed.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.pages import median, milliseconds
from glan_core.planning.estimates import estimate
from glan_core.planning.plan import PlanRequest, forecast_plan, plan_of
from glan_core.presets import preset
from glan_core.settings import PROJECT_FOLDER
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import Database, open_database
from glan_core.store.taxonomy_nodes import list_children
from pages.shared.workspace import open_workspace

PAIRS = (5, 10_000, 100_000)
MOST_MILLISECONDS = 200
MODEL = "m"
NOWHERE = "http://127.0.0.1:9/v1"  # nothing here asks a model


def main() -> int:
    """Measure, and print one JSON object."""
    os.environ |= {"OPENAI_BASE_URL": NOWHERE, "OPENAI_API_KEY": "", "GLAN_MODEL": MODEL}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "glan.duckdb"
        create_database(path, curriculum=read_curriculum())
        with open_database(path) as database:
            figures = {f"{pairs:,} pairs": measure(database, pairs) for pairs in PAIRS}
        pages = measure_page(path)
        for name, milliseconds_of_page in pages.items():
            figures[name]["page_rerun_ms"] = milliseconds_of_page
    print(json.dumps(figures, indent=2))  # noqa: T201
    return int(any(figure["forecast_and_estimate_ms"] > MOST_MILLISECONDS for figure in figures.values()))


def measure(database: Database, pairs: int) -> dict[str, float]:
    """Give the milliseconds of forecast with estimate, and of drawing the plan; each time with another seed."""
    cursor = database.cursor()
    fields = tuple(node.taxonomy_node_id for node in list_children(cursor, None))
    seeds: Iterator[int] = count()

    def request() -> PlanRequest:
        return PlanRequest(fields, pairs, next(seeds), preset("paper", model=MODEL))

    def forecast() -> None:
        estimate(cursor, forecast_plan(cursor, request()), concurrency=16, endpoint_url=NOWHERE)

    forecast()  # the first one reads templates and prices
    found = forecast_plan(cursor, request())
    if len(found.items) != pairs:
        raise RuntimeError(f"{len(found.items)} of {pairs} were planned")
    return {"forecast_and_estimate_ms": median(forecast), "draw_ms": milliseconds(lambda: plan_of(found))}


def measure_page(path: Path) -> dict[str, float]:
    """Give the milliseconds of a run of the whole page after another seed was typed, by the number of pairs."""
    os.environ["GLAN_DATABASE"] = str(path)
    st.cache_resource.clear()
    app = AppTest.from_file(str(PROJECT_FOLDER / "app.py"), default_timeout=300)
    app.switch_page("pages/generate/new_run.py").run()
    figures = {}
    seeds: Iterator[int] = count(1)

    def change() -> None:
        app.number_input(key="seed").set_value(next(seeds)).run()
        if app.exception or app.error:
            raise RuntimeError("the page shows an error")

    for pairs in PAIRS:
        next(field for field in app.number_input if field.label == "Pairs").set_value(pairs).run()
        figures[f"{pairs:,} pairs"] = median(change)
    open_workspace().worker.close()
    open_workspace().database.close()
    return figures


if __name__ == "__main__":
    sys.exit(main())
