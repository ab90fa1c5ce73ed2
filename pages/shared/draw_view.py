"""What was drawn from a syllabus together, and how many of its combinations are taken?"""

import streamlit as st

from glan_core.entities import ClassDetails, Strategy
from glan_core.figures.co_draw import TaughtConcept, co_draw
from glan_core.stages.combinations import count_combinations
from glan_core.store.database import Cursor
from glan_core.store.draws import co_draws, count_drawn_combinations
from pages.shared.formats import count
from pages.shared.theme import ground, show_figure

_STRATEGY_WORDS = {
    Strategy.ONE_SESSION: ("One class session", "one to five key concepts of the same class session"),
    Strategy.TWO_SESSIONS: (
        "Two class sessions",
        "two to five key concepts of two class sessions, at least one of each",
    ),
}


def show_drawn_together(cursor: Cursor, syllabus_id: str, details: ClassDetails) -> None:
    """Draw which key concepts met in a question, and list those that did."""
    together = co_draws(cursor, syllabus_id)
    if together.empty:
        st.info("No question was drawn from this syllabus yet.", icon=":material/grid_on:")
        return
    sessions = {session.class_session_id: session for session in details.class_sessions}
    taught = [
        TaughtConcept(
            concept.key_concept_id,
            concept.name,
            concept.position,
            sessions[concept.class_session_id].title,
            sessions[concept.class_session_id].position,
        )
        for concept in details.key_concepts
    ]
    show_figure(
        co_draw(taught, together, ground=ground()),
        key=f"co-draw-{syllabus_id}",
        alt=f"How often two of {len(taught)} key concepts were drawn for one question; the table below lists them.",
    )
    names = {concept.key_concept_id: concept.name for concept in details.key_concepts}
    met = together[together["first_id"] != together["second_id"]].sort_values(
        "instructions", ascending=False, kind="stable"
    )
    possible = len(taught) * (len(taught) - 1) // 2
    st.caption(
        f"{count(len(met))} of {count(possible)} pairs of key concepts have met in a question. "
        "Point at a square, or open the table, to see their names."
    )
    with st.expander("As a table"):
        st.dataframe(
            met.assign(first=met["first_id"].map(names), second=met["second_id"].map(names)),
            hide_index=True,
            height=min(35 * len(met) + 38, 420),
            column_order=["first", "second", "instructions"],
            column_config={
                "first": st.column_config.TextColumn("Key concept", width="medium"),
                "second": st.column_config.TextColumn("Drawn with", width="medium"),
                "instructions": st.column_config.NumberColumn("Questions", format="localized", width="small"),
            },
        )


def show_combinations(cursor: Cursor, syllabus_id: str, details: ClassDetails) -> None:
    """Say for each strategy how many combinations there are, and how many of them were drawn."""
    sizes = [len(details.key_concepts_of(session.class_session_id)) for session in details.class_sessions]
    available, used = count_combinations(sizes), count_drawn_combinations(cursor, syllabus_id)
    for strategy, (name, meaning) in _STRATEGY_WORDS.items():
        with st.container(border=True, gap="xsmall"):
            st.markdown(f"**{name}**: {meaning}")
            st.markdown(_sentence(used[strategy], available[strategy]))
            if available[strategy]:
                st.progress(min(1.0, used[strategy] / available[strategy]))
    st.caption("A combination is what one question is drawn from. Runs with any seed count; removed runs do not.")


def _sentence(used: int, available: int) -> str:
    if not available:
        return "This syllabus has none: it would need more class sessions or key concepts."
    return f"**{count(used)}** of {count(available)} combinations used: {_share(used, available)}."


def _share(used: int, available: int) -> str:
    percent = 100 * used / available
    if used and percent < 0.1:
        return "less than 0.1 %"
    if used < available and percent > 99.9:
        return "more than 99.9 %"
    return f"{percent:.1f} %" if used and used < available else f"{percent:.0f} %"
