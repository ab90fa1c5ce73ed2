"""Which runs are there, where does each stand, and what has it made and spent?"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from glan_core.entities import Run, RunState
from glan_core.store.database import Cursor, first_row

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = "run_id, plan, settings, seed, state, engine, started_at, finished_at, message, is_demo, is_removed"


class DearestCall(NamedTuple):
    """What the calls of one stage to one model took at most."""

    stage: str
    model: str
    calls: int
    """Those whose tokens are known."""
    tokens: int
    """Of prompt and reply."""
    cost: float
    """US dollars, of those whose price is known."""


class RunCounts(NamedTuple):
    """What one run has made and spent so far."""

    calls: int
    failed_calls: int
    instructions: int
    answers: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    """US dollars; None when the price of any call is not known."""
    most_tokens: int = 0
    """Of prompt and reply of one call."""
    most_cost: float = 0.0
    """US dollars of the dearest call whose price is known."""
    judged: int = 0
    """Judgements, and comparisons in one order."""
    without_tokens: int = 0
    """Calls whose reply came without its tokens."""
    dearest: tuple[DearestCall, ...] = ()
    """By stage and model, of the calls that were answered."""


class Spending(NamedTuple):
    """What all runs together have sent and spent."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float
    """US dollars of the calls whose price is known."""
    calls_without_price: int


def save_run(cursor: Cursor, run: Run) -> None:
    """Add a run, or bring state, engine, times and message of a known one up to date."""
    cursor.execute(
        f"""
        insert into run ({_COLUMNS})
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict do update set
            state = excluded.state,
            engine = excluded.engine,
            started_at = excluded.started_at,
            finished_at = excluded.finished_at,
            message = excluded.message
        """,  # noqa: S608
        [
            run.run_id,
            json.dumps(run.plan),
            json.dumps(run.settings),
            run.seed,
            run.state.value,
            run.engine,
            run.started_at,
            run.finished_at,
            run.message,
            run.is_demo,
            run.is_removed,
        ],
    )


def find_run(cursor: Cursor, run_id: str) -> Run | None:
    """Give the run with this id."""
    row = first_row(cursor.execute(f"select {_COLUMNS} from run where run_id = ?", [run_id]))  # noqa: S608
    return _run(row) if row else None


def list_runs(cursor: Cursor, *, limit: int = 100) -> tuple[Run, ...]:
    """List the newest runs first, without those that were removed."""
    rows = cursor.execute(
        f"select {_COLUMNS} from run where not is_removed order by started_at desc, run_id limit ?",  # noqa: S608
        [limit],
    ).fetchall()
    return tuple(_run(row) for row in rows)


def list_runs_of(cursor: Cursor, *, stage: str, scope_id: str) -> tuple[Run, ...]:
    """List the runs of one stage alone over one node alone, newest first, without those that were removed."""
    rows = cursor.execute(
        f"""
        select {_COLUMNS}
        from run
        where not is_removed
            and (plan -> 'stages')::varchar[] = [$stage]
            and (plan -> 'scope')::varchar[] = [$scope_id]
        order by started_at desc, run_id
        """,  # noqa: S608
        {"stage": stage, "scope_id": scope_id},
    ).fetchall()
    return tuple(_run(row) for row in rows)


def count_runs(cursor: Cursor) -> int:
    """Count all runs but those that were removed."""
    row = first_row(cursor.execute("select count(*) from run where not is_removed"))
    return int(row[0]) if row else 0


def next_seed(cursor: Cursor, *, first: int) -> int:
    """Give the smallest seed from `first` on that is above those of all runs from there on, removed ones too."""
    row = first_row(cursor.execute("select coalesce(max(seed) + 1, ?) from run where seed >= ?", [first, first]))
    return int(row[0]) if row else first


def remove_run(cursor: Cursor, run_id: str) -> None:
    """Take what a run has made out of every page, count and export; nothing is deleted, `restore_run` undoes it."""
    cursor.execute("update run set is_removed = true where run_id = ?", [run_id])


def restore_run(cursor: Cursor, run_id: str) -> None:
    """Let a run that was removed count again."""
    cursor.execute("update run set is_removed = false where run_id = ?", [run_id])


def mark_interrupted_runs(cursor: Cursor, *, at_work: Sequence[str] = ()) -> int:
    """Mark runs that claim to be running as interrupted, and give their number.

    `at_work` are those that another process works on, as its lock on the journal shows.
    """
    rows = cursor.execute(
        """
        update run
        set state = 'interrupted', message = 'Its process ended before the run did. Go on with it, or leave it.'
        where state in ('running', 'paused')
            and run_id not in (select unnest(?::varchar[]))
        returning run_id
        """,
        [list(at_work)],
    ).fetchall()
    return len(rows)


def run_counts(cursor: Cursor, run_id: str) -> RunCounts:
    """Count what a run has made."""
    row = first_row(
        cursor.execute(
            """
        with of_kind as (
            select
                stage,
                model,
                count(*) as calls,
                count(error_kind) as failed_calls,
                sum(prompt_tokens) as prompt_tokens,
                sum(completion_tokens) as completion_tokens,
                count(cost) as priced,
                sum(cost) as cost,
                max(cost) as most_cost,
                count(prompt_tokens + completion_tokens) as with_tokens,
                max(prompt_tokens + completion_tokens) as most_tokens,
                count(*) filter (finish_reason <> '' and prompt_tokens + completion_tokens is null) as without_tokens
            from model_call
            where run_id = $run_id
            group by stage, model
        )
        select
            coalesce(sum(calls), 0)::bigint,
            coalesce(sum(failed_calls), 0)::bigint,
            (select count(*) from instruction where run_id = $run_id),
            (select count(*) from answer where run_id = $run_id),
            coalesce(sum(prompt_tokens), 0)::bigint,
            coalesce(sum(completion_tokens), 0)::bigint,
            case when coalesce(sum(calls) = sum(priced), true) then coalesce(sum(cost), 0) end,
            coalesce(max(most_tokens), 0),
            coalesce(max(most_cost), 0),
            (select count(*) from judgement where run_id = $run_id)
                + (select count(*) from comparison where run_id = $run_id),
            coalesce(sum(without_tokens), 0)::bigint,
            coalesce(
                list((stage, model, with_tokens, most_tokens, coalesce(most_cost, 0)) order by stage, model)
                    filter (with_tokens > 0),
                []
            )
        from of_kind
        """,
            {"run_id": run_id},
        )
    )
    assert row is not None  # an aggregate always gives a row
    *counts, dearest = row
    return RunCounts(*counts)._replace(dearest=tuple(DearestCall(*each) for each in dearest))


def run_errors(cursor: Cursor, run_id: str) -> "pd.DataFrame":
    """Give the failed calls of a run by kind: stage, error_kind, calls, example."""
    return cursor.execute(
        """
        select stage, error_kind, count(*) as calls, any_value(error_message) as example
        from model_call
        where run_id = ?
            and error_kind is not null
        group by all
        order by calls desc, stage, error_kind
        """,
        [run_id],
    ).df()


def spending(cursor: Cursor) -> Spending:
    """Add up the model calls made here, so not those of shipped runs.

    Calls of unknown price are counted apart, never taken for free.
    """
    row = first_row(
        cursor.execute(
            """
        select
            count(*),
            coalesce(sum(prompt_tokens), 0)::bigint,
            coalesce(sum(completion_tokens), 0)::bigint,
            coalesce(sum(cost), 0),
            count(*) - count(cost)
        from model_call
        where run_id not in (select run_id from run where is_demo)
        """
        )
    )
    assert row is not None  # an aggregate always gives a row
    return Spending(*row)


def _run(row: tuple[str, str, str, int, str, str, datetime, datetime | None, str, bool, bool]) -> Run:
    run_id, plan, settings, seed, state, engine, started_at, finished_at, message, is_demo, is_removed = row
    return Run(
        run_id,
        json.loads(plan),
        json.loads(settings),
        seed,
        RunState(state),
        engine,
        started_at,
        finished_at,
        message,
        is_demo,
        is_removed,
    )
