"""How do two nodes become one, and one several?"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from glan_core.edits.nodes import LEVEL_NAMES, NewNode, add_nodes, by_name, check_is_kept, nodes_with
from glan_core.edits.planned import PlannedEdit, checked_name, in_words
from glan_core.entities import Subject, TaxonomyNode
from glan_core.errors import EditError
from glan_core.store.database import Cursor
from glan_core.store.edits import RowChange
from glan_core.store.subjects import list_subjects
from glan_core.store.syllabi import list_syllabi_of
from glan_core.store.taxonomy_nodes import list_children


class Part(NamedTuple):
    """What a node is split into: a new node beside it, with some of what stands below it."""

    name: str
    description: str
    child_ids: tuple[str, ...]
    """Nodes below it, or subjects of a discipline."""


def merge_nodes(cursor: Cursor, node_id: str, *, into_id: str) -> PlannedEdit:
    """Plan to move everything below a node to another one of its level, and to remove it.

    Below both, nodes and subjects of the same name become one as well; the syllabi of such subjects stand side by
    side as versions, those of `into_id` last, so that they stay the current ones. Where one of them has a target of
    its own, what is wanted of both is added up. EditError for nodes of two levels.
    """
    node, into = nodes_with(cursor, [node_id, into_id]) if node_id != into_id else _refuse_itself(cursor, node_id)
    if node.level != into.level:
        raise EditError(
            f"{node.name} is a {LEVEL_NAMES[node.level]}, and {into.name} a {LEVEL_NAMES[into.level]}.",
            "Two nodes of the same level can be merged.",
        )
    if node.status == "removed":
        raise EditError(f"{node.name} was removed.", "Restore it first.")
    check_is_kept(into)
    return PlannedEdit("merge", f"Merged {node.name} into {into.name}", tuple(_merged(cursor, node, into)))


def split_node(cursor: Cursor, node_id: str, parts: Sequence[Part]) -> PlannedEdit:
    """Plan to add nodes beside a node and to move what is named below it there.

    What no part names stays where it is; a node with nothing left but proposals is removed, and its own target is dealt
    to the parts by how much goes to each. EditError for a part without anything, a name that is there already or comes
    twice, or something that stands elsewhere or in two parts.
    """
    (node,) = nodes_with(cursor, [node_id])
    if node.status == "removed":
        raise EditError(f"{node.name} was removed.", "Restore it first.")
    children = _children(cursor, node)
    wanted = [child_id for part in parts for child_id in part.child_ids]
    twice = [name for name, number in Counter(part.name.strip() for part in parts).items() if number > 1]
    if twice:
        raise EditError(f"Two parts are called {twice[0]!r}.", "Give each part a name of its own.")
    if len(set(wanted)) < len(wanted):
        raise EditError("Something stands in two parts.", "Put each in one of them.")
    if set(wanted) - children.keys():
        raise EditError(f"Something in the parts does not stand below {node.name}.", "Look at it as it is now.")
    empty = [part.name for part in parts if not part.child_ids]
    if empty or not parts:
        raise EditError(f"The part {empty[0]!r} is empty." if empty else "There is no part.", "Put something into it.")
    gone = _kept(cursor, node) <= set(wanted)
    targets = _dealt(node.target, [len(part.child_ids) for part in parts]) if gone else [None] * len(parts)
    new = [NewNode(part.name, part.description, target) for part, target in zip(parts, targets, strict=True)]
    added = add_nodes(cursor, node.parent_id, new)
    column = "discipline_id" if node.level == "discipline" else "parent_id"
    table = "subject" if node.level == "discipline" else "taxonomy_node"
    moves = [
        RowChange(table, child_id, {column: node_id}, {column: change.row_id})
        for part, change in zip(parts, added.changes, strict=True)
        for child_id in part.child_ids
    ]
    removal = [RowChange("taxonomy_node", node_id, {"status": node.status}, {"status": "removed"})] if gone else []
    names = in_words([checked_name(part.name) for part in parts])
    rest = "" if gone else ", and kept the rest"
    return PlannedEdit("split", f"Split {node.name} into {names}{rest}", (*added.changes, *moves, *removal))


def _dealt(target: int | None, sizes: Sequence[int]) -> list[int | None]:
    """Deal a target in proportion to sizes, to the last pair; none stays none."""
    if target is None:
        return [None] * len(sizes)
    ends = [target * sum(sizes[: place + 1]) // sum(sizes) for place in range(len(sizes))]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


def _refuse_itself(cursor: Cursor, node_id: str) -> tuple[TaxonomyNode, TaxonomyNode]:
    (node,) = nodes_with(cursor, [node_id])
    raise EditError(f"{node.name} cannot be merged with itself.", "Choose another node.")


def _children(cursor: Cursor, node: TaxonomyNode) -> dict[str, str]:
    """Give the names of what stands directly below a node, by id."""
    if node.level == "discipline":
        return {subject.subject_id: subject.name for subject in list_subjects(cursor, [node.taxonomy_node_id])}
    children = list_children(cursor, node.taxonomy_node_id)
    return {child.taxonomy_node_id: child.name for child in children if child.status != "removed"}


def _kept(cursor: Cursor, node: TaxonomyNode) -> set[str]:
    """Give the ids of what stands directly below a node and is no proposal."""
    if node.level == "discipline":
        return set(_children(cursor, node))
    children = list_children(cursor, node.taxonomy_node_id)
    return {child.taxonomy_node_id for child in children if child.status == "kept"}


def _wanted(cursor: Cursor, node: TaxonomyNode) -> int | None:
    """Give the pairs wanted at or below a node: its own target, or else those of its children."""
    if node.target is not None or node.level == "discipline":
        return node.target
    below = [_wanted(cursor, child) for child in list_children(cursor, node.taxonomy_node_id) if child.status == "kept"]
    targets = [target for target in below if target is not None]
    return sum(targets) if targets else None


def _merged(cursor: Cursor, node: TaxonomyNode, into: TaxonomyNode) -> list[RowChange]:
    changes = []
    if node.level == "discipline":
        changes += _merged_disciplines(cursor, node, into)
    else:
        there = by_name(list_children(cursor, into.taxonomy_node_id))
        for child in list_children(cursor, node.taxonomy_node_id):
            same = there.get(child.name.casefold())
            if child.status == "removed" or (child.status == "pending" and same is not None):
                continue  # stays below the removed node
            if same is not None and same.status == "kept":
                changes += _merged(cursor, child, same)
            else:
                place = {"parent_id": node.taxonomy_node_id}, {"parent_id": into.taxonomy_node_id}
                changes.append(RowChange("taxonomy_node", child.taxonomy_node_id, *place))
    both = (_wanted(cursor, into) or 0) + (_wanted(cursor, node) or 0)
    # Where both only add up what stands below them, so does what they become.
    if (node.target is not None or into.target is not None) and both != into.target:
        changes.append(RowChange("taxonomy_node", into.taxonomy_node_id, {"target": into.target}, {"target": both}))
    changes.append(RowChange("taxonomy_node", node.taxonomy_node_id, {"status": node.status}, {"status": "removed"}))
    return changes


def _merged_disciplines(cursor: Cursor, node: TaxonomyNode, into: TaxonomyNode) -> list[RowChange]:
    changes = []
    there = {subject.name.casefold(): subject for subject in list_subjects(cursor, [into.taxonomy_node_id])}
    for subject in list_subjects(cursor, [node.taxonomy_node_id]):
        same = there.get(subject.name.casefold())
        if same is not None:
            changes += _merged_subjects(cursor, subject, same)
        else:
            place = {"discipline_id": node.taxonomy_node_id}, {"discipline_id": into.taxonomy_node_id}
            changes.append(RowChange("subject", subject.subject_id, *place))
    return changes


def _merged_subjects(cursor: Cursor, subject: Subject, into: Subject) -> list[RowChange]:
    added, own = list_syllabi_of(cursor, subject.subject_id), list_syllabi_of(cursor, into.subject_id)
    changes = []
    for version, syllabus in enumerate((*added, *own) if added else (), start=1):
        before = {"subject_id": syllabus.subject_id, "version": syllabus.version}
        after = {"subject_id": into.subject_id, "version": version}
        if before != after:
            changes.append(RowChange("syllabus", syllabus.syllabus_id, before, after))
    if changes:  # where they go has to be there still
        place = {"discipline_id": into.discipline_id, "status": "kept"}
        changes.append(RowChange("subject", into.subject_id, place, place))
    return [*changes, RowChange("subject", subject.subject_id, {"status": "kept"}, {"status": "removed"})]
