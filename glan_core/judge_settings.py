"""With which models, prompts and numbers is judged?"""

import dataclasses

from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings, StageSettings
from glan_core.llm import built_in
from glan_core.model_choice import ModelChoice

# Greedy, so that the same pair gets the same scores again; the paper does not report it. The limits leave room for
# models that think first.
_TEMPERATURE, _TOP_P = 0.0, 1.0
_MAX_TOKENS = 4096
_QUICK_MAX_TOKENS = 300

UNFIT = (
    "The built-in model cannot judge: with 135 million parameters its scores say nothing about the answers. "
    "Use it to see how judging works, and a large model to judge."
)


def judge_settings(
    choice: ModelChoice, *, judge_model: str | None = None, compared_model: str | None = None
) -> GenerationSettings:
    """Give the settings of a run that judges, or with `compared_model` holds that model's answers against the pairs'.

    The judge is the model in use unless another one of its endpoint is named. SettingsError where the endpoint is the
    built-in model, which cannot speak for others.
    """
    base = choice.generation_settings()
    judge = judge_model or choice.model
    for name in (judge, compared_model):
        if choice.endpoint.is_built_in and name not in (None, built_in.MODEL):
            raise SettingsError(
                f"No endpoint is set, so {name!r} cannot be asked: the built-in model would answer for it.",
                "Add an endpoint on the Endpoints page, or set OPENAI_BASE_URL.",
            )
    if compared_model is None:
        return dataclasses.replace(base, stages={"judge": _judge("judge", judge, base.preset)})
    answers = dataclasses.replace(base.stages["answers"], model=compared_model)
    stages = {"compared_answers": answers, "compare": _judge("compare", judge, base.preset)}
    return dataclasses.replace(base, stages=stages)


def answers_only(settings: GenerationSettings) -> GenerationSettings:
    """Give settings that ask the second model and compare nothing yet, as where it answers at another endpoint."""
    return dataclasses.replace(settings, stages={"compared_answers": settings.stages["compared_answers"]})


def is_fit_to_judge(model: str) -> bool:
    """Say whether a model can judge at all: the built-in one cannot, its scores are only there to try this out."""
    return model != built_in.MODEL


def _judge(template: str, model: str, preset: str) -> StageSettings:
    is_quick = preset == "quick"
    return StageSettings(
        (f"{template}_quick" if is_quick else template,),
        model,
        _TEMPERATURE,
        _TOP_P,
        max_tokens=_QUICK_MAX_TOKENS if is_quick else _MAX_TOKENS,
    )
