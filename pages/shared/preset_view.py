"""From which preset does a run start, and how are settings saved as one?"""

from datetime import UTC, datetime

import streamlit as st

from glan_core.errors import SettingsError, StoreError
from glan_core.generation_settings import GenerationSettings
from glan_core.model_choice import ModelChoice
from glan_core.presets import LONGEST_NAME, PRESETS, checked_name, to_be_saved
from glan_core.store.database import Cursor
from glan_core.store.saved_presets import (
    SavedPreset,
    find_saved_preset,
    list_saved_preset_names,
    remove_saved_preset,
    save_preset,
)
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.workspace import Workspace


def choose_preset(cursor: Cursor, model: ModelChoice) -> str:
    """Let the visitor choose a shipped or a saved preset, the one that fits the model to begin with."""
    names = (*PRESETS, *list_saved_preset_names(cursor))
    if state.NEXT_PRESET in st.session_state:
        st.session_state[state.PRESET] = st.session_state.pop(state.NEXT_PRESET)
    if st.session_state.get(state.PRESET) not in names:
        st.session_state[state.PRESET] = model.preset
    chosen: str = st.selectbox(
        "Preset",
        names,
        key=state.PRESET,
        help="paper: the numbers of the GLAN paper. quick: short prompts and replies for a very small model. "
        "Others are those that were saved here.",
    )
    return chosen


def offer_saving(workspace: Workspace, settings: GenerationSettings, *, chosen: str, model: ModelChoice) -> None:
    """Offer to save settings under a name."""
    with st.popover("Save as preset", icon=":material/bookmark_add:"):
        name = st.text_input(
            "Name",
            "" if chosen in PRESETS else chosen,
            max_chars=LONGEST_NAME,
            key=f"preset-name-{chosen}",
            help="A stage that uses the model of the endpoint goes on to do so when that is another one.",
        )
        st.caption(
            "Saves the numbers of every stage, the mix of questions and the language. "
            "Calls at once and where to stop are not saved."
        )
        is_saved = _show_standing(workspace, settings, name, model)
        if st.button("Save preset", type="primary", key="save-preset", disabled=is_saved):
            _save(workspace, settings, name, model)


def offer_removal(workspace: Workspace, chosen: str) -> None:
    """Offer to remove the chosen preset; a shipped one stays."""
    if chosen in PRESETS:
        return
    with st.popover("Remove preset", icon=":material/delete:"):
        st.caption("Runs that were made with it keep their settings.")
        if st.button(f"Remove {plain(chosen)}", key="remove-preset"):
            with workspace.database.writing:
                remove_saved_preset(workspace.database.cursor(), chosen)
            st.session_state.pop(state.PRESET, None)
            st.rerun()


def _show_standing(workspace: Workspace, settings: GenerationSettings, name: str, model: ModelChoice) -> bool:
    """Say whether there is a preset of this name, and give whether it is just what would be saved."""
    cursor, given = workspace.database.cursor(), " ".join(name.split())
    if given not in list_saved_preset_names(cursor):
        return False
    now = to_be_saved(settings, name=given, model=model.model, answer_model=model.answer_model)
    try:
        saved = find_saved_preset(cursor, given)
    except StoreError:
        saved = None  # it cannot be read any more; saving mends that
    if saved is not None and saved.settings == now:
        st.success(f"Saved as {plain(given)}.", icon=":material/check:")
        return True
    st.caption("There is a preset of this name. Saving replaces it.")
    return False


def _save(workspace: Workspace, settings: GenerationSettings, name: str, model: ModelChoice) -> None:
    try:
        name = checked_name(name)
    except SettingsError as error:
        show_error(error)
        return
    saved = to_be_saved(settings, name=name, model=model.model, answer_model=model.answer_model)
    with workspace.database.writing:
        save_preset(workspace.database.cursor(), SavedPreset(name, saved, datetime.now(UTC)))
    st.session_state[state.NEXT_PRESET] = name
    st.rerun()
