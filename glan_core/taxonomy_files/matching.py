"""Which node of the taxonomy does a node of a file mean?

Level by level from the top, since a node is known by what it stands below. The first of these that fits decides:

1. the id that the file says;
2. the same name below the same node;
3. the id that a node of that name would get there, so it is the one that was renamed, moved or removed since;
4. the same name below the same node, but removed (or, if the file says removed, not removed);
5. the same name elsewhere, if only one node and one file node of it are left: it was moved;
6. a similar name, if only one node and one file node are left below the same node: it was renamed.

What fits nothing is new. Names are compared without regard to letter case and outer space.
"""

import difflib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from glan_core import ids
from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.taxonomy_files.file_nodes import LEVEL_WORDS, FileNode, Problems, name_key, shown

LEAST_SIMILARITY = 0.6
"""From which difflib ratio on a name is another one's new form: `Applied physics` is one of `Physics` (0.64).

`Optics` is another (0.62), so renamings have to be shown to a person before they are done.
"""


class Match(NamedTuple):
    """What a node of a file is."""

    node: TaxonomyNode | None
    """The node that is meant; None for a new one."""
    node_id: str
    """Its id; a new node's is its own and no other's."""
    parent_id: str | None
    """What it is to stand below."""


class Ancestry:
    """What holds for a node because of those above it."""

    def __init__(self, nodes: Sequence[TaxonomyNode]) -> None:
        self._nodes = {node.taxonomy_node_id: node for node in nodes}

    def statuses(self, node: TaxonomyNode) -> set[str]:
        """Give the statuses of a node and of all above it, which can be no more than the levels."""
        statuses: set[str] = {node.status}
        at = node
        for _ in LEVELS[1:]:
            if at.parent_id not in self._nodes:
                break
            at = self._nodes[at.parent_id]
            statuses.add(at.status)
        return statuses


def match_nodes(nodes: Sequence[TaxonomyNode], file_nodes: Sequence[FileNode]) -> tuple[Match, ...]:
    """Say for each node of a file which node is meant; no node is meant twice.

    Raises TaxonomyFileError if the file says the id of a node of another level.
    """
    _check_levels(nodes, file_nodes)
    matching = _Matching(nodes, file_nodes)
    for level in LEVELS:
        matching.match_level(level)
    return matching.matches()


def _check_levels(nodes: Sequence[TaxonomyNode], file_nodes: Sequence[FileNode]) -> None:
    levels = {node.taxonomy_node_id: node.level for node in nodes}
    problems = Problems()
    for file_node in file_nodes:
        level = levels.get(file_node.node_id or "", file_node.level)
        if level != file_node.level:
            problems.add(
                file_node.line,
                f"the {LEVEL_WORDS[file_node.level]} {shown(file_node.name)} has the id of a {LEVEL_WORDS[level]}.",
            )
    problems.refuse()


class _Matching:
    """What was matched so far."""

    def __init__(self, nodes: Sequence[TaxonomyNode], file_nodes: Sequence[FileNode]) -> None:
        self._file_nodes = file_nodes
        self._nodes = {node.taxonomy_node_id: node for node in nodes}
        self._ancestry = Ancestry(nodes)
        self._at_place: dict[tuple[str | None, str], list[TaxonomyNode]] = {}
        for node in nodes:
            self._at_place.setdefault((node.parent_id, name_key(node.name)), []).append(node)
        self._used_ids = {*self._nodes, *(file_node.node_id for file_node in file_nodes if file_node.node_id)}
        self._taken: set[str] = set()
        self._found: dict[int, TaxonomyNode] = {}
        self._ids: dict[int, str] = {}

    def match_level(self, level: str) -> None:
        """Match all file nodes of a level, after those of the level above."""
        numbers = [number for number, file_node in enumerate(self._file_nodes) if file_node.level == level]
        for number in numbers:
            self._take(number, self._nodes.get(self._file_nodes[number].node_id or ""))
        for number in self._open(numbers):
            self._take(number, self._with_name_there(number, is_other_status=False))
        for number in self._open(numbers):
            self._take(number, self._with_first_name(number))
        for number in self._open(numbers):
            self._take(number, self._with_name_there(number, is_other_status=True))
        for number, node in list(self._moved(self._open(numbers), level)):
            self._take(number, node)
        for number, node in list(self._renamed(self._open(numbers), level)):
            self._take(number, node)
        for number in self._open(numbers):
            self._ids[number] = self._new_id(number)

    def matches(self) -> tuple[Match, ...]:
        """Give what was found, in the order of the file."""
        numbers = range(len(self._file_nodes))
        return tuple(Match(self._found.get(number), self._ids[number], self._parent_id(number)) for number in numbers)

    def _open(self, numbers: Iterable[int]) -> list[int]:
        return [number for number in numbers if number not in self._found]

    def _take(self, number: int, node: TaxonomyNode | None) -> None:
        if node is not None:
            self._found[number] = node
            self._ids[number] = node.taxonomy_node_id
            self._taken.add(node.taxonomy_node_id)

    def _parent_id(self, number: int) -> str | None:
        parent = self._file_nodes[number].parent
        return None if parent is None else self._ids[parent]

    def _with_name_there(self, number: int, *, is_other_status: bool) -> TaxonomyNode | None:
        file_node = self._file_nodes[number]
        there = [
            node
            for node in self._at_place.get((self._parent_id(number), name_key(file_node.name)), ())
            if node.taxonomy_node_id not in self._taken
            and ((node.status == "removed") != (file_node.status == "removed")) == is_other_status
        ]
        return min(there, key=lambda node: node.name != file_node.name, default=None)

    def _with_first_name(self, number: int) -> TaxonomyNode | None:
        file_node = self._file_nodes[number]
        node = self._nodes.get(ids.taxonomy_node_id(self._parent_id(number), file_node.name))
        is_meant = file_node.node_id is None and node is not None and node.level == file_node.level
        return node if is_meant and node is not None and node.taxonomy_node_id not in self._taken else None

    def _moved(self, numbers: Sequence[int], level: str) -> Iterator[tuple[int, TaxonomyNode]]:
        left: dict[str, list[TaxonomyNode]] = {}
        for node in self._left(level):
            left.setdefault(name_key(node.name), []).append(node)
        named: dict[str, list[int]] = {}
        for number in self._placed(numbers):
            named.setdefault(name_key(self._file_nodes[number].name), []).append(number)
        for key, (number, *others) in named.items():
            if not others and len(left.get(key, ())) == 1 and self._file_nodes[number].node_id is None:
                yield number, left[key][0]

    def _renamed(self, numbers: Sequence[int], level: str) -> Iterator[tuple[int, TaxonomyNode]]:
        left: dict[str | None, list[TaxonomyNode]] = {}
        for node in self._left(level):
            left.setdefault(node.parent_id, []).append(node)
        named: dict[str | None, list[int]] = {}
        for number in self._placed(numbers):
            named.setdefault(self._parent_id(number), []).append(number)
        for parent_id, (number, *others) in named.items():
            nodes, file_node = left.get(parent_id, []), self._file_nodes[number]
            if not others and len(nodes) == 1 and file_node.node_id is None and _is_similar(nodes[0], file_node):
                yield number, nodes[0]

    def _left(self, level: str) -> Iterator[TaxonomyNode]:
        """Give the nodes of a level that no file node was matched with, without those that are removed."""
        for node in self._nodes.values():
            is_open = node.level == level and node.taxonomy_node_id not in self._taken
            if is_open and "removed" not in self._ancestry.statuses(node):
                yield node

    def _placed(self, numbers: Iterable[int]) -> Iterator[int]:
        return (number for number in numbers if self._file_nodes[number].status != "removed")

    def _new_id(self, number: int) -> str:
        file_node, parent_id = self._file_nodes[number], self._parent_id(number)
        if file_node.node_id is not None:
            return file_node.node_id
        for number in itertools.count(1):  # a node that was renamed or moved keeps the id of its first name
            new_id = ids.taxonomy_node_id(parent_id, file_node.name, number=number)
            if new_id not in self._used_ids:
                break
        self._used_ids.add(new_id)
        return new_id


def _is_similar(node: TaxonomyNode, file_node: FileNode) -> bool:
    names = difflib.SequenceMatcher(None, name_key(node.name), name_key(file_node.name))
    return names.ratio() >= LEAST_SIMILARITY
