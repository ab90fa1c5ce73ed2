"""What are verdicts and reasons of reviews called, and how is a change of a text shown?"""

import streamlit as st

from glan_core.store.reviews import Review
from glan_core.text_changes import text_changes
from pages.shared.feedback import plain
from pages.shared.formats import ago

REASON_WORDS = {
    "wrong_answer": "Wrong answer",
    "incomplete": "Incomplete",
    "unclear": "Unclear",
    "off_topic": "Off topic",
    "too_easy": "Too easy",
    "formatting": "Formatting",
}
VERDICT_WORDS = {"accepted": "Accepted", "rejected": "Rejected", "edited": "Edited", "undone": "Taken back"}
VERDICT_COLOURS = {"accepted": "green", "rejected": "red", "edited": "blue", "undone": "gray"}
_MARKS = {"removed": ":red-background[~~{}~~]", "added": ":green-background[{}]", "kept": "{}"}
_KEPT_CHARACTERS = 160


def show_review(review: Review) -> None:
    """Show who said what, when and why."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.badge(VERDICT_WORDS[review.verdict], color=VERDICT_COLOURS[review.verdict])  # type: ignore[arg-type]
        st.markdown(f"**{plain(review.reviewer)}**", width="content")
        st.badge(ago(review.reviewed_at), color="gray", help=f"{review.reviewed_at:%d %B %Y, %H:%M %Z}")
        for reason in review.reasons:
            st.badge(REASON_WORDS.get(reason, reason.replace("_", " ")), color="gray")
    if review.comment:
        st.text(review.comment)


def show_changes(label: str, before: str, after: str) -> None:
    """Show what was taken out of a text and put in; nothing where both are the same."""
    if before == after:
        return
    st.caption(label)
    pieces = []
    for change in text_changes(before, after):
        text = _shortened(change.text) if change.kind == "kept" else change.text
        pieces.append("  \n".join(_marked(change.kind, line) for line in text.split("\n")))
    st.markdown("".join(pieces))


def _marked(kind: str, line: str) -> str:
    """Give one line as it is, marked; the spaces at its ends stay outside, as Markdown takes no mark with them."""
    words = line.strip()
    if not words:
        return " " if line else ""
    start, end = " " if line[0].isspace() else "", " " if line[-1].isspace() else ""
    return f"{start}{_MARKS[kind].format(plain(words))}{end}"


def _shortened(text: str) -> str:
    """Leave out the middle of a long stretch that stayed as it was."""
    if len(text) <= 2 * _KEPT_CHARACTERS:
        return text
    return f"{text[:_KEPT_CHARACTERS]} … {text[-_KEPT_CHARACTERS:]}"
