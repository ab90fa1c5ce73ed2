"""How are the texts of a pair edited while it is reviewed?"""

import pandas as pd
import streamlit as st

from glan_core.reviewing import LONGEST_COMMENT, Decision, SeenText
from pages.shared.review_moves import Stand, decide_on, edit

_ROW_CHARACTERS, _ROW_PIXELS, _LEAST_PIXELS, _MOST_PIXELS = 80, 24, 100, 420


def show_edit(stand: Stand, row: pd.Series) -> None:
    """Show question and answer to be changed; the original is kept, and an edited pair counts as accepted."""
    key, number = str(row.instruction_id), int(row.number)
    answer = row.answer if isinstance(row.answer, str) else None
    with st.form(f"review-edit-{key}"):
        st.text_area(
            "Question", row.instruction, key=f"edit-question-{key}", height=_height(row.instruction),
        )  # fmt: skip
        if answer is not None:
            st.text_area("Answer", answer, key=f"edit-answer-{key}", height=_height(answer))
        st.text_input("Comment", key=f"edit-comment-{key}", max_chars=LONGEST_COMMENT, placeholder="May stay empty")
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.form_submit_button(
                "Save and accept",
                key="review-save",
                type="primary",
                icon=":material/check:",
                on_click=_save,
                args=(stand, key, number, SeenText(str(row.instruction), answer)),
            )
            st.form_submit_button("Leave it as it is", key="review-leave", shortcut="Esc", on_click=edit, args=(None,))
        st.caption("Ctrl+Enter saves while you type. The text as the model wrote it is kept, and *Undo* puts it back.")


def _save(stand: Stand, key: str, number: int, seen: SeenText) -> None:
    """Keep what was changed; a text that was not is left to whoever changes it meanwhile."""
    question = st.session_state[f"edit-question-{key}"]
    answer = None if seen.answer is None else st.session_state[f"edit-answer-{key}"]
    decision = Decision(
        key,
        stand.reviewer,
        "edited",
        comment=st.session_state[f"edit-comment-{key}"],
        instruction=None if question == seen.instruction else question,
        answer=None if answer == seen.answer else answer,
        seen=seen,
    )
    decide_on(stand, decision, number)


def _height(text: str) -> int:
    lines = sum(1 + len(line) // _ROW_CHARACTERS for line in text.split("\n"))
    return min(max(_ROW_PIXELS * (lines + 1), _LEAST_PIXELS), _MOST_PIXELS)
