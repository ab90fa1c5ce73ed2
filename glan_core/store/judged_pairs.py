"""Which answered pairs does a filter offer to a judge, and what do they say?"""

from collections.abc import Sequence
from typing import NamedTuple

from glan_core.entities import Filter
from glan_core.judgements import JudgedPair
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of


class DrawnPairs(NamedTuple):
    """Pairs in the order of a draw: its beginning is a smaller one."""

    pairs: tuple[tuple[str, str, str], ...]
    """Of each the ids of its instruction and answer, and JudgedPair.text_digest."""
    among: int
    """So many answered pairs fit."""
    mean_characters: float
    """Of question and answer together."""


def count_judgeable(cursor: Cursor, filter_: Filter) -> int:
    """Count the answered pairs of a filter."""
    condition = condition_of(filter_)
    row = first_row(
        cursor.execute(
            f"select count(*) from pair where {condition.where} and pair.answer_id is not null",  # noqa: S608 - parameters only
            condition.parameters,
        )
    )
    return int(row[0]) if row else 0


def draw_judged_pairs(cursor: Cursor, filter_: Filter, *, n: int | None, seed: int) -> DrawnPairs:
    """Draw up to n of the answered pairs of a filter (None: all) by a hash of id and seed."""
    condition = condition_of(filter_)
    rows = cursor.execute(
        f"""
        with drawn as (
            select pair.instruction_id, pair.answer_id, pair.instruction, pair.answer
            from pair
            where {condition.where}
                and pair.answer_id is not null
            order by md5(pair.answer_id || ?), pair.answer_id
            limit ?
        )
        select
            instruction_id,
            answer_id,
            left(sha256(instruction || chr(31) || answer), 16),
            length(instruction) + length(answer)
        from drawn
        order by md5(answer_id || ?), answer_id
        """,  # noqa: S608 - the condition is built from parameters only
        [*condition.parameters, f" {seed}", n, f" {seed}"],
    ).fetchall()
    characters = sum(row[3] for row in rows) / max(1, len(rows))
    among = len(rows) if n is None or len(rows) < n else count_judgeable(cursor, filter_)
    return DrawnPairs(tuple((row[0], row[1], row[2]) for row in rows), among, characters)


def read_judged_pairs(cursor: Cursor, answer_ids: Sequence[str]) -> tuple[JudgedPair, ...]:
    """Give the pairs of these answers in their order; what is gone is left out."""
    rows = cursor.execute(
        """
        select instruction_id, answer_id, instruction, answer
        from pair
        where answer_id in (select unnest(?::varchar[]))
        """,
        [list(answer_ids)],
    ).fetchall()
    found = {row[1]: JudgedPair(*row) for row in rows}
    return tuple(found[answer_id] for answer_id in answer_ids if answer_id in found)
