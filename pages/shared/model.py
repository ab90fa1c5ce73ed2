"""Which model is in use, and does it answer?"""

import streamlit as st

from glan_core.errors import GlanError
from glan_core.model_choice import ModelChoice, check_endpoint
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
            _seconds_to_answer.clear()
    with st.skeleton(height=96):
        try:
            choice = open_model()
            seconds = _seconds_to_answer(choice.endpoint_name, choice.endpoint.label, choice.model)
        except GlanError as error:
            show_error(error)
            return
    _show_choice(choice, seconds)


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


@st.cache_data(ttl=60, show_spinner=False)
def _seconds_to_answer(name: str, endpoint: str, model: str) -> float:
    """Ask for one word, at most once a minute; raises EndpointError. The arguments tell choices apart."""
    return check_endpoint(open_model())
