"""What does a person write about an endpoint: its address, the name of its key, its models?"""

from collections.abc import Sequence
from typing import NamedTuple, Self

import streamlit as st

from glan_core.endpoints import LONGEST_NAME, MOST_CONCURRENCY, add_endpoint, key_standing, make_endpoint
from glan_core.errors import SettingsError
from glan_core.providers import PROVIDERS
from glan_core.saved_endpoint import SavedEndpoint
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.keys import find_key
from pages.shared.workspace import Workspace

NEW = "new"
"""In the place of an id: the form for another one."""


class News(NamedTuple):
    """What was changed, and which endpoint the page is to show."""

    sentence: str
    endpoint_id: str


class Fields(NamedTuple):
    """What was written."""

    addresses: tuple[str, ...]
    """As they were written, one a line."""
    key_name: str
    model: str
    answer_model: str
    concurrency: int

    def tidied(self) -> Self:
        """Give it as it would be kept."""
        addresses = tuple(address.strip().rstrip("/") for address in self.addresses if address.strip())
        return self._replace(addresses=addresses, key_name=self.key_name.strip())


def show_new_endpoint(workspace: Workspace) -> None:
    """Show the form for another endpoint, filled with what is usual for its kind of server."""
    st.subheader("Add an endpoint", anchor=False)
    provider = st.selectbox(
        "Kind of server", PROVIDERS, format_func=lambda each: each.name, help="Fills in what is usual for it."
    )
    st.caption(provider.note.replace("_", r"\_"))
    name = st.text_input(
        "Name", provider.name, max_chars=LONGEST_NAME, key=f"new-name-{provider.name}", help="What you call it."
    )
    begin = Fields((provider.base_url,), provider.key_name, "", "", provider.concurrency)
    fields = show_fields(begin, key=f"new-{provider.name}", models=())
    if st.button("Add", type="primary", icon=":material/add:"):
        endpoint = save(workspace, name, fields, replaces=False)
        if endpoint is not None:
            standing = key_standing(endpoint.key_name, find_key)
            st.session_state[state.ENDPOINT_NEWS] = News(
                f"Added {endpoint.name}. {standing.sentence}", endpoint.endpoint_id
            )
            st.rerun()


def show_fields(begin: Fields, *, key: str, models: Sequence[str]) -> Fields:
    """Show the fields of an endpoint, with these values to begin with and `models` to choose from."""
    addresses = st.text_area(
        "Address",
        "\n".join(begin.addresses),
        key=f"{key}-address",
        height="content",
        placeholder="http://localhost:8000/v1",
        help="Of an OpenAI-compatible server, usually ending in /v1. Without a key in it. Where several servers have "
        "the same model and take the same key, one address a line: calls are shared among them.",
    )
    key_name = st.text_input(
        "Name of the key",
        begin.key_name,
        key=f"{key}-key-name",
        placeholder="none: calls go without a key",
        help="Not the key itself, but the name of the environment variable or of the entry in .streamlit/secrets.toml "
        "that holds it, such as OPENAI_API_KEY.",
    )
    options = ["", *sorted({*models, begin.model, begin.answer_model} - {""})]
    first, second = st.columns(2)
    with first:
        model = _choose_model("Model", options, begin.model, empty="The only one there", key=f"{key}-model")
    with second:
        answer = _choose_model(
            "Model for the answers", options, begin.answer_model, empty="The same", key=f"{key}-answer-model"
        )
    concurrency = st.number_input(
        "Calls at once, at most",
        1,
        MOST_CONCURRENCY,
        begin.concurrency,
        key=f"{key}-concurrency",
        help="Fewer are sent while the endpoint refuses some for load.",
    )
    return Fields(tuple(addresses.splitlines()), key_name, model, answer, int(concurrency))


def save(workspace: Workspace, name: str, fields: Fields, *, replaces: bool) -> SavedEndpoint | None:
    """Keep an endpoint as it was written; where that cannot be, say why and give None."""
    try:
        endpoint = make_endpoint(name=name, **fields._asdict(), find_key=find_key)
        add_endpoint(workspace.database, endpoint, replaces=replaces)
    except SettingsError as error:
        show_error(error)
        return None
    return endpoint


def show_key(key_name: str, *, crosses_network: bool) -> None:
    """Say whether the named key is there, and never any part of it."""
    standing = key_standing(key_name, find_key)
    if standing.is_set:
        st.caption(f":material/key: {plain(standing.sentence)}")
    else:
        st.warning(
            plain(f"{key_name} is not set: start the app with it, or put it into .streamlit/secrets.toml."),
            icon=":material/key_off:",
        )
    if crosses_network:
        st.warning(
            "The address begins with http:// and is not on this machine: the key crosses the network unencrypted.",
            icon=":material/lock_open:",
        )


def _choose_model(label: str, options: Sequence[str], begin: str, *, empty: str, key: str) -> str:
    chosen = st.selectbox(
        label,
        options,
        index=options.index(begin),
        format_func=lambda name: name or empty,
        accept_new_options=True,
        key=key,
        help="Type its name, or choose one once the endpoint is added and List models was pressed.",
    )
    return str(chosen or "").strip()
