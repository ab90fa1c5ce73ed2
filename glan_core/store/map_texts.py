"""How are the questions of some points read without going through all questions?

The map's table knows at which row of `instruction` each stands. Rows of it are never deleted, so they stay where they
are; should one not be found there with its id, it is looked for by its id.
"""

import pandas as pd
import pyarrow as pa

from glan_core.store.database import Cursor


def read_questions(cursor: Cursor, rows: pd.DataFrame, value: str) -> pa.Table:
    """Give `value`, an SQL expression over `instruction`, for rows (instruction_id, instruction_row), in any order.

    Columns: instruction_id, value.
    """
    wanted = rows[["instruction_id", "instruction_row"]].drop_duplicates()
    found = _read(
        cursor, value, "instruction.rowid in (select unnest(?::bigint[]))", wanted["instruction_row"].tolist()
    )
    moved = wanted[~wanted["instruction_id"].isin(found["instruction_id"].to_pylist())]
    if moved.empty:
        return found
    is_meant = pa.array(pd.Series(found["instruction_id"].to_pylist()).isin(wanted["instruction_id"]).tolist())
    by_id = _read(
        cursor, value, "instruction.instruction_id in (select unnest(?::varchar[]))", moved["instruction_id"].tolist()
    )
    return pa.concat_tables([found.filter(is_meant), by_id])


def _read(cursor: Cursor, value: str, where: str, chosen: list[object]) -> pa.Table:
    return cursor.sql(
        f"select instruction.instruction_id, {value} as value from instruction where {where}",  # noqa: S608 - ours
        params=[chosen],
    ).to_arrow_table()
