"""How does a run get a database of its own, with what it may ask for and no more?

One process holds a DuckDB file. A headless run therefore copies what its plan needs into a small file and lets the
large one go, so that the app or another run can have it. What it makes comes back through its journal.
"""

from collections.abc import Mapping, Sequence
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
# What was said of pairs, so that a run of judging asks for none of it again.
_JUDGED_TABLES = ("judgement", "compared_answer", "comparison")


def write_slice(
    cursor: Cursor,
    path: Path,
    *,
    instruction_ids: Sequence[str],
    growing_ids: Sequence[str],
) -> None:
    """Make a database at `path`, in place of one that is there.

    It holds the curriculum, the instructions and answers among those planned and those below growing nodes (disciplines
    or subjects), what judges said of those planned, and the answered calls that nothing was made from.
    """
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    planned = {"planned": list(instruction_ids), "growing": list(growing_ids)}
    with open_database(path, create=True) as slice_, explained_errors(path):
        into = slice_.cursor()
        for table in _WHOLE_TABLES:
            _copy(cursor, into, table, f"from {table}")
        _copy(cursor, into, "instruction", _INSTRUCTIONS, planned)
        _copy(
            cursor,
            into,
            "answer",
            f"from answer where instruction_id in (select instruction_id from ({_INSTRUCTIONS}))",  # noqa: S608
            planned,
        )
        for table in _JUDGED_TABLES:
            about = f"from {table} where instruction_id in (select unnest($planned::varchar[]))"
            _copy(cursor, into, table, about, {"planned": list(instruction_ids)})
        written = "from regeneration where rejected_id in (select unnest($planned::varchar[]))"
        _copy(cursor, into, "regeneration", written, {"planned": list(instruction_ids)})
        _copy(cursor, into, "model_call", f"from model_call where {UNUSED}")
        _copy(cursor, into, "shared_text", _SHARED_TEXTS)


def _copy(cursor: Cursor, into: Cursor, table: str, query: str, parameters: Mapping[str, object] | None = None) -> None:
    """Insert what a query of one database gives into a table of another one, as a stream.

    DuckDB is closed to other files, so the slice is not attached.
    """
    rows = cursor.sql(query, params=parameters) if parameters else cursor.sql(query)
    into.register("copied", rows.to_arrow_reader())
    try:
        into.execute(f"insert into {table} by name from copied")
    finally:
        into.unregister("copied")


_INSTRUCTIONS = """
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
"""
_SHARED_TEXTS = f"""
    from shared_text
    where shared_text_id in (
        select unnest(regexp_extract_all(messages::varchar, '"shared_text_id": ?"(\\w+)"', 1))
        from model_call
        where {UNUSED}
    )
"""  # noqa: S608 - a condition of ours
