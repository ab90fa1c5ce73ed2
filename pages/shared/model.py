"""Which model is in use, and does it answer?"""

from collections.abc import Sequence

import streamlit as st

from glan_core.errors import GlanError
from glan_core.model_choice import AddressCheck, ModelChoice, check_addresses_of, seconds_of
from pages.shared.feedback import as_code, plain, show_error
from pages.shared.formats import duration
from pages.shared.workspace import open_model

_OWN_MODEL = """\
Add it on the Endpoints page: OpenAI, Azure, vLLM, llama.cpp, Ollama, LM Studio or any other OpenAI-compatible server.
Or set these before the app starts:
"""
_ENDPOINTS = "pages/generate/endpoints.py"
_OWN_MODEL_EXAMPLE = """\
export OPENAI_BASE_URL=http://localhost:11434/v1
export OPENAI_API_KEY=...
export GLAN_MODEL=llama3.3"""


@st.fragment
def show_model() -> None:
    """Say which model answers and how fast, or what keeps it from answering; takes seconds the first time."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Model", anchor=False, width="stretch")
        if st.button("Check again", type="tertiary", icon=":material/refresh:"):
            _checks.clear()
    with st.skeleton(height=96):
        try:
            choice = open_model()
            checks = _checks(choice.endpoint_name, choice.endpoint.identity, choice.model)
            seconds = seconds_of(checks)
        except GlanError as error:
            show_error(error)
            return
    _show_choice(choice, seconds)
    _show_silent(checks)


def _show_choice(choice: ModelChoice, seconds: float) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"**{plain(choice.model)}**", width="content")
        st.badge("answers", icon=":material/check:", color="green", help=f"One word took {duration(seconds)}.")
    if choice.endpoint.is_built_in:
        st.markdown(
            "Built in, with 135 million parameters: good for learning this tool, **not for making data**.",
        )
        with st.popover("Use your own model", icon=":material/key:"):
            st.page_link(_ENDPOINTS, label="Endpoints", icon=":material/dns:")
            st.markdown(_OWN_MODEL)
            st.code(_OWN_MODEL_EXAMPLE, language="bash")
            st.markdown("`GLAN_MODEL` may be left out where the endpoint offers exactly one model.")
    else:
        name = f"{plain(choice.endpoint_name)}, " if choice.endpoint_name else ""
        st.caption(f"At {name}{as_code(choice.endpoint.label)}")
        if choice.answer_model != choice.model:
            st.caption(plain(f"Answers by {choice.answer_model}"))


def _show_silent(checks: Sequence[AddressCheck]) -> None:
    """Say which of several addresses do not answer, as runs go on without them."""
    errors = [check.error for check in checks if check.error is not None]
    if errors:
        told = " ".join(f"{error.message} {error.hint}" for error in errors)
        st.warning(
            plain(f"{len(checks) - len(errors)} of {len(checks)} addresses answer. {told}"), icon=":material/dns:"
        )


@st.cache_data(ttl=60, show_spinner=False)
def _checks(name: str, endpoint: str, model: str) -> tuple[AddressCheck, ...]:
    """Ask for one word, at most once a minute. The arguments tell choices apart."""
    return check_addresses_of(open_model())
