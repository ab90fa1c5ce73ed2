"""Which syllabi, class sessions and key concepts are there?"""

from collections.abc import Sequence

from glan_core.entities import ClassDetails, ClassSession, KeyConcept, Syllabus
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row

_COLUMNS = "syllabus_id, subject_id, version, text, run_id, model_call_id"


def insert_syllabi(cursor: Cursor, syllabi: Sequence[Syllabus]) -> None:
    """Add syllabi; those that are there already stay as they are.

    A version that the subject has already becomes the next one: two runs may have written anew at the same time.
    """
    new = {syllabus.syllabus_id: syllabus for syllabus in syllabi}
    versions: dict[str, set[int]] = {}
    for syllabus_id, subject_id, version in cursor.execute(
        "select syllabus_id, subject_id, version from syllabus where subject_id in (select unnest(?::varchar[]))",
        [list({syllabus.subject_id for syllabus in new.values()})],
    ).fetchall():
        versions.setdefault(subject_id, set()).add(version)
        new.pop(syllabus_id, None)
    rows = []
    for syllabus in new.values():
        taken = versions.setdefault(syllabus.subject_id, set())
        version = max(taken) + 1 if syllabus.version in taken else syllabus.version
        taken.add(version)
        rows.append(
            {
                "syllabus_id": syllabus.syllabus_id,
                "subject_id": syllabus.subject_id,
                "version": version,
                "text": syllabus.text,
                "run_id": syllabus.run_id,
                "model_call_id": syllabus.model_call_id,
            }
        )
    insert_batch(cursor, "syllabus", rows)


def insert_class_sessions(cursor: Cursor, class_sessions: Sequence[ClassSession]) -> None:
    """Add class sessions; those that are there already stay as they are."""
    insert_batch(
        cursor,
        "class_session",
        [
            {
                "class_session_id": session.class_session_id,
                "syllabus_id": session.syllabus_id,
                "position": session.position,
                "title": session.title,
                "description": session.description,
            }
            for session in {session.class_session_id: session for session in class_sessions}.values()
        ],
    )


def insert_key_concepts(cursor: Cursor, key_concepts: Sequence[KeyConcept]) -> None:
    """Add key concepts; those that are there already stay as they are."""
    insert_batch(
        cursor,
        "key_concept",
        [
            {
                "key_concept_id": concept.key_concept_id,
                "class_session_id": concept.class_session_id,
                "position": concept.position,
                "name": concept.name,
            }
            for concept in {concept.key_concept_id: concept for concept in key_concepts}.values()
        ],
    )


def list_current_syllabi(cursor: Cursor, subject_ids: Sequence[str]) -> dict[str, Syllabus]:
    """Give, by subject id, the newest syllabus that has class sessions; subjects without one are left out."""
    rows = cursor.execute(
        f"""
        select {_COLUMNS}
        from syllabus
        where subject_id in (select unnest(?::varchar[]))
            and syllabus_id in (select syllabus_id from class_session)
        qualify row_number() over (partition by subject_id order by version desc, syllabus_id) = 1
        """,  # noqa: S608
        [list(subject_ids)],
    ).fetchall()
    return {row[1]: Syllabus(*row) for row in rows}


def list_syllabi_of(cursor: Cursor, subject_id: str) -> tuple[Syllabus, ...]:
    """List all versions of a subject's syllabus, oldest first."""
    rows = cursor.execute(
        f"select {_COLUMNS} from syllabus where subject_id = ? order by version, syllabus_id",  # noqa: S608
        [subject_id],
    ).fetchall()
    return tuple(Syllabus(*row) for row in rows)


def list_next_versions(cursor: Cursor, subject_ids: Sequence[str], *, other_than_seed: int) -> dict[str, int]:
    """Give, by subject id, the version after that of the newest syllabus that has class sessions.

    Subjects without one are left out, and those whose newest one was written by a run with the seed.
    """
    rows = cursor.execute(
        """
        with newest as (
            select subject_id, run_id, version
            from syllabus
            where subject_id in (select unnest(?::varchar[]))
                and syllabus_id in (select syllabus_id from class_session)
            qualify row_number() over (partition by subject_id order by version desc, syllabus_id) = 1
        )
        select newest.subject_id, newest.version + 1
        from newest
        left join run on run.run_id = newest.run_id
        where run.seed is distinct from ?
        """,
        [list(subject_ids), other_than_seed],
    ).fetchall()
    return dict(rows)


def list_syllabi(cursor: Cursor, syllabus_ids: Sequence[str]) -> tuple[Syllabus, ...]:
    """List the syllabi with these ids; unknown ids are left out."""
    rows = cursor.execute(
        f"select {_COLUMNS} from syllabus where syllabus_id in (select unnest(?::varchar[])) order by syllabus_id",  # noqa: S608
        [list(syllabus_ids)],
    ).fetchall()
    return tuple(Syllabus(*row) for row in rows)


def find_syllabus_without_details(cursor: Cursor, subject_id: str) -> Syllabus | None:
    """Give the newest syllabus of a subject whose class sessions have not been read out yet."""
    row = first_row(
        cursor.execute(
            f"""
        select {_COLUMNS}
        from syllabus
        where subject_id = ?
            and syllabus_id not in (select syllabus_id from class_session)
        order by version desc, syllabus_id
        limit 1
        """,  # noqa: S608
            [subject_id],
        )
    )
    return Syllabus(*row) if row else None


def list_class_details(cursor: Cursor, syllabus_ids: Sequence[str]) -> dict[str, ClassDetails]:
    """Give, by syllabus id, the class sessions and key concepts in teaching order; both empty if it has none."""
    sessions = cursor.execute(
        """
        select class_session_id, syllabus_id, position, title, description
        from class_session
        where syllabus_id in (select unnest(?::varchar[]))
        order by syllabus_id, position
        """,
        [list(syllabus_ids)],
    ).fetchall()
    concepts = cursor.execute(
        """
        select session.syllabus_id, concept.key_concept_id, concept.class_session_id, concept.position, concept.name
        from key_concept as concept
        join class_session as session on session.class_session_id = concept.class_session_id
        where session.syllabus_id in (select unnest(?::varchar[]))
        order by session.syllabus_id, session.position, concept.position
        """,
        [list(syllabus_ids)],
    ).fetchall()
    sessions_of: dict[str, list[ClassSession]] = {syllabus_id: [] for syllabus_id in syllabus_ids}
    concepts_of: dict[str, list[KeyConcept]] = {syllabus_id: [] for syllabus_id in syllabus_ids}
    for row in sessions:
        sessions_of[row[1]].append(ClassSession(*row))
    for row in concepts:
        concepts_of[row[0]].append(KeyConcept(*row[1:]))
    return {
        syllabus_id: ClassDetails(tuple(sessions_of[syllabus_id]), tuple(concepts_of[syllabus_id]))
        for syllabus_id in syllabus_ids
    }
