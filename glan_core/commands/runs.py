"""runs list, show, pause, resume, stop, retry: what is there, and what it is to do."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from glan_core.amounts import count_of
from glan_core.commands.output import DatabaseOption, JsonOption, RunsOption, note, note_unreadable, settings_with, tell
from glan_core.commands.run_options import RunOptions, command, with_prices
from glan_core.commands.run_standing import standing_of
from glan_core.commands.working_off import work
from glan_core.engines.control import Wish, ask_folder
from glan_core.engines.engine import EngineChoice
from glan_core.entities import RunState
from glan_core.errors import PlanError, SettingsError
from glan_core.generation_settings import Limits
from glan_core.judgements import JUDGING_STAGES
from glan_core.model_choice import choose_endpoint
from glan_core.planning.plan import Plan, plan_from_data
from glan_core.planning.plan_request import DEFAULT_STAGES
from glan_core.regenerations import REGENERATING_STAGES
from glan_core.runs.batch_parts import give_up_parts
from glan_core.runs.claims import check_claims
from glan_core.runs.headless import planning_database, prepare
from glan_core.runs.journal import Journal, is_at_work, read_plan
from glan_core.runs.run_folder import find_run_folder, find_status, list_run_folders, read_status
from glan_core.runs.run_tally import tally_of_journal
from glan_core.settings import Settings, runs_folder
from glan_core.store.failures import list_open_failures

app = typer.Typer(help="List runs, look at one, pause it, go on with it, stop it, try again what failed.")

RunArgument = Annotated[str, typer.Argument(help="Id of the run, or its beginning.")]


@app.command("list")
def list_(runs: RunsOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the runs, those that were begun last first."""
    standings = [standing_of(folder) for folder in list_run_folders(_runs(settings_with(database), runs))]
    lines = [standing.line for standing in standings] or ["There are no runs yet."]
    tell({"runs": [standing.data for standing in standings]}, as_json, "\n".join(lines))


@app.command()
def show(
    run: RunArgument, runs: RunsOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Show one run: how far it is, what it took by stage, and what failed for which reason."""
    folder = find_run_folder(_runs(settings_with(database), runs), run)
    standing, tally = standing_of(folder), tally_of_journal(folder / "journal.jsonl")
    tell({**standing.data, **tally.to_data()}, as_json, "\n".join([*standing.words, *tally.words()]))


@app.command()
def pause(
    run: RunArgument, runs: RunsOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Let a run send no more calls until it is resumed; those under way are finished."""
    _ask(run, "pause", runs, database, as_json, "pauses after the calls under way")


@app.command()
def stop(
    run: RunArgument, runs: RunsOption = None, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Stop a run after the calls under way; `runs resume` goes on with it."""
    _ask(run, "stop", runs, database, as_json, "stops after the calls under way")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeOptions(RunOptions):
    """Which run goes on, and how."""

    run: RunArgument
    give_up_parts: Annotated[
        bool,
        typer.Option(
            "--give-up-parts",
            help="Ask again for calls that a batch service has and will never give back; they may be paid for twice.",
        ),
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryOptions(ResumeOptions):
    """What of a run is tried again."""

    kind: Annotated[str | None, typer.Option(help="Only what failed in this way, such as http_400.")] = None


@app.command()
@command(ResumeOptions)
def resume(asked: ResumeOptions) -> None:
    """Let a paused run go on, or go on here with one that ended before it was done; limits are those given now."""
    settings = asked.settings_for()
    folder = find_run_folder(asked.runs_folder(settings), asked.run)
    if is_at_work(folder):
        if asked.give_up_parts:
            raise PlanError(
                f"Run {folder.name} is at work, so no part is given up.", f"`runs stop {folder.name}` first."
            )
        ask_folder(folder, "work")
        if asked.limits != Limits() or asked.concurrency or asked.timeout or asked.price:
            note("It goes on in its own process, under the limits that it was given there.")
        tell({"run_id": folder.name, "asked": "work"}, asked.as_json, f"Run {folder.name} goes on.")
        return
    status = find_status(folder)
    if status is not None and asked.limits == Limits() and status.message.startswith(("The budget", "The limit")):
        note(f"It ended because of a limit: {status.message} It goes on without one now.")
    _go_on(asked, settings, folder, _planned(asked, folder))


@app.command()
@command(RetryOptions)
def retry(asked: RetryOptions) -> None:
    """Try again what a run gave up on, and nothing else."""
    settings = asked.settings_for()
    folder = find_run_folder(asked.runs_folder(settings), asked.run)
    with planning_database(settings.database, folder.parent) as planning:
        failures = list_open_failures(planning.database.cursor(), folder.name, error_kind=asked.kind)
    if not failures:
        note_unreadable(planning.taken.unreadable)
        of_kind = f" of kind {asked.kind}" if asked.kind else ""
        tell({"run_id": folder.name, "failed": 0}, asked.as_json, f"Nothing{of_kind} failed.")
        return
    # The questions below a syllabus that failed have no ids yet: then everything that is missing is made.
    has_grown = all(failure.stage in (*DEFAULT_STAGES, *JUDGING_STAGES, *REGENERATING_STAGES) for failure in failures)
    only = frozenset(failure.item_id for failure in failures) if has_grown else None
    _go_on(asked, settings, folder, _planned(asked, folder), only=only)


def _planned(asked: RunOptions, folder: Path) -> Plan:
    """Give the plan of a run, at the prices that were given now."""
    plan = plan_from_data(read_plan(folder))
    settings = with_prices(plan.request.settings, asked.price)
    return dataclasses.replace(plan, request=dataclasses.replace(plan.request, settings=settings))


def _go_on(
    asked: ResumeOptions, settings: Settings, folder: Path, plan: Plan, *, only: frozenset[str] | None = None
) -> None:
    engine = asked.engine_choice(folder)
    choice = choose_endpoint(settings)
    status = find_status(folder)
    is_said_where = asked.base_url is not None or asked.endpoint is not None
    if status is not None and not is_said_where and not choice.endpoint.is_one_of(status.begun_at):
        raise SettingsError(
            f"The run was begun at {status.endpoint}, and this would go on at {choice.endpoint.label}.",
            "Say with --base-url or --endpoint where it is to go on.",
        )
    concurrency = asked.concurrency
    if concurrency is None and status is not None and not choice.endpoint.is_built_in:
        concurrency = status.concurrency  # as many as it was begun with
    if asked.give_up_parts:
        _give_up_parts(folder, engine)
    with planning_database(settings.database, folder.parent) as planning:
        note_unreadable(planning.taken.unreadable)
        check_claims(planning.database.cursor(), plan, planning.at_work)
        prepared = prepare(planning.database, plan, folder)
    work(
        prepared,
        asked,
        database=settings.database,
        endpoint=choice.endpoint,
        concurrency=concurrency or choice.concurrency,
        engine=engine,
        only=only,
    )


def _give_up_parts(folder: Path, engine: EngineChoice) -> None:
    with Journal(folder):  # nobody else works on the run meanwhile
        given_up = give_up_parts(folder, keeps_fetched=engine.name == "batch")
    calls, parts = count_of(given_up.calls, "call"), count_of(given_up.parts, "part")
    if given_up.calls:
        note(f"{calls} in {parts} are given up. They are asked for again, so {calls} may be paid for twice.")
    else:
        note("No part of the run is with a batch service.")


def _ask(run: str, wish: Wish, runs: Path | None, database: Path | None, as_json: bool, words: str) -> None:
    folder = find_run_folder(_runs(settings_with(database), runs), run)
    if not is_at_work(folder):
        status = read_status(folder)
        state = f"is {status.state.value}" if status else "has not begun"
        is_done = status is not None and status.state is RunState.FINISHED
        hint = "There is nothing left to do." if is_done else f"`runs resume {folder.name}` goes on with it."
        raise PlanError(f"Run {folder.name} {state}: no process is at work on it.", hint)
    ask_folder(folder, wish)
    tell({"run_id": folder.name, "asked": wish}, as_json, f"Run {folder.name} {words}.")


def _runs(settings: Settings, runs: Path | None) -> Path:
    return runs or runs_folder(settings.database)
