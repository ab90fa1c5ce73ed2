"""Stage regenerated instructions: which question is asked in place of one that reviewers rejected?"""

from glan_core import ids, prompts
from glan_core.entities import ClassDetails, Instruction, Subject
from glan_core.generation_settings import GenerationSettings
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_of
from glan_core.regenerations import RejectedPair
from glan_core.stages.request import request_for


def regenerated_instruction_id(pair: RejectedPair, *, settings: GenerationSettings, seed: int) -> str:
    """Name the new instruction before it is made: by the rejected pair, what was said of it, and how it is asked for.

    An instruction that gets another answer only is one of its own, too, named by how that answer is asked for.
    """
    name = "regenerated_instructions" if pair.wants_question else "regenerated_answers"
    stage = settings.stages[name]
    (template,) = stage.templates
    return ids.stable_id(
        name,
        pair.instruction.instruction_id,
        pair.digest,
        prompts.fingerprint(template, folder=settings.templates_folder),
        stage.model,
        [stage.temperature, stage.top_p, stage.max_tokens, stage.repeat_penalty],
        settings.language,
        seed,
    )


async def regenerate_instructions(
    model: ChatModel,
    *,
    pair: RejectedPair,
    discipline: str,
    subject: Subject,
    details: ClassDetails,
    settings: GenerationSettings,
    seed: int,
    run_id: str,
    attempt: int = 1,
) -> Instruction:
    """Ask for another question over the key concepts of a rejected one; ReplyError if the reply is empty."""
    (template,) = settings.stages["regenerated_instructions"].templates
    drawn = set(pair.instruction.key_concept_ids)
    concepts = {
        session: [concept.name for concept in details.key_concepts_of(session.class_session_id)
                  if concept.key_concept_id in drawn]
        for session in details.class_sessions
    }  # fmt: skip
    last_position = max((session.position for session, names in concepts.items() if names), default=0)
    new_id = regenerated_instruction_id(pair, settings=settings, seed=seed)
    request = request_for(
        "regenerated_instructions",
        template,
        settings=settings,
        seed=seed,
        draw=new_id,
        attempt=attempt,
        discipline=discipline,
        subject=subject.name,
        level=subject.level,
        learned=[session.title for session in details.class_sessions if session.position <= last_position],
        class_sessions=[
            {"title": session.title, "key_concepts": names} for session, names in concepts.items() if names
        ],
        instruction=pair.instruction.text,
        feedback=pair.feedback,
        language=language_name(settings.language),
    )
    reply = await model.complete(request)
    return Instruction(
        instruction_id=new_id,
        syllabus_id=pair.instruction.syllabus_id,
        strategy=pair.instruction.strategy,
        text=text_of(reply),
        key_concept_ids=pair.instruction.key_concept_ids,
        run_id=run_id,
        model_call_id=reply.model_call_id,
    )
