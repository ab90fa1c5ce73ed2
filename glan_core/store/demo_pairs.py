"""Which rows make up the demo corpus, is it here, and does it count?"""

from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa

from glan_core.ids import content_id
from glan_core.store.batches import insert_table
from glan_core.store.database import Cursor, first_row
from glan_core.store.embeddings import insert_vectors, link_instructions

# In the order in which rows refer to each other. What was made of a syllabus that is no longer there stays behind.
_OF_QUESTIONS = "semi join (from instruction semi join syllabus using (syllabus_id)) using (instruction_id)"
_ROWS = {
    "run": "from run select * replace (plan::varchar as plan, settings::varchar as settings, true as is_demo)",
    "shared_text": "from shared_text",
    "model_call": "from model_call select * replace (parameters::varchar as parameters, messages::varchar as messages)",
    "instruction": "from instruction semi join syllabus using (syllabus_id)",
    "answer": f"from answer {_OF_QUESTIONS}",
    "quality_flag": f"from quality_flag {_OF_QUESTIONS}",
    "failure": "from failure",
    "embedding": "from embedding select content_id, encoder, vector",  # numbered anew wherever they go in
    "projection": "from projection",
    "projected_point": f"from projected_point {_OF_QUESTIONS}",
}
DEMO_TABLES = tuple(_ROWS)
"""The tables that a demo corpus fills, in the order in which they are to be filled."""


class DemoStanding(NamedTuple):
    """What a database holds of the demo corpus."""

    pairs: int
    """Answered pairs, removed or not."""
    is_removed: bool
    """Whether they were taken out of every page, count and export."""


def demo_tables(cursor: Cursor) -> dict[str, pa.Table]:
    """Give all runs of a database with what they made, as the rows of a demo corpus by table, ordered."""
    return {table: cursor.sql(f"{query} order by all").to_arrow_table() for table, query in _ROWS.items()}


def insert_demo_tables(cursor: Cursor, tables: Mapping[str, pa.Table]) -> None:
    """Insert the rows of a demo corpus; what is there already stays as it is."""
    for table in DEMO_TABLES:
        if table == "embedding":
            insert_vectors(cursor, tables[table])
        else:
            insert_table(cursor, table, tables[table])
    _link_instructions(cursor, tables)
    cursor.execute(
        """
        update projection
        set landmarks = (
            select count(*)
            from projected_point
            where projected_point.projection_id = projection.projection_id and placed_by = 'fit'
        )
        where landmarks = 0
        """
    )


def _link_instructions(cursor: Cursor, tables: Mapping[str, pa.Table]) -> None:
    """Say which vector stands for which demo question: it follows from their texts."""
    questions = tables["instruction"]
    contents = map(content_id, questions["text"].to_pylist())
    content_of = dict(zip(questions["instruction_id"].to_pylist(), contents, strict=True))
    for encoder in tables["embedding"]["encoder"].unique().to_pylist():
        link_instructions(cursor, encoder=encoder, content="instruction", content_of=content_of)


def count_strange_demo_pairs(cursor: Cursor) -> int:
    """Count the demo questions that were made of syllabi which are not there."""
    row = first_row(
        cursor.execute(
            """
        select count(*)
        from instruction
        where run_id in (select run_id from run where is_demo)
            and syllabus_id not in (select syllabus_id from syllabus)
        """
        )
    )
    return int(row[0]) if row else 0


def demo_standing(cursor: Cursor) -> DemoStanding | None:
    """Say how the demo corpus stands; None if this database was made without it."""
    row = first_row(
        cursor.execute(
            """
        select
            (select count(*) from answer where run_id in (select run_id from run where is_demo)),
            bool_and(is_removed)
        from run
        where is_demo
        having count(*) > 0
        """
        )
    )
    return DemoStanding(*row) if row else None


def set_demo_removed(cursor: Cursor, *, is_removed: bool) -> None:
    """Take the demo corpus out of every page, count and export, or put it back; nothing is deleted."""
    cursor.execute("update run set is_removed = ? where is_demo", [is_removed])
