"""Into which parts could a node be split, going by what stands below it?

The encoder finds which names below it lie together in meaning; a person names the parts and moves what fits better
elsewhere:

    propose_parts(database, ["Optics", "Acoustics", "Thermodynamics", "Heat engines"], number=2)
    # ProposedPart("Optics and Acoustics", (0, 1)), ProposedPart("Thermodynamics and Heat engines", (2, 3))
"""

from collections.abc import Sequence
from typing import NamedTuple

from glan_core.embedding.grouping import group_vectors
from glan_core.entities import LONGEST_NAME
from glan_core.store.database import Database
from glan_core.text_vectors import Compute, compute_here, vectors_of


class ProposedPart(NamedTuple):
    """Some of what stands below a node."""

    name: str
    """Made of its two most central names; a person finds a better one."""
    places: tuple[int, ...]
    """Which of the names these are, from 0."""


def propose_parts(
    database: Database, names: Sequence[str], *, number: int, compute: Compute = compute_here
) -> tuple[ProposedPart, ...]:
    """Divide names into `number` parts that lie together in meaning, the largest first; fewer for fewer names.

    Raises EmbeddingError if the encoder does not load, and StoreError.
    """
    if not names:
        return ()
    groups = compute(group_vectors, vectors_of(database, names, compute=compute), number=number)
    return tuple(ProposedPart(_part_name([names[row] for row in group.central]), tuple(group.rows)) for group in groups)


def _part_name(names: Sequence[str]) -> str:
    # A colon would begin a description where the name is typed.
    both = " and ".join(name.replace(": ", ", ") for name in names[:2])
    return both if len(both) <= LONGEST_NAME else names[0].replace(": ", ", ")
