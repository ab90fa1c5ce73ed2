"""Where do models answer, which endpoint is in use, and does it work?"""

import streamlit as st

from glan_core.endpoints import id_in_use, list_all_endpoints
from pages.shared import state
from pages.shared.endpoint_card import address_of, show_endpoint
from pages.shared.endpoint_form import NEW, show_new_endpoint
from pages.shared.feedback import plain
from pages.shared.workspace import open_workspace

GUIDE = """
A run sends its calls to the endpoint in use. Without a choice here that is the one that the environment names
(`OPENAI_BASE_URL`), and without that the built-in model. A choice holds for everybody who uses this app and after a
restart; commands go by the environment or `--endpoint`.

Where several servers have the same model and take the same key, write their addresses one a line. Calls go to the one
with the fewest under way; one that fails is left alone and tried again later, and the others go on. What each one did
stands in *Runs*, on the tab *Speed*.

A key is never typed in here and never kept: an endpoint has the name of an environment variable or of an entry in
`.streamlit/secrets.toml`.
"""

workspace = open_workspace()
cursor = workspace.cursor()

st.title("Endpoints", anchor=False)
st.caption("Where models answer. Choose one, see whether it works, and use it for the runs to come.")

if state.ENDPOINT_NEWS in st.session_state:
    news = st.session_state.pop(state.ENDPOINT_NEWS)
    st.session_state[state.ENDPOINT] = news.endpoint_id
    st.toast(plain(news.sentence), icon=":material/check:")

endpoints = {each.endpoint_id: each for each in list_all_endpoints(cursor, workspace.settings)}
used_id = id_in_use(cursor, workspace.settings)
ids = [*endpoints, NEW]
if st.session_state.get(state.ENDPOINT, used_id) not in ids:  # somebody else removed it
    del st.session_state[state.ENDPOINT]
st.session_state.setdefault(state.ENDPOINT, used_id)

left, right = st.columns([2, 3], gap="large")
with left:
    chosen_id = st.radio(
        "Endpoints",
        ids,
        format_func=lambda each: "Add another" if each == NEW else plain(endpoints[each].name),
        captions=[
            *(f"{'**In use.** ' if each == used_id else ''}{address_of(endpoints[each])}" for each in endpoints),
            "OpenAI, Azure, vLLM, llama.cpp, Ollama, LM Studio and others",
        ],
        key=state.ENDPOINT,
        label_visibility="collapsed",
    )
with right:
    if chosen_id == NEW:
        show_new_endpoint(workspace)
    else:
        show_endpoint(workspace, endpoints[chosen_id], is_in_use=chosen_id == used_id)
with st.container(border=True):
    st.markdown(GUIDE)
