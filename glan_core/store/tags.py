"""Which words did people put on pairs?

Rows are only ever added: the newest of an instruction and a tag says whether it is on.
"""

from datetime import datetime

import pandas as pd

from glan_core.entities import Filter
from glan_core.errors import FilterError
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of

LONGEST_TAG = 60
"""Characters."""


def checked_tag(text: str) -> str:
    """Give a tag as it is kept, without spaces around it; FilterError if it is empty, too long or unprintable."""
    tag = " ".join(text.split())
    if not tag or len(tag) > LONGEST_TAG or not tag.isprintable():
        raise FilterError(f"{text!r} cannot be a tag.", f"Write 1 to {LONGEST_TAG} letters.")
    return tag


def put_on(cursor: Cursor, filter_: Filter, tag: str, *, tagged_at: datetime) -> int:
    """Put a tag on all pairs of a filter that do not have it; gives how many. Check it with checked_tag first."""
    return _add(cursor, filter_, tag, tagged_at=tagged_at, is_removed=False)


def take_off(cursor: Cursor, filter_: Filter, tag: str, *, tagged_at: datetime) -> int:
    """Take a tag off all pairs of a filter that have it; gives how many."""
    return _add(cursor, filter_, tag, tagged_at=tagged_at, is_removed=True)


def count_tags(cursor: Cursor) -> pd.DataFrame:
    """Count the pairs of each tag, most first: tag, pairs. Those of removed runs and nodes do not count."""
    return cursor.execute(
        """
        select kept_tag.tag, count(*) as pairs
        from kept_tag
        where kept_tag.instruction_id in (select instruction_id from pair)
        group by kept_tag.tag
        order by pairs desc, kept_tag.tag
        """
    ).df()


def list_tags_of(cursor: Cursor, instruction_id: str) -> tuple[str, ...]:
    """List the tags of a pair in alphabetical order."""
    rows = cursor.execute(
        "select tag from kept_tag where instruction_id = ? order by lower(tag), tag", [instruction_id]
    ).fetchall()
    return tuple(tag for (tag,) in rows)


def _add(cursor: Cursor, filter_: Filter, tag: str, *, tagged_at: datetime, is_removed: bool) -> int:
    condition = condition_of(filter_)
    row = first_row(
        cursor.execute(
            f"""
            insert into tag (instruction_id, tag, tagged_at, is_removed)
            select distinct pair.instruction_id, ?, ?::timestamptz, ?
            from pair
            where {condition.where}
                and pair.instruction_id {"in" if is_removed else "not in"} (
                    select instruction_id from kept_tag where tag = ?
                )
            """,  # noqa: S608 - the condition is built from parameters only
            [tag, tagged_at, is_removed, *condition.parameters, tag],
        )
    )
    return int(row[0]) if row else 0
