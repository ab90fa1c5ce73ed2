"""What of a taxonomy file becomes a change?"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from glan_core.edits.planned import PlannedEdit, with_plain_spaces
from glan_core.entities import TaxonomyNode
from glan_core.errors import EditError
from glan_core.store.database import Cursor
from glan_core.store.edits import EDITABLE_COLUMNS, RowChange
from glan_core.store.taxonomy_nodes import list_all_taxonomy_nodes
from glan_core.taxonomy_files import FileNode, TaxonomyDifferences, differences_in_words, taxonomy_differences


class PlannedImport(NamedTuple):
    """What an import would change, as an edit and in words."""

    planned: PlannedEdit
    lines: tuple[str, ...]
    """One a difference; first what is new, last what the file does not name."""
    missing: int
    """Kept nodes that the file does not name."""


def import_nodes(cursor: Cursor, file_nodes: Sequence[FileNode], *, removes_missing: bool = False) -> PlannedImport:
    """Plan to make the taxonomy what a file says, as one edit.

    Nodes that the file does not name stay, unless `removes_missing`. Raises TaxonomyFileError for a file that does not
    fit the taxonomy, and EditError if nothing would change.
    """
    nodes = list_all_taxonomy_nodes(cursor)
    differences = taxonomy_differences(nodes, file_nodes)
    changes = [
        RowChange("taxonomy_node", new.node.taxonomy_node_id, None, _row(new.node)) for new in differences.new
    ] + _changes(differences, removes_missing=removes_missing)
    if not changes:
        raise EditError("The taxonomy is what the file says already.", "There is nothing to import.")
    planned = PlannedEdit("import", f"Imported a taxonomy: {_counts(differences, removes_missing)}", tuple(changes))
    return PlannedImport(planned, differences_in_words(nodes, differences), len(differences.missing))


def _row(node: TaxonomyNode) -> dict[str, Any]:
    row = {column: getattr(node, column) for column in EDITABLE_COLUMNS["taxonomy_node"]}
    texts = {"name": with_plain_spaces(node.name), "description": node.description.strip()}
    return row | texts | {"level": node.level, "origin": node.origin}


def _changes(differences: TaxonomyDifferences, *, removes_missing: bool) -> list[RowChange]:
    """Give one change a node, of all columns that the file says otherwise."""
    nodes: dict[str, TaxonomyNode] = {}
    after: dict[str, dict[str, Any]] = {}

    def note(node: TaxonomyNode, **values: Any) -> None:
        nodes[node.taxonomy_node_id] = node
        after.setdefault(node.taxonomy_node_id, {}).update(values)

    for renamed in differences.renamed:
        note(renamed.node, name=with_plain_spaces(renamed.name))
    for moved in differences.moved:
        note(moved.node, parent_id=moved.parent_id)
    for changed in differences.changed:
        note(changed.node, **changed.values)
    gone = {missing.taxonomy_node_id for missing in differences.missing}
    for missing in differences.missing if removes_missing else ():
        if missing.parent_id not in gone:  # what stands below goes along, and comes back with it
            note(missing, status="removed")
    return [
        RowChange("taxonomy_node", node_id, {column: getattr(nodes[node_id], column) for column in values}, values)
        for node_id, values in after.items()
    ]


def _counts(differences: TaxonomyDifferences, removes_missing: bool) -> str:
    numbers = {
        "new": len(differences.new),
        "renamed": len(differences.renamed),
        "moved": len(differences.moved),
        "changed": len(differences.changed),
        "removed": len(differences.missing) if removes_missing else 0,
    }
    return ", ".join(f"{number:,} {word}" for word, number in numbers.items() if number)
