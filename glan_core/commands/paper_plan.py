"""plan: what a run would take or, with --paper, the paper's full set."""

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

import typer

from glan_core.amounts import Range
from glan_core.commands.asked import Asked
from glan_core.commands.generation import plan_pairs
from glan_core.commands.output import note_unreadable, tell
from glan_core.commands.run_options import command
from glan_core.engines.engine import engine_named
from glan_core.errors import SettingsError
from glan_core.model_choice import choose_model
from glan_core.paper import PAIRS
from glan_core.planning.estimates import Estimate, estimate
from glan_core.planning.paper_plan import Rate, forecast_paper, seconds_at
from glan_core.planning.plan import Forecast
from glan_core.runs.headless import planning_database

_OF_PAPER = ("pairs", "rate", "token_rate", "servers")
# What says where a run draws, or where it ends: the paper's set has all its disciplines, and --pairs of each as many.
_MEANS_NOTHING = (
    *("scope", "grow", "quota", "weight", "deal", "gaps", "stages", "rewrite", "hold_saturated"),
    *("budget", "max_tokens", "max_minutes", "max_pairs", "no_wait", "part_calls", "ray_address", "actors"),
)


class _PaperOptions(NamedTuple):
    """How large the set is, and how fast it is made."""

    pairs: int
    rate: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAsked(Asked):
    """The options of `plan`: those of `generate`, and what is asked of the paper's set."""

    paper: Annotated[bool, typer.Option("--paper", help="What the paper's full set would take.")] = False
    pairs: Annotated[int, typer.Option(help="With --paper: so many pairs.", min=1)] = PAIRS
    rate: Annotated[float | None, typer.Option(help="With --paper: calls a second of a server.")] = None
    token_rate: Annotated[float | None, typer.Option(help="With --paper: tokens a second a server writes.")] = None
    servers: Annotated[int, typer.Option(help="With --paper: how many such servers.", min=1)] = 1


@command(PaperAsked)
def plan(asked: PaperAsked) -> None:
    """Say what a run would do and take, without sending anything: calls, tokens, time, money."""
    if asked.paper:
        plan_paper(asked)
        return
    for field in dataclasses.fields(asked):
        if field.name in _OF_PAPER and getattr(asked, field.name) != field.default:
            option = f"--{field.name.replace('_', '-')}"
            raise SettingsError(f"{option} is for --paper alone.", "Add --paper, or leave it out.")
    plan_pairs(asked)


def plan_paper(asked: PaperAsked) -> None:
    """Say what the paper's full set would take: calls, tokens, money and hours."""
    for name in _MEANS_NOTHING:
        if getattr(asked, name):
            option = f"--{name.replace('_', '-')}"
            raise SettingsError(f"--paper and {option} exclude each other.", "The paper's set has all its disciplines.")
    asked = dataclasses.replace(asked, preset=asked.preset or "paper")
    settings, is_batch = asked.settings, engine_named(asked.engine or "local") == "batch"
    choice = choose_model(settings)
    options = _PaperOptions(asked.pairs, Rate(asked.rate, asked.token_rate, asked.servers))
    with planning_database(settings.database, asked.runs_folder(settings)) as planning:
        note_unreadable(planning.taken.unreadable)
        cursor = planning.database.cursor()
        forecast = forecast_paper(asked.generation_settings(cursor, choice), pairs=options.pairs)
        at_once = (asked.concurrency or choice.concurrency) * options.rate.servers
        expected = estimate(
            cursor,
            forecast,
            concurrency=at_once,
            endpoint_url=choice.endpoint.base_url,
            is_batch=is_batch,
        )
    # How long a batch service takes, nobody knows.
    seconds = None if is_batch else seconds_at(forecast, expected, options.rate)
    tell(
        _data(forecast, expected, seconds, options, at_once=at_once),
        asked.as_json,
        _words(forecast, expected, seconds, options, at_once=at_once),
    )


def _data(
    forecast: Forecast, expected: Estimate, seconds: Range | None, options: _PaperOptions, *, at_once: int
) -> dict[str, Any]:
    return {
        "pairs": options.pairs,
        "disciplines": len(forecast.growths),
        "subjects": forecast.calls["syllabus"],
        "combinations": forecast.combinations,
        "calls": forecast.calls,
        "preset": forecast.request.settings.preset,
        "models": _models(forecast),
        "concurrency": at_once,
        "rate": options.rate._asdict(),
        "hours": seconds and {name: value / 3600 for name, value in seconds._asdict().items()},
        "estimate": expected.to_data(),
    }


def _words(
    forecast: Forecast, expected: Estimate, seconds: Range | None, options: _PaperOptions, *, at_once: int
) -> str:
    words = expected.words()
    settings = forecast.request.settings
    sessions = "{} to {}".format(*settings.class_sessions)
    rows = [("stage", "model", "calls", "tokens in", "tokens out", "dollars")]
    for name, part in (*expected.stages.items(), ("all", expected.total)):
        model = settings.stages[name].model if name in settings.stages else ""
        dollars = "unknown" if part.dollars is None else f"{part.dollars.p50:,.2f}"
        numbers = (forecast.calls.get(name, sum(forecast.calls.values())), part.prompt_tokens, part.completion_tokens)
        calls, read, written = numbers
        rows.append((name, model, f"{calls:,}", _millions(read), _millions(written), dollars))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    table = [
        "  "
        + "  ".join(
            f"{cell:<{width}}" if place < 2 else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(
        [
            f"{options.pairs:,} pairs as in the paper, preset {settings.preset}: "
            f"{len(forecast.growths):,} disciplines, {forecast.calls['syllabus']:,} subjects, {sessions} class "
            "sessions a syllabus",
            *table,
            f"  tokens        {words['tokens']}",
            f"  cost          {words['cost']}",
            f"  time          {words['time'] if seconds is None else _time(seconds, options.rate, at_once)}",
            f"  estimate from {words['estimate from']}",
        ]
    )


def _millions(tokens: Range) -> str:
    return f"{tokens.p50 / 1e6:,.1f} M"


def _time(seconds: Range, rate: Rate, at_once: int) -> str:
    low, high = (f"{each / 3600:,.0f}" for each in (seconds.p10, seconds.p90))
    return f"{low if low == high else f'{low} to {high}'} hours {_speed(rate, at_once)}"


def _speed(rate: Rate, at_once: int) -> str:
    servers = f"{rate.servers:,} {'server' if rate.servers == 1 else 'servers'}"
    parts = [f"{rate.calls:,g} calls" if rate.calls else "", f"{rate.tokens:,g} tokens written" if rate.tokens else ""]
    if any(parts):
        return f"at {' and '.join(filter(None, parts))} a second on each of {servers}"
    return f"with {at_once:,} {'call' if at_once == 1 else 'calls'} at once on {servers}"


def _models(forecast: Forecast) -> dict[str, str]:
    return {stage: forecast.request.settings.stages[stage].model for stage in forecast.calls}
