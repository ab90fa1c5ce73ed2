"""In which order do the nodes of a taxonomy stand in a file?

Siblings stand by position; those without one come after them, by name.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.errors import TaxonomyFileError


class FileBranch(NamedTuple):
    """A node with what stands below it."""

    node: TaxonomyNode
    below: tuple["FileBranch", ...]


def branches_of(nodes: Sequence[TaxonomyNode]) -> tuple[FileBranch, ...]:
    """Arrange nodes, given in any order, below their fields.

    Raises TaxonomyFileError for a node without its parent: written without it, it would be lost.
    """
    children: dict[tuple[str | None, str], list[TaxonomyNode]] = {}
    for node in nodes:
        children.setdefault((node.parent_id, node.level), []).append(node)
    branches = _arrange(children, None, 0)
    reached = {node.taxonomy_node_id for node in walk(branches)}
    lost = [node for node in nodes if node.taxonomy_node_id not in reached]
    if lost:
        raise TaxonomyFileError(
            f"{lost[0].name!r} cannot be written, as the node above it is not among those to be written.",
            "Choose whole branches, from their field down.",
        )
    return branches


def without_removed(branches: Sequence[FileBranch]) -> tuple[FileBranch, ...]:
    """Leave out what is removed, and with it all that stands below."""
    return tuple(
        FileBranch(branch.node, without_removed(branch.below)) for branch in branches if branch.node.status != "removed"
    )


def kept_alone(branches: Sequence[FileBranch]) -> tuple[FileBranch, ...]:
    """Leave out what is not kept, proposals too, and with it all that stands below: for formats without a status."""
    return tuple(
        FileBranch(branch.node, kept_alone(branch.below)) for branch in branches if branch.node.status == "kept"
    )


def walk(branches: Sequence[FileBranch]) -> Iterator[TaxonomyNode]:
    """Give every node, each before those below it."""
    for branch in branches:
        yield branch.node
        yield from walk(branch.below)


def _arrange(
    children: dict[tuple[str | None, str], list[TaxonomyNode]], parent_id: str | None, depth: int
) -> tuple[FileBranch, ...]:
    if depth == len(LEVELS):
        return ()
    siblings = sorted(children.get((parent_id, LEVELS[depth]), ()), key=_place)
    return tuple(FileBranch(node, _arrange(children, node.taxonomy_node_id, depth + 1)) for node in siblings)


def _place(node: TaxonomyNode) -> tuple[bool, int, str, str, str]:
    return node.position is None, node.position or 0, node.name.casefold(), node.name, node.taxonomy_node_id
