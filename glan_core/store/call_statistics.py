"""How long and how large were the calls of a kind so far?"""

from typing import NamedTuple

from glan_core.store.database import Cursor, first_row

NEWEST = 10_000  # calls that are looked at: enough for any mean, and an endpoint of last year is no measure


class CallStatistics(NamedTuple):
    """The newest answered calls of one stage, model and template; None where a number was never reported."""

    calls: int
    unusable: int
    """Those of them whose reply could not be used, so that it was asked for again."""
    calls_with_tokens: int
    prompt_tokens_mean: float | None
    prompt_tokens_variance: float | None
    completion_tokens_mean: float | None
    completion_tokens_variance: float | None
    tokens_covariance: float | None
    """Of prompt and completion tokens."""
    seconds_mean: float | None
    """Of those that were made one by one: of a call to a batch service nobody knows how long it took."""
    seconds_variance: float | None


def call_statistics(cursor: Cursor, *, stage: str, model: str, template: str) -> CallStatistics:
    """Give mean and variance of what the newest answered calls took; unusable replies count, as they are paid for."""
    row = first_row(
        cursor.execute(
            """
        select
            count(*),
            count(error_kind),
            count(prompt_tokens + completion_tokens),
            avg(prompt_tokens),
            var_samp(prompt_tokens),
            avg(completion_tokens),
            var_samp(completion_tokens),
            covar_samp(prompt_tokens, completion_tokens),
            avg(seconds) filter (where seconds > 0),
            var_samp(seconds) filter (where seconds > 0)
        from (
            select error_kind, prompt_tokens, completion_tokens, seconds
            from model_call
            where finish_reason <> ''
                and stage = ?
                and model = ?
                and template = ?
            order by finished_at desc
            limit ?
        )
        """,
            [stage, model, template, NEWEST],
        )
    )
    assert row is not None  # an aggregate always gives a row
    return CallStatistics(*row)
