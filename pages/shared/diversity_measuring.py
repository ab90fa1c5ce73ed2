"""How is diversity measured for all pages of this server, and how far is it?"""

from collections.abc import Sequence

import streamlit as st

from glan_core.diversity import READING, Asked
from glan_core.evaluator import Evaluator
from pages.shared.diversity_sets import set_words
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count, shortened
from pages.shared.keys import find_key
from pages.shared.workspace import open_workspace

_LONGEST = 40
_STEP_WORDS = {
    READING: "Reading rows",
    "nearest": "Comparing every row with every other one",
    "meaning": "Counting meanings",
    "words": "Counting words",
    "growth": "Drawing how it grows",
    "halves": "Measuring halves, for how far chance moves the numbers",
}


@st.cache_resource(show_spinner=False)
def open_evaluator() -> Evaluator:
    """Give the one that measures in the background, the same for all pages of this server."""
    workspace = open_workspace()
    return Evaluator(workspace.database, workspace.worker.compute, find_key=find_key)


def show_measure_button(
    evaluator: Evaluator, asked: Sequence[Asked], *, label: str = "Measure", key: str = "diversity-measure"
) -> None:
    """Offer to measure what is asked for; nothing can be pressed while something is measured."""
    st.button(
        label,
        on_click=_start,
        args=(evaluator, tuple(asked)),
        type="primary",
        icon=":material/straighten:",
        key=key,
        disabled=evaluator.is_running,
        help="Works in the background: some seconds for 10,000 rows that are read, and four times as long where it "
        "is told how far chance moves the numbers. Nothing but the numbers is kept.",
    )


def show_measuring(evaluator: Evaluator, asked: Asked) -> None:
    """Say why the last measurement of this ended early, or how far one is; the page is drawn anew at its end."""
    is_of_this = any(each.rows == asked.rows for each in evaluator.asked)
    if evaluator.error is not None and is_of_this:
        show_error(evaluator.error)
    if evaluator.is_running:
        if not is_of_this:
            st.caption("Other rows are being measured. These can be measured after them.")
        _watch(evaluator)


def _start(evaluator: Evaluator, asked: Sequence[Asked]) -> None:
    evaluator.start(asked)


@st.fragment(run_every=1.0)
def _watch(evaluator: Evaluator) -> None:
    if not evaluator.is_running:
        st.rerun()
    done, total = evaluator.done, evaluator.total
    words = _STEP_WORDS.get(evaluator.step, "Getting ready")
    if evaluator.is_stopping:
        words = "Stopping after the texts under way"
    elif evaluator.step == READING and total:
        words = f"{words}: {count(done)} of {count(total)}"
    if len(evaluator.asked) > 1:
        workspace = open_workspace()
        measured = set_words(workspace, workspace.cursor(), evaluator.asked[evaluator.place].rows)
        words = f"{plain(shortened(measured, _LONGEST))}: {words[:1].lower()}{words[1:]}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(done / total, 1.0) if total else 0.0, text=f"{words} ...", width="stretch")
        if evaluator.can_stop:
            st.button(
                "Stop",
                icon=":material/stop:",
                key="diversity-stop",
                disabled=evaluator.is_stopping,
                on_click=evaluator.stop,
                help="Ends after the texts under way. What was read is kept.",
            )
