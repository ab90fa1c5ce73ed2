"""How does a run get a database of its own, with what it may ask for and no more?

One process holds a DuckDB file. A headless run therefore copies what its plan needs into a small file and lets the
large one go, so that the app or another run can have it. What it makes comes back through its journal.
"""

from collections.abc import Sequence
from pathlib import Path

from glan_core.store.database import Cursor, explained_errors, open_database
from glan_core.store.model_calls import UNUSED

# The curriculum, and what was found out about endpoints; `run` tells the seed of an instruction, `journal` how much of
# each is known.
_WHOLE_TABLES = (
    "taxonomy_node",
    "subject",
    "syllabus",
    "class_session",
    "key_concept",
    "run",
    "journal",
    "failure",
    "endpoint_model",
)


def write_slice(
    cursor: Cursor,
    path: Path,
    *,
    instruction_ids: Sequence[str],
    growing_ids: Sequence[str],
) -> None:
    """Make a database at `path`, in place of one that is there.

    It holds the curriculum, the instructions and answers among those planned and those below growing nodes (disciplines
    or subjects), and the answered calls that nothing was made from.
    """
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    with open_database(path, create=True):
        pass
    with explained_errors(path):
        quoted = str(path).replace("'", "''")  # ATTACH takes no parameters
        cursor.execute(f"attach '{quoted}' as slice")
        try:
            for table in _WHOLE_TABLES:
                cursor.execute(f"insert into slice.{table} by name from {table}")
            _copy_pairs(cursor, instruction_ids, growing_ids)
            _copy_unused_calls(cursor)
        finally:
            cursor.execute("detach slice")


def _copy_pairs(cursor: Cursor, instruction_ids: Sequence[str], growing_ids: Sequence[str]) -> None:
    cursor.execute(
        """
        insert into slice.instruction by name
        select instruction.*
        from instruction
        where instruction_id in (select unnest($planned::varchar[]))
            or syllabus_id in (
                select syllabus.syllabus_id
                from syllabus
                join subject on subject.subject_id = syllabus.subject_id
                where subject.subject_id in (select unnest($growing::varchar[]))
                    or subject.discipline_id in (select unnest($growing::varchar[]))
            )
        """,
        {"planned": list(instruction_ids), "growing": list(growing_ids)},
    )
    cursor.execute(
        """
        insert into slice.answer by name
        from answer
        where instruction_id in (select instruction_id from slice.instruction)
        """
    )


def _copy_unused_calls(cursor: Cursor) -> None:
    cursor.execute(f"insert into slice.model_call by name from model_call where {UNUSED}")
    cursor.execute(
        """
        insert into slice.shared_text by name
        from shared_text
        where shared_text_id in (
            select unnest(regexp_extract_all(messages::varchar, '"shared_text_id": ?"(\\w+)"', 1))
            from slice.model_call
        )
        """
    )
