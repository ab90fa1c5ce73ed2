"""Which prompts does a plan send, word for word?"""

import streamlit as st

from glan_core.courses import Course, find_courses
from glan_core.errors import GlanError
from glan_core.planning.plan import Forecast, PlannedInstruction
from glan_core.planning.prompt_preview import Preview, count_previews, preview, template_changes
from glan_core.store.database import Cursor
from pages.shared.feedback import plain, show_error
from pages.shared.plan_view import show_messages

_STAGE_WORDS = {
    "subjects": "Subjects",
    "syllabus": "Syllabus",
    "class_details": "Class details",
    "instructions": "Question",
    "answers": "Answer",
}
_ITEM_WORDS = {"subjects": "Discipline", "syllabus": "Subject", "instructions": "Question"}
_NOTES = {
    "subjects": "A discipline is asked about several times, in the same words with other seeds. The second turn asks "
    "for the list of the first as data.",
    "class_details": "The class sessions and key concepts are read out of the text of the syllabus.",
    "answers": "The answer is asked for in a call of its own that holds the question and nothing of the syllabus.",
}


def show_prompts(cursor: Cursor, plan: Forecast, *, endpoint_url: str) -> None:
    """Let the reader leaf through the exact prompts of a plan, stage by stage, and see which wordings are their own."""
    numbers = count_previews(plan)
    st.subheader("What is sent", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        stages = list(numbers)
        stage = stages[0]
        if len(stages) > 1:
            stage = st.segmented_control(
                "Prompt",
                stages,
                default="instructions" if "instructions" in numbers else stages[0],
                format_func=_STAGE_WORDS.__getitem__,
                required=True,
            )
        index = _choose_index(stage, numbers[stage])
    try:
        shown = preview(cursor, plan, stage, index, endpoint_url=endpoint_url)
        changes = template_changes(plan.request.settings, [stage])
    except GlanError as error:
        show_error(error)
        return
    if stage == "instructions" and plan.items:
        _show_draw(cursor, plan.items[index])
    elif shown.about:
        st.caption(plain(" › ".join(shown.about)))
    _show_requests(shown)
    for name, difference in changes.items():
        with st.expander(f"Your own wording of {plain(name)}, compared with the shipped one"):
            st.code(difference, language="diff", wrap_lines=True)
    if stage in _NOTES:
        st.caption(_NOTES[stage])


def _choose_index(stage: str, number: int) -> int:
    if number == 1:
        return 0
    chosen = st.number_input(_ITEM_WORDS[stage], 1, number, 1, width=150, help=f"1 to {number:,}")
    return int(chosen) - 1


def _show_requests(shown: Preview) -> None:
    last = shown.requests[-1]
    with st.expander(plain(f"The whole prompt: {len(last.messages)} messages to {last.model}")):
        if shown.has_marks:
            st.caption("What stands in ⟦ ⟧ is not known yet: an earlier reply will stand there.")
        # A second turn repeats what was said before it.
        show_messages(last.messages)
        values = {name: value for name, value in last.parameters.items() if value is not None}
        st.caption(plain(", ".join(f"{name} {value}" for name, value in values.items())))


def _show_draw(cursor: Cursor, item: PlannedInstruction) -> None:
    course: Course = find_courses(cursor, [item.syllabus_id])[item.syllabus_id]
    with st.container(border=True):
        st.caption(plain(" › ".join([*(node.name for node in course.path), course.subject.name])))
        for session in course.details.class_sessions:
            if session.class_session_id in item.combination.class_session_ids:
                drawn = [
                    concept.name
                    for concept in course.details.key_concepts_of(session.class_session_id)
                    if concept.key_concept_id in item.combination.key_concept_ids
                ]
                st.markdown(f"**{plain(session.title)}**  \n{plain('; '.join(drawn))}")
