"""What did the calls of one run take, stage by stage, and how many were under way at once?"""

from datetime import datetime
from typing import NamedTuple

import pandas as pd

from glan_core.judgements import JUDGING_STAGES
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.store.database import Cursor, first_row

INTERVALS = 120
"""Into how many equal intervals the time of a run is divided."""


class CallTimes(NamedTuple):
    """How the calls of a run followed each other."""

    lost: int
    """Calls that brought no reply, counted by when they ended; how long they took is not recorded."""
    began_at: datetime
    """When the first call was sent."""
    interval_seconds: float
    intervals: pd.DataFrame
    """One row an interval: seconds (its begin, from began_at on), under_way (mean of answered calls under way), ended,
    sent_again (how often calls that ended in it had been sent before), lost."""


def stage_spending(cursor: Cursor, run_id: str) -> pd.DataFrame:
    """Give what the calls of a run took by stage.

    Columns: stage, calls, unusable (replies that could not be used), lost (calls without a reply), sent_again (beyond
    the first time), prompt_tokens, completion_tokens, cost (US dollars; null where the price of a call is not known).
    """
    return cursor.execute(
        """
        select
            stage,
            count(*) as calls,
            count_if(finish_reason <> '' and error_kind is not null) as unusable,
            count_if(finish_reason = '') as lost,
            sum(tries - 1)::bigint as sent_again,
            coalesce(sum(prompt_tokens), 0)::bigint as prompt_tokens,
            coalesce(sum(completion_tokens), 0)::bigint as completion_tokens,
            case when count(*) = count(cost) then sum(cost) end as cost
        from model_call
        where run_id = ?
        group by all
        order by stage
        """,
        [run_id],
    ).df()


def items_made(cursor: Cursor, run_id: str) -> dict[str, int]:
    """Count what a run has made by stage: disciplines with subjects, syllabi, those with class sessions, rows."""
    row = first_row(
        cursor.execute(
            """
        select
            (select count(distinct discipline_id) from subject where run_id = $run_id),
            (select count(*) from syllabus where run_id = $run_id),
            (
                select count(distinct class_session.syllabus_id)
                from class_session
                join syllabus on syllabus.syllabus_id = class_session.syllabus_id
                where syllabus.run_id = $run_id
            ),
            (select count(*) from instruction where run_id = $run_id),
            (select count(*) from answer where run_id = $run_id),
            (select count(*) from compared_answer where run_id = $run_id),
            (select count(*) from judgement where run_id = $run_id),
            (select count(*) from comparison where run_id = $run_id),
            (
                select count(*)
                from model_call
                where run_id = $run_id and stage = 'regenerated_instructions'
                    and model_call_id in (select model_call_id from instruction where run_id = $run_id)
            ),
            (
                select count(*)
                from model_call
                where run_id = $run_id and stage = 'regenerated_answers'
                    and model_call_id in (select model_call_id from answer where run_id = $run_id)
            )
        """,
            {"run_id": run_id},
        )
    )
    assert row is not None  # a select without a from always gives a row
    stages = ("subjects", "syllabus", "class_details", "instructions", "answers", *JUDGING_STAGES, *REGENERATING_STAGES)
    made = dict(zip(stages, row, strict=True))
    made["answers"] -= made["regenerated_answers"]
    return made


def call_latencies(cursor: Cursor, run_id: str) -> pd.DataFrame:
    """Give how long the answered calls of a run took, by stage and model: stage, model, calls, p50, p90, p99 (seconds).

    Seconds are those of the last time that a call was sent, from sending to the whole reply. Percentiles lie between
    neighbours where they must (linear interpolation).
    """
    # Asked for in one list, all of them take one look through the seconds.
    return cursor.execute(
        """
        select stage, model, calls, seconds[1] as p50, seconds[2] as p90, seconds[3] as p99
        from (
            select stage, model, count(*) as calls, quantile_cont(seconds, [0.5, 0.9, 0.99]) as seconds
            from model_call
            where run_id = ?
                and finish_reason <> ''
            group by all
        )
        order by stage, model
        """,
        [run_id],
    ).df()


def call_times(cursor: Cursor, run_id: str, *, since: datetime | None = None) -> CallTimes | None:
    """Divide the time of a run into INTERVALS and count in each; None where no call was answered.

    Only calls that ended at `since` or later are counted. The mean of calls under way is exact: the time that calls
    spent in an interval by the interval's length.
    """
    bounds = first_row(
        cursor.execute(
            """
        select
            min(finished_at - to_microseconds((seconds * 1e6)::bigint)) filter (finish_reason <> ''),
            max(finished_at),
            count_if(finish_reason = '')
        from model_call
        where run_id = $run_id
            and ($since is null or finished_at >= $since)
        """,
            {"run_id": run_id, "since": since},
        )
    )
    if bounds is None or bounds[0] is None:
        return None
    began_at, ended_at, lost = bounds
    length = max((ended_at - began_at).total_seconds() / INTERVALS, 0.001)
    # Calls under way, added up over time to a moment T, are the sum of T - began over calls that had begun, less the
    # sum of T - ended over those that had ended. Four running sums give that at the end of every interval.
    frame = cursor.execute(
        """
        with
        call as (
            select
                (epoch_us(finished_at) - epoch_us($began_at)) / 1e6 as ended,
                greatest(ended - seconds, 0) as began,
                finish_reason <> '' as is_answered,
                tries
            from model_call
            where run_id = $run_id
                and ($since is null or finished_at >= $since)
        ),
        moment as (
            select
                least(floor(began / $length), $intervals - 1)::integer as interval_number,
                1 as change, began as second, 0 as ended, 0 as sent_again, 0 as lost
            from call
            where is_answered
            union all
            select
                least(greatest(floor(ended / $length), 0), $intervals - 1)::integer,
                if(is_answered, -1, 0), if(is_answered, ended, 0), is_answered::integer, tries - 1,
                (not is_answered)::integer
            from call
        ),
        counted as (
            select
                number as interval_number,
                coalesce(sum(change), 0) as change,
                coalesce(sum(change * second), 0) as weighted,
                coalesce(sum(moment.ended), 0)::bigint as ended,
                coalesce(sum(sent_again), 0)::bigint as sent_again,
                coalesce(sum(lost), 0)::bigint as lost
            from range($intervals) as every(number)
            left join moment on moment.interval_number = number
            group by number
        ),
        added_up as (
            select
                *,
                (interval_number + 1) * $length * sum(change) over (order by interval_number)
                    - sum(weighted) over (order by interval_number) as call_seconds
            from counted
        )
        select
            interval_number * $length as seconds,
            greatest(
                (call_seconds - lag(call_seconds, 1, 0) over (order by interval_number)) / $length, 0
            ) as under_way,
            ended,
            sent_again,
            lost
        from added_up
        order by interval_number
        """,
        {"run_id": run_id, "since": since, "began_at": began_at, "length": length, "intervals": INTERVALS},
    ).df()
    return CallTimes(lost, began_at, length, frame)
