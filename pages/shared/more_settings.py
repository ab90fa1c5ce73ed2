"""What can be set for a run besides where and how many: the numbers that most visitors leave alone?"""

import dataclasses
from typing import NamedTuple

import streamlit as st

from glan_core.errors import GlanError, StoreError
from glan_core.generation_settings import GenerationSettings, Limits
from glan_core.languages import LANGUAGE_NAMES
from glan_core.model_choice import ModelChoice
from glan_core.preset_choice import preset_settings
from glan_core.presets import PRESETS, differences
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.preset_view import choose_preset, offer_removal, offer_saving
from pages.shared.stage_table import difference_sentence, show_stage_table
from pages.shared.workspace import Workspace


class MoreSettings(NamedTuple):
    """What was chosen; limits are those of `chosen_limits`."""

    settings: GenerationSettings
    concurrency: int


def show_more_settings(workspace: Workspace, model: ModelChoice) -> MoreSettings:
    """Show the settings, folded away, and give what was chosen; ends the page where they cannot be used."""
    cursor = workspace.database.cursor()
    with st.expander("More settings"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = choose_preset(cursor, model)
            beside = st.container(horizontal=True, width="content")
        try:
            base = preset_settings(cursor, model, name)
        except StoreError as error:
            show_error(error)
            with beside:
                offer_removal(workspace, name)
            st.stop()
        settings = _show_values(base, name)
        concurrency = st.number_input(
            "Calls at once, at most",
            1,
            256,
            model.concurrency,
            key=state.CONCURRENCY,
            help="Fewer are sent while the endpoint refuses some for load.",
        )
        show_limits()
    try:
        settings = show_stage_table(settings, key=f"stages-{name}", base_url=model.endpoint.base_url)
    except GlanError as error:
        show_error(error)
        st.stop()
    with beside:
        offer_saving(workspace, settings, chosen=name, model=model)
        offer_removal(workspace, name)
    sentence = difference_sentence(differences(settings, base))
    if sentence:
        st.caption(plain(f"Not as in the preset {name}: {sentence}."))
    return MoreSettings(settings, int(concurrency))


def show_limits() -> None:
    """Show the fields of `chosen_limits`."""
    with st.grid(3, min_column_width=130, gap="small"):
        st.number_input(
            "Stop at (US dollars)",
            min_value=0.01,
            value=None,
            step=1.0,
            placeholder="No limit",
            key=state.STOP_AT_DOLLARS,
            help="What the run may spend in all, however often you go on with it.",
        )
        st.number_input(
            "Stop at (tokens)",
            min_value=1,
            value=None,
            step=100_000,
            placeholder="No limit",
            key=state.STOP_AT_TOKENS,
            help="Of prompts and replies together, in all, however often you go on with it.",
        )
        st.number_input(
            "Stop after (minutes)",
            min_value=1,
            value=None,
            placeholder="No limit",
            key=state.STOP_AFTER_MINUTES,
            help="Counted from its start. You can go on with it later.",
        )


def chosen_limits() -> Limits:
    """Give the limits that the visitor has set."""
    minutes = st.session_state.get(state.STOP_AFTER_MINUTES)
    return Limits(
        dollars=st.session_state.get(state.STOP_AT_DOLLARS),
        tokens=st.session_state.get(state.STOP_AT_TOKENS),
        seconds=None if minutes is None else minutes * 60,
    )


def _show_values(base: GenerationSettings, name: str) -> GenerationSettings:
    """Show what the whole run has, as it is in the preset; fields of a saved preset begin with its own values."""
    of_preset = "" if name in PRESETS else f"-{name}"
    percent = st.slider(
        "Questions over two class sessions",
        0,
        100,
        round(100 * base.strategy_mix),
        format="%d %%",
        key=f"strategy-mix{of_preset}",
        help="The rest are over one class session. The paper does not report its mix.",
    )
    codes = sorted(LANGUAGE_NAMES, key=LANGUAGE_NAMES.__getitem__)
    language = st.selectbox(
        "Language of questions and answers",
        codes,
        index=codes.index(base.language),
        format_func=LANGUAGE_NAMES.__getitem__,
        key=f"{state.LANGUAGE}{of_preset}",
        help="The curriculum stays as it is. A pair that turns out to be in another language is flagged.",
    )
    return dataclasses.replace(base, strategy_mix=percent / 100, language=language)
