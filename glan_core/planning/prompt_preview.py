"""What will each call of a plan say, as far as that is known before anything is sent?

The requests are those of the stages themselves, asked of a model that sends nothing. Where an earlier reply will stand,
there is a mark instead:

    Write the syllabus of the subject "⟦a subject that the model will list⟧" (introductory level).
"""

import contextlib
import difflib
from collections.abc import Coroutine, Sequence
from typing import Any, NamedTuple

from glan_core import prompts
from glan_core.calls import ChatReply, ChatRequest, ReplyForm
from glan_core.coroutines import run_to_end
from glan_core.courses import Course, find_courses
from glan_core.entities import (
    ClassDetails,
    ClassSession,
    Combination,
    Instruction,
    KeyConcept,
    Strategy,
    Subject,
    Syllabus,
    TaxonomyNode,
)
from glan_core.errors import ReplyError
from glan_core.generation_settings import GenerationSettings
from glan_core.planning.plan import Forecast, Growth
from glan_core.stages.answers import generate_answers
from glan_core.stages.class_details import extract_class_details
from glan_core.stages.instructions import instruction_request
from glan_core.stages.subjects import generate_subjects
from glan_core.stages.syllabus import generate_syllabus
from glan_core.store.database import Cursor
from glan_core.store.endpoint_models import list_endpoint_models
from glan_core.store.subjects import find_subject
from glan_core.store.taxonomy_nodes import list_path

STAGES_WITH_PREVIEW = ("subjects", "syllabus", "class_details", "instructions", "answers")
_STRICTEST: ReplyForm = "schema"
_NO_RUN = ""


class Preview(NamedTuple):
    """The calls of one item of a plan, one turn of a conversation each."""

    about: tuple[str, ...]
    """The names from the field down to what is asked about; empty where no name is known yet."""
    requests: tuple[ChatRequest, ...]
    has_marks: bool
    """Whether an earlier reply will stand somewhere in them."""


def mark(words: str) -> str:
    """Give what stands in a prompt where an earlier reply will."""
    return f"⟦{words}⟧"


def count_previews(plan: Forecast) -> dict[str, int]:
    """Count, by stage in their order, what can be looked at; stages that the plan makes no call for are left out.

    A stage whose items are not known yet has one, of marks.
    """
    known = {
        "subjects": len(_growths(plan, "subjects")),
        "syllabus": max(len(_growths(plan, "syllabus")), 1 if plan.growths else 0),
        "class_details": 1 if plan.growths else 0,
        "instructions": len(plan.items) or 1,
        "answers": 1,
    }
    return {stage: known[stage] for stage in STAGES_WITH_PREVIEW if stage in plan.request.stages and known[stage]}


def preview(cursor: Cursor, plan: Forecast, stage: str, index: int, *, endpoint_url: str = "") -> Preview:
    """Give the calls of the item of a stage with this index, from 0 to below its number in `count_previews`.

    Lists are asked for in the form that is known of the model at the endpoint, in the strictest one otherwise.
    """
    settings, seed = plan.request.settings, plan.request.seed
    unsent = _Unsent(_reply_form(cursor, settings, stage, endpoint_url))
    if stage == "instructions":
        return _of_instruction(cursor, plan, index)
    if stage == "subjects":
        path = list_path(cursor, _growths(plan, "subjects")[index].node_id)
        calls = generate_subjects(unsent, path=path, query=1, settings=settings, seed=seed, run_id=_NO_RUN)
        return Preview(tuple(node.name for node in path), unsent.asked(calls)[:2], has_marks=True)
    if stage == "syllabus":
        return _of_syllabus(cursor, plan, index, unsent)
    if stage == "class_details":
        text = mark("the whole syllabus, as the model will write it")
        details = extract_class_details(unsent, syllabus=Syllabus("", "", 1, text), settings=settings, seed=seed)
        return Preview((), unsent.asked(details)[:1], has_marks=True)
    question = Instruction("", "", Strategy.ONE_SESSION, mark("the question, as the model will ask it"), (), "", "")
    answers = generate_answers(unsent, instruction=question, settings=settings, seed=seed, run_id=_NO_RUN)
    return Preview((), unsent.asked(answers), has_marks=True)


def template_changes(settings: GenerationSettings, stages: Sequence[str]) -> dict[str, str]:
    """Give, by template, how the wordings of these stages differ from the shipped ones, as unified diffs.

    Templates that are as they are shipped are left out.
    """
    changes = {}
    for name in dict.fromkeys(template for stage in stages for template in settings.stages[stage].templates):
        shipped, used = prompts.source(name), prompts.source(name, folder=settings.templates_folder)
        if used != shipped:
            lines = difflib.unified_diff(
                shipped.splitlines(), used.splitlines(), f"shipped/{name}.jinja", f"own/{name}.jinja", lineterm=""
            )
            changes[name] = "\n".join(lines)
    return changes


class _Unsent:
    """A chat model that notes what it is asked and replies with a mark."""

    def __init__(self, reply_form: ReplyForm) -> None:
        self._reply_form = reply_form
        self._requests: list[ChatRequest] = []

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Note a request."""
        self._requests.append(request)
        return ChatReply(mark("the model's reply"), "stop", None, None, 0.0, request.model_call_id)

    async def reply_form(self, model: str) -> ReplyForm:
        """Give the form that is known."""
        return self._reply_form

    def asked(self, stage: Coroutine[Any, Any, object]) -> tuple[ChatRequest, ...]:
        """Let a stage ask, and give its requests; that a mark is no list is what a stage must complain about."""
        with contextlib.suppress(ReplyError):
            run_to_end(stage)
        return tuple(self._requests)


def _growths(plan: Forecast, stage: str) -> list[Growth]:
    return [growth for growth in plan.growths if growth.stage == stage]


def _reply_form(cursor: Cursor, settings: GenerationSettings, stage: str, endpoint_url: str) -> ReplyForm:
    model = settings.stages[stage].model
    known = {each.model: each.reply_form for each in list_endpoint_models(cursor, endpoint_url)}
    return known.get(model) or _STRICTEST


def _of_syllabus(cursor: Cursor, plan: Forecast, index: int, unsent: _Unsent) -> Preview:
    growing = _growths(plan, "syllabus") or _growths(plan, "subjects")
    path, subject = _subject_of(cursor, growing[index])
    calls = generate_syllabus(
        unsent,
        discipline=path[-1].name,
        subject=subject or _marked_subject(),
        version=growing[index].version,
        settings=plan.request.settings,
        seed=plan.request.seed,
        run_id=_NO_RUN,
    )
    return Preview(_names(path, subject), unsent.asked(calls), has_marks=subject is None)


def _of_instruction(cursor: Cursor, plan: Forecast, index: int) -> Preview:
    if plan.items:
        item = plan.items[index]
        course = find_courses(cursor, [item.syllabus_id])[item.syllabus_id]
        subject: Subject | None = course.subject
        combination = item.combination
    else:
        path, subject = _subject_of(cursor, plan.growths[0])
        course = _marked_course(path, subject)
        combination = Combination(Strategy.ONE_SESSION, ("session",), ("concept",))
    request = instruction_request(
        discipline=course.path[-1].name,
        subject=course.subject,
        syllabus=course.syllabus,
        details=course.details,
        combination=combination,
        settings=plan.request.settings,
        seed=plan.request.seed,
    )
    return Preview(_names(course.path, subject), (request,), has_marks=not plan.items)


def _subject_of(cursor: Cursor, growth: Growth) -> tuple[tuple[TaxonomyNode, ...], Subject | None]:
    """Give the path down to the discipline of a growing node, and its subject where that is known."""
    subject = find_subject(cursor, growth.node_id) if growth.stage == "syllabus" else None
    return list_path(cursor, subject.discipline_id if subject else growth.node_id), subject


def _names(path: Sequence[TaxonomyNode], subject: Subject | None) -> tuple[str, ...]:
    return (*(node.name for node in path), *([subject.name] if subject else ()))


def _marked_subject() -> Subject:
    name, subtopics = mark("a subject that the model will list"), (mark("its subtopics"),)
    return Subject("", "", name, mark("its level"), subtopics)


def _marked_course(path: tuple[TaxonomyNode, ...], subject: Subject | None) -> Course:
    session = ClassSession("session", "", 1, mark("a class session that will be drawn"))
    concept = KeyConcept("concept", "session", 1, mark("the key concepts that will be drawn"))
    return Course(
        path,
        subject or _marked_subject(),
        Syllabus("", "", 1, mark("the whole syllabus, as the model will write it")),
        ClassDetails((session,), (concept,)),
    )
