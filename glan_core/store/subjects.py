"""Which subjects does a discipline have?"""

from collections.abc import Sequence

from glan_core.entities import Subject
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row

_COLUMNS = "subject_id, discipline_id, name, level, subtopics, run_id, model_call_id, status"


def insert_subjects(cursor: Cursor, subjects: Sequence[Subject]) -> None:
    """Add subjects; those that are there already stay as they are."""
    insert_batch(
        cursor,
        "subject",
        [
            {
                "subject_id": subject.subject_id,
                "discipline_id": subject.discipline_id,
                "name": subject.name,
                "level": subject.level,
                "subtopics": list(subject.subtopics),
                "run_id": subject.run_id,
                "model_call_id": subject.model_call_id,
                "status": subject.status,
            }
            for subject in {subject.subject_id: subject for subject in subjects}.values()
        ],
    )


def list_subjects(cursor: Cursor, discipline_ids: Sequence[str]) -> tuple[Subject, ...]:
    """List the kept subjects of these disciplines by name."""
    rows = cursor.execute(
        f"""
        select {_COLUMNS}
        from kept_subject
        where discipline_id in (select unnest(?::varchar[]))
        order by name, subject_id
        """,  # noqa: S608
        [list(discipline_ids)],
    ).fetchall()
    return tuple(_subject(row) for row in rows)


def list_removed_subjects(cursor: Cursor, discipline_id: str) -> tuple[Subject, ...]:
    """List the removed subjects of a discipline by name."""
    rows = cursor.execute(
        f"select {_COLUMNS} from subject where discipline_id = ? and status = 'removed' order by name, subject_id",  # noqa: S608
        [discipline_id],
    ).fetchall()
    return tuple(_subject(row) for row in rows)


def list_disciplines_listed_otherwise(cursor: Cursor, discipline_ids: Sequence[str], *, seed: int) -> frozenset[str]:
    """Give those of the disciplines that have a subject from people or from a run with another seed."""
    rows = cursor.execute(
        """
        select distinct subject.discipline_id
        from kept_subject as subject
        left join run on run.run_id = subject.run_id
        where subject.discipline_id in (select unnest(?::varchar[]))
            and run.seed is distinct from ?
        """,
        [list(discipline_ids), seed],
    ).fetchall()
    return frozenset(discipline_id for (discipline_id,) in rows)


def find_subject(cursor: Cursor, subject_id: str) -> Subject | None:
    """Give the subject with this id, whatever its status."""
    row = first_row(cursor.execute(f"select {_COLUMNS} from subject where subject_id = ?", [subject_id]))  # noqa: S608
    return _subject(row) if row else None


def find_removed_subject(cursor: Cursor, discipline_id: str, name: str) -> Subject | None:
    """Give the removed subject of a discipline with this name, letter case aside; of several one with a syllabus."""
    row = first_row(
        cursor.execute(
            f"""
        select {_COLUMNS}
        from subject
        where discipline_id = ?
            and lower(name) = lower(?)
            and status = 'removed'
        order by subject_id not in (select subject_id from syllabus), subject_id
        limit 1
        """,  # noqa: S608
            [discipline_id, name],
        )
    )
    return _subject(row) if row else None


def find_subjects(cursor: Cursor, subject_ids: Sequence[str]) -> dict[str, Subject]:
    """Give the subjects with these ids, by id; unknown ids are left out."""
    rows = cursor.execute(
        f"select {_COLUMNS} from subject where subject_id in (select unnest(?::varchar[]))",  # noqa: S608
        [list(subject_ids)],
    ).fetchall()
    return {subject.subject_id: subject for subject in map(_subject, rows)}


def _subject(row: tuple[object, ...]) -> Subject:
    subject_id, discipline_id, name, level, subtopics, run_id, model_call_id, status = row
    return Subject(
        str(subject_id),
        str(discipline_id),
        str(name),
        str(level),
        tuple(subtopics) if isinstance(subtopics, list) else (),
        None if run_id is None else str(run_id),
        None if model_call_id is None else str(model_call_id),
        "removed" if status == "removed" else "kept",
    )
