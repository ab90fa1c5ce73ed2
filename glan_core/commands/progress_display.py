"""How is a run, or another long piece of work, watched from a terminal or from a log file?

On a terminal: bars that change in place. Elsewhere: a plain line every few seconds.
"""

import contextlib
import sys
import time
from collections.abc import Callable, Collection, Iterator
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

from glan_core.commands.output import printable
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.runs.attempts import Counts

_LINE_SECONDS = 5.0


@contextlib.contextmanager
def shown_progress(*, wanted: int, stages: Collection[str]) -> Iterator[Callable[[Progress], None]]:
    """Give what is to be called with each progress of a run of these stages; `wanted` pairs were asked for."""
    if not sys.stderr.isatty():
        yield _Lines(stages)
        return
    columns = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Figures(stages)]
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("pairs", total=wanted or None, progress=None)

        def show(progress: Progress) -> None:
            counts = progress.counts
            done = counts.answers + counts.items_reused // 2
            if "judge" in stages:
                done = counts.judgements + counts.items_reused
            elif "compare" in stages:  # an answer and two comparisons a pair
                done = (counts.compared_answers + counts.comparisons + counts.items_reused) // 3
            words = "paused" if progress.state is RunState.PAUSED else "pairs"
            bars.update(task, completed=done, description=words, progress=progress)

        yield show


class ShowCount(Protocol):
    """Shows how many are done, and of how many where that was not known before."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show it."""


@contextlib.contextmanager
def shown_count(words: str, *, total: int | None = None) -> Iterator[ShowCount]:
    """Give what is to be called with how many of `total` are done; `words` say what is done to them."""
    if sys.stderr.isatty():
        columns = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
        with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
            task = bars.add_task(words, total=total)

            def show_bar(done: int, total: int | None = total) -> None:
                bars.update(task, completed=done, total=total)

            yield show_bar
        return
    shown_at = -_LINE_SECONDS

    def show(done: int, total: int | None = total) -> None:
        nonlocal shown_at
        if time.monotonic() - shown_at >= _LINE_SECONDS or done == total:
            shown_at = time.monotonic()
            sys.stderr.write(f"{words}: {done:,}{'' if total is None else f' of {total:,}'}\n")
            sys.stderr.flush()

    yield show


def made_words(counts: Counts, stages: Collection[str]) -> list[str]:
    """Say how many of each kind these stages have made, from the taxonomy down: `3 subjects`, `1 syllabus`."""
    made = {
        "taxonomy": (counts.nodes, "proposed node", "proposed nodes"),
        "subjects": (counts.subjects, "subject", "subjects"),
        "class_details": (counts.syllabi, "syllabus", "syllabi"),
        "instructions": (counts.instructions, "instruction", "instructions"),
        "answers": (counts.answers, "answer", "answers"),
        "compared_answers": (counts.compared_answers, "answer of the other model", "answers of the other model"),
        "judge": (counts.judgements, "judgement", "judgements"),
        "compare": (counts.comparisons, "comparison", "comparisons"),
    }
    if not set(REGENERATING_STAGES).isdisjoint(stages):
        return [f"{counts.answers:,} {'pair' if counts.answers == 1 else 'pairs'} written anew"]
    return [
        f"{number:,} {one if number == 1 else many}" for stage, (number, one, many) in made.items() if stage in stages
    ]


def line_of(progress: Progress, stages: Collection[str]) -> str:
    """Say in one line how far a run of these stages is."""
    parts = [
        *made_words(progress.counts, stages),
        f"{progress.counts.failed} failed",
        f"{progress.calls} calls ({progress.under_way} under way, at most {progress.limit})",
        f"{progress.prompt_tokens + progress.completion_tokens:,} tokens",
        *_cost_words(progress),
        f"{progress.seconds:.0f} s",
    ]
    if progress.refusals:
        parts.insert(-3, f"{progress.refusals} refused for load")
    return printable(", ".join(parts) + (f". {progress.message}" if progress.message else ""))


def _cost_words(progress: Progress) -> list[str]:
    """Say what the calls cost; nothing before the first reply, which tells whether it has a price."""
    if progress.cost is None:
        return ["price unknown"]
    return [f"${progress.cost:.4f}"] if progress.prompt_tokens or progress.completion_tokens else []


class _Lines:
    def __init__(self, stages: Collection[str]) -> None:
        self._stages = stages
        self._shown_at = -_LINE_SECONDS
        self._state: RunState | None = None
        self._message = ""

    def __call__(self, progress: Progress) -> None:
        has_news = progress.state is not self._state or bool(progress.message) != bool(self._message)
        if not has_news and progress.seconds - self._shown_at < _LINE_SECONDS:
            return
        self._shown_at, self._state, self._message = progress.seconds, progress.state, progress.message
        sys.stderr.write(f"{progress.state.value}: {line_of(progress, self._stages)}\n")
        sys.stderr.flush()


class _Figures(ProgressColumn):
    def __init__(self, stages: Collection[str]) -> None:
        super().__init__()
        self._stages = stages

    def render(self, task: Task) -> Text:
        progress: Progress | None = task.fields.get("progress")
        return Text(line_of(progress, self._stages) if progress else "starting")
