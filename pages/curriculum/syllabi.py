"""What would be taught?

The address holds the selection (?discipline=ID&subject=ID&version=N&concept=ID); a subject alone is enough, as it
knows its discipline.
"""

import streamlit as st

from glan_core.store.draws import count_draws, list_syllabus_use
from glan_core.store.subjects import find_subject
from glan_core.store.syllabi import list_class_details, list_syllabi
from pages.shared.discipline_picker import list_discipline_paths, pick_discipline, show_disciplines, show_path_to
from pages.shared.draw_view import show_combinations, show_drawn_together
from pages.shared.edit_view import show_news
from pages.shared.feedback import plain
from pages.shared.formats import shortened
from pages.shared.outlines import read_cached_outline
from pages.shared.subject_header import show_numbers, show_subject_header
from pages.shared.subject_list import current_use, show_discipline
from pages.shared.syllabus_view import show_class_sessions, show_syllabus_text
from pages.shared.version_picker import labelled, pick_version
from pages.shared.workspace import open_workspace


def show_unknown(what: str) -> None:
    """Say that the address names something that is not there."""
    st.warning(f"This address names {what} that is not there, or was removed.", icon=":material/search_off:")


def select(**selection: str | None) -> None:
    """Write a selection into the address, in place of all that it held."""
    st.query_params.from_dict({name: value for name, value in selection.items() if value})


workspace = open_workspace()
cursor = workspace.cursor()
show_news()
asked = {name: st.query_params.get(name) for name in ("discipline", "subject", "version", "concept")}
paths = list_discipline_paths(cursor)
found = find_subject(cursor, asked["subject"]) if asked["subject"] else None
subject = found if found and found.status == "kept" and found.discipline_id in paths else None
discipline_id = subject.discipline_id if subject else asked["discipline"]
path = paths.get(discipline_id or "", ())

st.title("Syllabi", anchor=False)
if asked["subject"] and not subject:
    show_unknown("a subject")
elif asked["discipline"] and not path:
    show_unknown("a discipline")
if not paths:
    st.info("This taxonomy has no discipline yet.", icon=":material/account_tree:")
    st.stop()
pick_discipline(paths, selected=discipline_id if path else None, on_select=lambda node_id: select(discipline=node_id))

if not path:
    show_disciplines(
        paths, read_cached_outline(workspace, cursor), on_select=lambda node_id: select(discipline=node_id)
    )
    st.stop()

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
    show_path_to(path)
    if subject:
        st.button(
            f"All subjects of {plain(shortened(path[-1].name, 40))}",
            type="tertiary",
            icon=":material/arrow_back:",
            on_click=lambda: select(discipline=discipline_id),
        )

if subject is None:
    show_discipline(workspace, path[-1], on_select=lambda node_id: select(discipline=discipline_id, subject=node_id))
    st.stop()

uses = list_syllabus_use(cursor, [subject.subject_id])[subject.subject_id]
current = current_use(uses)
if current is None:
    show_subject_header(workspace, subject, version="")
    st.info("No syllabus yet. A run that starts here can write one first.", icon=":material/menu_book:")
    st.stop()

versions = labelled(uses)
if asked["version"] and asked["version"] not in versions:
    show_unknown("a version")
use = versions.get(asked["version"] or "", current)
label = next(label for label, version in versions.items() if version == use)
here = {"discipline": discipline_id, "subject": subject.subject_id}
show_subject_header(workspace, subject, version=label)
pick_version(versions, selected=label, on_select=lambda version: select(**here, version=version))
show_numbers(use)
(syllabus,) = list_syllabi(cursor, [use.syllabus_id])
details = list_class_details(cursor, [use.syllabus_id])[use.syllabus_id]
if not details.class_sessions:
    st.info("The class sessions of this version have not been read out of its text yet.", icon=":material/menu_book:")
    show_syllabus_text(syllabus, details)
    st.stop()

reading, together, combinations = st.tabs(
    ["Syllabus", "Drawn together", "Combinations"], key="syllabus", on_change="rerun"
)
if reading.open:
    with reading:
        about, sessions = st.columns([0.36, 0.64], gap="large")
        with about:
            show_syllabus_text(syllabus, details)
        with sessions:
            show_class_sessions(
                cursor,
                details,
                count_draws(cursor, use.syllabus_id),
                chosen=asked["concept"],
                on_choose=lambda concept_id: select(**here, version=label, concept=concept_id),
            )
if together.open:
    with together:
        show_drawn_together(cursor, use.syllabus_id, details)
if combinations.open:
    with combinations:
        show_combinations(cursor, use.syllabus_id, details)
