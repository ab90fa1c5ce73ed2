"""Which calls did one run make, page by page?"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pandas as pd

from glan_core.store.database import Cursor, first_row

Outcome = Literal["all", "used", "error"]


class CallChoice(NamedTuple):
    """Which calls of a run are meant."""

    stages: Sequence[str] = ()
    """None given: all of them."""
    outcome: Outcome = "all"
    """`used`: the reply was used; `error`: it was not, or none came."""
    error_kinds: Sequence[str] = ()
    """Only those with one of these errors, if any are given."""


def count_calls(cursor: Cursor, run_id: str, choice: CallChoice) -> int:
    """Count the calls of a run that a choice means."""
    where, parameters = _condition(run_id, choice)
    row = first_row(cursor.execute(f"select count(*) from model_call where {where}", parameters))  # noqa: S608
    return int(row[0]) if row else 0


def list_call_page(cursor: Cursor, run_id: str, choice: CallChoice, *, limit: int, offset: int = 0) -> pd.DataFrame:
    """List the calls of a run that a choice means, those that ended last first.

    Columns: model_call_id, finished_at, stage, model, seconds, prompt_tokens, completion_tokens, cost, tries, attempt,
    error_kind, is_partly_used.
    """
    where, parameters = _condition(run_id, choice)
    return cursor.execute(
        f"""
        select
            model_call_id, finished_at, stage, model, seconds, prompt_tokens, completion_tokens, cost, tries, attempt,
            error_kind, left_out is not null as is_partly_used
        from model_call
        where {where}
        order by finished_at desc, model_call_id
        limit ?
        offset ?
        """,  # noqa: S608 - the condition is built from constants
        [*parameters, limit, offset],
    ).df()


def list_call_kinds(cursor: Cursor, run_id: str) -> pd.DataFrame:
    """Count the calls of a run by stage and error: stage, error_kind (null: used), calls."""
    return cursor.execute(
        """
        select stage, error_kind, count(*) as calls
        from model_call
        where run_id = ?
        group by all
        order by stage, error_kind nulls first
        """,
        [run_id],
    ).df()


def _condition(run_id: str, choice: CallChoice) -> tuple[str, list[object]]:
    parts: list[str] = ["run_id = ?"]
    parameters: list[object] = [run_id]
    if choice.stages:
        parts.append("stage in (select unnest(?::varchar[]))")
        parameters.append(list(choice.stages))
    if choice.outcome != "all":
        parts.append(f"error_kind is {'null' if choice.outcome == 'used' else 'not null'}")
    if choice.error_kinds:
        parts.append("error_kind in (select unnest(?::varchar[]))")
        parameters.append(list(choice.error_kinds))
    return " and ".join(parts), parameters
