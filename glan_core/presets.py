"""With which settings does a run start?

`paper` follows the paper's section 3.1; `quick` scales it down to what the built-in 135M-parameter model can do.
"""

import dataclasses
from typing import Any, NamedTuple

from glan_core import paper
from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings, StageSettings

PRESETS = ("paper", "quick")
"""The shipped ones. Others are saved in the database, see store/saved_presets.py."""
LONGEST_NAME = 40
"""Characters of the name of a saved preset."""

# The paper does not report how the two strategies are mixed; half and half favours neither.
STRATEGY_MIX = 0.5

# Section 2.1 asks with several differently worded prompts and merges the lists; these three wordings are ours.
TAXONOMY_WORDINGS = ("taxonomy_survey", "taxonomy_catalogue", "taxonomy_occupations")


def preset(name: str, *, model: str, answer_model: str | None = None) -> GenerationSettings:
    """Give the settings of a preset for these models; SettingsError for an unknown name."""
    if name == "paper":
        return _paper(model=model, answer_model=answer_model or model)
    if name == "quick":
        return _quick(model=model, answer_model=answer_model or model)
    raise SettingsError(f"There is no preset {name!r}.", f"Use one of: {', '.join(PRESETS)}.")


class Difference(NamedTuple):
    """A value that is not what the preset says."""

    stage: str
    """Empty for a value of the whole run."""
    name: str
    """A field of StageSettings or GenerationSettings."""
    value: Any
    of_preset: Any


def differences(settings: GenerationSettings, base: GenerationSettings) -> tuple[Difference, ...]:
    """Give the values of `settings` that are others in `base`, those of the whole run first."""
    found = [
        Difference("", name, getattr(settings, name), getattr(base, name))
        for name in (field.name for field in dataclasses.fields(GenerationSettings))
        if name not in ("preset", "stages", "templates_folder") and getattr(settings, name) != getattr(base, name)
    ]
    for stage, mine in settings.stages.items():
        theirs = base.stages[stage]
        names = (field.name for field in dataclasses.fields(StageSettings))
        found += [
            Difference(stage, name, getattr(mine, name), getattr(theirs, name))
            for name in names
            if getattr(mine, name) != getattr(theirs, name)
        ]
    return tuple(found)


def checked_name(name: str) -> str:
    """Give the name that a preset is saved under; SettingsError for one that nothing can be saved under."""
    given = " ".join(name.split())
    if not given:
        raise SettingsError("A preset needs a name.", "Give it one, such as `careful`.")
    if given.casefold() in PRESETS:
        raise SettingsError(f"The preset {given!r} is a shipped one and stays as it is.", "Choose another name.")
    if len(given) > LONGEST_NAME:
        raise SettingsError(
            f"A name of {len(given)} characters is too long.", f"Give one of at most {LONGEST_NAME} characters."
        )
    if not all(letter.isalnum() or letter in " -_.+()" for letter in given):
        raise SettingsError(
            f"{given!r} holds a character that names do not have.", "Use letters, digits, spaces and any of - _ . + ( )"
        )
    return given


def to_be_saved(
    settings: GenerationSettings, *, name: str, model: str, answer_model: str | None = None
) -> GenerationSettings:
    """Give settings as they are saved: a stage that uses the model in use names none, so that it follows that.

    The folder of own templates belongs to the machine and is left out.
    """
    stages = {
        stage: dataclasses.replace(
            each, model="" if each.model == _model_of(stage, model, answer_model) else each.model
        )
        for stage, each in settings.stages.items()
    }
    return dataclasses.replace(settings, preset=name, stages=stages, templates_folder="")


def from_saved(settings: GenerationSettings, *, model: str, answer_model: str | None = None) -> GenerationSettings:
    """Give settings as `to_be_saved` made them, for the models in use."""
    stages = {
        stage: dataclasses.replace(each, model=each.model or _model_of(stage, model, answer_model))
        for stage, each in settings.stages.items()
    }
    return dataclasses.replace(settings, stages=stages)


def _paper(*, model: str, answer_model: str) -> GenerationSettings:
    # The reply limits are ours: room for the longest reply each stage is asked for, so that a runaway one ends.
    # The paper reports no temperature for the taxonomy, the class details and the instructions. Taxonomy lists and
    # questions should vary, so they take the syllabus's values; extracting details should not, so it is greedy.
    varied = (paper.SYLLABUS_TEMPERATURE, paper.SYLLABUS_TOP_P)
    return GenerationSettings(
        preset="paper",
        stages={
            "taxonomy": StageSettings(TAXONOMY_WORDINGS, model, *varied, max_tokens=4096),
            "subjects": StageSettings(
                ("subjects", "subjects_as_jsonl"),
                model,
                paper.SUBJECT_TEMPERATURE,
                paper.SUBJECT_TOP_P,
                max_tokens=4096,
                reply_form="jsonl",  # the form that section 2.2 asks for
            ),
            "syllabus": StageSettings(("syllabus",), model, *varied, max_tokens=8192),
            "class_details": StageSettings(("class_details",), model, 0.0, 1.0, max_tokens=8192),
            "instructions": StageSettings(("instructions",), model, *varied, max_tokens=2048),
            "answers": StageSettings(
                ("answers",), answer_model, paper.ANSWER_TEMPERATURE, paper.ANSWER_TOP_P, max_tokens=4096
            ),
        },
        subject_queries=paper.SUBJECT_QUERIES_PER_DISCIPLINE,
        # 100 to 200 distinct subjects from ten queries: about twenty each, as lists overlap.
        subjects_per_query=20,
        class_sessions=paper.CLASS_SESSIONS_PER_SYLLABUS,
        key_concepts=paper.KEY_CONCEPTS_PER_CLASS_SESSION,
        strategy_mix=STRATEGY_MIX,
    )


def _quick(*, model: str, answer_model: str) -> GenerationSettings:
    return GenerationSettings(
        preset="quick",
        stages={
            "taxonomy": _calm(("taxonomy_quick",), model, max_tokens=200),
            "subjects": _calm(("subjects_quick", "subjects_as_jsonl_quick"), model, max_tokens=400),
            "syllabus": _calm(("syllabus_quick",), model, max_tokens=500),
            "class_details": _calm(("class_details_quick",), model, max_tokens=900),
            "instructions": _calm(("instructions_quick",), model, max_tokens=120),
            "answers": _calm(("answers_quick",), answer_model, max_tokens=400),
        },
        subject_queries=1,
        subjects_per_query=4,
        class_sessions=(4, 6),
        key_concepts=3,
        strategy_mix=STRATEGY_MIX,
    )


def _calm(templates: tuple[str, ...], model: str, *, max_tokens: int) -> StageSettings:
    # Tried on the built-in model: at 0.5 it stays on the topic, at 0.9 it wanders; a repeat penalty of 1.1 keeps it
    # out of loops. Templates ending in _quick carry example turns, without which it rarely asks a question.
    return StageSettings(templates, model, 0.5, 0.95, max_tokens=max_tokens, repeat_penalty=1.1)


def _model_of(stage: str, model: str, answer_model: str | None) -> str:
    return answer_model or model if stage == "answers" else model
