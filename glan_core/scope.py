"""Which node does a person mean?

A scope is a taxonomy node or a subject, given by its id, its path (`Natural Science/Physical sciences/Physics`, or any
end of it) or its name, letter case aside. A whole path wins over a name, so `Agriculture` is the field of that name
and not the discipline.
"""

import difflib
from typing import NamedTuple

from glan_core.errors import ScopeError
from glan_core.outline import read_outline
from glan_core.store.database import Cursor
from glan_core.store.reports import taxonomy_counts


class ScopeNode(NamedTuple):
    """A taxonomy node or subject with its names from the field down."""

    node_id: str
    level: str
    """`field`, `sub_field`, `discipline` or `subject`."""
    path: tuple[str, ...]

    @property
    def label(self) -> str:
        """The path as a person writes it."""
        return "/".join(self.path)


def list_scope_nodes(cursor: Cursor) -> tuple[ScopeNode, ...]:
    """List every kept node and subject with its path."""
    outline = read_outline(taxonomy_counts(cursor))
    return tuple(
        ScopeNode(place.node_id, place.level, tuple(above.name for above in outline.path(place.node_id)))
        for place in outline.places.values()
    )


def resolve_scope(cursor: Cursor, text: str) -> ScopeNode:
    """Give the one node that `text` means; ScopeError if there is none or there are several."""
    nodes = list_scope_nodes(cursor)
    wanted = tuple(part.strip().casefold() for part in text.replace(" > ", "/").split("/"))
    for node in nodes:
        if node.node_id == text or tuple(name.casefold() for name in node.path) == wanted:
            return node
    matches = [node for node in nodes if tuple(name.casefold() for name in node.path[-len(wanted) :]) == wanted]
    if len(matches) == 1:
        return matches[0]
    highest = min(matches, key=lambda node: len(node.path), default=None)
    if highest is not None and all(node.path[: len(highest.path)] == highest.path for node in matches):
        return highest  # a sub-field and its discipline of the same name, say: the one that holds the others
    if matches:
        labels = "; ".join(node.label for node in matches[:5])
        raise ScopeError(f"{text!r} fits {len(matches)} nodes.", f"Give the path of one: {labels}.")
    close = difflib.get_close_matches(text, [node.path[-1] for node in nodes], n=3)
    hint = f"Did you mean {' or '.join(repr(name) for name in dict.fromkeys(close))}?" if close else ""
    raise ScopeError(f"There is no node {text!r} in the taxonomy.", hint or "The Taxonomy page shows all names.")
