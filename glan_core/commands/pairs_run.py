"""How is a run over pairs that are there planned by a command, and then told of or worked off?

Judging and writing anew are such runs: both draw from a choice of pairs, and both take --plan.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from glan_core.commands.chosen_pairs import FILTER_HELP, chosen_filter
from glan_core.commands.output import note_unreadable, tell
from glan_core.commands.run_options import RunOptions
from glan_core.commands.working_off import work
from glan_core.entities import Filter
from glan_core.model_choice import ModelChoice, choose_model
from glan_core.planning.estimates import Estimate, estimate
from glan_core.planning.plan import Plan
from glan_core.runs.claims import check_claims
from glan_core.runs.headless import planning_database, prepare
from glan_core.settings import Settings
from glan_core.store.database import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsOptions(RunOptions):
    """Which pairs a run is over, and whether it is planned only; as it was given."""

    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id. Repeatable.")] = None
    filter_: Annotated[str | None, typer.Option("--filter", help=FILTER_HELP)] = None
    run: Annotated[list[str] | None, typer.Option(help="Only the pairs of this run, by its id. Repeatable.")] = None
    n: Annotated[int | None, typer.Option("--n", help="How many pairs, drawn by the seed. Default: all.", min=1)] = None
    seed: Annotated[int, typer.Option(help="Of the draw and of the calls: another one makes others.", min=0)] = 0
    plan: Annotated[bool, typer.Option("--plan", help="Say what it would take, and send nothing.")] = False

    def chosen(self, cursor: Cursor) -> Filter:
        """Give the pairs to draw from; ScopeError, SettingsError."""
        return chosen_filter(cursor, self.filter_, scope=self.scope or (), runs=self.run or ())


def plan_or_work_off(
    asked: PairsOptions,
    settings: Settings,
    *,
    make: Callable[[Cursor, ModelChoice], Plan],
    words: Callable[[Plan], tuple[dict[str, Any], list[str]]],
    report: Callable[[Path, Plan], tuple[dict[str, Any], str]] | None = None,
) -> None:
    """Plan a run; with --plan say what it would take, else work it off.

    `words` say of a plan what only its kind has, as data and in lines; the first of these is the heading. A `report`
    says from the database, once all is in it, what came of the run.
    """
    engine = asked.engine_choice()
    choice = choose_model(settings)
    at_once = asked.concurrency or choice.concurrency
    runs = asked.runs_folder(settings)
    with planning_database(settings.database, runs) as planning:
        note_unreadable(planning.taken.unreadable)
        cursor = planning.database.cursor()
        made = make(cursor, choice)
        if asked.plan:
            expected = estimate(
                cursor,
                made,
                concurrency=at_once,
                endpoint_url=choice.endpoint.base_url,
                is_batch=engine.name == "batch",
            )
            _tell_plan(made, expected, choice, words(made), as_json=asked.as_json)
            return
        check_claims(cursor, made, planning.at_work)
        prepared = prepare(planning.database, made, runs / made.run_id)
    work(
        prepared,
        asked,
        database=settings.database,
        endpoint=choice.endpoint,
        concurrency=at_once,
        engine=engine,
        report=partial(report, settings.database, made) if report else None,
    )


def _tell_plan(
    made: Plan, expected: Estimate, choice: ModelChoice, words: tuple[dict[str, Any], list[str]], *, as_json: bool
) -> None:
    own_data, (heading, *own_lines) = words
    data = {
        "run_id": made.run_id,
        "pairs": made.wanted,
        **own_data,
        "calls": made.calls,
        "calls_reused": made.calls_reused,
        "estimate": expected.to_data(),
        "endpoint": choice.endpoint.label,
    }
    calls = ", ".join(f"{number:,} {stage}" for stage, number in made.calls.items() if number) or "none"
    lines = [
        f"Run {made.run_id}: {heading}, at {choice.endpoint.label}",
        *own_lines,
        f"  calls         {sum(made.calls.values()):,} ({calls}); {made.calls_reused:,} need not be made again",
        *(f"  {name:<13} {text}" for name, text in expected.words().items()),
    ]
    tell(data, as_json, "\n".join(lines))
