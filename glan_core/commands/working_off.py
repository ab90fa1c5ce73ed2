"""How is a run that a command has prepared worked off, watched, and told of?"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import typer

from glan_core.commands.output import note, tell
from glan_core.commands.progress_display import made_words, shown_progress
from glan_core.commands.run_options import RunOptions
from glan_core.engines.control import RunControl
from glan_core.engines.engine import EngineChoice
from glan_core.engines.progress import Progress
from glan_core.entities import RunState
from glan_core.llm.chat_model import TIMEOUT_SECONDS
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.runs.batch_parts import calls_out
from glan_core.runs.headless import Prepared, bring_home, work_off


def work(
    prepared: Prepared,
    asked: RunOptions,
    *,
    database: Path,
    endpoint: Endpoint,
    concurrency: int,
    engine: EngineChoice,
    only: frozenset[str] | None = None,
    report: Callable[[], tuple[dict[str, Any], str]] | None = None,
) -> None:
    """Work off a prepared plan, watched; exits with 1 unless all was made or a batch service is at work on it.

    A `report` says more of it, as data and in words, once all is in the database.
    """
    plan, folder = prepared.plan, prepared.folder
    wanted = (
        plan.request.instructions if plan.judging or plan.regenerating or "instructions" in plan.request.stages else 0
    )
    try:
        with (
            stop_on_interrupt(plan.run_id) as control,
            shown_progress(wanted=wanted, stages=plan.request.stages) as show,
        ):
            progress = work_off(
                prepared,
                endpoint=endpoint,
                concurrency=concurrency,
                engine=engine,
                control=control,
                limits=asked.limits,
                only=only,
                timeout_seconds=asked.timeout or TIMEOUT_SECONDS,
                on_progress=show,
            )
    finally:
        is_home = bring_home(database, folder)
        if not is_home:
            note(
                f"Another process has {database} open. What was made is in {folder}: the app takes it in by itself, "
                "`python -m glan_core ingest` does so later."
            )
    data, words = report() if report and is_home else ({}, "")
    out = calls_out(folder)
    state = "waiting" if out.calls else progress.state.value
    sentence = "\n".join(part for part in (_sentence(progress, plan.request.stages, state=state), words) if part)
    waiting = {"state": state, "with_service": {"parts": out.parts, "calls": out.calls}} if out.calls else {}
    tell({**_result(progress, plan, endpoint), **waiting, **data}, asked.as_json, sentence)
    if out.calls:
        note(f"`python -m glan_core runs resume {plan.run_id}` fetches them, also days later.")
        return
    if progress.counts.failed or progress.state is not RunState.FINISHED:
        raise typer.Exit(1)


@contextlib.contextmanager
def stop_on_interrupt(run_id: str) -> Iterator[RunControl]:
    """Give a control that the first Ctrl-C or SIGTERM tells to stop; the second Ctrl-C ends the process at once."""
    control = RunControl()

    def ask(number: int, frame: FrameType | None) -> None:
        if control.wish == "stop":
            raise KeyboardInterrupt
        control.stop()
        sentence = (
            f"\nStopping after the calls under way. `python -m glan_core runs resume {run_id}` or the same command "
            "goes on from here. Ctrl-C once more leaves them.\n"
        )
        # The signal may come while a line is being written, and Python's streams cannot be entered twice.
        os.write(sys.stderr.fileno(), sentence.encode())

    if threading.current_thread() is not threading.main_thread():
        yield control
        return
    before: dict[signal.Signals, Any] = {
        number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield control
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _result(progress: Progress, plan: Plan, endpoint: Endpoint) -> dict[str, Any]:
    return {
        "run_id": progress.run_id,
        "state": progress.state.value,
        "message": progress.message,
        "calls": progress.calls,
        "calls_reused": progress.calls_reused,
        **_grown(progress, plan.request.stages),
        "instructions": progress.counts.instructions,
        "answers": progress.counts.answers,
        "failed": progress.counts.failed,
        "tokens": {"prompt": progress.prompt_tokens, "completion": progress.completion_tokens},
        "cost": progress.cost,
        "seconds": round(progress.seconds, 3),
        "refused_for_load": progress.refusals,
        "model": plan.request.settings.stages[
            "instructions" if "instructions" in plan.request.settings.stages else plan.request.stages[-1]
        ].model,
        "endpoint": endpoint.label,
    }


def _grown(progress: Progress, stages: Collection[str]) -> dict[str, int]:
    """Give what was made beside questions and answers; a run that cannot make such a thing does not say so."""
    counts = progress.counts
    made = {
        "taxonomy": ("proposed_nodes", counts.nodes),
        "subjects": ("subjects", counts.subjects),
        "class_details": ("syllabi", counts.syllabi),
        "compared_answers": ("compared_answers", counts.compared_answers),
        "judge": ("judgements", counts.judgements),
        "compare": ("comparisons", counts.comparisons),
    }
    return dict(named for stage, named in made.items() if stage in stages)


def _sentence(progress: Progress, stages: Collection[str], *, state: str) -> str:
    *others, last = made_words(progress.counts, stages)
    made = f"{', '.join(others)} and {last}" if others else last
    reused = f"; {progress.calls_reused} calls did not have to be made again" if progress.calls_reused else ""
    failed = f"; {progress.counts.failed} items failed" if progress.counts.failed else ""
    why = f" {progress.message}" if progress.message else ""
    took = f"in {progress.seconds:.0f} s"
    return f"Run {progress.run_id} {state}: {made} {took}{reused}{failed}.{why}"
