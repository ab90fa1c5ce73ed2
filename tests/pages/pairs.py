"""Pairs for the pages to show: made by the real engine against the model server."""

from pathlib import Path

from glan_core.engines.local import execute
from glan_core.planning.plan import PlanRequest, make_plan
from glan_core.presets import preset
from glan_core.scope import list_scope_nodes
from glan_core.store.database import Database
from tests.model_server import MODEL, ModelServer


def make_pairs(database: Database, folder: Path, server: ModelServer, *, instructions: int) -> str:
    """Make pairs over all syllabi of the database, and give the id of their run."""
    cursor = database.cursor()
    fields = tuple(node.node_id for node in list_scope_nodes(cursor) if node.level == "field")
    plan = make_plan(cursor, PlanRequest(fields, instructions, 7, preset("paper", model=MODEL)))
    execute(plan, database=database, folder=folder / plan.run_id, endpoint=server.endpoint, concurrency=4)
    return plan.run_id
