"""Where does a node lie in the taxonomy, and what lies below it?

Turns the flat list of store.reports.taxonomy_counts into a tree that pages and figures can walk:

    outline = read_outline(taxonomy_counts(cursor))
    [place.name for place in outline.path(physics_id)]    # Natural Science, Physical sciences, Physics
"""

from collections import namedtuple
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd


class Place(NamedTuple):
    """A node or subject, with what lies below it."""

    node_id: str
    parent_id: str | None
    level: str
    """`field`, `sub_field`, `discipline` or `subject`."""
    name: str
    description: str
    disciplines: int
    disciplines_with_pairs: int
    subjects: int
    syllabi: int
    key_concepts: int
    pairs: int
    used_key_concepts: int = 0
    """Of its key concepts, those that a question was drawn from."""
    accepted: int = 0
    rejected: int = 0
    target: int | None = None
    """Pairs wanted: its own number, or else what is wanted below it; None if nobody said."""

    @property
    def fill(self) -> float | None:
        """How much of its target is there, from 0; None without a target."""
        return self.pairs / self.target if self.target else None

    @property
    def acceptance(self) -> float | None:
        """The share of accepted pairs among those judged, from 0 to 1; None if none was judged."""
        judged = self.accepted + self.rejected
        return self.accepted / judged if judged else None

    @property
    def spread(self) -> float | None:
        """The share of its key concepts that a question was drawn from, from 0 to 1; None if it has none."""
        return self.used_key_concepts / self.key_concepts if self.key_concepts else None


_SUMMED = (
    *("disciplines", "disciplines_with_pairs", "subjects", "syllabi", "key_concepts", "pairs"),
    *("used_key_concepts", "accepted", "rejected"),
)


class Matches(NamedTuple):
    """What a search leaves of the tree."""

    shown: frozenset[str]
    """The nodes that were found, and what stands above and below them."""
    above: frozenset[str]
    """Those of them that stand above a found one."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The kept taxonomy, fields first."""

    places: dict[str, Place]
    children_of: dict[str | None, tuple[str, ...]]
    """Ids below an id, by name; the fields stand below None."""

    def children(self, node_id: str | None) -> tuple[Place, ...]:
        """Give what stands directly below a node, or the fields for None."""
        return tuple(self.places[child] for child in self.children_of.get(node_id, ()))

    def path(self, node_id: str | None) -> tuple[Place, ...]:
        """Give the node and what stands above it, field first; empty for None."""
        path: list[Place] = []
        while node_id is not None:
            place = self.places[node_id]
            path.insert(0, place)
            node_id = place.parent_id
        return tuple(path)

    def below(self, node_id: str | None, *, depth: int) -> Iterator[Place]:
        """Give everything up to `depth` levels below a node, each parent before its children."""
        for child in self.children(node_id):
            yield child
            if depth > 1:
                yield from self.below(child.node_id, depth=depth - 1)

    def whole(self) -> Place:
        """Give all fields taken together, as if they had a parent."""
        fields = self.children(None)
        sums = {name: sum(getattr(field, name) for field in fields) for name in _SUMMED}
        return Place("", None, "taxonomy", "All fields", "", **sums, target=_wanted(fields))

    def matching(self, words: str) -> Matches:
        """Give the nodes whose name holds all the words, in any letter case, with what is above and below them."""
        wanted = words.casefold().split()
        found = [place for place in self.places.values() if all(word in place.name.casefold() for word in wanted)]
        above = {upper.node_id for place in found for upper in self.path(place.node_id)[:-1]}
        below: set[str] = set()
        waiting = [place.node_id for place in found]
        while waiting:
            node_id = waiting.pop()
            if node_id not in below:
                below.add(node_id)
                waiting.extend(child.node_id for child in self.children(node_id))
        return Matches(frozenset(above | below), frozenset(above))


def read_outline(counts: "pd.DataFrame") -> Outline:
    """Arrange the rows of taxonomy_counts as a tree; rows whose parent is not among them are left out."""
    import pandas as pd

    rows = {row.node_id: row for row in _rows(counts)}
    children: dict[str | None, list[str]] = {}
    for row in rows.values():
        children.setdefault(row.parent_id if isinstance(row.parent_id, str) else None, []).append(row.node_id)
    places: dict[str, Place] = {}

    def visit(node_id: str, parent_id: str | None) -> Place:
        """Add a node and all below it."""
        row = rows[node_id]
        below = [visit(child, node_id) for child in children.get(node_id, ())]
        is_discipline = row.level == "discipline"
        places[node_id] = Place(
            node_id,
            parent_id,
            row.level,
            row.name,
            row.description,
            1 if is_discipline else sum(child.disciplines for child in below),
            int(row.pairs > 0) if is_discipline else sum(child.disciplines_with_pairs for child in below),
            int(row.subjects),
            int(row.syllabi),
            int(row.key_concepts),
            int(row.pairs),
            int(row.used_key_concepts),
            int(row.accepted),
            int(row.rejected),
            _wanted(below) if pd.isna(row.target) else int(row.target),
        )
        return places[node_id]

    for field_id in children.get(None, ()):
        visit(field_id, None)
    return Outline(places, {parent: tuple(below) for parent, below in children.items()})


def _rows(counts: "pd.DataFrame") -> Iterator[Any]:
    """Give the rows; column by column, as it takes a third of the time of itertuples."""
    row_of = namedtuple("row_of", list(counts.columns))  # type: ignore[misc]
    return map(row_of._make, zip(*(counts[column].tolist() for column in counts.columns), strict=True))


def _wanted(below: Iterable[Place]) -> int | None:
    targets = [place.target for place in below if place.target is not None]
    return sum(targets) if targets else None
