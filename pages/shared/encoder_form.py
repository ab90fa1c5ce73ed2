"""What does a person write about an encoder: where its model is, and what it is called?"""

from collections.abc import Sequence

import streamlit as st

from glan_core.embedder import Embedder
from glan_core.encoder_choice import LONGEST_NAME
from glan_core.encoders import Content, Encoder, EncoderKind
from pages.shared.keys import find_key

_KINDS: dict[EncoderKind, str] = {"folder": "Folder", "name": "Hub", "endpoint": "Endpoint"}
_MODEL_FIELDS: dict[EncoderKind, tuple[str, str]] = {
    "folder": ("Folder", "Of a sentence-transformers model, on the machine that the app runs on."),
    "name": (
        "Model on the hub",
        "As the hub of sentence-transformers models lists it, such as sentence-transformers/all-mpnet-base-v2. It is "
        "downloaded in the background.",
    ),
    "endpoint": ("Model", "As the endpoint lists it."),
}


def show_new_encoder(embedder: Embedder, there: Sequence[Encoder], content: Content) -> None:
    """Show the form for another encoder, which is tried in the background; one that works is kept and used."""
    kind = st.segmented_control(
        "Where is it?", list(_KINDS), default="folder", required=True, format_func=lambda each: _KINDS[each]
    )
    label, hint = _MODEL_FIELDS[kind]
    model = st.text_input(label, key=f"encoder-model-{kind}", help=hint)
    base_url = key_name = ""
    if kind == "endpoint":
        base_url = st.text_input(
            "Address",
            key="encoder-address",
            placeholder="http://localhost:8000/v1",
            help="Of an OpenAI-compatible server, usually ending in /v1. Without a key in it.",
        )
        key_name = st.text_input(
            "Name of the key",
            key="encoder-key-name",
            placeholder="none: calls go without a key",
            help="Not the key itself, but the name of the environment variable or of the entry in "
            ".streamlit/secrets.toml that holds it, such as OPENAI_API_KEY.",
        )
    name = st.text_input(
        "What to call it",
        key="encoder-name",
        max_chars=LONGEST_NAME,
        placeholder="that of the model",
        help=f"In the list already: {', '.join(each.encoder for each in there)}.",
    )
    if st.button("Add and use it", icon=":material/add:", disabled=embedder.is_running):
        embedder.add(
            content,
            kind=kind,
            model=model,
            name=name,
            base_url=base_url,
            key_name=key_name,
            key=find_key(key_name.strip()) if key_name.strip() else "",
        )
        st.rerun()
