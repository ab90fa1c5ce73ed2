"""Which rows of judging are there, so that nobody has to pay for them again?

Those of a removed run are not: they are made again where somebody wants them, and take the place of the old ones.
"""

from collections.abc import Sequence
from typing import Literal

from glan_core.store.database import Cursor

Table = Literal["judgement", "compared_answer", "comparison"]


def list_known_ids(cursor: Cursor, table: Table, row_ids: Sequence[str]) -> frozenset[str]:
    """Give those of the ids that are there, and not of a removed run."""
    rows = cursor.execute(
        f"""
        select {table}_id
        from {table}
        where {table}_id in (select unnest(?::varchar[]))
            and run_id not in (select run_id from removed_run)
        """,  # noqa: S608 - one of three names
        [list(row_ids)],
    ).fetchall()
    return frozenset(row_id for (row_id,) in rows)


def delete_of_removed_runs(cursor: Cursor, table: Table, row_ids: Sequence[str]) -> None:
    """Make room for rows with these ids, where the old ones are of removed runs."""
    cursor.execute(
        f"""
        delete from {table}
        where {table}_id in (select unnest(?::varchar[]))
            and run_id in (select run_id from removed_run)
        """,  # noqa: S608 - one of three names
        [list(row_ids)],
    )
