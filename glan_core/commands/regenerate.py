"""review regenerate: other questions and answers in place of rejected ones, with what reviewers said in the prompt."""

from typing import Annotated, Any

import typer

from glan_core.commands.asked import with_prices
from glan_core.commands.chosen_pairs import chosen_filter
from glan_core.commands.engine_options import EngineOption, NoWaitOption, engine_choice
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
from glan_core.commands.output import DatabaseOption, JsonOption, RunsOption, note_unreadable, settings_with, tell
from glan_core.commands.working_off import work
from glan_core.llm.openai_chat_model import TIMEOUT_SECONDS
from glan_core.model_choice import ModelChoice, choose_model
from glan_core.planning.estimates import Estimate, estimate
from glan_core.planning.plan import Plan
from glan_core.planning.regenerating_plan import make_regenerating_plan
from glan_core.regenerate_settings import regenerate_settings
from glan_core.runs.claims import check_claims
from glan_core.runs.headless import planning_database, prepare
from glan_core.settings import runs_folder


def regenerate(
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id. Repeatable.")] = None,
    filter_: Annotated[str | None, typer.Option("--filter", help="Which pairs: a filter as JSON.")] = None,
    run: Annotated[list[str] | None, typer.Option(help="Only the pairs of this run, by its id. Repeatable.")] = None,
    answers_only: Annotated[
        bool, typer.Option("--answers-only", help="Keep every question, also where the reasons are about it.")
    ] = False,
    n: Annotated[
        int | None, typer.Option("--n", help="How many pairs, drawn by the seed. Default: all.", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draw and of the calls: another one writes others.", min=0)] = 0,
    plan: Annotated[bool, typer.Option("--plan", help="Say what it would take, and send nothing.")] = False,
    model: Annotated[str | None, typer.Option(help="Default: GLAN_MODEL.")] = None,
    answer_model: Annotated[str | None, typer.Option(help="For the answers. Default: the same.")] = None,
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
    """Write rejected pairs anew, with their reasons and comments in the prompt; the rejected ones stay."""
    given = settings_with(
        database, {"OPENAI_BASE_URL": base_url, "GLAN_MODEL": model, "GLAN_ANSWER_MODEL": answer_model}
    )
    settings = settings_of(given, endpoint, base_url=base_url, model=model, answer_model=answer_model)
    chosen_engine = engine_choice(engine, no_wait=no_wait)
    choice = choose_model(settings)
    limits = limits_of(budget=budget, max_tokens=max_tokens, max_minutes=max_minutes, max_pairs=max_pairs)
    at_once = concurrency or choice.concurrency
    folder = runs or runs_folder(settings.database)
    with planning_database(settings.database, folder) as planning:
        note_unreadable(planning.taken.unreadable)
        cursor = planning.database.cursor()
        made = make_regenerating_plan(
            cursor,
            chosen_filter(cursor, filter_, scope=scope or (), runs=run or ()),
            settings=with_prices(regenerate_settings(choice.generation_settings()), price or ()),
            seed=seed,
            n=n,
            is_answers_only=answers_only,
        )
        if plan:
            expected = estimate(cursor, made, concurrency=at_once, endpoint_url=choice.endpoint.base_url)
            tell(_plan_data(made, expected, choice), as_json, "\n".join(_plan_lines(made, expected, choice)))
            return
        check_claims(cursor, made, planning.at_work)
        prepared = prepare(planning.database, made, folder / made.run_id)
    work(
        prepared,
        database=settings.database,
        endpoint=choice.endpoint,
        concurrency=at_once,
        engine=chosen_engine,
        limits=limits,
        timeout_seconds=timeout or TIMEOUT_SECONDS,
        as_json=as_json,
    )


def _plan_data(made: Plan, expected: Estimate, choice: ModelChoice) -> dict[str, Any]:
    assert made.regenerating is not None
    return {
        "run_id": made.run_id,
        "pairs": made.wanted,
        "questions": made.regenerating.questions,
        "among": made.regenerating.among,
        "calls": made.calls,
        "calls_reused": made.calls_reused,
        "estimate": expected.to_data(),
        "models": {stage: made.request.settings.stages[stage].model for stage in made.request.stages},
        "endpoint": choice.endpoint.label,
    }


def _plan_lines(made: Plan, expected: Estimate, choice: ModelChoice) -> list[str]:
    assert made.regenerating is not None
    calls = ", ".join(f"{number:,} {stage}" for stage, number in made.calls.items() if number) or "none"
    models = ", ".join(dict.fromkeys(made.request.settings.stages[stage].model for stage in made.request.stages))
    questions = made.regenerating.questions
    return [
        f"Run {made.run_id}: {models}, at {choice.endpoint.label}",
        f"  pairs         {made.wanted:,} of {made.regenerating.among:,} rejected ones, seed {made.request.seed}",
        f"  of them       {questions:,} with another question, {made.wanted - questions:,} with another answer alone",
        f"  calls         {sum(made.calls.values()):,} ({calls}); {made.calls_reused:,} need not be made again",
        *(f"  {name:<13} {text}" for name, text in expected.words().items()),
    ]
