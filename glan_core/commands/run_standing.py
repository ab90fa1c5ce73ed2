"""Where does a run stand, as its folder tells it?"""

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

from glan_core.amounts import count_of
from glan_core.entities import RunState
from glan_core.errors import StoreError
from glan_core.runs.batch_parts import Part, calls_out, list_parts
from glan_core.runs.run_folder import read_status


class Standing(NamedTuple):
    """Where a run stands: as data, as a line of a list, and as the first lines of a page about it."""

    data: dict[str, Any]
    line: str
    words: tuple[str, ...]


def standing_of(folder: Path) -> Standing:
    """Say where the run in a folder stands."""
    try:
        status = read_status(folder)
    except StoreError as error:
        return _without_status(folder, "unreadable", f"{error.message} {error.hint}")
    if status is None:
        return _without_status(folder, "planned", "It has made nothing yet.")
    parts, out = list_parts(folder), calls_out(folder)
    is_waiting = out.calls > 0 and status.state in (RunState.STOPPED, RunState.INTERRUPTED)
    state = "waiting" if is_waiting else status.state.value
    cost = "price unknown" if status.cost is None else f"${status.cost:.4f}"
    begun = f"{status.started_at[:16].replace('T', ' ')} UTC"
    made = f"{status.answers:,} new of {status.wanted:,} pairs"
    if status.judged:
        made = f"{status.judged:,} judgements and comparisons of {status.wanted:,} pairs"
    models = ", ".join(status.models)
    line = "  ".join(
        [
            f"{folder.name}  {state:<12}{begun}",
            f"{made}, {status.calls:,} calls, {cost}, {status.failed_in_session:,} failed in the last session",
            models,
        ]
    )
    words = [
        f"Run {folder.name} is {state}." + (f" {status.message}" if status.message else ""),
        f"  made          {made} ({status.instructions:,} instructions, {status.answers:,} answers)",
        f"  calls         {status.calls:,}, {status.prompt_tokens:,} + {status.completion_tokens:,} tokens, {cost}",
        f"  last session  {begun}, {status.seconds:,.0f} s, {status.failed_in_session:,} items failed, "
        f"{status.refusals:,} calls refused for load",
        f"  with          {models} at {status.endpoint}, seed {status.seed}",
    ]
    if status.state in (RunState.RUNNING, RunState.PAUSED):
        words.insert(1, f"  under way     {status.under_way:,} calls, up to {status.limit:,} at once")
    if out.calls:
        words.insert(1, f"  with service  {count_of(out.calls, 'call')} in {count_of(out.parts, 'part')}")
    words += [f"  part {part.number:<9}{count_of(part.calls, 'call')} to {part.model}: {part.words}" for part in parts]
    data = {"parts": [_part_data(part) for part in parts]} if parts else {}
    return Standing({**status.to_data(), "state": state, **data}, line, tuple(words))


def _part_data(part: Part) -> dict[str, Any]:
    data = dataclasses.asdict(part)
    return {**data, "missing": len(part.missing), "refused": len(part.refused)}


def _without_status(folder: Path, state: str, message: str) -> Standing:
    return Standing(
        {"run_id": folder.name, "state": state, "message": message},
        f"{folder.name}  {state:<12}{message}",
        (f"Run {folder.name} is {state}. {message}",),
    )
