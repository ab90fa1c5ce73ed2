"""How does a discipline get into the taxonomy by its path alone?

    Industry/Beekeeping                         a field, and below it a sub-field and a discipline of that name
    Agriculture/Animal husbandry/Beekeeping     field, sub-field, discipline

What is there is used, letter case aside; what is not is added.
"""

import difflib
from typing import NamedTuple

from glan_core import ids
from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.errors import ScopeError
from glan_core.scope import ScopeNode, list_scope_nodes
from glan_core.store.database import Cursor

_SIMILAR = 0.8  # above this a name that is not there is more likely a slip than a new one


class AddedNodes(NamedTuple):
    """Where a path leads."""

    node_id: str
    """The discipline at its end, or the subject or higher node that it named already."""
    nodes: tuple[TaxonomyNode, ...]
    """Those that have to be added for it, from the top."""


def nodes_of_path(cursor: Cursor, path: str) -> AddedNodes:
    """Give the node that a path names, with what is missing on the way to it.

    A name alone has to be there already. Raises ScopeError for an empty part, a path that is too long, a single name
    that is unknown, and a name that is nearly that of a sibling.
    """
    parts = tuple(part.strip() for part in path.replace(" > ", "/").split("/"))
    if not all(parts):
        raise ScopeError(f"{path!r} has an empty part.", "Write it as Field/Sub-field/Discipline.")
    nodes = [node for node in list_scope_nodes(cursor) if node.level != "subject"]
    there = _ending_in(nodes, parts)
    if there is not None:
        return AddedNodes(there.node_id, ())
    if len(parts) == 1:
        raise ScopeError(f"There is no node {path!r} in the taxonomy.", f"Say where it belongs: Field/{path}.")
    parent = _ending_in(nodes, parts[:-1])
    above, names = (parent.path, [parts[-1]]) if parent is not None else ((), list(parts))
    if len(above) + len(names) > len(LEVELS):
        raise ScopeError(f"{path!r} is too deep.", "The taxonomy has fields, sub-fields and disciplines.")
    # A discipline stands below a sub-field. Where the path leaves that out, it gets one of its own name.
    names += [names[-1]] * (len(LEVELS) - len(above) - len(names))
    return _added(nodes, above, parent.node_id if parent is not None else None, names)


def _ending_in(nodes: list[ScopeNode], parts: tuple[str, ...]) -> ScopeNode | None:
    wanted = tuple(part.casefold() for part in parts)
    whole = [node for node in nodes if tuple(name.casefold() for name in node.path) == wanted]
    found = whole or [node for node in nodes if tuple(name.casefold() for name in node.path[-len(wanted) :]) == wanted]
    if len(found) > 1:
        labels = "; ".join(node.label for node in found[:5])
        raise ScopeError(f"{'/'.join(parts)!r} fits {len(found)} nodes.", f"Give the path of one: {labels}.")
    return found[0] if found else None


def _added(nodes: list[ScopeNode], above: tuple[str, ...], parent_id: str | None, names: list[str]) -> AddedNodes:
    added: list[TaxonomyNode] = []
    for name in names:
        siblings = [node.path[-1] for node in nodes if node.path[:-1] == above]
        close = difflib.get_close_matches(name, siblings, n=1, cutoff=_SIMILAR)
        if close and not added:
            raise ScopeError(
                f"There is no {name!r}, but there is {close[0]!r}.", "Use that name, or one that is less like it."
            )
        node_id = ids.taxonomy_node_id(parent_id, name)
        level = LEVELS[len(above)]
        added.append(TaxonomyNode(node_id, parent_id, level, name, origin="user"))
        parent_id, above = node_id, (*above, name)
    return AddedNodes(added[-1].taxonomy_node_id, tuple(added))
