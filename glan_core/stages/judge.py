"""Stage judge: how good is one answer, from 1 to 10, as a model reads it?"""

from dataclasses import dataclass

from glan_core import ids, prompts
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.judgements import ASPECTS, JudgedPair
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_field
from glan_core.stages.request import ListShape, UnusableCall, list_reply, reply_form_for, request_for
from glan_core.stages.scores import SCORE, read_score

_SHAPE = ListShape(
    "judgements",
    {"reason": {"type": "string"}, **dict.fromkeys((*ASPECTS, "score"), SCORE)},  # a reason first makes better scores
    at_least=1,
    at_most=1,
)


@dataclass(frozen=True, slots=True)
class Scored:
    """What a judge gave to one answer."""

    scores: dict[str, int]
    """By aspect and `score`, from 1 to 10."""
    reason: str
    model_call_id: str
    left_out: tuple[str, ...]
    """What of the reply was not taken as it stood."""
    unusable: tuple[UnusableCall, ...]
    """Earlier calls of the conversation whose replies could not be read."""


def judgement_id(pair: JudgedPair, *, settings: GenerationSettings) -> str:
    """Name the judgement before it is made: by the texts, the prompt, the judge and its parameters."""
    return ids.stable_id("judgement", pair.answer_id, pair.text_digest, judge_identity("judge", settings=settings))


def judge_identity(stage: str, *, settings: GenerationSettings) -> list[object]:
    """Give what tells one judge from another as data: its prompt, model and parameters."""
    used = settings.stages[stage]
    (template,) = used.templates
    return [
        prompts.fingerprint(template, folder=settings.templates_folder),
        used.model,
        [used.temperature, used.top_p, used.max_tokens, used.repeat_penalty],
        settings.language,
    ]


async def judge_answer(
    model: ChatModel, *, pair: JudgedPair, settings: GenerationSettings, seed: int, attempt: int = 1
) -> Scored:
    """Ask for the scores of one answer.

    Raises ReplyError: `wrong_shape` where the score or one of an aspect is missing, `out_of_range` where it is not from
    1 to 10.
    """
    (template,) = settings.stages["judge"].templates
    request = request_for(
        "judge",
        template,
        settings=settings,
        seed=seed,
        draw=f"{pair.answer_id}/{pair.text_digest}",
        attempt=attempt,
        reply_form=await reply_form_for("judge", model=model, settings=settings),
        shape=_SHAPE,
        instruction=pair.instruction,
        answer=pair.answer,
        language=language_name(settings.language),
    )
    reply = await list_reply(model, request, shape=_SHAPE, settings=settings, seed=seed)
    first, *others = reply.items
    left_out = [*reply.left_out, *["A further judgement of the same answer."] * len(others)]
    try:
        read = {name: read_score(first, name, model_call_id=reply.model_call_id) for name in (*ASPECTS, "score")}
    except ReplyError as error:
        error.earlier_model_call_ids = tuple(call.model_call_id for call in reply.unusable)
        raise
    left_out += [each.left_out for each in read.values() if each.left_out]
    return Scored(
        {name: each.score for name, each in read.items()},
        text_field(first, "reason"),
        reply.model_call_id,
        tuple(left_out),
        reply.unusable,
    )
