"""Which instructions of a filter have these words, stand for these vectors, or are next to another?

What a removed run has made, and what lies below a removed node, is found by none of these.
"""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from glan_core.entities import Filter
from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of

if TYPE_CHECKING:
    import pandas as pd


class PairInWords(NamedTuple):
    """What a pair is about."""

    question: str
    discipline: str
    subject: str


def find_by_words(cursor: Cursor, filter_: Filter, words: tuple[str, ...], *, limit: int) -> "pd.DataFrame":
    """Give pairs of a filter that hold every word, in the question or the answer, in upper or lower case.

    Columns: instruction_id; in_question, which of the words the question holds; those with most of them come first,
    then by instruction_id.
    """
    condition = condition_of(dataclasses.replace(filter_, text=" ".join((filter_.text, *words))))
    held = ", ".join([r"case when pair.instruction ilike ? escape '\' then ? end"] * len(words))
    return cursor.execute(
        f"""
        select distinct
            pair.instruction_id,
            list_filter([{held}], lambda word: word is not null) as in_question
        from pair
        where {condition.where}
        order by len(in_question) desc, pair.instruction_id
        limit ?
        """,  # noqa: S608 - built from parameters only
        [
            *(value for word in words for value in (f"%{like_pattern(word)}%", word)),
            *condition.parameters,
            limit,
        ],
    ).df()


def list_numbers_of(cursor: Cursor, filter_: Filter, *, encoder: str, content: str) -> np.ndarray:
    """Give the numbers of the vectors that stand for the pairs of a filter: int64, each once, in no order."""
    condition = condition_of(filter_)
    numbers = cursor.execute(
        f"""
        select distinct embedded.number
        from embedded_instruction as embedded
        where embedded.encoder = ?
            and embedded.content = ?
            and embedded.instruction_id in (select pair.instruction_id from pair where {condition.where})
        """,  # noqa: S608 - built from parameters only
        [encoder, content, *condition.parameters],
    ).fetchnumpy()["number"]
    return np.asarray(numbers, np.int64)


def list_instructions_of(
    cursor: Cursor, filter_: Filter, *, encoder: str, content: str, numbers: np.ndarray
) -> "pd.DataFrame":
    """Give the instructions of a filter that these vectors (int64) stand for: instruction_id, number, by id."""
    with with_batch(cursor, pa.table({"number": pa.array(numbers, pa.int64())})):
        near = cursor.execute(
            """
            select instruction_id, number
            from embedded_instruction
            where encoder = ? and content = ? and number in (select number from batch)
            order by instruction_id
            """,
            [encoder, content],
        ).df()
    condition = condition_of(filter_)
    # A second question is quicker than one that goes through the view with the vectors' numbers.
    kept = cursor.execute(
        f"""
        select distinct pair.instruction_id
        from pair
        where pair.instruction_id in (select unnest(?::varchar[])) and {condition.where}
        """,  # noqa: S608 - built from parameters only
        [near["instruction_id"].tolist(), *condition.parameters],
    ).fetchall()
    return near[near["instruction_id"].isin([key for (key,) in kept])].reset_index(drop=True)


def list_near_or_equal(cursor: Cursor, *, encoder: str, content: str, numbers: np.ndarray) -> "pd.DataFrame":
    """Give the pairs that these vectors (int64) stand for, and those whose vector stands for several.

    Columns: instruction_id, number, by instruction_id.
    """
    with with_batch(cursor, pa.table({"number": pa.array(numbers, pa.int64())})):
        return cursor.execute(
            """
            with near as (
                select instruction_id, number
                from embedded_instruction
                where encoder = ? and content = ?
                qualify count(*) over (partition by number) > 1 or number in (select number from batch)
            )
            select near.instruction_id, near.number
            from near
            where near.instruction_id in (select pair.instruction_id from pair)
            order by near.instruction_id
            """,
            [encoder, content],
        ).df()


def describe_pairs(cursor: Cursor, instruction_ids: Sequence[str]) -> dict[str, PairInWords]:
    """Give what pairs are about, by instruction id; those of removed runs and nodes are left out."""
    rows = cursor.execute(
        """
        select distinct instruction_id, instruction, discipline, subject
        from pair
        where instruction_id in (select unnest(?::varchar[]))
        """,
        [list(instruction_ids)],
    ).fetchall()
    return {key: PairInWords(*words) for key, *words in rows}


def find_number(cursor: Cursor, instruction_id: str, *, encoder: str, content: str) -> int | None:
    """Give the number of the vector that stands for an instruction; None if it has none."""
    row = first_row(
        cursor.execute(
            "select number from embedded_instruction where encoder = ? and content = ? and instruction_id = ?",
            [encoder, content, instruction_id],
        )
    )
    return int(row[0]) if row else None


def like_pattern(word: str) -> str:
    r"""Give a word as `like ? escape '\'` reads it, letter for letter."""
    return "".join(f"\\{letter}" if letter in "\\%_" else letter for letter in word)
