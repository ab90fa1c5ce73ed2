"""What did each address of an endpoint do for a run?"""

import pandas as pd

from glan_core.store.database import Cursor


def address_figures(cursor: Cursor, run_id: str) -> pd.DataFrame:
    """Give what the calls of a run took by address, for runs whose calls went to more than one; otherwise no rows.

    Columns: address, calls (answered), share (of all answered calls), lost (without a reply, by where they were sent
    last), unusable, prompt_tokens, completion_tokens, tokens_per_second (of replies, by the seconds in which at least
    one call was under way there), p50, p95 (seconds of an answered call).
    """
    return cursor.execute(
        """
        with
        call as (
            select
                address,
                finish_reason <> '' as is_answered,
                error_kind,
                coalesce(prompt_tokens, 0) as prompt_tokens,
                coalesce(completion_tokens, 0) as completion_tokens,
                seconds,
                epoch_us(finished_at) / 1e6 as ended,
                ended - seconds as began
            from model_call
            where run_id = $run_id
                and address is not null
        ),
        -- Seconds with at least one call under way: each call adds what lies beyond the latest end before it.
        followed as (
            select
                address,
                began,
                ended,
                max(ended) over (
                    partition by address order by began, ended rows between unbounded preceding and 1 preceding
                ) as latest
            from call
            where is_answered
        ),
        busy as (
            select address, sum(greatest(ended - greatest(began, coalesce(latest, began)), 0)) as seconds
            from followed
            group by address
        ),
        counted as (
            select
                address,
                count_if(is_answered) as calls,
                count_if(not is_answered) as lost,
                count_if(is_answered and error_kind is not null) as unusable,
                sum(prompt_tokens)::bigint as prompt_tokens,
                sum(completion_tokens)::bigint as completion_tokens,
                quantile_cont(seconds, [0.5, 0.95]) filter (is_answered) as seconds
            from call
            group by address
        )
        select
            address,
            calls,
            calls / greatest(sum(calls) over (), 1) as share,
            lost,
            unusable,
            prompt_tokens,
            completion_tokens,
            if(busy.seconds > 0, completion_tokens / busy.seconds, null) as tokens_per_second,
            counted.seconds[1] as p50,
            counted.seconds[2] as p95
        from counted
        left join busy using (address)
        qualify count(*) over () > 1
        order by address
        """,
        {"run_id": run_id},
    ).df()
