"""What would the import of a file change, and what is the taxonomy after it?

Nodes that the file does not name are only reported: a file may well hold a part of the taxonomy.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from glan_core.entities import TaxonomyNode
from glan_core.taxonomy_files.file_nodes import LEVEL_WORDS, FileNode, Problems, name_key, shown
from glan_core.taxonomy_files.matching import Ancestry, Match, match_nodes
from glan_core.taxonomy_files.text_lines import lines_of


class AddedNode(NamedTuple):
    """A node that is to be added."""

    node: TaxonomyNode
    """Ready to be inserted: `parent_id` is known also where the parent is new; what the file leaves open is `kept`, of
    origin `user`, without target and position."""
    file_node: FileNode
    """What the file says of it; its `parent` is the place of its parent in the file."""


class RenamedNode(NamedTuple):
    """A node that gets another name."""

    node: TaxonomyNode
    name: str


class MovedNode(NamedTuple):
    """A node that goes below another one."""

    node: TaxonomyNode
    parent_id: str | None
    """May be the id of a new node."""


class ChangedNode(NamedTuple):
    """A node of which other columns change."""

    node: TaxonomyNode
    values: Mapping[str, Any]
    """The new values by column: `description`, `status`, `target`, `position`."""


class TaxonomyDifferences(NamedTuple):
    """All that an import would change, in the order of the file; a node may be renamed, moved and changed at once."""

    new: tuple[AddedNode, ...] = ()
    """Each before those below it."""
    renamed: tuple[RenamedNode, ...] = ()
    moved: tuple[MovedNode, ...] = ()
    changed: tuple[ChangedNode, ...] = ()
    missing: tuple[TaxonomyNode, ...] = ()
    """Kept nodes, below kept ones, that the file does not name. They stay unless somebody removes them."""


def taxonomy_differences(nodes: Sequence[TaxonomyNode], file_nodes: Sequence[FileNode]) -> TaxonomyDifferences:
    """Compare a file, as read_taxonomy_file gives it, with all nodes of the taxonomy, whatever their status.

    What the file does not say stays as it is. Only a removed node comes back when the file names it and does not say
    that it is removed. matching.py tells which node is meant by a name.

    Raises TaxonomyFileError if a file node has the id of a node of another level, or if two siblings would have the
    same name after the import.
    """
    matches = match_nodes(nodes, file_nodes)
    pairs = list(zip(file_nodes, matches, strict=True))
    met = [(file_node, match, match.node) for file_node, match in pairs if match.node is not None]
    named = {node.taxonomy_node_id for _, _, node in met}
    ancestry = Ancestry(nodes)
    differences = TaxonomyDifferences(
        new=tuple(AddedNode(_new(file_node, match), file_node) for file_node, match in pairs if match.node is None),
        renamed=tuple(
            RenamedNode(node, file_node.name)
            for file_node, _, node in met
            if node.name.strip() != file_node.name.strip()
        ),
        moved=tuple(MovedNode(node, match.parent_id) for _, match, node in met if node.parent_id != match.parent_id),
        changed=tuple(
            ChangedNode(node, values) for file_node, _, node in met if (values := _changed_values(node, file_node))
        ),
        missing=tuple(
            node for node in nodes if node.taxonomy_node_id not in named and ancestry.statuses(node) == {"kept"}
        ),
    )
    _check_siblings(nodes, differences, {match.node_id: file_node.line for file_node, match in pairs})
    return differences


def apply_differences(nodes: Sequence[TaxonomyNode], differences: TaxonomyDifferences) -> tuple[TaxonomyNode, ...]:
    """Give the taxonomy as it is after an import; missing nodes stay."""
    after = {node.taxonomy_node_id: node for node in nodes}
    after.update({new.node.taxonomy_node_id: new.node for new in differences.new})
    values: dict[str, dict[str, Any]] = {}
    for renamed in differences.renamed:
        values.setdefault(renamed.node.taxonomy_node_id, {})["name"] = renamed.name
    for moved in differences.moved:
        values.setdefault(moved.node.taxonomy_node_id, {})["parent_id"] = moved.parent_id
    for changed in differences.changed:
        values.setdefault(changed.node.taxonomy_node_id, {}).update(changed.values)
    after.update({node_id: dataclasses.replace(after[node_id], **values[node_id]) for node_id in values})
    return tuple(after.values())


def _new(file_node: FileNode, match: Match) -> TaxonomyNode:
    return TaxonomyNode(
        taxonomy_node_id=match.node_id,
        parent_id=match.parent_id,
        level=file_node.level,
        name=file_node.name,
        description=file_node.description or "",
        status=file_node.status or "kept",
        target=file_node.target,
        origin=file_node.origin or "user",
        position=file_node.position,
    )


def _changed_values(node: TaxonomyNode, file_node: FileNode) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if file_node.description is not None and not _is_same_text(file_node.description, node.description):
        values["description"] = file_node.description
    status = file_node.status or ("kept" if node.status == "removed" else node.status)
    if status != node.status:
        values["status"] = status
    if file_node.target not in (None, node.target):
        values["target"] = file_node.target
    if file_node.position not in (None, node.position):
        values["position"] = file_node.position
    return values


def _is_same_text(one: str, other: str) -> bool:
    """Compare what every format can hold: no outer space, and no kinds of line breaks."""
    return lines_of(one.strip()) == lines_of(other.strip())


def _check_siblings(nodes: Sequence[TaxonomyNode], differences: TaxonomyDifferences, lines: Mapping[str, int]) -> None:
    """Refuse the file if it brings a name to where another node has it; what was so before is not its fault."""
    touched = {
        *(new.node.taxonomy_node_id for new in differences.new),
        *(renamed.node.taxonomy_node_id for renamed in differences.renamed),
        *(moved.node.taxonomy_node_id for moved in differences.moved),
        *(changed.node.taxonomy_node_id for changed in differences.changed if "status" in changed.values),
    }
    after = [node for node in apply_differences(nodes, differences) if node.status != "removed"]
    at_place: dict[tuple[str | None, str], list[TaxonomyNode]] = {}
    for node in after:
        at_place.setdefault((node.parent_id, name_key(node.name)), []).append(node)
    problems = Problems()
    for node in after:
        others = [other for other in at_place[node.parent_id, name_key(node.name)] if other is not node]
        if others and node.taxonomy_node_id in touched:
            problems.add(
                lines[node.taxonomy_node_id],
                f"the {LEVEL_WORDS[node.level]} {shown(node.name)} would stand beside another of that name"
                + ("." if others[0].taxonomy_node_id in lines else ", which the file does not name."),
            )
    problems.refuse()
