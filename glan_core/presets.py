"""With which settings does a run start?

`paper` follows the paper's section 3.1; `quick` scales it down to what the built-in 135M-parameter model can do.
"""

from glan_core import paper
from glan_core.errors import SettingsError
from glan_core.generation_settings import GenerationSettings, StageSettings

PRESETS = ("paper", "quick")

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
