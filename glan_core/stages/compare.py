"""Stage compare: which of two models answers the same question better, shown in a given order?

The paper shows both answers at once and in both orders, as judges favour a place, and takes the mean.
"""

import re
from dataclasses import dataclass
from typing import Any

from glan_core import ids
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.judgements import JudgedPair
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_field
from glan_core.stages.judge import judge_identity
from glan_core.stages.request import ListShape, UnusableCall, list_reply, reply_form_for, request_for
from glan_core.stages.scores import SCORE, read_score

_SHAPE = ListShape(
    "scores",
    {"answer": {"type": "string", "enum": ["A", "B"]}, "reason": {"type": "string"}, "score": SCORE},
    at_least=2,
    at_most=2,
)
_NAME = re.compile(r"(?:answer[ _]?)?([AB12])", re.IGNORECASE)
_PLACES = {"A": 0, "1": 0, "B": 1, "2": 1}


@dataclass(frozen=True, slots=True)
class Compared:
    """What a judge gave to two answers that it saw side by side."""

    score: int
    """Of the pair's answer, 1 to 10."""
    compared_score: int
    """Of the other model's answer, 1 to 10."""
    reason: str
    """Of both, that of the pair's answer first."""
    model_call_id: str
    left_out: tuple[str, ...]
    unusable: tuple[UnusableCall, ...]


def comparison_id(pair: JudgedPair, *, compared_answer_id: str, is_swapped: bool, settings: GenerationSettings) -> str:
    """Name a comparison before it is made: by both answers, their order, the prompt, the judge and its parameters."""
    identity = judge_identity("compare", settings=settings)
    return ids.stable_id("comparison", pair.answer_id, pair.text_digest, compared_answer_id, is_swapped, identity)


async def compare_answers(
    model: ChatModel,
    *,
    pair: JudgedPair,
    compared_answer: str,
    compared_answer_id: str,
    is_swapped: bool,
    settings: GenerationSettings,
    seed: int,
    attempt: int = 1,
) -> Compared:
    """Ask for the scores of two answers, the pair's first or, swapped, second.

    Raises ReplyError: `wrong_shape` where an answer got no score, `out_of_range` where one is not from 1 to 10.
    """
    (template,) = settings.stages["compare"].templates
    first, second = (compared_answer, pair.answer) if is_swapped else (pair.answer, compared_answer)
    request = request_for(
        "compare",
        template,
        settings=settings,
        seed=seed,
        draw=f"{pair.answer_id}/{pair.text_digest}/{compared_answer_id}/{'swapped' if is_swapped else 'as_is'}",
        attempt=attempt,
        reply_form=await reply_form_for("compare", model=model, settings=settings),
        shape=_SHAPE,
        instruction=pair.instruction,
        first_answer=first,
        second_answer=second,
        language=language_name(settings.language),
    )
    reply = await list_reply(model, request, shape=_SHAPE, settings=settings, seed=seed)
    try:
        items = _by_place(reply.items, model_call_id=reply.model_call_id)
        read = [read_score(item, "score", model_call_id=reply.model_call_id) for item in items]
    except ReplyError as error:
        error.earlier_model_call_ids = tuple(call.model_call_id for call in reply.unusable)
        raise
    own, other = (1, 0) if is_swapped else (0, 1)
    return Compared(
        score=read[own].score,
        compared_score=read[other].score,
        reason="\n".join(text for place in (own, other) if (text := text_field(items[place], "reason"))),
        model_call_id=reply.model_call_id,
        left_out=(*reply.left_out, *(each.left_out for each in read if each.left_out)),
        unusable=reply.unusable,
    )


def _by_place(items: tuple[dict[str, Any], ...], *, model_call_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the object of the answer that was shown first, and that of the second; ReplyError without one of each."""
    found: dict[int, dict[str, Any]] = {}
    for item in items:
        if match := _NAME.fullmatch(text_field(item, "answer")):
            found.setdefault(_PLACES[match[1].upper()], item)
    if len(found) < len(_PLACES) // 2:
        raise ReplyError("The reply does not score both answers.", kind="wrong_shape", model_call_id=model_call_id)
    return found[0], found[1]
