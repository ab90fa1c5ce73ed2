"""Stage subjects (paper 2.2): what should a student of a discipline learn?

Two turns of one conversation: first a list in free text, then the same list as JSONL, because a demand for a format
in the first turn makes the list worse.
"""

from dataclasses import dataclass

from glan_core import ids
from glan_core.calls import Message
from glan_core.entities import SUBJECT_LEVELS, Subject, TaxonomyNode
from glan_core.generation_settings import GenerationSettings
from glan_core.languages import language_name
from glan_core.llm.chat_model import ChatModel
from glan_core.llm.replies import text_field, text_list_field, text_of
from glan_core.stages.request import ListReply, ListShape, UnusableCall, list_reply, reply_form_for, request_for

# Words that models use for a level, by the level of ours that they mean; the first match wins.
_LEVEL_HINTS = (
    ("advanced", ("advanced", "graduate", "expert", "master", "doctoral", "senior", "specialist")),
    ("introductory", ("intro", "beginner", "basic", "foundation", "elementary", "fundamental", "first", "freshman")),
    ("intermediate", ("intermediate", "undergraduate", "second", "third", "middle")),
)
_MOST_SUBTOPICS = 8


@dataclass(frozen=True, slots=True)
class SubjectList:
    """The subjects of one query, and what of its reply they are not."""

    subjects: tuple[Subject, ...]
    model_call_id: str
    left_out: tuple[str, ...]
    unusable: tuple[UnusableCall, ...] = ()
    """Earlier calls of the conversation whose replies could not be read."""


async def generate_subjects(
    model: ChatModel,
    *,
    path: tuple[TaxonomyNode, ...],
    query: int,
    settings: GenerationSettings,
    seed: int,
    run_id: str,
    attempt: int = 1,
) -> SubjectList:
    """List the subjects of the discipline at the end of `path`, for the query with this number (from 1).

    Repeats within the list are dropped. Raises ReplyError if the list cannot be read.
    """
    discipline = path[-1]
    first_template, second_template = settings.stages["subjects"].templates
    draw = f"{discipline.taxonomy_node_id}/{query}"
    reply_form = await reply_form_for("subjects", model=model, settings=settings)
    first = request_for(
        "subjects",
        first_template,
        settings=settings,
        seed=seed,
        draw=draw,
        attempt=attempt,
        discipline=discipline.name,
        path=[node.name for node in path],
        number=settings.subjects_per_query,
        language=language_name(settings.language),
    )
    listed = await model.complete(first)
    shape = _shape(settings.subjects_per_query)
    second = request_for(
        "subjects",
        second_template,
        settings=settings,
        seed=seed,
        draw=draw,
        attempt=attempt,
        earlier=(*first.messages, Message("assistant", text_of(listed))),
        reply_form=reply_form,
        shape=shape,
        levels=SUBJECT_LEVELS,
        language=language_name(settings.language),
    )
    reply = await list_reply(model, second, shape=shape, settings=settings, seed=seed)
    return _subjects(reply, discipline_id=discipline.taxonomy_node_id, run_id=run_id)


def level_of(words: str) -> str:
    """Give the level of SUBJECT_LEVELS that a model's own words mean; intermediate where they say nothing known."""
    return _known_level(words) or "intermediate"


def _subjects(reply: ListReply, *, discipline_id: str, run_id: str) -> SubjectList:
    subjects: dict[str, Subject] = {}
    left_out = list(reply.left_out)
    for item in reply.items:
        name = text_field(item, "subject_name")
        if name.casefold() in subjects:
            left_out.append(f"The subject {name!r} came before.")
            continue
        level = text_field(item, "level")
        if level and not _known_level(level):
            left_out.append(f"The level {level!r} of {name!r}: taken for intermediate.")
        subjects[name.casefold()] = Subject(
            subject_id=ids.subject_id(discipline_id, name),
            discipline_id=discipline_id,
            name=name,
            level=level_of(level),
            subtopics=text_list_field(item, "subtopics")[:_MOST_SUBTOPICS],
            run_id=run_id,
            model_call_id=reply.model_call_id,
        )
    return SubjectList(tuple(subjects.values()), reply.model_call_id, tuple(left_out), reply.unusable)


def _known_level(words: str) -> str:
    lowered = words.casefold()
    if "undergraduate" in lowered:  # holds "graduate", which would make it advanced
        return "intermediate"
    return next((level for level, hints in _LEVEL_HINTS if any(hint in lowered for hint in hints)), "")


def _shape(number: int) -> ListShape:
    text = {"type": "string"}
    return ListShape(
        "subjects",
        {
            "subject_name": text,
            "level": {"type": "string", "enum": list(SUBJECT_LEVELS)},
            "subtopics": {"type": "array", "items": text, "minItems": 1, "maxItems": 4},
        },
        at_least=number,  # a small model stops after one otherwise; what it repeats to get there is dropped
        at_most=number,
    )
