"""Where is the key of a name? Looked up each time, kept nowhere."""

import os

import streamlit as st


def find_key(name: str) -> str:
    """Give the key from the environment, or else from .streamlit/secrets.toml; empty where it is in neither."""
    key = os.environ.get(name, "").strip()
    if not key and st.secrets.load_if_toml_exists():
        secret = st.secrets.get(name, "")
        key = secret.strip() if isinstance(secret, str) else ""  # a table of secrets is no key
    return key
