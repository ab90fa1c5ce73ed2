"""How is somebody led on: a sentence at the left, one button at the right?"""

from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from pages.shared.page_button import page_button


class Step(NamedTuple):
    """Something to do next."""

    sentence: str
    """Markdown, short enough for one line on a wide screen."""
    label: str
    page: str
    is_done: bool = False


def show_steps(steps: Sequence[Step], *, key: str) -> None:
    """List steps in order; done ones are marked, and the first open one has the main button."""
    open_steps = [step for step in steps if not step.is_done]
    for place, step in enumerate(steps):
        is_next = bool(open_steps) and step is open_steps[0]
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            mark = ":green[:material/check_circle:]" if step.is_done else ":gray[:material/radio_button_unchecked:]"
            sentence = f":gray[{step.sentence}]" if step.is_done else step.sentence
            st.markdown(f"{mark}&ensp;{sentence}", width="stretch")
            kind = "primary" if is_next else "secondary"
            page_button(step.label, step.page, key=f"{key}-{place}", type=kind, width=140)
