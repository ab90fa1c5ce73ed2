"""What stands in the tree, be it kept or not, and how much lies below it?

Branch(name="Physics", level="discipline", status="kept", subjects=2, pairs=3, below=(Branch("Mechanics"), ...))
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from glan_core.store.database import Cursor


class Branch(NamedTuple):
    """A node or subject with everything below it, in the taxonomy's order."""

    node_id: str
    level: str
    """`field`, `sub_field`, `discipline` or `subject`."""
    name: str
    status: str
    """`kept`, `pending` or `removed`: its own, whatever stands above it."""
    target: int | None
    subjects: int
    """How many count when this one does; a subject counts itself."""
    pairs: int
    below: tuple["Branch", ...] = ()

    def walk(self) -> Iterator["Branch"]:
        """Give it and everything below it."""
        yield self
        for branch in self.below:
            yield from branch.walk()


def list_branches(cursor: Cursor) -> tuple[Branch, ...]:
    """List the fields with everything below them, whatever its status."""
    children: dict[str | None, list[tuple[Any, ...]]] = {}
    for row in cursor.execute(
        """
        select parent_id, taxonomy_node_id, level, name, status, target
        from taxonomy_node
        order by position nulls last, name, taxonomy_node_id
        """
    ).fetchall():
        children.setdefault(row[0], []).append(row[1:])
    subjects: dict[str | None, list[Branch]] = {}
    for discipline_id, *values in _subject_rows(cursor):
        subjects.setdefault(discipline_id, []).append(Branch(*values))

    def branch(node_id: str, level: str, name: str, status: str, target: int | None) -> Branch:
        below = (*(branch(*row) for row in children.get(node_id, ())), *subjects.get(node_id, ()))
        counting = [each for each in below if each.status == "kept"]
        pairs = sum(each.pairs for each in counting)
        return Branch(node_id, level, name, status, target, sum(each.subjects for each in counting), pairs, below)

    return tuple(branch(*row) for row in children.get(None, ()))


def _subject_rows(cursor: Cursor) -> Sequence[tuple[Any, ...]]:
    return cursor.execute(
        """
        with pair_count as (
            select syllabus.subject_id, count(*) as pairs
            from instruction
            join kept_answer as answer on answer.instruction_id = instruction.instruction_id
            join syllabus on syllabus.syllabus_id = instruction.syllabus_id
            where not exists (from removed_run where removed_run.run_id = instruction.run_id)
            group by syllabus.subject_id
        )
        select
            subject.discipline_id,
            subject.subject_id,
            'subject',
            subject.name,
            subject.status,
            null,
            1,
            coalesce(pair_count.pairs, 0)
        from subject
        left join pair_count on pair_count.subject_id = subject.subject_id
        order by subject.name, subject.subject_id
        """
    ).fetchall()
