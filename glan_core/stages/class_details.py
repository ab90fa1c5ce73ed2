"""Stage class details (paper 2.3): which class sessions and key concepts does a syllabus hold?"""

from glan_core import ids
from glan_core.entities import ClassDetails, ClassSession, KeyConcept, Syllabus
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import objects_of, text_field, text_list_field
from glan_core.stages.request import list_schema, request_for

_MOST_CLASS_SESSIONS = 60  # twice the paper's most: a longer list is a model that repeats itself
_MOST_KEY_CONCEPTS = 12


async def extract_class_details(
    model: ChatModel, *, syllabus: Syllabus, settings: GenerationSettings, seed: int, attempt: int = 1
) -> ClassDetails:
    """Read the class sessions and their key concepts out of a syllabus's text.

    Sessions that repeat a title, concepts that repeat one met before, and sessions left without a concept are dropped.
    Raises ReplyError if nothing usable remains.
    """
    stage = settings.stages["class_details"]
    (template,) = stage.templates
    request = request_for(
        "class_details",
        template,
        settings=stage,
        seed=seed,
        draw=f"{syllabus.syllabus_id}",
        attempt=attempt,
        response_schema=_schema(settings),
        syllabus=syllabus.text,
    )
    reply = await model.complete(request)
    if reply.finish_reason == "length":  # a course without its end would lose the sessions that were cut
        raise ReplyError("The class details were cut off.", kind="truncated", model_call_id=reply.model_call_id)
    class_sessions: list[ClassSession] = []
    key_concepts: list[KeyConcept] = []
    titles: set[str] = set()
    concepts: set[str] = set()
    for item in objects_of(reply, key="class_sessions"):
        title = text_field(item, "title")
        names = [
            name
            for name in text_list_field(item, "key_concepts")[:_MOST_KEY_CONCEPTS]
            if name.casefold() not in concepts
        ]
        if not title or title.casefold() in titles or not names or len(class_sessions) == _MOST_CLASS_SESSIONS:
            continue
        titles.add(title.casefold())
        concepts.update(name.casefold() for name in names)
        position = len(class_sessions) + 1
        session_id = ids.class_session_id(syllabus.syllabus_id, position)
        class_sessions.append(
            ClassSession(session_id, syllabus.syllabus_id, position, title, text_field(item, "description"))
        )
        key_concepts.extend(
            KeyConcept(ids.key_concept_id(session_id, number), session_id, number, name)
            for number, name in enumerate(names, start=1)
        )
    if not class_sessions:
        raise ReplyError(
            "The reply names no class session with key concepts.",
            kind="wrong_shape",
            model_call_id=reply.model_call_id,
        )
    return ClassDetails(tuple(class_sessions), tuple(key_concepts))


def _schema(settings: GenerationSettings) -> dict[str, object]:
    text = {"type": "string"}
    return list_schema(
        "class_sessions",
        {
            "title": text,
            "description": text,
            "key_concepts": {"type": "array", "items": text, "minItems": 1, "maxItems": settings.key_concepts + 2},
        },
        at_least=2,  # a small model stops after one otherwise
        at_most=settings.class_sessions[1],
    )
