"""How does a syllabus read: what it is about, then session by session what would be taught?"""

from collections.abc import Callable

import streamlit as st

from glan_core.entities import ClassDetails, ClassSession, KeyConcept, Syllabus
from glan_core.stages.syllabus_text import read_syllabus_text
from glan_core.store.database import Cursor
from glan_core.store.draws import Draws, list_instructions_of_key_concept
from pages.shared.feedback import plain
from pages.shared.flag_words import listed_flag_words
from pages.shared.formats import count
from pages.shared.pair_view import show_pair

ROWS = 200


def show_syllabus_text(syllabus: Syllabus, details: ClassDetails) -> None:
    """Show what the text says before its class sessions, and the whole of it folded away."""
    titles = [session.title for session in details.class_sessions]
    parts = read_syllabus_text(syllabus.text, class_session_titles=titles)
    if details.class_sessions and parts.introduction:
        st.subheader("Introduction", anchor=False)
        st.text(parts.introduction)
    for heading, lines in (("Objectives", parts.objectives), ("Outcomes", parts.outcomes)):
        if details.class_sessions and lines:
            st.subheader(heading, anchor=False)
            st.markdown("\n".join(f"- {plain(line)}" for line in lines))
    with st.expander("The text as it was written", expanded=not details.class_sessions):
        st.text(syllabus.text)


def show_class_sessions(
    cursor: Cursor,
    details: ClassDetails,
    draws: Draws,
    *,
    chosen: str | None,
    on_choose: Callable[[str | None], None],
) -> None:
    """Show class sessions in teaching order; a click on a key concept calls `on_choose`, and it shows its pairs."""
    unused = [concept for concept in details.key_concepts if concept.key_concept_id not in draws.by_key_concept]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("Class sessions", anchor=False, width="stretch")
        only_unused = st.toggle(
            f"Unused only ({count(len(unused))} of {count(len(details.key_concepts))})",
            key="unused-only",
            disabled=not unused,
            help="Key concepts that no question was drawn from yet.",
        )
    st.caption(
        "2× at a key concept: two questions were drawn from it. Choose one to see them."
        if draws.by_key_concept
        else "No question was drawn from this syllabus yet."
    )
    shown = unused if only_unused and unused else details.key_concepts
    for session in details.class_sessions:
        concepts = [concept for concept in shown if concept.class_session_id == session.class_session_id]
        if concepts or shown is not unused:
            all_concepts = details.key_concepts_of(session.class_session_id)
            with st.container(border=True, gap="xsmall"):
                _show_session(session, all_concepts, draws)
                _show_key_concepts(session, concepts, draws, chosen=chosen, on_choose=on_choose)
                if chosen in {concept.key_concept_id for concept in concepts}:
                    concept = next(concept for concept in concepts if concept.key_concept_id == chosen)
                    _show_instructions(cursor, concept, draws, syllabus_id=session.syllabus_id)


def _show_session(session: ClassSession, concepts: tuple[KeyConcept, ...], draws: Draws) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{session.position}&ensp;{plain(session.title)}**", width="stretch")
        asked = draws.by_class_session.get(session.class_session_id, 0)
        used = sum(concept.key_concept_id in draws.by_key_concept for concept in concepts)
        st.caption(f"{_questions(asked)} · {used} of {len(concepts)} concepts used", width="content")
    if session.description:
        st.text(session.description)


def _show_key_concepts(
    session: ClassSession,
    concepts: list[KeyConcept],
    draws: Draws,
    *,
    chosen: str | None,
    on_choose: Callable[[str | None], None],
) -> None:
    key = f"concepts-{session.class_session_id}"
    names = {concept.key_concept_id: concept.name for concept in concepts}
    st.session_state[key] = chosen if chosen in names else None

    def label(key_concept_id: str) -> str:
        number = draws.by_key_concept.get(key_concept_id, 0)
        name = plain(names[key_concept_id])
        return f"**{count(number)}×**&ensp;{name}" if number else f":orange[unused]&ensp;:gray[{name}]"

    st.pills(
        f"Key concepts of class session {session.position}",
        list(names),
        format_func=label,
        key=key,
        label_visibility="collapsed",
        on_change=lambda: on_choose(st.session_state[key]),
    )


def _show_instructions(cursor: Cursor, concept: KeyConcept, draws: Draws, *, syllabus_id: str) -> None:
    total = draws.by_key_concept.get(concept.key_concept_id, 0)
    if not total:
        st.info("No question was drawn from this key concept yet.", icon=":material/radio_button_unchecked:")
        return
    rows = list_instructions_of_key_concept(cursor, concept.key_concept_id, syllabus_id=syllabus_id, limit=ROWS)
    picked = st.dataframe(
        rows.assign(flags=rows["flags"].map(listed_flag_words)),
        hide_index=True,
        height=min(35 * len(rows) + 38, 320),
        column_order=["instruction", "answer", "key_concepts", "flags"],
        column_config={
            "instruction": st.column_config.TextColumn("Question", width="large"),
            "answer": st.column_config.TextColumn("Answer", width="large"),
            "key_concepts": st.column_config.NumberColumn(
                "Concepts", help="How many key concepts the question was drawn from.", width="small"
            ),
            "flags": "Flags",
        },
        placeholder="–",
        key=f"instructions-{concept.key_concept_id}",
        on_select="rerun",
        selection_mode="single-row",
        alt=f"{len(rows)} questions drawn from this key concept, newest first.",
    )
    newest = f"the newest {count(ROWS)} of {count(total)} questions" if total > ROWS else _questions(total)
    st.caption(f"{plain(concept.name)}: {newest}. Tick one to see where it comes from.")
    if picked.selection.rows:
        row = rows.iloc[picked.selection.rows[0]]
        answer = row.answer if isinstance(row.answer, str) else None
        show_pair(cursor, row.instruction_id, instruction=row.instruction, answer=answer)


def _questions(number: int) -> str:
    return f"{count(number)} question{'' if number == 1 else 's'}"
