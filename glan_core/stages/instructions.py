"""Stage instructions (paper 2.4): one homework question a call, with the whole syllabus in the prompt."""

from glan_core import ids, prompts
from glan_core.calls import ChatRequest
from glan_core.entities import ClassDetails, ClassSession, Combination, Instruction, Subject, Syllabus
from glan_core.generation_settings import GenerationSettings
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_of
from glan_core.stages.request import request_for


def instruction_id(combination: Combination, *, syllabus_id: str, settings: GenerationSettings, seed: int) -> str:
    """Name the instruction before it is made: by its draw, its prompt, its model and parameters, and the run's seed."""
    stage = settings.stages["instructions"]
    (template,) = stage.templates
    return ids.stable_id(
        "instruction",
        syllabus_id,
        combination.key_concept_ids,
        prompts.fingerprint(template, folder=settings.templates_folder),
        stage.model,
        [stage.temperature, stage.top_p, stage.max_tokens, stage.repeat_penalty],
        settings.language,
        seed,
    )


def instruction_request(
    *,
    discipline: str,
    subject: Subject,
    syllabus: Syllabus,
    details: ClassDetails,
    combination: Combination,
    settings: GenerationSettings,
    seed: int,
    attempt: int = 1,
) -> ChatRequest:
    """Give the exact request for one question, as the app shows it before anything is sent."""
    (template,) = settings.stages["instructions"].templates
    sessions = {session.class_session_id: session for session in details.class_sessions}
    drawn = [sessions[session_id] for session_id in combination.class_session_ids]
    last_position = max(session.position for session in drawn)
    return request_for(
        "instructions",
        template,
        settings=settings,
        seed=seed,
        draw=f"{'+'.join(combination.key_concept_ids)}",
        attempt=attempt,
        discipline=discipline,
        subject=subject.name,
        level=subject.level,
        shared_texts=(syllabus.text,),
        syllabus=syllabus.text,
        learned=[session.title for session in details.class_sessions if session.position <= last_position],
        class_sessions=[
            {"title": session.title, "key_concepts": _drawn_names(session, combination, details)} for session in drawn
        ],
        language=language_name(settings.language),
    )


async def generate_instructions(
    model: ChatModel,
    *,
    discipline: str,
    subject: Subject,
    syllabus: Syllabus,
    details: ClassDetails,
    combination: Combination,
    settings: GenerationSettings,
    seed: int,
    run_id: str,
    attempt: int = 1,
) -> Instruction:
    """Ask for one homework question on a combination; ReplyError if the reply is empty.

    There is no repair: a text has no form to mend, and a new attempt costs the same.
    """
    request = instruction_request(
        discipline=discipline,
        subject=subject,
        syllabus=syllabus,
        details=details,
        combination=combination,
        settings=settings,
        seed=seed,
        attempt=attempt,
    )
    reply = await model.complete(request)
    return Instruction(
        instruction_id=instruction_id(combination, syllabus_id=syllabus.syllabus_id, settings=settings, seed=seed),
        syllabus_id=syllabus.syllabus_id,
        strategy=combination.strategy,
        text=text_of(reply),
        key_concept_ids=combination.key_concept_ids,
        run_id=run_id,
        model_call_id=reply.model_call_id,
    )


def _drawn_names(session: ClassSession, combination: Combination, details: ClassDetails) -> list[str]:
    return [
        concept.name
        for concept in details.key_concepts_of(session.class_session_id)
        if concept.key_concept_id in combination.key_concept_ids
    ]
