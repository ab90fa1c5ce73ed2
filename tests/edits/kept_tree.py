"""What of the curriculum counts just now, and does all of it still hang together?

Worked out here from the bare tables, so that it does not rest on the views that the program reads.
"""

from typing import Any, NamedTuple

from glan_core.store.database import Cursor

Row = dict[str, Any]


class KeptTree(NamedTuple):
    """Every row that counts by its id, with all its columns."""

    nodes: dict[str, Row]
    subjects: dict[str, Row]
    syllabi: dict[str, Row]
    instruction_ids: list[str]


def kept_tree(cursor: Cursor) -> KeptTree:
    """Read the tree as pages and runs see it."""
    nodes, subjects, syllabi, instructions = (
        rows(cursor, table) for table in ("taxonomy_node", "subject", "syllabus", "instruction")
    )

    def is_kept(node_id: str | None) -> bool:
        return node_id is None or (nodes[node_id]["status"] == "kept" and is_kept(nodes[node_id]["parent_id"]))

    kept_subjects = {
        row_id: row for row_id, row in subjects.items() if row["status"] == "kept" and is_kept(row["discipline_id"])
    }
    kept_syllabi = {row_id: row for row_id, row in syllabi.items() if row["subject_id"] in kept_subjects}
    return KeptTree(
        {node_id: row for node_id, row in nodes.items() if is_kept(node_id)},
        kept_subjects,
        kept_syllabi,
        [row_id for row_id, row in instructions.items() if row["syllabus_id"] in kept_syllabi],
    )


def names(cursor: Cursor) -> list[str]:
    """List the paths of all that counts, subjects too."""
    tree = kept_tree(cursor)

    def path(node_id: str | None) -> str:
        return "" if node_id is None else f"{path(tree.nodes[node_id]['parent_id'])}{tree.nodes[node_id]['name']}/"

    subjects = [path(row["discipline_id"]) + row["name"] for row in tree.subjects.values()]
    return sorted([*(path(node_id).rstrip("/") for node_id in tree.nodes), *subjects])


def rows(cursor: Cursor, table: str) -> dict[str, Row]:
    """Give every row of a table by its id, whatever its status."""
    result = cursor.execute(f"from {table} order by {table}_id")
    columns = [column[0] for column in result.description or ()]
    return {row[0]: dict(zip(columns[1:], row[1:], strict=True)) for row in result.fetchall()}


def unchangeable(cursor: Cursor) -> dict[str, tuple[Any, ...]]:
    """Give by id what no edit may change, of every row whatever its status."""
    fixed = {
        "taxonomy_node": ("level", "origin"),
        "subject": ("run_id", "model_call_id"),
        "syllabus": ("text", "run_id", "model_call_id"),
        "instruction": ("syllabus_id", "text", "status"),
    }
    return {
        row_id: tuple(row[column] for column in columns)
        for table, columns in fixed.items()
        for row_id, row in rows(cursor, table).items()
    }


def orphans(cursor: Cursor) -> list[str]:
    """List the questions without a way up to a field, be what is on it kept or removed."""
    nodes, subjects, syllabi = (rows(cursor, table) for table in ("taxonomy_node", "subject", "syllabus"))

    def levels(node_id: str | None) -> list[str]:
        return [] if node_id is None else [*levels(nodes[node_id]["parent_id"]), nodes[node_id]["level"]]

    return [
        instruction_id
        for instruction_id, row in rows(cursor, "instruction").items()
        if levels(subjects[syllabi[row["syllabus_id"]]["subject_id"]]["discipline_id"])
        != ["field", "sub_field", "discipline"]
    ]
