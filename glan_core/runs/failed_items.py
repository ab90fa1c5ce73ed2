"""What are the items that a run gave up on, in words?

A failure names its item by an id. What the item was to be is in the plan of the run, and for an answer in its question.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from glan_core.courses import find_courses
from glan_core.entities import Failure
from glan_core.planning.plan import Plan
from glan_core.stages.answers import answer_id
from glan_core.store.database import Cursor
from glan_core.store.instructions import list_instructions
from glan_core.store.run_lists import find_scope_names


class PlannedItem(NamedTuple):
    """What the plan of a run says of a question or an answer."""

    instruction_id: str
    syllabus_id: str
    class_session_ids: tuple[str, ...]
    """Those that the question is about; none where it was drawn after the plan was made."""


class FailedItem(NamedTuple):
    """An item in words; each is empty where it is not known."""

    place: str
    """The name of its subject, or of the node that was to grow."""
    class_sessions: tuple[str, ...]
    """Titles of those that a question was to be about."""
    question: str
    """The question that was to be answered."""


def find_planned_items(
    plan: Plan, item_ids: Collection[str], *, unanswered: Sequence[tuple[str, str]]
) -> dict[str, PlannedItem]:
    """Give, by id, what a plan says of questions and answers; ids that it does not know are left out.

    `unanswered` are questions (id, and id of the syllabus) that the run has made and not answered: some were drawn from
    a syllabus that grew, of which the plan knew nothing.
    """
    wanted = set(item_ids)
    found: dict[str, PlannedItem] = {}
    for asked, syllabus_id in unanswered:
        item_id = answer_id(asked, settings=plan.request.settings)
        if item_id in wanted:
            found[item_id] = PlannedItem(asked, syllabus_id, ())
    for item in plan.items if len(found) < len(wanted) else ():
        for item_id in wanted.intersection((item.instruction_id, item.answer_id)):
            found[item_id] = PlannedItem(item.instruction_id, item.syllabus_id, item.combination.class_session_ids)
    return found


def describe_failed_items(
    cursor: Cursor, failures: Sequence[Failure], planned: Mapping[str, PlannedItem]
) -> dict[str, FailedItem]:
    """Give, by item id, what each of some failures is about; as many queries as for one, so ask for a page of them."""
    items = {each.item_id: planned[each.item_id] for each in failures if each.item_id in planned}
    courses = find_courses(cursor, sorted({item.syllabus_id for item in items.values()}))
    questions = list_instructions(cursor, sorted({item.instruction_id for item in items.values()}))
    names = find_scope_names(cursor, [each.item_id for each in failures]).names
    described = {}
    for failure in failures:
        item = items.get(failure.item_id)
        course = courses.get(item.syllabus_id) if item else None
        question = questions.get(item.instruction_id) if item and failure.stage == "answers" else None
        about = item.class_session_ids if item else ()
        sessions = course.details.class_sessions if course else ()
        described[failure.item_id] = FailedItem(
            place=course.subject.name if course else names.get(failure.item_id, ""),
            class_sessions=tuple(each.title for each in sessions if each.class_session_id in about),
            question=question.text if question else "",
        )
    return described
