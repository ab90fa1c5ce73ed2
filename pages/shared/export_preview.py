"""What would be written, and what not? Counts, reasons, and the first rows as they stand in the files."""

import json

import streamlit as st

from glan_core.errors import GlanError
from glan_core.exports.background import Previewer
from glan_core.exports.formats import FORMATS, TEST, TRAIN
from glan_core.exports.preview import Preview, heading
from glan_core.exports.request import ExportRequest, request_to_data
from glan_core.store.database import Cursor
from glan_core.store.samples import samples_version
from pages.shared.feedback import show_error
from pages.shared.formats import count
from pages.shared.gate_words import reasons_in_a_sentence
from pages.shared.workspace import open_workspace

_PATIENCE_SECONDS = 0.5
"""So long a page waits before it says that it is counting: most counts are there by then."""
_LONGEST_ROW = 20_000
_PIXELS = 420


@st.cache_resource(show_spinner=False)
def open_previewer() -> Previewer:
    """Give the one that works exports out in the background, the same for all pages of this server."""
    return Previewer(open_workspace().database)


def find_preview(cursor: Cursor, request: ExportRequest) -> Preview | None:
    """Give what the request would write; None after having said that it is being counted, or why it cannot be."""
    key = (*samples_version(cursor), json.dumps(request_to_data(request), sort_keys=True))
    try:
        found = open_previewer().find(key, request, seconds=_PATIENCE_SECONDS)
    except GlanError as error:
        show_error(error)
        return None
    if found is None:
        _watch(key, request)
    return found


def show_counts(preview: Preview, request: ExportRequest) -> None:
    """Say how many pairs are written and how many are left out, by reason."""
    choice = preview.choice
    left_out = sum(choice.left_out_for.values())
    with st.container(border=True):
        with st.grid(3 if choice.taken.test else 2, min_column_width=110, gap="small"):
            st.metric("Pairs in the file" if request.is_one_file else "Pairs to train with", count(choice.taken.train))
            if choice.taken.test:
                st.metric("Held out", count(choice.taken.test), help="Questions of the test set.")
            st.metric("Left out", count(left_out), help="By the choices beside this, or because an answer is missing.")
        if told := reasons_in_a_sentence(choice.left_out_for):
            st.caption(told)
        if choice.short_disciplines:
            st.caption(
                f"{count(choice.short_disciplines)} disciplines have too few questions to hold out "
                f"{count(request.test_per_discipline)}; they give half of what they have."
            )
        if choice.without_neighbours:
            st.caption(
                f"{count(choice.without_neighbours)} pairs were not held against the others by meaning yet, so near "
                "ones may be left among them. The Map page places them."
            )
        elif choice.without_vector:
            st.caption(
                f"{count(choice.without_vector)} pairs were never read by the encoder of the map: they are compared by "
                "their words alone."
            )


def show_first_rows(preview: Preview, request: ExportRequest) -> None:
    """Show the beginning of each file as it will stand there."""
    st.subheader("The first row", anchor=False)
    sets = {TRAIN: preview.first_rows, **({TEST: preview.first_test_rows} if preview.first_test_rows else {})}
    split = TRAIN
    if len(sets) > 1:
        split = st.segmented_control(
            "Set",
            list(sets),
            default=TRAIN,
            required=True,
            format_func=lambda name: {TRAIN: "To train with", TEST: "Held out"}[name],
            label_visibility="collapsed",
        )
    rows = sets[split] or sets[TEST]
    tabs = st.tabs([FORMATS[name].words for name in rows]) if len(rows) > 1 else [st.container()]
    for tab, (format_, first) in zip(tabs, rows.items(), strict=True):
        with tab:
            _show_row(format_, first[0], request)
    order = "by id" if request.order == "id" else "in the chosen order"
    st.caption(f"Rows stand {order} and hold no times: the same choice gives the same bytes.")


def _show_row(format_: str, row: str, request: ExportRequest) -> None:
    if format_ == "csv":
        text, language = f"{heading(format_, request.columns)}\n{row}", None
    else:
        text, language = json.dumps(json.loads(row), indent=2, ensure_ascii=False), "json"
    if len(text) > _LONGEST_ROW:
        text = f"{text[:_LONGEST_ROW]}\n… {count(len(text) - _LONGEST_ROW)} more characters"
    st.code(text, language=language, wrap_lines=True, height=_PIXELS)


@st.fragment(run_every=0.5)
def _watch(key: object, request: ExportRequest) -> None:
    try:
        is_there = open_previewer().find(key, request, seconds=0) is not None
    except GlanError:
        is_there = True
    if is_there:
        st.rerun()
    with st.container(border=True):
        st.progress(0.0, text="Counting what would be written ...")
