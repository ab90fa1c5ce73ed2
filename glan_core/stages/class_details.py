"""Stage class details (paper 2.3): which class sessions and key concepts does a syllabus hold?"""

from dataclasses import dataclass

from glan_core import ids
from glan_core.entities import ClassDetails, ClassSession, KeyConcept, Syllabus
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_field, text_list_field
from glan_core.stages.request import ListReply, ListShape, UnusableCall, list_reply, reply_form_for, request_for

_MOST_CLASS_SESSIONS = 60  # twice the paper's most: a longer list is a model that repeats itself
_MOST_KEY_CONCEPTS = 12


@dataclass(frozen=True, slots=True)
class ExtractedClassDetails:
    """What a syllabus holds, and what of the reply it is not."""

    details: ClassDetails
    model_call_id: str
    left_out: tuple[str, ...]
    unusable: tuple[UnusableCall, ...] = ()
    """Earlier calls of the conversation whose replies could not be read."""


async def extract_class_details(
    model: ChatModel, *, syllabus: Syllabus, settings: GenerationSettings, seed: int, attempt: int = 1
) -> ExtractedClassDetails:
    """Read the class sessions and their key concepts out of a syllabus's text.

    Sessions that repeat a title, concepts that repeat one met before, and sessions left without a concept are dropped.
    Raises ReplyError if nothing usable remains.
    """
    (template,) = settings.stages["class_details"].templates
    shape = _shape(settings)
    request = request_for(
        "class_details",
        template,
        settings=settings,
        seed=seed,
        draw=f"{syllabus.syllabus_id}",
        attempt=attempt,
        reply_form=await reply_form_for("class_details", model=model, settings=settings),
        shape=shape,
        shared_texts=(syllabus.text,),
        syllabus=syllabus.text,
    )
    reply = await list_reply(model, request, shape=shape, settings=settings, seed=seed)
    if reply.finish_reason == "length":  # a course without its end would lose the sessions that were cut
        error = ReplyError("The class details were cut off.", kind="truncated", model_call_id=reply.model_call_id)
        error.earlier_model_call_ids = tuple(call.model_call_id for call in reply.unusable)
        raise error
    return _details(reply, syllabus_id=syllabus.syllabus_id)


def _details(reply: ListReply, *, syllabus_id: str) -> ExtractedClassDetails:
    class_sessions: list[ClassSession] = []
    key_concepts: list[KeyConcept] = []
    titles: set[str] = set()
    concepts: set[str] = set()
    left_out = list(reply.left_out)
    for item in reply.items:
        title = text_field(item, "title")
        listed = text_list_field(item, "key_concepts")
        names = [name for name in listed[:_MOST_KEY_CONCEPTS] if name.casefold() not in concepts]
        if title.casefold() in titles:
            left_out.append(f"The class session {title!r} came before.")
        elif not listed:
            left_out.append(f"The class session {title!r} has no key concepts.")
        elif not names:
            left_out.append(f"The class session {title!r} has no key concepts but those of earlier ones.")
        elif len(class_sessions) == _MOST_CLASS_SESSIONS:
            left_out.append(f"The class session {title!r} is one more than {_MOST_CLASS_SESSIONS}.")
        else:
            if len(listed) > _MOST_KEY_CONCEPTS:
                surplus = len(listed) - _MOST_KEY_CONCEPTS
                left_out.append(f"The class session {title!r} has {surplus} key concepts too many.")
            titles.add(title.casefold())
            concepts.update(name.casefold() for name in names)
            position = len(class_sessions) + 1
            session_id = ids.class_session_id(syllabus_id, position)
            class_sessions.append(
                ClassSession(session_id, syllabus_id, position, title, text_field(item, "description"))
            )
            key_concepts.extend(
                KeyConcept(ids.key_concept_id(session_id, number), session_id, number, name)
                for number, name in enumerate(names, start=1)
            )
    if not class_sessions:
        error = ReplyError(
            "The reply names no class session with key concepts.",
            kind="wrong_shape",
            model_call_id=reply.model_call_id,
        )
        error.earlier_model_call_ids = tuple(call.model_call_id for call in reply.unusable)
        raise error
    details = ClassDetails(tuple(class_sessions), tuple(key_concepts))
    return ExtractedClassDetails(details, reply.model_call_id, tuple(left_out), reply.unusable)


def _shape(settings: GenerationSettings) -> ListShape:
    text = {"type": "string"}
    return ListShape(
        "class_sessions",
        {
            "title": text,
            "description": text,
            "key_concepts": {"type": "array", "items": text, "minItems": 1, "maxItems": settings.key_concepts + 2},
        },
        at_least=2,  # a small model stops after one otherwise
        at_most=settings.class_sessions[1],
    )
