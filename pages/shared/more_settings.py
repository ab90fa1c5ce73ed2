"""What can be set for a run besides where and how many: the numbers that most visitors leave alone?"""

from typing import NamedTuple

import streamlit as st

from glan_core.generation_settings import Limits
from glan_core.languages import LANGUAGE_NAMES
from glan_core.model_choice import ModelChoice
from pages.shared import state


class MoreSettings(NamedTuple):
    """What was chosen."""

    preset: str
    strategy_mix: float
    """0 to 1."""
    language: str
    """Two letters of ISO 639-1."""
    concurrency: int


def show_more_settings(model: ModelChoice) -> MoreSettings:
    """Show the settings, folded away, and give what was chosen; limits are those of `chosen_limits`."""
    with st.expander("More settings"):
        preset = st.segmented_control(
            "Preset",
            ["paper", "quick"],
            default=model.preset,
            required=True,
            help="paper: the numbers of the GLAN paper. quick: short prompts and replies for a very small model.",
        )
        percent = st.slider(
            "Questions over two class sessions",
            0,
            100,
            50,
            format="%d %%",
            help="The rest are over one class session. The paper does not report its mix.",
        )
        language = st.selectbox(
            "Language of questions and answers",
            sorted(LANGUAGE_NAMES, key=LANGUAGE_NAMES.__getitem__),
            index=sorted(LANGUAGE_NAMES, key=LANGUAGE_NAMES.__getitem__).index(model.language),
            format_func=LANGUAGE_NAMES.__getitem__,
            key=state.LANGUAGE,
            help="The curriculum stays as it is. A pair that turns out to be in another language is flagged.",
        )
        concurrency = st.number_input(
            "Calls at once, at most",
            1,
            256,
            model.concurrency,
            key=state.CONCURRENCY,
            help="Fewer are sent while the endpoint refuses some for load.",
        )
        first, second = st.columns(2)
        first.number_input(
            "Stop at (US dollars)",
            min_value=0.01,
            value=None,
            step=1.0,
            placeholder="No limit",
            key=state.STOP_AT_DOLLARS,
            help="What the run may spend in all, however often you go on with it.",
        )
        second.number_input(
            "Stop after (minutes)",
            min_value=1,
            value=None,
            placeholder="No limit",
            key=state.STOP_AFTER_MINUTES,
            help="Counted from its start. You can go on with it later.",
        )
    return MoreSettings(preset, percent / 100, language, int(concurrency))


def chosen_limits() -> Limits:
    """Give the limits that the visitor has set."""
    minutes = st.session_state.get(state.STOP_AFTER_MINUTES)
    return Limits(
        dollars=st.session_state.get(state.STOP_AT_DOLLARS), seconds=None if minutes is None else minutes * 60
    )
