"""Where are the calls of a run made, and what follows from it?"""

import streamlit as st

from glan_core.engines.engine import LOCAL, EngineChoice
from glan_core.model_choice import ModelChoice
from pages.shared import state

BATCH = EngineChoice("batch")
_NAMES = {"local": "Now, one by one", "batch": "By the provider's batch service"}
_CONSEQUENCE = (
    "Half the price. Questions may take up to 24 hours, and then their answers as long again. You can close the app "
    "meanwhile: *Go on* on the page of the run fetches what is there."
)


def choose_engine(model: ModelChoice) -> EngineChoice:
    """Let the visitor choose where calls are made, where there is a choice, and say what follows."""
    if model.endpoint.is_built_in or model.endpoint.other_addresses:
        return LOCAL
    chosen = st.radio(
        "Calls are made",
        list(_NAMES),
        format_func=_NAMES.__getitem__,
        horizontal=True,
        key=state.ENGINE,
        help="A batch service takes up to 50,000 calls at once and works on them when it has time. Not every provider "
        "has one; the run says so before anything is paid for.",
    )
    if chosen != "batch":
        return LOCAL
    st.caption(_CONSEQUENCE)
    return BATCH
