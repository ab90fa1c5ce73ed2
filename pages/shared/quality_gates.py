"""Which gates are there, what would each leave out, and which are kept together under a name?"""

from datetime import UTC, datetime
from typing import NamedTuple

import pandas as pd
import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.gates import (
    count_left_out,
    gate_sets,
    gated,
    keep_gate_set,
)
from glan_core.store.database import Cursor
from glan_core.store.gate_sets import LONGEST_NAME, remove_gate_set
from glan_core.store.judgements import judged_version
from glan_core.store.pairs import count_pairs
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.formats import ago, count
from pages.shared.gate_fields import choose_gates
from pages.shared.gate_words import gate_words, reason_words
from pages.shared.page_button import page_button
from pages.shared.workspace import Workspace


def show_gates(workspace: Workspace) -> None:
    """Let gates be chosen, count what they leave out, and save them under a name."""
    cursor = workspace.cursor()
    st.caption(
        "Gates say which pairs an export leaves out. Save a set under a name, and Export offers it under *Leave out*."
    )
    sets = gate_sets(cursor)
    listed = (*sets.shipped, *sets.saved)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Begin with", [each.name for each in listed], width=280, key="gates-begin")
        begun = next(each for each in listed if each.name == name)
        if begun.saved_at is not None:
            st.caption(f"Saved {ago(begun.saved_at)}.", width="content")
            st.button(
                "Remove it",
                icon=":material/close:",
                type="tertiary",
                key="gates-remove",
                on_click=remove_gate_set,
                args=(cursor, begun.name),
            )
    gates = choose_gates(f"{state.GATES_CHOSEN}-{begun.name}-{begun.saved_at}", begun=begun.gates)
    _show_counts(workspace, cursor, gates)
    _show_save(cursor, gates)


class _Counted(NamedTuple):
    """What gates do."""

    passing: int
    left_out: dict[str, int]
    """By the first reason."""
    by_itself: dict[str, int]
    """By gate, how many it would leave out alone."""


@st.cache_data(max_entries=32, show_spinner="Counting pairs")
def _counted(path: str, version: str, gates: tuple[str, ...], _cursor: Cursor) -> _Counted:
    """Count the answered pairs that pass some gates, and those that do not by reason; once for each state."""
    del path, version
    passing = count_pairs(_cursor, gated(Filter(), gates))
    answered = count_pairs(_cursor, gated(Filter(), ()))
    by_itself = {gate: answered - count_pairs(_cursor, gated(Filter(), [gate])) for gate in gates}
    return _Counted(passing, count_left_out(_cursor, Filter(), gates), by_itself)


def _show_counts(workspace: Workspace, cursor: Cursor, gates: tuple[str, ...]) -> None:
    left, left_out, by_itself = _counted(str(workspace.database.path), judged_version(cursor), gates, cursor)
    reasons = [*(reason for reason in left_out if reason not in by_itself), *by_itself]
    with st.grid(2, min_column_width=150, gap="small"):
        st.metric("Pairs that pass", count(left), border=True, help="Of all answered pairs.")
        st.metric("Left out", count(sum(left_out.values())), border=True)
    if not left and set(left_out) == {"demo"}:
        st.info("All are demo pairs: switch that gate off to see what the others do.", icon=":material/lightbulb:")
    if left_out:
        st.dataframe(
            pd.DataFrame(
                {
                    "Left out for": [
                        gate_words(reason) if reason in by_itself else reason_words(reason).capitalize()
                        for reason in reasons
                    ],
                    "Pairs": [left_out.get(reason, 0) for reason in reasons],
                    "By itself": [by_itself.get(reason, left_out.get(reason)) for reason in reasons],
                }
            ),
            hide_index=True,
            column_config={
                "Pairs": st.column_config.NumberColumn(
                    format="localized", help="Each pair is counted for its first reason."
                ),
                "By itself": st.column_config.NumberColumn(
                    format="localized", help="How many this gate would leave out if it were the only one."
                ),
            },
            height="content",
            width="content",
            alt="How many pairs are left out for which reason.",
        )
        if len(left_out) > 1:
            st.caption("A pair with several reasons is counted for the first of them.")


def _show_save(cursor: Cursor, gates: tuple[str, ...]) -> None:
    if news := st.session_state.pop(state.GATES_NEWS, None):
        if isinstance(news, str):
            st.success(plain(news), icon=":material/check:")
            page_button("Export with them", "pages/curate/export.py", key="gates-export", type="tertiary")
        else:
            show_error(news)
    with st.form("gates-save", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Name", key=state.GATE_NAME, max_chars=LONGEST_NAME, placeholder="for training", width=280)
        st.form_submit_button("Save gates", icon=":material/save:", on_click=_save, args=(cursor, gates))


def _save(cursor: Cursor, gates: tuple[str, ...]) -> None:
    name = str(st.session_state.get(state.GATE_NAME, ""))
    try:
        keep_gate_set(cursor, name, gates, at=datetime.now(UTC))
    except GlanError as error:
        st.session_state[state.GATES_NEWS] = error
        return
    # The name stays in its box: Enter saves, and whoever presses the button as well saves the same once more.
    st.session_state[state.GATES_NEWS] = f"Saved as {' '.join(name.split())}."
