"""Stage answers (paper 2.4): the question alone goes to the answering model, in a call of its own."""

from glan_core import ids, prompts
from glan_core.entities import Answer, Instruction
from glan_core.generation_settings import GenerationSettings
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_of
from glan_core.stages.request import request_for


def answer_id(instruction_id: str, *, settings: GenerationSettings) -> str:
    """Name the answer before it is made: by its instruction, its prompt, its model and parameters."""
    stage = settings.stages["answers"]
    (template,) = stage.templates
    return ids.stable_id(
        "answer",
        instruction_id,
        prompts.fingerprint(template, folder=settings.templates_folder),
        stage.model,
        [stage.temperature, stage.top_p, stage.max_tokens, stage.repeat_penalty],
    )


async def generate_answers(
    model: ChatModel,
    *,
    instruction: Instruction,
    settings: GenerationSettings,
    seed: int,
    run_id: str,
    attempt: int = 1,
) -> Answer:
    """Ask for the answer to one instruction; ReplyError if the reply is empty.

    There is no repair: a text has no form to mend, and a new attempt costs the same.
    """
    (template,) = settings.stages["answers"].templates
    request = request_for(
        "answers",
        template,
        settings=settings,
        seed=seed,
        draw=f"{instruction.instruction_id}",
        attempt=attempt,
        instruction=instruction.text,
        language=language_name(settings.language),
    )
    reply = await model.complete(request)
    return Answer(
        answer_id=answer_id(instruction.instruction_id, settings=settings),
        instruction_id=instruction.instruction_id,
        text=text_of(reply),
        run_id=run_id,
        model_call_id=reply.model_call_id,
    )
