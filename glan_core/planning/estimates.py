"""How many calls, tokens, seconds and dollars will a plan take?

From the database's own finished calls of the same stage, model and template where there are at least five, otherwise
from a guess that call_guesses.py explains. A number that nobody can know, such as the price of an unknown model, is
None and never zero.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from glan_core.amounts import Amount, Range, added, total_of
from glan_core.entities import STAGES
from glan_core.generation_settings import Price, StageSettings
from glan_core.judgements import JUDGING_STAGES
from glan_core.llm.prices import batch_price, find_price
from glan_core.planning.call_guesses import CallGuess, guess_calls
from glan_core.planning.plan import Forecast
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.store.call_statistics import CallStatistics, call_statistics
from glan_core.store.database import Cursor

PRIOR = "prior"
BATCH_COST_WORDS = ", the price of the batch service: half that of direct calls where it publishes no other"
FEWEST_CALLS = 5  # with fewer, the variance says nothing: one long reply among three would be a third of all


@dataclass(frozen=True, slots=True)
class StageEstimate:
    """What one stage of a plan, or the whole plan, takes."""

    stage: str
    """Empty for the whole plan."""
    calls: Range
    prompt_tokens: Range
    completion_tokens: Range
    tokens: Range
    """Of both together."""
    seconds: Range
    """Of a clock on the wall, with all calls at once that are allowed; for a stage, if it were alone."""
    dollars: Range | None
    """None when a price is not known."""
    basis: str
    """`213 finished calls of this model and template`, or `prior`; for the whole plan the weakest of its stages."""

    def to_data(self) -> dict[str, Any]:
        """Give the numbers as JSON-ready data: each an object with p10, p50 and p90, or null."""
        ranges = {
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "tokens": self.tokens,
            "seconds": self.seconds,
            "dollars": self.dollars,
        }
        return {name: None if range_ is None else range_._asdict() for name, range_ in ranges.items()} | {
            "basis": self.basis
        }


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a plan takes, in all and by stage."""

    total: StageEstimate
    stages: dict[str, StageEstimate]
    """By stage, in their order; those without calls are left out."""
    is_batch: bool = False
    """Whether a batch service makes the calls, stage after stage, each of which may take a day."""

    def words(self) -> dict[str, str]:
        """Give the total in words, with what it rests on: what will be the case in eight cases of ten."""
        total = self.total
        dollars = total.dollars
        return {
            "tokens": f"{_between(total.prompt_tokens, _count)} in prompts, "
            f"{_between(total.completion_tokens, _count)} in replies",
            "time": self.batch_words if self.is_batch else _between(total.seconds, _duration),
            "cost": "unknown"
            if dollars is None
            else _between(dollars, lambda number: f"${number:,.2f}") + self.is_batch * BATCH_COST_WORDS,
            "estimate from": "; ".join(f"{stage}: {part.basis}" for stage, part in self.stages.items()) or "no calls",
        }

    @property
    def batch_words(self) -> str:
        """How long a batch service takes, in words."""
        waves = self.batch_waves
        return "up to 24 hours" if waves == 1 else f"up to 24 hours for each of {waves} stages, one after the other"

    @property
    def batch_waves(self) -> int:
        """How many stages a batch service works on one after the other."""
        # Another answer to a question that is there is asked for together with the first stage.
        return max(1, len(self.stages.keys() - {"regenerated_answers"}))

    def to_data(self) -> dict[str, Any]:
        """Give the estimate as JSON-ready data."""
        return {
            "total": self.total.to_data(),
            "stages": {stage: estimate.to_data() for stage, estimate in self.stages.items()},
        }


class _Amounts(NamedTuple):
    """What some calls take together."""

    calls: Amount
    prompt_tokens: Amount
    completion_tokens: Amount
    dollars: Amount | None
    work: Amount
    """Seconds of all calls one after the other."""
    each: Amount
    """Seconds of one item: of a call, or of several that follow one another."""
    seen: int
    """Finished calls that this is known from; 0 for a guess."""


def estimate(
    cursor: Cursor, plan: Forecast, *, concurrency: int, endpoint_url: str = "", is_batch: bool = False
) -> Estimate:
    """Estimate a plan with this many calls at once, at the endpoint with this address.

    Without an address, the price of a model is looked up by its name alone. With `is_batch` a batch service makes the
    calls, for its lower price and in its own time, which nobody knows.
    """
    guesses = guess_calls(cursor, plan)
    by_stage: dict[str, _Amounts] = {}
    for stage in (*STAGES, *JUDGING_STAGES, *REGENERATING_STAGES):
        calls = plan.calls.get(stage, 0)
        if calls:
            settings = plan.request.settings.stages[stage]
            by_stage[stage] = _together(
                _amounts(
                    calls / len(settings.templates),
                    statistics=call_statistics(cursor, stage=stage, model=settings.model, template=template),
                    guess=guesses[template],
                    settings=settings,
                    attempts=plan.request.settings.reply_attempts,
                    price=_price(settings, endpoint_url, is_batch=is_batch),
                )
                for template in settings.templates
            )
    stages = {
        stage: _stage_estimate(stage, amounts, _wall_clock([amounts], concurrency))
        for stage, amounts in by_stage.items()
    }
    everything = _together(by_stage.values())
    total = _stage_estimate("", everything, _wall_clock(list(by_stage.values()), concurrency))
    return Estimate(total, stages, is_batch=is_batch)


def _amounts(
    calls: float,
    *,
    statistics: CallStatistics,
    guess: CallGuess,
    settings: StageSettings,
    attempts: int,
    price: Price | None,
) -> _Amounts:
    seen = statistics.calls if statistics.calls >= FEWEST_CALLS else 0
    number = _with_repeats(calls, statistics.unusable / seen, attempts) if seen else Amount(calls)
    tokens = _tokens_seen(number, statistics, price) if statistics.calls_with_tokens >= FEWEST_CALLS else None
    tokens = tokens or _tokens_guessed(number.mean, guess, price)
    is_timed = seen and statistics.seconds_mean is not None  # calls of a batch service tell no time of their own
    each = Amount(statistics.seconds_mean or 0.0, statistics.seconds_variance or 0.0) if is_timed else guess.seconds
    work = (
        total_of(number, mean=each.mean, variance=each.variance, seen=seen)
        if is_timed
        else guess.seconds.times(number.mean)
    )
    return _Amounts(number, tokens.prompt, tokens.completion, tokens.dollars, work=work, each=each, seen=seen)


def _price(settings: StageSettings, endpoint_url: str, *, is_batch: bool) -> Price | None:
    if settings.price is not None:
        return batch_price(settings.price) if is_batch else settings.price
    return find_price(settings.model, endpoint_url, is_batch=is_batch)


class _Tokens(NamedTuple):
    prompt: Amount
    completion: Amount
    dollars: Amount | None


def _tokens_seen(number: Amount, statistics: CallStatistics, price: Price | None) -> _Tokens:
    seen = statistics.calls_with_tokens
    prompt = Amount(statistics.prompt_tokens_mean or 0.0, statistics.prompt_tokens_variance or 0.0)
    completion = Amount(statistics.completion_tokens_mean or 0.0, statistics.completion_tokens_variance or 0.0)
    dollars = None
    if price is not None:
        # Long prompts may go with long replies, so their prices do not err independently.
        both = 2 * price.input_per_million * price.output_per_million * (statistics.tokens_covariance or 0.0)
        a_million = Amount(
            prompt.mean * price.input_per_million + completion.mean * price.output_per_million,
            prompt.variance * price.input_per_million**2 + completion.variance * price.output_per_million**2 + both,
        )
        dollars = total_of(number, mean=a_million.mean, variance=max(0.0, a_million.variance), seen=seen).times(1e-6)
    return _Tokens(
        total_of(number, mean=prompt.mean, variance=prompt.variance, seen=seen),
        total_of(number, mean=completion.mean, variance=completion.variance, seen=seen),
        dollars,
    )


def _tokens_guessed(calls: float, guess: CallGuess, price: Price | None) -> _Tokens:
    prompt, completion = guess.prompt_tokens.times(calls), guess.completion_tokens.times(calls)
    if price is None:
        return _Tokens(prompt, completion, None)
    dollars = added([prompt.times(price.input_per_million), completion.times(price.output_per_million)]).times(1e-6)
    return _Tokens(prompt, completion, dollars)


def _with_repeats(items: float, unusable: float, attempts: int) -> Amount:
    """Give the calls that so many items take when this share of replies is asked for again, up to `attempts` times."""
    mean = sum(unusable**attempt for attempt in range(attempts))
    squared = sum((2 * attempt + 1) * unusable**attempt for attempt in range(attempts))
    return Amount(items * mean, items * (squared - mean**2))


def _together(parts: Iterable[_Amounts]) -> _Amounts:
    parts = list(parts)
    dollars = [part.dollars for part in parts if part.dollars is not None]
    return _Amounts(
        added(part.calls for part in parts),
        added(part.prompt_tokens for part in parts),
        added(part.completion_tokens for part in parts),
        added(dollars) if len(dollars) == len(parts) else None,
        work=added(part.work for part in parts),
        each=added(part.each for part in parts),
        seen=min((part.seen for part in parts), default=0),
    )


def _wall_clock(stages: Sequence[_Amounts], concurrency: int) -> Amount:
    """Give the seconds that pass while the calls of these stages are made.

    A pair's calls follow one another, an answer its question. So no more calls are under way than there are items, and
    a plan takes at least as long as one item. Towards the end, places fall idle one by one: that takes as long as the
    slowest of the last items takes more than others, at most half an item.
    """
    together = _together(stages)
    width = max(1.0, min(concurrency, max((part.calls.mean for part in stages), default=1.0)))
    item = together.each
    idle = min(item.mean / 2, math.sqrt(2 * math.log(width) * item.variance))
    mean = max(together.work.mean / width, item.mean) + idle
    return Amount(mean, together.work.variance / width**2 + (item.variance if width > 1 else 0.0))


def _stage_estimate(stage: str, amounts: _Amounts, wall_clock: Amount) -> StageEstimate:
    return StageEstimate(
        stage=stage,
        calls=amounts.calls.range,
        prompt_tokens=amounts.prompt_tokens.range,
        completion_tokens=amounts.completion_tokens.range,
        tokens=added([amounts.prompt_tokens, amounts.completion_tokens]).range,
        seconds=wall_clock.range,
        dollars=amounts.dollars.range if amounts.dollars is not None else None,
        basis=f"{amounts.seen} finished calls of this model and template" if amounts.seen else PRIOR,
    )


def _between(numbers: Range, words: Callable[[float], str]) -> str:
    low, high = words(numbers.p10), words(numbers.p90)
    return low if low == high else f"{low} to {high}"


def _count(number: float) -> str:
    if number < 1000:
        return f"{number:.0f}"
    size, letter = (1e6, "M") if number >= 999_500 else (1e3, "k")
    return f"{float(f'{number / size:.3g}'):,g} {letter}"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 100 else f"{minutes / 60:.1f} h"
