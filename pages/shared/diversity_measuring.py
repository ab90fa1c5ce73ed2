"""How is diversity measured for all pages of this server, and how far is it?"""

from collections.abc import Sequence

import streamlit as st

from glan_core.diversity import Asked
from glan_core.evaluator import Evaluator
from glan_core.insight.headline import STEPS
from pages.shared.feedback import show_error
from pages.shared.workspace import open_workspace

_STEP_WORDS = {
    "nearest": "Comparing every pair with every other one",
    "meaning": "Counting meanings",
    "words": "Counting words",
    "growth": "Drawing how it grows",
}


@st.cache_resource(show_spinner=False)
def open_evaluator() -> Evaluator:
    """Give the one that measures in the background, the same for all pages of this server."""
    workspace = open_workspace()
    return Evaluator(workspace.database, workspace.worker.compute)


def show_measure_button(evaluator: Evaluator, asked: Asked, *, is_again: bool) -> None:
    """Offer to measure; nothing can be pressed while something is measured."""
    st.button(
        "Measure again" if is_again else "Measure",
        on_click=_start,
        args=(evaluator, [asked]),
        type="primary",
        icon=":material/straighten:",
        key="diversity-measure",
        disabled=evaluator.is_running,
        help="Works in the background, a few seconds for 10,000 pairs. Pairs stay as they are.",
    )


def show_measuring(evaluator: Evaluator, asked: Asked) -> None:
    """Say why the last measurement of this ended early, or how far one is; the page is drawn anew at its end."""
    if evaluator.error is not None and asked in evaluator.asked:
        show_error(evaluator.error)
    if evaluator.is_running:
        if asked not in evaluator.asked:
            st.caption("Other pairs are being measured. These can be measured after them.")
        _watch(evaluator)


def _start(evaluator: Evaluator, asked: Sequence[Asked]) -> None:
    evaluator.start(asked)


@st.fragment(run_every=1.0)
def _watch(evaluator: Evaluator) -> None:
    if not evaluator.is_running:
        st.rerun()
    done, total = evaluator.done, evaluator.total
    step = _STEP_WORDS[STEPS[done % len(STEPS)]] if total else "Getting ready"
    st.progress(min(done / total, 1.0) if total else 0.0, text=f"{step} ...")
