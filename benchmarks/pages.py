"""How long does the Taxonomy page take, with the shipped curriculum and with 20,000 nodes?

    python -m benchmarks.pages

Server time of whole page runs by Streamlit's AppTest, which runs app.py as a visitor's click does but draws nothing.
Each figure is the median of five after a first run, in a process that does nothing else.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import streamlit as st
from streamlit.testing.v1 import AppTest

from glan_core.edits import apply_edit, change_nodes, set_status, undo
from glan_core.entities import TaxonomyNode
from glan_core.ids import taxonomy_node_id
from glan_core.settings import PROJECT_FOLDER
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import Database, open_database
from glan_core.store.taxonomy_nodes import insert_taxonomy_nodes, list_taxonomy_nodes
from pages.shared.workspace import open_workspace

REPEATS = 5
FIELDS, SUB_FIELDS, DISCIPLINES = 20, 25, 39
"""Of each level below one node of the level above: 20,020 nodes."""
REMOVED = 5_000


def main() -> int:
    """Measure both taxonomies and print one JSON object."""
    os.environ["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1"  # no page here asks a model
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        shipped, large = Path(folder) / "shipped" / "glan.duckdb", Path(folder) / "large" / "glan.duckdb"
        create_database(shipped, curriculum=read_curriculum())
        large.parent.mkdir()
        with open_database(large, create=True) as database:
            insert_taxonomy_nodes(database.cursor(), large_taxonomy())
        for path in (shipped, large):
            figures[path.parent.name] = measure(path)
    print(json.dumps(figures, indent=2))  # noqa: T201
    return 0


def large_taxonomy() -> list[TaxonomyNode]:
    """Make 20,020 nodes."""
    nodes: list[TaxonomyNode] = []

    def add(parent_id: str | None, level: str, name: str, position: int) -> str:
        node_id = taxonomy_node_id(parent_id, name)
        nodes.append(TaxonomyNode(node_id, parent_id, level, name, f"What {name} is about.", position=position))
        return node_id

    for field in range(FIELDS):
        field_id = add(None, "field", f"Field {field}", field)
        for middle in range(SUB_FIELDS):
            sub_field_id = add(field_id, "sub_field", f"Sub-field {field}-{middle}", middle)
            for low in range(DISCIPLINES):
                add(sub_field_id, "discipline", f"Discipline {field}-{middle}-{low}", low)
    return nodes


def measure(path: Path) -> dict[str, float]:
    """Give the milliseconds of page runs and edits on one database."""
    os.environ["GLAN_DATABASE"] = str(path)
    st.cache_resource.clear()
    app = AppTest.from_file(str(PROJECT_FOLDER / "app.py"), default_timeout=300)
    app.switch_page("pages/curriculum/taxonomy.py")
    first = milliseconds(app.run)
    database = open_workspace().database
    kept = list_taxonomy_nodes(database.cursor())
    nodes = [node.taxonomy_node_id for node in kept if node.level == "discipline"]
    figures = {"nodes": len(kept), "first_run_ms": first}
    figures["rerun_ms"] = median(app.run)
    app.query_params["node"] = nodes[-1]
    figures["rerun_at_a_node_ms"] = median(app.run)
    names = iter(f"Renamed {number}" for number in range(REPEATS))
    figures["edit_and_rerun_ms"] = median(lambda: rename_and_show(database, app, nodes[-1], next(names)))
    removed = nodes[-min(REMOVED, len(nodes) // 2) :]
    apply_edit(database, set_status(database.cursor(), removed, "removed"))
    figures["removed"] = len(removed)
    figures["undo_ms"] = milliseconds(lambda: undo(database))
    database.close()
    return figures


def rename_and_show(database: Database, app: AppTest, node_id: str, name: str) -> None:
    """Rename a node and run the page that shows it."""
    apply_edit(database, change_nodes(database.cursor(), {node_id: {"name": name}}))
    app.run()
    if app.exception or app.header[0].value != name:
        raise RuntimeError(f"the page does not show {name!r}")


def median(act: Callable[[], object]) -> float:
    """Give the median milliseconds of five times."""
    return statistics.median(milliseconds(act) for _ in range(REPEATS))


def milliseconds(act: Callable[[], object]) -> float:
    """Give the milliseconds that something takes, to one digit."""
    began = time.perf_counter()
    act()
    return round(1000 * (time.perf_counter() - began), 1)


if __name__ == "__main__":
    sys.exit(main())
