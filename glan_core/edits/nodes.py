"""How are fields, sub-fields and disciplines added, changed, moved, removed and restored?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from glan_core import ids
from glan_core.edits.planned import PlannedEdit, checked_description, checked_name, checked_target, in_words
from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.errors import EditError
from glan_core.store.database import Cursor
from glan_core.store.edits import RowChange
from glan_core.store.taxonomy_nodes import find_taxonomy_node, list_children, list_nodes_with_ids

LEVEL_NAMES = {"field": "field", "sub_field": "sub-field", "discipline": "discipline"}
_NOTHING_SEEN: Mapping[str, Mapping[str, Any]] = {}
_CHANGE_KINDS: dict[tuple[str, ...], str] = {("name",): "rename", ("description",): "describe", ("target",): "target"}
_STATUS_KINDS = {
    ("pending", "kept"): ("accept", "Accepted"),
    ("pending", "removed"): ("reject", "Rejected"),
    ("kept", "removed"): ("remove", "Removed"),
    ("removed", "kept"): ("restore", "Restored"),
}


class NewNode(NamedTuple):
    """A node that is to be added."""

    name: str
    description: str = ""
    target: int | None = None


def add_nodes(
    cursor: Cursor,
    parent_id: str | None,
    nodes: Sequence[NewNode],
    *,
    origin: str = "user",
) -> PlannedEdit:
    """Plan to add nodes below a node, or fields for None.

    What was removed or proposed there under the same name comes back, with everything below it. EditError if there is
    nothing to add, a name is there already or twice, or the parent is none that can have nodes below it.
    """
    if not nodes:
        raise EditError("There is no name to add.", "Write one name a line.")
    parent = _parent(cursor, parent_id)
    level = LEVELS[LEVELS.index(parent.level) + 1 if parent else 0]
    siblings = list_children(cursor, parent_id)
    position = max((sibling.position or 0 for sibling in siblings), default=0)
    there = by_name(siblings)
    changes = []
    for place, new in enumerate(nodes, start=1):
        name, description, target = checked_name(new.name), checked_description(new.description), new.target
        known = there.get(name.casefold())
        if known is not None and known.status == "kept":
            raise EditError(f"There is a {LEVEL_NAMES[level]} {known.name!r} here already.", "Use that one.")
        if known is not None:
            changes.append(_brought_back(known, description, checked_target(target)))
        else:
            row = {
                "parent_id": parent_id,
                "level": level,
                "name": name,
                "description": description,
                "status": "kept",
                "target": checked_target(target),
                "origin": origin,
                "position": position + place,
            }
            changes.append(RowChange("taxonomy_node", free_node_id(cursor, parent_id, name), None, row))
        there[name.casefold()] = TaxonomyNode("", parent_id, level, name)
    below = f" to {parent.name}" if parent else ""
    names = in_words(
        change.after.get("name") or checked_name(new.name) for change, new in zip(changes, nodes, strict=True)
    )
    return PlannedEdit("add", f"Added {names}{below}", tuple(changes))


def change_nodes(
    cursor: Cursor,
    wanted: Mapping[str, Mapping[str, Any]],
    *,
    seen: Mapping[str, Mapping[str, Any]] = _NOTHING_SEEN,
) -> PlannedEdit:
    """Plan new names, descriptions or targets: node id -> {column: value}. What is the same already is left out.

    `seen` are the values that the person had before them, in the same form: where one of them is another by now, the
    edit is refused when it is made. EditError if nothing would change, or a value cannot be used.
    """
    check: dict[str, Callable[[Any], Any]] = {
        "name": checked_name,
        "description": checked_description,
        "target": checked_target,
    }
    changes, labels = [], []
    columns: set[tuple[str, ...]] = set()
    for node in nodes_with(cursor, list(wanted)):
        check_is_there(node)
        values = {column: check[column](value) for column, value in wanted[node.taxonomy_node_id].items()}
        changed = {column: value for column, value in values.items() if getattr(node, column) != value}
        if changed:
            before = {"status": node.status} | {column: getattr(node, column) for column in changed}
            before |= seen.get(node.taxonomy_node_id, {})
            changes.append(RowChange("taxonomy_node", node.taxonomy_node_id, before, changed))
            labels.append(_change_label(node, changed))
            columns.add(tuple(sorted(changed)))
    if not changes:
        raise EditError("Nothing would change.", "Change a name, a description or a target first.")
    label = labels[0] if len(labels) == 1 else f"Changed {len(labels):,} nodes"
    kind = _CHANGE_KINDS.get(next(iter(columns)), "change") if len(columns) == 1 else "change"
    return PlannedEdit(kind, label, tuple(changes))


def move_nodes(cursor: Cursor, node_ids: Sequence[str], *, parent_id: str) -> PlannedEdit:
    """Plan to move nodes of one level, with everything below them, to another parent.

    EditError for a field, a parent of the wrong level, a name that is there already, or nothing to move.
    """
    parent = _parent(cursor, parent_id)
    assert parent is not None  # the id is not None
    moving = [node for node in nodes_with(cursor, node_ids) if node.parent_id != parent_id]
    if not moving:
        raise EditError(f"That stands below {parent.name} already.", "Choose another place.")
    siblings = list_children(cursor, parent_id)
    position = max((sibling.position or 0 for sibling in siblings), default=0)
    names = {sibling.name.casefold(): sibling.name for sibling in siblings if sibling.status == "kept"}
    changes = []
    for place, node in enumerate(moving, start=1):
        check_is_there(node)
        if LEVELS.index(node.level) != LEVELS.index(parent.level) + 1:
            raise EditError(
                f"{node.name} is a {LEVEL_NAMES[node.level]} and cannot stand below the "
                f"{LEVEL_NAMES[parent.level]} {parent.name}.",
                "Sub-fields stand below fields, and disciplines below sub-fields.",
            )
        if node.name.casefold() in names:
            raise EditError(
                f"{parent.name} has {names[node.name.casefold()]} already.", "Merge the two, or rename one."
            )
        if node.status == "kept":
            names[node.name.casefold()] = node.name
        before = {"status": node.status, "parent_id": node.parent_id, "position": node.position}
        after = {"parent_id": parent_id, "position": position + place}
        changes.append(RowChange("taxonomy_node", node.taxonomy_node_id, before, after))
    label = f"Moved {in_words(node.name for node in moving)} to {parent.name}"
    return PlannedEdit("move", label, tuple(changes))


def set_status(cursor: Cursor, node_ids: Sequence[str], status: str) -> PlannedEdit:
    """Plan to keep or to remove nodes with everything below them; a pending one is accepted or rejected by it.

    EditError if they all have the status already.
    """
    changing = [node for node in nodes_with(cursor, node_ids) if node.status != status]
    if not changing:
        raise EditError("These nodes have that status already.", "Look at them again.")
    kinds = {_STATUS_KINDS[node.status, status] for node in changing}
    kind, word = (
        kinds.pop() if len(kinds) == 1 else {"kept": ("keep", "Kept"), "removed": ("remove", "Removed")}[status]
    )
    return PlannedEdit(
        kind,
        f"{word} {in_words(node.name for node in changing)}",
        tuple(
            RowChange("taxonomy_node", node.taxonomy_node_id, {"status": node.status}, {"status": status})
            for node in changing
        ),
    )


def free_node_id(cursor: Cursor, parent_id: str | None, name: str) -> str:
    """Give the id of a new node; where a renamed or moved node has the usual one, the next that is free."""
    number = 1
    while find_taxonomy_node(cursor, found := ids.taxonomy_node_id(parent_id, name, number=number)) is not None:
        number += 1
    return found


def nodes_with(cursor: Cursor, node_ids: Sequence[str]) -> tuple[TaxonomyNode, ...]:
    """Give the nodes with these ids in this order, whatever their status; EditError if one is unknown."""
    found = list_nodes_with_ids(cursor, node_ids)
    missing = [node_id for node_id in node_ids if node_id not in found]
    if missing:
        raise EditError(f"There is no node {missing[0]!r}.", "Choose one from the taxonomy.")
    return tuple(found[node_id] for node_id in dict.fromkeys(node_ids))


def by_name(nodes: Iterable[TaxonomyNode]) -> dict[str, TaxonomyNode]:
    """Give nodes by name, letter case aside: of several with one name the kept one, or else one that is pending."""
    last_wins = sorted(nodes, key=lambda node: ("removed", "pending", "kept").index(node.status))
    return {node.name.casefold(): node for node in last_wins}


def check_is_there(node: TaxonomyNode) -> None:
    """Raise EditError if a node was removed: nobody would see what is changed about it."""
    if node.status == "removed":
        raise EditError(f"{node.name} was removed.", "Restore it first.")


def check_is_kept(node: TaxonomyNode) -> None:
    """Raise EditError if a node was removed or waits: what goes below it would be hidden."""
    check_is_there(node)
    if node.status == "pending":
        raise EditError(f"{node.name} is a proposal that nobody has accepted yet.", "Accept it first.")


def _parent(cursor: Cursor, parent_id: str | None) -> TaxonomyNode | None:
    if parent_id is None:
        return None
    (parent,) = nodes_with(cursor, [parent_id])
    if parent.level == LEVELS[-1]:
        raise EditError(
            f"{parent.name} is a discipline: subjects stand below it.", "Add a subject, or choose a sub-field."
        )
    check_is_kept(parent)
    return parent


def _brought_back(node: TaxonomyNode, description: str, target: int | None) -> RowChange:
    after: dict[str, Any] = {"status": "kept"}
    if description:
        after["description"] = description
    if target is not None:
        after["target"] = target
    return RowChange("taxonomy_node", node.taxonomy_node_id, {name: getattr(node, name) for name in after}, after)


def _change_label(node: TaxonomyNode, changed: Mapping[str, Any]) -> str:
    if set(changed) == {"name"}:
        return f"Renamed {node.name} to {changed['name']}"
    if set(changed) == {"description"}:
        return f"Described {node.name}"
    if set(changed) == {"target"}:
        return f"Set the target of {node.name} to {'none' if changed['target'] is None else changed['target']}"
    return f"Changed {node.name}"
