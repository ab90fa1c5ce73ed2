"""What does one pair say, where does it come from, and what lies beside it?"""

import numpy as np
import pandas as pd
import streamlit as st

from glan_core.errors import GlanError
from glan_core.store.database import Cursor
from glan_core.store.pairs import lineage
from glan_core.store.samples import CallOfPair, find_number, list_calls_of, read_samples
from pages.shared.feedback import plain
from pages.shared.filter_bar import Asked
from pages.shared.flag_words import flag_words
from pages.shared.formats import ago, count
from pages.shared.page_button import page_button
from pages.shared.pair_neighbours import show_neighbours
from pages.shared.plan_view import show_messages
from pages.shared.samples_list import open_pair, order_of_address
from pages.shared.samples_meaning import find_meant, text_of_address
from pages.shared.samples_rows import rows_of
from pages.shared.workspace import Workspace

_LONG_TEXT, _LONG_PIXELS = 6_000, 640
_SHORTEST_WORDS = {"instructions": "the question", "answers": "the answer"}
_TAXONOMY, _SYLLABI, _RUNS = "pages/curriculum/taxonomy.py", "pages/curriculum/syllabi.py", "pages/generate/runs.py"


def show_sample(workspace: Workspace, cursor: Cursor, asked: Asked, instruction_id: str) -> None:
    """Show a pair in full, with the ones before and after it under the filter of the address."""
    number = find_number(cursor, instruction_id)
    _show_ways(workspace, cursor, asked, number)
    if number is None:
        st.warning(
            "This address names a pair that is not in this database, or was removed.", icon=":material/search_off:"
        )
        return
    row = read_samples(cursor, [number]).iloc[0]
    _show_place(row)
    texts, origin = st.columns([7, 3], gap="large")
    with texts:
        _show_texts(row)
        show_neighbours(cursor, instruction_id)
    with origin:
        _show_origin(cursor, row)


def _show_ways(workspace: Workspace, cursor: Cursor, asked: Asked, number: int | None) -> None:
    rows = _listed(workspace, cursor, asked)
    at = np.flatnonzero(rows == number) if number is not None else np.empty(0, np.int64)
    place = int(at[0]) if len(at) else None
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button("All pairs", icon=":material/arrow_back:", on_click=lambda: st.query_params.pop("pair", None))
        st.space("stretch")
        if place is None:
            if number is not None:
                st.caption("Not among the pairs that are listed.", width="content")
            return
        st.caption(f"{count(place + 1)} of {count(len(rows))}", width="content")
        for label, icon, other in (
            ("Previous", ":material/chevron_left:", place - 1),
            ("Next", ":material/chevron_right:", place + 1),
        ):
            is_there = 0 <= other < len(rows)
            st.button(
                label,
                icon=icon,
                type="tertiary",
                disabled=not is_there,
                on_click=_open_number,
                args=(cursor, int(rows[other]) if is_there else -1),
                shortcut="Left" if other < place else "Right",
            )


def _listed(workspace: Workspace, cursor: Cursor, asked: Asked) -> np.ndarray:
    """Give the numbers of the pairs in the list that leads here; none while what they are to mean is not read."""
    text = text_of_address()
    if not text:
        return rows_of(str(workspace.database.path), cursor, asked.filter_, order_of_address())
    try:
        meant = find_meant(workspace, cursor, asked.filter_, text)
    except GlanError:  # the list says why
        return np.empty(0, np.int64)
    return np.empty(0, np.int64) if meant is None else meant.numbers


def _open_number(cursor: Cursor, number: int) -> None:
    found = read_samples(cursor, [number], characters=1)
    if len(found):
        open_pair(str(found["instruction_id"].iloc[0]))


def _show_place(row: pd.Series) -> None:
    steps = [
        (row.field, _TAXONOMY, {"node": row.field_id}),
        (row.sub_field, _TAXONOMY, {"node": row.sub_field_id}),
        (row.discipline, _TAXONOMY, {"node": row.discipline_id}),
        (f"{row.subject}, {row.level}", _SYLLABI, {"subject": row.subject_id}),
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        for number, (name, page, question) in enumerate(steps):
            if number:
                st.caption("›", width="content")
            page_button(plain(name), page, question, key=f"sample-place-{number}", type="tertiary")


def _show_texts(row: pd.Series) -> None:
    with st.container(border=True):
        st.caption(f"Question · {count(len(row.instruction))} characters")
        _show_text(row.instruction)
    with st.container(border=True):
        answer = row.answer if isinstance(row.answer, str) else None
        if answer is None:
            st.caption("Answer")
            st.markdown("It has no answer yet.")
            return
        st.caption(f"Answer · {count(len(answer))} characters")
        _show_text(answer)


def _show_text(text: str) -> None:
    """Show a text as it is, in a box of its own to scroll in if it is very long."""
    with st.container(height=_LONG_PIXELS if len(text) > _LONG_TEXT else "content", border=False):
        st.text(text or "(empty)")


def _show_origin(cursor: Cursor, row: pd.Series) -> None:
    st.markdown("**Marks**")
    with st.container(horizontal=True, gap="xsmall"):
        for words, colour, icon in _marks(row):
            st.badge(plain(words), color=colour, icon=icon)
    found = lineage(cursor, row.instruction_id)
    if found is None:
        return
    one = len(found.class_sessions) == 1
    st.markdown("**Class session**" if one else "**Class sessions**")
    st.caption(plain("; ".join(found.class_sessions)))
    st.markdown("**Key concepts**")
    with st.container(horizontal=True, gap="xsmall"):
        for name in found.key_concepts:
            st.badge(plain(name), color="gray")
    st.markdown("**Calls**")
    with st.container(gap=None):
        for call in list_calls_of(cursor, row.instruction_id):
            _show_call(call)
    for words, messages in (("question", found.instruction_messages), ("answer", found.answer_messages)):
        if messages:
            with st.popover(f"Prompt of the {words}", icon=":material/chat:", width="stretch"):
                show_messages(messages)
    st.caption(f"Pair {row.instruction_id}")


def _show_call(call: CallOfPair) -> None:
    read = "unknown" if call.prompt_tokens is None else count(call.prompt_tokens)
    written = "unknown" if call.completion_tokens is None else count(call.completion_tokens)
    page_button(
        plain(f"{call.model} wrote {_SHORTEST_WORDS.get(call.stage, call.stage)}"),
        _RUNS,
        {"run": call.run_id, "tab": "Calls", "call": call.model_call_id},
        key=f"call-{call.model_call_id}",
        type="tertiary",
        icon=":material/smart_toy:",
        help=f"{call.seconds:.1f} s; {read} tokens read, {written} written; {ago(call.finished_at)}.",
    )


def _marks(row: pd.Series) -> list[tuple[str, str, str | None]]:
    colours = {"accepted": "green", "rejected": "red"}
    status = [(row.status, colours[row.status], None)] if row.status in colours else []
    flags = [(flag_words([kind]), "orange", ":material/flag:") for kind in row["flags"]]
    tags = [(tag, "blue", ":material/label:") for tag in row["tags"]]
    strategy = "one class session" if row.strategy == "one_session" else "two class sessions"
    return [*status, *flags, *tags, (strategy, "gray", None)]
