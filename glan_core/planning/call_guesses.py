"""What does a call take, as long as none of its kind was made?

Rough, and said to be: a guess is a median with a factor within which the number should lie in eight cases of ten. Where
there are five finished calls of a kind, they count instead (see estimates.py).
"""

from typing import NamedTuple

from glan_core import prompts
from glan_core.amounts import Amount, guessed
from glan_core.generation_settings import GenerationSettings
from glan_core.llm.built_in import MODEL as BUILT_IN_MODEL
from glan_core.planning.plan import Forecast
from glan_core.store.database import Cursor
from glan_core.store.syllabus_shapes import count_characters


class _Speed(NamedTuple):
    """Tokens a second."""

    writes: float
    reads: float


# English prose has 4 to 4.5 characters a token in the usual vocabularies; other languages and formulas have fewer.
_CHARACTERS_A_TOKEN = 4.0

# Replies in tokens, reckoned from what the templates ask for: a question of three or four sentences, an answer of at
# most a page. Not measured; a model may write half or twice as much, a reasoning model more.
_QUESTION = 150
_ANSWER = 450
_NODES = 400
"""A list of children of a node with a line about each."""
_SUBJECT = 45
"""A subject with its level and subtopics."""
_SESSION = 70
"""A class session in a syllabus, without its key concepts."""
_SESSION_AS_DATA = 40
_KEY_CONCEPT = 12
_JUDGEMENT = 90
"""Scores of an answer, with two sentences of reasons."""
_FRAME = 300
"""Introduction, objectives and outcomes of a syllabus."""

# Hosted models write some 20 to 150 tokens a second and read thousands; 40 is on the careful side. How fast the
# built-in model writes was measured on two cores (see docs/decisions.md); how fast it reads follows from a first pair.
_HOSTED = _Speed(writes=40.0, reads=2000.0)
_BUILT_IN = _Speed(writes=39.0, reads=150.0)

_PROMPT_WITHIN = 1.3  # the text is known but for the syllabus's own words
_REPLY_WITHIN = 2.0
_SECONDS_WITHIN = 4.0  # between a fast host and a busy one


class CallGuess(NamedTuple):
    """One call; its sum over many calls errs in the same direction for all of them."""

    prompt_tokens: Amount
    completion_tokens: Amount
    seconds: Amount


class _Sizes(NamedTuple):
    """Tokens that go into a prompt beside its template, and that come back."""

    values: float
    reply: float


def guess_calls(cursor: Cursor, plan: Forecast) -> dict[str, CallGuess]:
    """Guess, by template, what one call of each stage takes."""
    settings = plan.request.settings
    sizes = _sizes(settings, _syllabus_tokens(cursor, plan)) | _judging_sizes(plan) | _regenerating_sizes(plan)
    guesses = {}
    for stage, used in settings.stages.items():
        earlier = 0.0  # what a second turn repeats of the first
        for template in used.templates:
            size = sizes[stage]
            characters = len(prompts.source(template, folder=settings.templates_folder))
            prompt = earlier + characters / _CHARACTERS_A_TOKEN + size.values
            reply = min(size.reply, used.max_tokens)
            speed = _BUILT_IN if used.model == BUILT_IN_MODEL else _HOSTED
            guesses[template] = CallGuess(
                guessed(prompt, within=_PROMPT_WITHIN),
                guessed(reply, within=_REPLY_WITHIN),
                guessed(prompt / speed.reads + reply / speed.writes, within=_SECONDS_WITHIN),
            )
            earlier = prompt + reply if stage == "subjects" else 0.0
    return guesses


def _syllabus_tokens(cursor: Cursor, plan: Forecast) -> float:
    """Give the mean length of the syllabi that are asked about, or of one that is still to be written."""
    numbers = plan.items.numbers()
    if not numbers:
        return _written_syllabus(plan.request.settings)
    characters = count_characters(cursor, list(numbers))
    weighted = sum(characters.get(syllabus_id, 0) * number for syllabus_id, number in numbers.items())
    return weighted / sum(numbers.values()) / _CHARACTERS_A_TOKEN


def _sizes(settings: GenerationSettings, syllabus: float) -> dict[str, _Sizes]:
    sessions = sum(settings.class_sessions) / 2
    written = _written_syllabus(settings)
    details = sessions * (_SESSION_AS_DATA + settings.key_concepts * _KEY_CONCEPT)
    return {
        "taxonomy": _Sizes(100, _NODES),  # path and siblings
        "subjects": _Sizes(20, settings.subjects_per_query * _SUBJECT),
        "syllabus": _Sizes(40, written),
        "class_details": _Sizes(written, details),
        "instructions": _Sizes(syllabus + 100, _QUESTION),  # what was learned so far, and what was drawn
        "answers": _Sizes(_QUESTION, _ANSWER),
    }


def _judging_sizes(plan: Forecast) -> dict[str, _Sizes]:
    pair = plan.judging.mean_characters / _CHARACTERS_A_TOKEN if plan.judging else _QUESTION + _ANSWER
    return {
        "compared_answers": _Sizes(_QUESTION, _ANSWER),
        "judge": _Sizes(pair, _JUDGEMENT),
        "compare": _Sizes(pair + _ANSWER, 2 * _JUDGEMENT),
    }


def _regenerating_sizes(plan: Forecast) -> dict[str, _Sizes]:
    rejected = plan.regenerating.mean_characters / _CHARACTERS_A_TOKEN if plan.regenerating else _QUESTION + _ANSWER
    said = 50.0  # what reviewers said, and the sessions of a question
    return {
        "regenerated_instructions": _Sizes(_QUESTION + 2 * said, _QUESTION),
        "regenerated_answers": _Sizes(rejected + said, _ANSWER),
    }


def _written_syllabus(settings: GenerationSettings) -> float:
    sessions = sum(settings.class_sessions) / 2
    return _FRAME + sessions * (_SESSION + settings.key_concepts * _KEY_CONCEPT)
