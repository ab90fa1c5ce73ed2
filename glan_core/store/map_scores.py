"""What did judges give the pairs that a map draws?"""

from collections.abc import Mapping, Sequence

from glan_core.store.database import Cursor


def read_judge_scores(cursor: Cursor, instruction_ids: Sequence[str]) -> Mapping[str, float]:
    """Give the score of each judged instruction among these, 1 to 10: the mean over its judges and kept answers."""
    rows = cursor.execute(
        """
        select instruction_id, avg(score)
        from judge_score
        where instruction_id in (select unnest(?::varchar[]))
        group by instruction_id
        """,
        [list(instruction_ids)],
    ).fetchall()
    return {instruction_id: float(score) for instruction_id, score in rows}
