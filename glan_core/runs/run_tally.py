"""What did a run take, stage by stage, and what went wrong, as its journal tells?"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from glan_core.calls import ModelCall
from glan_core.entities import STAGES, Answer, ClassSession, Failure, Instruction, Syllabus
from glan_core.judgements import JUDGING_STAGES, ComparedAnswer, Comparison, Judgement
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.runs.address_tally import AddressCall, AddressTally, tally_addresses
from glan_core.runs.journal import read_journal

_HEADS = ("stage", "answered", "unusable", "lost", "sent again", "tokens", "cost", "seconds")
_WIDTHS = (-15, 9, 9, 7, 11, 24, 11, 15)  # negative: to the left


@dataclass(slots=True)
class StageTally:
    """The calls of one stage."""

    answered: int = 0
    sent_again: int = 0
    """How often a call was sent once more after it was refused or lost."""
    unusable: int = 0
    lost: int = 0
    """Calls that brought no reply."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0
    seconds_p50: float | None = None
    seconds_p90: float | None = None


@dataclass(slots=True)
class RunTally:
    """The calls of a run by stage, and what it gave up on."""

    stages: dict[str, StageTally]
    failures: dict[str, int] = field(default_factory=dict)
    """By `stage: kind`, the items that were given up on and not made since."""
    example: dict[str, str] = field(default_factory=dict)
    """The message of one of each."""
    addresses: dict[str, AddressTally] = field(default_factory=dict)
    """Of an endpoint with several; empty where all calls went to one."""

    def to_data(self) -> dict[str, Any]:
        """Give it as JSON-ready data."""
        return {
            "stages": {
                stage: {name: getattr(tally, name) for name in StageTally.__slots__}
                for stage, tally in self.stages.items()
            },
            "failures": [
                {"stage": key.split(": ")[0], "kind": key.split(": ")[1], "items": number, "example": self.example[key]}
                for key, number in self.failures.items()
            ],
            "by_address": [
                {"address": address, **{name: getattr(tally, name) for name in AddressTally.__slots__}}
                for address, tally in self.addresses.items()
            ],
        }

    def words(self) -> list[str]:
        """Give it as lines for a person."""
        lines = []
        if self.stages:
            lines += ["", "Calls by stage (seconds: half of them took less, nine of ten took less)", _row(*_HEADS)]
        for stage, tally in self.stages.items():
            half, most = tally.seconds_p50, tally.seconds_p90
            lines.append(
                _row(
                    stage,
                    f"{tally.answered:,}",
                    f"{tally.unusable:,}",
                    f"{tally.lost:,}",
                    f"{tally.sent_again:,}",
                    f"{tally.prompt_tokens:,} + {tally.completion_tokens:,}",
                    "unknown" if tally.cost is None else f"${tally.cost:.4f}",
                    "" if half is None or most is None else f"{half:.1f}, {most:.1f}",
                )
            )
        if self.addresses:
            lines += ["", "Calls by address (seconds: half of them took less, 95 of 100 took less)"]
        for address, of_address in self.addresses.items():
            half, most, speed = of_address.seconds_p50, of_address.seconds_p95, of_address.tokens_per_second
            lines.append(
                f"  {address}: {of_address.answered:,} answered ({of_address.share:.0%}), {of_address.lost:,} lost, "
                f"{of_address.prompt_tokens:,} + {of_address.completion_tokens:,} tokens"
                + ("" if speed is None else f", {speed:,.1f} tokens/s")
                + ("" if half is None or most is None else f", {half:.1f}, {most:.1f} s")
            )
        if self.failures:
            lines += ["", "Given up on (`runs retry` tries again, with --kind only those of one kind)"]
            lines += [f"  {number:,} {key}: {self.example[key]}" for key, number in self.failures.items()]
        return lines


def _row(*cells: str) -> str:
    aligned = (
        f"{cell:<{-width}}" if width < 0 else f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True)
    )
    return f"  {''.join(aligned)}".rstrip()


class _Call(NamedTuple):
    stage: str
    has_reply: bool
    error_kind: str | None
    tries: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    seconds: float
    address: str | None
    ended: float


def tally_of_journal(path: Path) -> RunTally:
    """Count what a journal holds; nothing if there is none yet. A later outcome of a call replaces an earlier one."""
    calls: dict[str, _Call] = {}
    failures: dict[tuple[str, str], Failure] = {}
    made: set[str] = set()
    for entity in read_journal(path) if path.exists() else ():
        if isinstance(entity, ModelCall):
            calls[entity.model_call_id] = _Call(
                entity.stage,
                entity.has_reply,
                entity.error_kind,
                entity.tries,
                entity.prompt_tokens or 0,
                entity.completion_tokens or 0,
                entity.cost,
                entity.seconds,
                entity.address,
                entity.finished_at.timestamp(),
            )
        elif isinstance(entity, Failure) and not entity.error_kind:
            failures.pop((entity.item_id, entity.stage), None)  # it is being tried again
        elif isinstance(entity, Failure):
            failures[entity.item_id, entity.stage] = entity
        elif isinstance(entity, Instruction):
            made.add(entity.instruction_id)
        elif isinstance(entity, Answer):
            made.add(entity.answer_id)
        elif isinstance(entity, Judgement):
            made.add(entity.judgement_id)
        elif isinstance(entity, ComparedAnswer):
            made.add(entity.compared_answer_id)
        elif isinstance(entity, Comparison):
            made.add(entity.comparison_id)
        elif isinstance(entity, Syllabus):
            made.add(entity.subject_id)  # of a subject that was to have one
        elif isinstance(entity, ClassSession):
            made.add(entity.syllabus_id)
    open_failures = [failure for (item_id, _), failure in failures.items() if item_id not in made]
    counts = Counter(f"{failure.stage}: {failure.error_kind}" for failure in open_failures)
    examples = {f"{failure.stage}: {failure.error_kind}": failure.message for failure in open_failures}
    addresses = tally_addresses(
        AddressCall(
            call.address,
            call.has_reply,
            call.error_kind is None,
            call.prompt_tokens,
            call.completion_tokens,
            call.ended - call.seconds,
            call.seconds,
        )
        for call in calls.values()
        if call.address is not None
    )
    return RunTally(_by_stage(calls.values()), dict(counts.most_common()), examples, addresses)


def _by_stage(calls: Iterable[_Call]) -> dict[str, StageTally]:
    stages: dict[str, StageTally] = {}
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for call in calls:
        tally = stages.setdefault(call.stage, StageTally())
        tally.sent_again += call.tries - 1
        if not call.has_reply:
            tally.lost += 1
            continue
        tally.answered += 1
        tally.unusable += call.error_kind is not None
        tally.prompt_tokens += call.prompt_tokens
        tally.completion_tokens += call.completion_tokens
        tally.cost = None if tally.cost is None or call.cost is None else tally.cost + call.cost
        seconds[call.stage].append(call.seconds)
    for stage, of_stage in seconds.items():
        deciles = quantiles(of_stage, n=10, method="inclusive") if len(of_stage) > 1 else of_stage * 9
        stages[stage].seconds_p50, stages[stage].seconds_p90 = round(deciles[4], 3), round(deciles[8], 3)
    order = {stage: number for number, stage in enumerate((*STAGES, *JUDGING_STAGES, *REGENERATING_STAGES))}
    return dict(sorted(stages.items(), key=lambda item: order.get(item[0], len(order))))
