"""How is one pair shown, with the way back to its prompt and up to its field?"""

import streamlit as st

from glan_core.store.database import Cursor
from glan_core.store.pairs import lineage
from pages.shared.feedback import plain
from pages.shared.plan_view import show_messages
from pages.shared.regeneration_links import show_regenerations


def show_pair(cursor: Cursor, instruction_id: str, *, instruction: str, answer: str | None) -> None:
    """Show question and answer, what they were drawn from, and the exact prompts."""
    found = lineage(cursor, instruction_id)
    if found is None:
        st.caption("This pair is not in the database any more.")
        return
    st.caption(plain(" › ".join(found.path)))
    st.markdown(f"**{plain(instruction)}**")
    st.text(answer or "It has no answer yet.")
    show_regenerations(cursor, instruction_id, page="pages/explore/samples.py", name="pair")
    word = "Class session" if len(found.class_sessions) == 1 else "Class sessions"
    st.caption(plain(f"{word}: {'; '.join(found.class_sessions)}"))
    with st.container(horizontal=True, gap="xsmall"):
        for name in found.key_concepts:
            st.badge(plain(name), color="gray")
    with st.expander(plain(f"Prompt of the question, sent to {found.models[0]}")):
        show_messages(found.instruction_messages)
    if found.answer_messages:
        with st.expander(plain(f"Prompt of the answer, sent to {found.models[-1]}")):
            show_messages(found.answer_messages)
