"""How does a discipline get into the taxonomy by its path alone?

    Industry/Beekeeping                         a field, and below it a sub-field and a discipline of that name
    Agriculture/Animal husbandry/Beekeeping     field, sub-field, discipline

What is there is used, letter case aside, also where the path leaves out what stands between: Natural Science/Physics is
Natural Science/Physical sciences/Physics. What is not there is added.
"""

import difflib
from typing import NamedTuple

from glan_core.edits.nodes import free_node_id
from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.errors import ScopeError
from glan_core.scope import ScopeNode, list_scope_nodes
from glan_core.store.database import Cursor
from glan_core.store.taxonomy_nodes import list_children

# Above this a name that is not there is more likely a slip than a new one: Phisics is caught (0.86), Biochemistry
# beside Geochemistry (0.83) is not. A word made of another one, such as Geochemistry of Chemistry, has more letters
# than a slip adds.
_SIMILAR = 0.85
_SLIP_LETTERS = 2


class AddedNodes(NamedTuple):
    """Where a path leads."""

    node_id: str
    """The discipline at its end, or a higher node that was there already."""
    nodes: tuple[TaxonomyNode, ...]
    """Those that have to be added for it, from the top."""


def nodes_of_path(cursor: Cursor, path: str, *, is_as_given: bool = False) -> AddedNodes:
    """Give the node that a path names, with what is missing on the way to it.

    A name alone has to be there already. Raises ScopeError for an empty part, a path that is too long or fits several
    nodes, a single name that is unknown, and, unless `is_as_given`, a name that is nearly that of another node in the
    same place.
    """
    parts = tuple(part.strip() for part in path.replace(" > ", "/").split("/"))
    if not all(parts):
        raise ScopeError(f"{path!r} has an empty part.", "Write it as Field/Sub-field/Discipline.")
    nodes = [node for node in list_scope_nodes(cursor) if node.level != "subject"]
    there = _named(nodes, parts)
    if there is not None:
        return AddedNodes(there.node_id, ())
    if len(parts) == 1:
        raise ScopeError(f"There is no node {path!r} in the taxonomy.", f"Say where it belongs: Field/{path}.")
    beginnings = ((_named(nodes, parts[:number]), parts[number:]) for number in range(len(parts) - 1, 0, -1))
    parent, missing = next(((node, rest) for node, rest in beginnings if node is not None), (None, parts))
    above, names = parent.path if parent is not None else (), list(missing)
    if len(above) + len(names) > len(LEVELS):
        raise ScopeError(f"{path!r} is too deep.", "The taxonomy has fields, sub-fields and disciplines.")
    # A discipline stands below a sub-field. Where the path leaves that out, it gets one of its own name.
    names += [names[-1]] * (len(LEVELS) - len(above) - len(names))
    parent_id = parent.node_id if parent is not None else None
    return _added(cursor, nodes, above, parent_id, names, is_as_given=is_as_given)


def _named(nodes: list[ScopeNode], parts: tuple[str, ...]) -> ScopeNode | None:
    wanted = _folded(parts)
    whole = [node for node in nodes if _folded(node.path) == wanted]
    ending = [node for node in nodes if _folded(node.path[-len(wanted) :]) == wanted]
    passing = [node for node in nodes if _passes(_folded(node.path), wanted)]
    found = whole or ending or passing
    # A discipline that was added without a sub-field stands below one of its own name, and it is what is meant.
    found = [node for node in found if not any(other.path == (*node.path, node.path[-1]) for other in found)]
    if len(found) > 1:
        labels = "; ".join(node.label for node in found[:5])
        raise ScopeError(f"{'/'.join(parts)!r} fits {len(found)} nodes.", f"Give the path of one: {labels}.")
    if not found:
        return None
    return next((node for node in nodes if node.path == (*found[0].path, found[0].path[-1])), found[0])


def _passes(path: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Say whether a path begins and ends as wanted, with all names in order and others between them."""
    names = iter(path)
    return len(wanted) > 1 and (path[0], path[-1]) == (wanted[0], wanted[-1]) and all(name in names for name in wanted)


def _folded(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.casefold() for name in names)


def _added(
    cursor: Cursor,
    nodes: list[ScopeNode],
    above: tuple[str, ...],
    parent_id: str | None,
    names: list[str],
    *,
    is_as_given: bool,
) -> AddedNodes:
    added: list[TaxonomyNode] = []
    for name in names:
        # Fields for a field; below a field everything in it, as the path may leave out a sub-field.
        near = {node.path[-1].casefold(): node for node in nodes if _is_near(node.path, above)}
        close = difflib.get_close_matches(name.casefold(), near, n=3, cutoff=_SIMILAR)
        slips = [other for other in close if abs(len(other) - len(name)) <= _SLIP_LETTERS]
        if slips and not added and not is_as_given:
            raise ScopeError(
                f"There is no {name!r}, but there is {near[slips[0]].label}.",
                "Use that name, or say --as-given if you mean another node.",
            )
        _refuse_removed(cursor, parent_id, name)
        node_id = free_node_id(cursor, parent_id, name)
        level = LEVELS[len(above)]
        added.append(TaxonomyNode(node_id, parent_id, level, name, origin="user"))
        parent_id, above = node_id, (*above, name)
    return AddedNodes(added[-1].taxonomy_node_id, tuple(added))


def _refuse_removed(cursor: Cursor, parent_id: str | None, name: str) -> None:
    for other in list_children(cursor, parent_id):
        if other.name.casefold() == name.casefold() and other.status != "kept":
            is_pending = other.status == "pending"
            raise ScopeError(
                f"{other.name!r} {'was proposed' if is_pending else 'was removed'} here.",
                f"{'Accept' if is_pending else 'Restore'} it first: python -m glan_core taxonomy restore "
                f"{other.taxonomy_node_id}",
            )


def _is_near(path: tuple[str, ...], above: tuple[str, ...]) -> bool:
    return path[: len(above)] == above and len(path) > len(above) and (bool(above) or len(path) == 1)
