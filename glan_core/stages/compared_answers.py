"""Stage compared answers: what does a second model say to the same question, asked as the first one was?"""

from glan_core import ids, prompts
from glan_core.generation_settings import GenerationSettings
from glan_core.judgements import ComparedAnswer, JudgedPair
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_of
from glan_core.stages.request import request_for


def compared_answer_id(pair: JudgedPair, *, settings: GenerationSettings) -> str:
    """Name the answer before it is made: by the question's words, its prompt, its model and parameters."""
    stage = settings.stages["compared_answers"]
    (template,) = stage.templates
    return ids.stable_id(
        "compared_answer",
        pair.instruction_id,
        ids.content_id(pair.instruction),
        prompts.fingerprint(template, folder=settings.templates_folder),
        stage.model,
        [stage.temperature, stage.top_p, stage.max_tokens, stage.repeat_penalty],
        settings.language,
    )


async def generate_compared_answers(
    model: ChatModel, *, pair: JudgedPair, settings: GenerationSettings, seed: int, run_id: str, attempt: int = 1
) -> ComparedAnswer:
    """Ask the second model for its answer to one question; ReplyError if the reply is empty."""
    stage = settings.stages["compared_answers"]
    (template,) = stage.templates
    request = request_for(
        "compared_answers",
        template,
        settings=settings,
        seed=seed,
        draw=pair.instruction_id,
        attempt=attempt,
        instruction=pair.instruction,
        language=language_name(settings.language),
    )
    reply = await model.complete(request)
    return ComparedAnswer(
        compared_answer_id=compared_answer_id(pair, settings=settings),
        instruction_id=pair.instruction_id,
        text=text_of(reply),
        model=stage.model,
        run_id=run_id,
        model_call_id=reply.model_call_id,
    )
