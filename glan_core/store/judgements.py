"""What did judges say of pairs, and of the answers of two models?"""

import dataclasses
from collections.abc import Sequence

from glan_core.judgements import ComparedAnswer, Comparison, Judgement
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor


def insert_judgements(cursor: Cursor, judgements: Sequence[Judgement]) -> None:
    """Add judgements; those that are there already stay as they are."""
    _insert(cursor, "judgement", {each.judgement_id: each for each in judgements})


def insert_compared_answers(cursor: Cursor, answers: Sequence[ComparedAnswer]) -> None:
    """Add answers of a second model; those that are there already stay as they are."""
    _insert(cursor, "compared_answer", {each.compared_answer_id: each for each in answers})


def insert_comparisons(cursor: Cursor, comparisons: Sequence[Comparison]) -> None:
    """Add comparisons; those that are there already stay as they are."""
    _insert(cursor, "comparison", {each.comparison_id: each for each in comparisons})


def count_judgements(cursor: Cursor) -> int:
    """Count the judgements that count: the newest of each pair and judge."""
    row = cursor.execute("select count(*) from newest_judgement").fetchone()
    return int(row[0]) if row else 0


def _insert(
    cursor: Cursor, table: str, rows: dict[str, Judgement] | dict[str, ComparedAnswer] | dict[str, Comparison]
) -> None:
    insert_batch(cursor, table, [dataclasses.asdict(row) for row in rows.values()])
