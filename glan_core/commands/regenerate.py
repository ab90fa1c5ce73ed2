"""review regenerate: other questions and answers in place of rejected ones, with what reviewers said in the prompt."""

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from glan_core.commands.pairs_run import PairsOptions, plan_or_work_off
from glan_core.commands.run_options import command, with_prices
from glan_core.model_choice import ModelChoice
from glan_core.planning.plan import Plan
from glan_core.planning.regenerating_plan import make_regenerating_plan
from glan_core.regenerate_settings import regenerate_settings
from glan_core.store.database import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class RegenerateOptions(PairsOptions):
    """What is written anew, and by whom."""

    answers_only: Annotated[
        bool, typer.Option("--answers-only", help="Keep every question, also where the reasons are about it.")
    ] = False
    model: Annotated[str | None, typer.Option(help="Default: GLAN_MODEL.")] = None
    answer_model: Annotated[str | None, typer.Option(help="For the answers. Default: the same.")] = None


@command(RegenerateOptions)
def regenerate(asked: RegenerateOptions) -> None:
    """Write rejected pairs anew, with their reasons and comments in the prompt; the rejected ones stay."""

    def make(cursor: Cursor, choice: ModelChoice) -> Plan:
        return make_regenerating_plan(
            cursor,
            asked.chosen(cursor),
            settings=with_prices(regenerate_settings(choice.generation_settings()), asked.price),
            seed=asked.seed,
            n=asked.n,
            is_answers_only=asked.answers_only,
        )

    settings = asked.settings_for(model=asked.model, answer_model=asked.answer_model)
    plan_or_work_off(asked, settings, make=make, words=_words)


def _words(made: Plan) -> tuple[dict[str, Any], list[str]]:
    assert made.regenerating is not None
    among, questions = made.regenerating.among, made.regenerating.questions
    models = {stage: made.request.settings.stages[stage].model for stage in made.request.stages}
    lines = [
        ", ".join(dict.fromkeys(models.values())),
        f"  pairs         {made.wanted:,} of {among:,} rejected ones, seed {made.request.seed}",
        f"  of them       {questions:,} with another question, {made.wanted - questions:,} with another answer alone",
    ]
    return {"questions": questions, "among": among, "models": models}, lines
