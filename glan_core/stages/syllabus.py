"""Stage syllabus (paper 2.3): how is a subject taught, from the first session to the last?"""

from glan_core import ids
from glan_core.entities import Subject, Syllabus
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_of
from glan_core.stages.request import request_for


async def generate_syllabus(
    model: ChatModel,
    *,
    discipline: str,
    subject: Subject,
    version: int,
    settings: GenerationSettings,
    seed: int,
    run_id: str,
    attempt: int = 1,
) -> Syllabus:
    """Write the syllabus of a subject as free text.

    Raises ReplyError if it is empty, or `truncated` if it reached the token limit: a course without its end would lose
    the sessions that were cut.
    """
    (template,) = settings.stages["syllabus"].templates
    fewest, most = settings.class_sessions
    request = request_for(
        "syllabus",
        template,
        settings=settings,
        seed=seed,
        draw=f"{subject.subject_id}/{version}",
        attempt=attempt,
        discipline=discipline,
        subject=subject.name,
        level=subject.level,
        subtopics=list(subject.subtopics),
        fewest_class_sessions=fewest,
        most_class_sessions=most,
        key_concepts=settings.key_concepts,
        language=language_name(settings.language),
    )
    reply = await model.complete(request)
    text = text_of(reply)
    if reply.finish_reason == "length":
        raise ReplyError("The syllabus was cut off.", kind="truncated", model_call_id=reply.model_call_id)
    return Syllabus(
        syllabus_id=ids.syllabus_id(subject.subject_id, text),
        subject_id=subject.subject_id,
        version=version,
        text=text,
        run_id=run_id,
        model_call_id=reply.model_call_id,
    )
