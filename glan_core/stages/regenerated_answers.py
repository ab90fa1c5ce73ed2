"""Stage regenerated answers: what is said in place of an answer that reviewers rejected?"""

import dataclasses
from typing import NamedTuple

from glan_core import ids
from glan_core.entities import Answer, Instruction
from glan_core.generation_settings import GenerationSettings
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_of
from glan_core.regenerations import RejectedPair
from glan_core.stages.regenerated_instructions import regenerated_instruction_id
from glan_core.stages.request import request_for


class RegeneratedPair(NamedTuple):
    """The same question as an instruction of its own, with another answer."""

    instruction: Instruction
    """Its text, and the call that it came from, are those of the rejected one."""
    answer: Answer


def regenerated_answer_id(instruction_id: str) -> str:
    """Name the answer to a regenerated instruction, whose id tells how it is asked for."""
    return ids.stable_id("regenerated_answer", instruction_id)


async def regenerate_answers(
    model: ChatModel, *, pair: RejectedPair, settings: GenerationSettings, seed: int, run_id: str, attempt: int = 1
) -> RegeneratedPair:
    """Ask for another answer to the question of a rejected pair; ReplyError if the reply is empty."""
    (template,) = settings.stages["regenerated_answers"].templates
    new_id = regenerated_instruction_id(pair, settings=settings, seed=seed)
    request = request_for(
        "regenerated_answers",
        template,
        settings=settings,
        seed=seed,
        draw=new_id,
        attempt=attempt,
        instruction=pair.instruction.text,
        answer=pair.answer or "",
        feedback=pair.feedback,
        language=language_name(settings.language),
    )
    reply = await model.complete(request)
    answer = Answer(regenerated_answer_id(new_id), new_id, text_of(reply), run_id, reply.model_call_id)
    instruction = dataclasses.replace(pair.instruction, instruction_id=new_id, run_id=run_id, status="generated")
    return RegeneratedPair(instruction, answer)
