"""Where are the calls of a run made, in which words is that said, and what follows from it?"""

import streamlit as st

from glan_core.engines.engine import LOCAL, EngineChoice, EngineName
from glan_core.model_choice import ModelChoice

BATCH = EngineChoice("batch")
ENGINE_WORDS: dict[EngineName, str] = {
    "local": "directly",
    "ray": "by a Ray cluster",
    "batch": "by the provider's batch service",
}
"""How calls are made, in a sentence."""
_OFFERED: tuple[EngineName, ...] = ("local", "batch")
_CONSEQUENCE = (
    "Half the price. Each stage may take up to 24 hours, and begins when the one before it is done. You can close the "
    "app meanwhile: *Go on* on the page of the run fetches what is there."
)


def has_choice(model: ModelChoice) -> bool:
    """Say whether the endpoint may have a batch service."""
    return not model.endpoint.is_built_in and not model.endpoint.other_addresses


def choose_engine(model: ModelChoice, *, key: str, first: EngineChoice = LOCAL) -> EngineChoice:
    """Let the visitor choose where calls are made, where there is a choice, and say what follows.

    `first` is what is chosen until the visitor says otherwise.
    """
    if not has_choice(model):
        return LOCAL
    chosen = st.radio(
        "Calls are made",
        _OFFERED,
        index=_OFFERED.index(first.name),
        format_func=lambda name: ENGINE_WORDS[name].capitalize(),
        horizontal=True,
        key=key,
        help="A batch service takes up to 50,000 calls at once and works on them when it has time. Not every provider "
        "has one; the run says so before anything is paid for.",
    )
    if chosen != BATCH.name:
        return LOCAL
    st.caption(_CONSEQUENCE)
    return BATCH


def engine_words(name: str) -> str:
    """Give how the calls of a run were made, by the name of its engine; one that is not known is named."""
    return next((words for engine, words in ENGINE_WORDS.items() if engine == name), f"by the {name} engine")
