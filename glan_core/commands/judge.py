"""judge: scores by a model, or two models' answers side by side; and what came of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from glan_core.commands.judge_words import compared_data, compared_lines, judged_data, judged_lines
from glan_core.commands.output import note
from glan_core.commands.pairs_run import PairsOptions, plan_or_work_off
from glan_core.commands.run_options import command, with_prices
from glan_core.errors import SettingsError
from glan_core.judge_report import compare_models, read_agreement_with_people, read_scores
from glan_core.judge_settings import UNFIT, answers_only, is_fit_to_judge, judge_settings
from glan_core.model_choice import ModelChoice
from glan_core.planning.judging_plan import make_judging_plan
from glan_core.planning.plan import Plan
from glan_core.store.database import Cursor, open_database


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOptions(PairsOptions):
    """Who judges, and beside whom."""

    judge_model: Annotated[str | None, typer.Option(help="The judge. Default: the model in use.")] = None
    against_model: Annotated[
        str | None, typer.Option(help="Hold the answers against those of this model, which are asked for if missing.")
    ] = None
    answers_only: Annotated[
        bool, typer.Option("--answers-only", help="Only ask that model; compare later, say at another endpoint.")
    ] = False


@command(JudgeOptions)
def judge(asked: JudgeOptions) -> None:
    """Let a model score pairs from 1 to 10, or two models' answers side by side; nothing is asked for twice."""

    def make(cursor: Cursor, choice: ModelChoice) -> Plan:
        settings = judge_settings(choice, judge_model=asked.judge_model, compared_model=asked.against_model)
        if asked.answers_only:
            if asked.against_model is None:
                raise SettingsError("--answers-only needs a model to ask.", "Name it with --against-model.")
            settings = answers_only(settings)
        made = make_judging_plan(
            cursor, asked.chosen(cursor), settings=with_prices(settings, asked.price), seed=asked.seed, n=asked.n
        )
        judging_model = made.request.settings.stages[made.request.stages[-1]].model
        if not asked.answers_only and not is_fit_to_judge(judging_model):
            note(UNFIT)
        return made

    settings = asked.settings_for(model=asked.judge_model)
    plan_or_work_off(asked, settings, make=make, words=_words, report=None if asked.answers_only else _report)


def _words(made: Plan) -> tuple[dict[str, Any], list[str]]:
    assert made.judging is not None
    among = made.judging.among
    models = {stage: used.model for stage, used in made.request.settings.stages.items()}
    lines = [
        ", ".join(f"{stage} by {model}" for stage, model in models.items()),
        f"  pairs         {made.wanted:,} of {among:,} answered ones, seed {made.request.seed}",
    ]
    return {"among": among, "models": models}, lines


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
