"""Which checks of many pairs were made, how far is each, and which texts does it look at?

A check goes through the tables `instruction` and `answer`, each in the order in which its rows came, and remembers how
far it is in either: an answer may come long after its question. What it did is never done twice.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from glan_core.store.database import Cursor, first_row

CheckKind = Literal["rules", "duplicates", "contamination"]
CheckState = Literal["running", "finished", "stopped", "failed"]


class Places(NamedTuple):
    """How many rows the tables hold, or how far a check is in them."""

    questions: int
    answers: int


class Stretch(NamedTuple):
    """Rows to look at: of each table those from a place to before another one."""

    questions: tuple[int, int]
    answers: tuple[int, int]


class QualityCheck(NamedTuple):
    """One check of many pairs."""

    quality_check_id: str
    kind: CheckKind
    settings: Mapping[str, Any]
    state: CheckState
    questions_done: int
    answers_done: int
    rows: int
    """Pairs, answered or not, that there were."""
    found: int
    """Flags, groups or hits."""
    seconds: float
    """That it worked."""
    started_at: datetime
    finished_at: datetime | None = None
    message: str = ""
    """Why it ended early."""

    @property
    def done(self) -> int:
        """How many pairs were looked at, answered or not."""
        return max(self.questions_done, self.answers_done)

    def new_among(self, there: Places) -> int:
        """Give how many of the rows that there are came since: of questions or of answers, whichever are more."""
        return max(there.questions - self.questions_done, there.answers - self.answers_done, 0)


class Texts(NamedTuple):
    """Some rows of a table, in its order."""

    instruction_ids: list[str]
    texts: list[str]


def save_check(cursor: Cursor, check: QualityCheck) -> None:
    """Write down where a check stands. Call it with `Database.writing` held."""
    cursor.execute(
        """
        insert into quality_check (
            quality_check_id, kind, settings, state, questions_done, answers_done, rows, found, seconds, started_at,
            finished_at, message
        )
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict do update set
            settings = excluded.settings,
            state = excluded.state,
            questions_done = excluded.questions_done,
            answers_done = excluded.answers_done,
            rows = excluded.rows,
            found = excluded.found,
            seconds = excluded.seconds,
            started_at = excluded.started_at,
            finished_at = excluded.finished_at,
            message = excluded.message
        """,
        [*check._replace(settings=json.dumps(dict(check.settings), sort_keys=True))],  # type: ignore[arg-type]
    )


def find_check(cursor: Cursor, quality_check_id: str) -> QualityCheck | None:
    """Give a check; None if there is none of this id."""
    row: Sequence[Any] | None = first_row(
        cursor.execute(
            """
            select
                quality_check_id, kind, settings, state, questions_done, answers_done, rows, found, seconds,
                started_at, finished_at, message
            from quality_check
            where quality_check_id = ?
            """,
            [quality_check_id],
        )
    )
    if row is None:
        return None
    check = QualityCheck(*row)
    return check._replace(settings=json.loads(str(check.settings)))


def count_places(cursor: Cursor) -> Places:
    """Count the rows that a check goes through."""
    row = first_row(
        cursor.execute(
            """
            select
                (select coalesce(max(rowid) + 1, 0) from instruction),
                (select coalesce(max(rowid) + 1, 0) from answer)
            """
        )
    )
    assert row is not None  # no table is read without giving a row
    return Places(*row)


def read_questions(cursor: Cursor, first: int, last: int) -> Texts:
    """Give the questions at the places from `first` to before `last`."""
    return _texts(
        cursor.sql(
            "select instruction_id, text from instruction where rowid >= ? and rowid < ? order by rowid",
            params=[first, last],
        )
    )


def read_answers(cursor: Cursor, first: int, last: int) -> Texts:
    """Give the answers at the places from `first` to before `last`."""
    return _texts(
        cursor.sql(
            "select instruction_id, text from answer where rowid >= ? and rowid < ? order by rowid",
            params=[first, last],
        )
    )


def read_vector_numbers(
    cursor: Cursor, first: int, last: int, *, encoder: str, content: str
) -> tuple[list[str], np.ndarray]:
    """Give the instructions at the places from `first` to before `last` that have a vector, and its number (int64)."""
    found = cursor.sql(
        """
        select embedded.instruction_id, embedded.number
        from embedded_instruction as embedded
        join instruction on instruction.instruction_id = embedded.instruction_id
        where embedded.encoder = ?
            and embedded.content = ?
            and instruction.rowid >= ?
            and instruction.rowid < ?
        order by instruction.rowid
        """,
        params=[encoder, content, first, last],
    ).to_arrow_table()
    return found.column("instruction_id").to_pylist(), np.asarray(found.column("number").to_numpy(), np.int64)


def read_asked(cursor: Cursor, first: int, last: int) -> pd.DataFrame:
    """Give questions with what rules need to know.

    Columns: instruction_id, instruction, finish_reason ('' where the call is not there), language (a code).
    """
    return cursor.execute(
        """
        select
            asked.instruction_id,
            asked.text as instruction,
            coalesce(call.finish_reason, '') as finish_reason,
            coalesce(run.settings ->> 'language', 'en') as language
        from instruction as asked
        left join model_call as call on call.model_call_id = asked.model_call_id
        left join run on run.run_id = asked.run_id
        where asked.rowid >= ? and asked.rowid < ?
        order by asked.rowid
        """,
        [first, last],
    ).df()


def read_answered(cursor: Cursor, first: int, last: int) -> pd.DataFrame:
    """Give answers with what rules need to know: as `read_asked`, and the column answer."""
    return cursor.execute(
        """
        select
            answered.instruction_id,
            asked.text as instruction,
            answered.text as answer,
            coalesce(call.finish_reason, '') as finish_reason,
            coalesce(run.settings ->> 'language', 'en') as language
        from answer as answered
        join instruction as asked on asked.instruction_id = answered.instruction_id
        left join model_call as call on call.model_call_id = answered.model_call_id
        left join run on run.run_id = answered.run_id
        where answered.rowid >= ? and answered.rowid < ?
        order by answered.rowid
        """,
        [first, last],
    ).df()


def _texts(found: Any) -> Texts:
    table = found.to_arrow_table()
    return Texts(table.column("instruction_id").to_pylist(), table.column("text").to_pylist())
