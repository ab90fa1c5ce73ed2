"""Which subjects does a discipline have, and how far is each of them drawn from?"""

from collections.abc import Callable, Mapping, Sequence

import pandas as pd
import streamlit as st

from glan_core.entities import SUBJECT_LEVELS, Subject, TaxonomyNode
from glan_core.store.draws import SyllabusUse, list_syllabus_use
from glan_core.store.subjects import list_subjects
from pages.shared.edit_view import is_dialog_open
from pages.shared.feedback import plain
from pages.shared.page_button import page_button
from pages.shared.subject_dialogs import show_add_dialog
from pages.shared.subject_header import LEVEL_MEANING, NEW_RUN
from pages.shared.workspace import Workspace


def current_use(uses: Sequence[SyllabusUse]) -> SyllabusUse | None:
    """Give the version that questions are drawn from: the newest with class sessions, else the newest."""
    return next((use for use in uses if use.class_sessions), uses[0] if uses else None)


def show_discipline(workspace: Workspace, discipline: TaxonomyNode, *, on_select: Callable[[str], None]) -> None:
    """Show the subjects of a discipline by level, and what can be done with it; `on_select` gets a subject's id."""
    cursor = workspace.cursor()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(f"Subjects of {plain(discipline.name)}", anchor=False, width="stretch")
        with st.container(horizontal=True, width="content", gap="small"):
            if is_dialog_open("Add a subject", discipline.taxonomy_node_id, icon=":material/add:"):
                show_add_dialog(workspace, discipline.taxonomy_node_id, on_done=on_select)
            question = {"scope": discipline.taxonomy_node_id}
            page_button("Generate here", NEW_RUN, question, type="primary", icon=":material/play_circle:")
    subjects = sorted(
        list_subjects(cursor, [discipline.taxonomy_node_id]),
        key=lambda subject: (SUBJECT_LEVELS.index(subject.level), subject.name.casefold()),
    )
    if not subjects:
        st.info(
            "This discipline has no subjects yet. Add one, or let a run that starts here propose them.",
            icon=":material/menu_book:",
        )
        return
    uses = list_syllabus_use(cursor, [subject.subject_id for subject in subjects])
    _show_table(subjects, uses, key=f"subjects-{discipline.taxonomy_node_id}", on_select=on_select)
    st.caption("Click a subject to read its syllabus.")


def _show_table(
    subjects: Sequence[Subject],
    uses: Mapping[str, Sequence[SyllabusUse]],
    *,
    key: str,
    on_select: Callable[[str], None],
) -> None:
    """List subjects in their order with their numbers; a click on a row calls `on_select` with the subject's id."""

    def hear() -> None:
        cells = st.session_state[key].selection.cells
        if cells:
            on_select(subjects[cells[0][0]].subject_id)

    st.dataframe(
        pd.DataFrame([_row(subject, uses[subject.subject_id]) for subject in subjects]).convert_dtypes(),
        key=key,
        hide_index=True,
        row_height=34,
        height=min(34 * len(subjects) + 36, 720),
        placeholder="–",
        column_config={
            "name": st.column_config.TextColumn("Subject", width=300),
            "level": st.column_config.TextColumn("Level", help=LEVEL_MEANING, width=104),
            "subtopics": st.column_config.NumberColumn("Subtopics", help="What the subject is about.", width=84),
            "versions": st.column_config.TextColumn(
                "Syllabus",
                help="The versions of its syllabus. All of them stay; new questions use the newest.",
                width=96,
            ),
            "key_concepts": st.column_config.NumberColumn(
                "Concepts", help="Key concepts of the newest version.", format="localized", width=84
            ),
            "used": st.column_config.NumberColumn(
                "Used",
                help="Those of them that at least one question was drawn from.",
                format="localized",
                width=84,
            ),
            "share": st.column_config.ProgressColumn(
                "Share used",
                help="Used key concepts in % of all of the newest version.",
                format="%.0f %%",
                max_value=100,
                width=110,
            ),
            "pairs": st.column_config.NumberColumn(
                "Pairs",
                help="Questions with answers, of all versions.",
                format="localized",
                width=84,
            ),
        },
        on_select=hear,
        selection_mode="single-cell",
        alt=f"{len(subjects)} subjects with their syllabi, key concepts and pairs.",
    )


def _row(subject: Subject, uses: Sequence[SyllabusUse]) -> dict[str, object]:
    use = current_use(uses)
    has_concepts = use is not None and use.key_concepts
    return {
        "name": subject.name,
        "level": subject.level.capitalize(),
        "subtopics": len(subject.subtopics),
        "versions": ", ".join(str(version) for version in sorted({use.version for use in uses})) or "none yet",
        "key_concepts": use.key_concepts if has_concepts else None,
        "used": use.key_concepts_used if has_concepts else None,
        "share": 100 * use.key_concepts_used / use.key_concepts if has_concepts else None,
        "pairs": sum(use.pairs for use in uses) if uses else None,
    }
