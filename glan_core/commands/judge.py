"""judge: scores by a model, or two models' answers side by side; and what came of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from glan_core.commands.asked import with_prices
from glan_core.commands.chosen_pairs import FILTER_HELP, chosen_filter
from glan_core.commands.engine_options import EngineOption, NoWaitOption, engine_choice
from glan_core.commands.judge_words import compared_data, compared_lines, judged_data, judged_lines, plan_lines
from glan_core.commands.options import (
    BaseUrlOption,
    BudgetOption,
    ConcurrencyOption,
    EndpointOption,
    MaxMinutesOption,
    MaxPairsOption,
    MaxTokensOption,
    PriceOption,
    TimeoutOption,
    limits_of,
    settings_of,
)
from glan_core.commands.output import DatabaseOption, JsonOption, RunsOption, note, note_unreadable, settings_with, tell
from glan_core.commands.working_off import work
from glan_core.errors import SettingsError
from glan_core.judge_report import compare_models, read_agreement_with_people, read_scores
from glan_core.judge_settings import UNFIT, answers_only, is_fit_to_judge, judge_settings
from glan_core.llm.openai_chat_model import TIMEOUT_SECONDS
from glan_core.model_choice import ModelChoice, choose_model
from glan_core.planning.estimates import Estimate, estimate
from glan_core.planning.judging_plan import make_judging_plan
from glan_core.planning.plan import Plan
from glan_core.runs.claims import check_claims
from glan_core.runs.headless import planning_database, prepare
from glan_core.settings import runs_folder
from glan_core.store.database import Cursor, open_database


class _Asked(NamedTuple):
    """Who judges what."""

    scope: Sequence[str]
    filter_: str | None
    runs: Sequence[str]
    judge_model: str | None
    against_model: str | None
    is_answering_only: bool
    n: int | None
    seed: int
    price: Sequence[str]


def judge(
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id. Repeatable.")] = None,
    filter_: Annotated[str | None, typer.Option("--filter", help=FILTER_HELP)] = None,
    run: Annotated[list[str] | None, typer.Option(help="Only the pairs of this run, by its id. Repeatable.")] = None,
    judge_model: Annotated[str | None, typer.Option(help="The judge. Default: the model in use.")] = None,
    against_model: Annotated[
        str | None, typer.Option(help="Hold the answers against those of this model, which are asked for if missing.")
    ] = None,
    answers_only: Annotated[
        bool, typer.Option("--answers-only", help="Only ask that model; compare later, say at another endpoint.")
    ] = False,
    n: Annotated[
        int | None, typer.Option("--n", help="How many pairs, drawn by the seed. Default: all.", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draw and of the calls.", min=0)] = 0,
    plan: Annotated[bool, typer.Option("--plan", help="Say what it would take, and send nothing.")] = False,
    endpoint: EndpointOption = None,
    base_url: BaseUrlOption = None,
    price: PriceOption = None,
    concurrency: ConcurrencyOption = None,
    timeout: TimeoutOption = None,
    engine: EngineOption = None,
    no_wait: NoWaitOption = False,
    budget: BudgetOption = None,
    max_tokens: MaxTokensOption = None,
    max_minutes: MaxMinutesOption = None,
    max_pairs: MaxPairsOption = None,
    runs: RunsOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let a model score pairs from 1 to 10, or two models' answers side by side; nothing is asked for twice."""
    asked = _Asked(scope or (), filter_, run or (), judge_model, against_model, answers_only, n, seed, price or ())
    given = settings_with(database, {"OPENAI_BASE_URL": base_url, "GLAN_MODEL": judge_model})
    settings = settings_of(given, endpoint, base_url=base_url, model=judge_model)
    choice = choose_model(settings)
    limits = limits_of(budget=budget, max_tokens=max_tokens, max_minutes=max_minutes, max_pairs=max_pairs)
    at_once = concurrency or choice.concurrency
    with planning_database(settings.database, runs or runs_folder(settings.database)) as planning:
        note_unreadable(planning.taken.unreadable)
        cursor = planning.database.cursor()
        made = _plan(cursor, asked, choice)
        if plan:
            expected = estimate(cursor, made, concurrency=at_once, endpoint_url=choice.endpoint.base_url)
            tell(_plan_data(made, expected, choice), as_json, "\n".join(plan_lines(made, expected, choice)))
            return
        check_claims(cursor, made, planning.at_work)
        folder = (runs or runs_folder(settings.database)) / made.run_id
        prepared = prepare(planning.database, made, folder)
    judging_model = made.request.settings.stages[made.request.stages[-1]].model
    if not is_fit_to_judge(judging_model) and not answers_only:
        note(UNFIT)
    work(
        prepared,
        database=settings.database,
        endpoint=choice.endpoint,
        concurrency=at_once,
        engine=engine_choice(engine, no_wait=no_wait),
        limits=limits,
        timeout_seconds=timeout or TIMEOUT_SECONDS,
        as_json=as_json,
        report=None if answers_only else lambda: _report(settings.database, made),
    )


def _plan(cursor: Cursor, asked: _Asked, choice: ModelChoice) -> Plan:
    settings = judge_settings(choice, judge_model=asked.judge_model, compared_model=asked.against_model)
    if asked.is_answering_only:
        if asked.against_model is None:
            raise SettingsError("--answers-only needs a model to ask.", "Name it with --against-model.")
        settings = answers_only(settings)
    chosen = chosen_filter(cursor, asked.filter_, scope=asked.scope, runs=asked.runs)
    return make_judging_plan(cursor, chosen, settings=with_prices(settings, asked.price), seed=asked.seed, n=asked.n)


def _plan_data(made: Plan, expected: Estimate, choice: ModelChoice) -> dict[str, Any]:
    assert made.judging is not None
    return {
        "run_id": made.run_id,
        "pairs": made.wanted,
        "among": made.judging.among,
        "calls": made.calls,
        "calls_reused": made.calls_reused,
        "estimate": expected.to_data(),
        "models": {stage: used.model for stage, used in made.request.settings.stages.items()},
        "endpoint": choice.endpoint.label,
    }


def _report(database: Path, made: Plan) -> tuple[dict[str, Any], str]:
    """Say what is known now of the pairs that the plan was drawn from."""
    assert made.judging is not None
    stages, filter_ = made.request.settings.stages, made.judging.filter_
    with open_database(database) as opened:
        cursor = opened.cursor()
        if "judge" in stages:
            model = stages["judge"].model
            scores = read_scores(cursor, filter_, model)
            people = read_agreement_with_people(cursor, filter_, model)
            return judged_data(model, scores, people), "\n".join(judged_lines(scores, people))
        model, other = stages["compare"].model, stages["compared_answers"].model
        rows = compare_models(cursor, filter_, compared_model=other, judge=model)
    return compared_data(model, other, rows), "\n".join(compared_lines(other, rows))
