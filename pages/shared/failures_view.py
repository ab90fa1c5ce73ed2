"""What did a run give up on, and which of its calls brought nothing?"""

from collections import Counter

import pandas as pd
import streamlit as st

from glan_core.entities import Failure
from pages.shared.feedback import plain
from pages.shared.formats import count, shortened
from pages.shared.stage_words import STAGE_WORDS

_MOST_LETTERS = 300  # of what an endpoint said; some send a page
_KIND_WORDS = {
    "connection": "the endpoint could not be reached",
    "empty": "the reply was empty",
    "no_choices": "the endpoint sent no reply along",
    "nothing_new": "the reply named nothing new",
    "out_of_range": "a score was not from 1 to 10",
    "removed": "they were removed meanwhile",
    "timeout": "no reply came in time",
    "truncated": "the reply was cut off",
    "unreadable": "the endpoint sent something that is no reply",
    "wrong_shape": "the reply did not have the form that was asked for",
}


def show_failures(failures: tuple[Failure, ...], *, has_examples: bool = True) -> None:
    """List reasons by stage and kind, the most frequent first, with `has_examples` also what was said in one case."""
    examples = {(failure.stage, failure.error_kind): failure.message for failure in failures}
    for (stage, kind), number in Counter((failure.stage, failure.error_kind) for failure in failures).most_common():
        st.markdown(f"**{count(number)} of the {STAGE_WORDS[stage]}**: {plain(reason(kind))}")
        if has_examples:
            st.caption(plain(shortened(examples[stage, kind], _MOST_LETTERS)))


def show_call_errors(errors: pd.DataFrame) -> None:
    """List the calls that brought nothing, by stage and kind; most were made up for by a further one."""
    with st.expander("Calls that brought nothing"):
        st.caption("A reply that cannot be used is asked for again, a few times at most, before an item is given up.")
        for kind in errors.itertuples():
            stage = stage_words(kind.stage)
            what = f"{kind.calls} for {stage}: {reason(kind.error_kind)}"
            st.text(f"{what}. {shortened(kind.example, _MOST_LETTERS)}")


def reason(kind: str) -> str:
    """Say in words what an error kind means."""
    if kind.startswith("http_"):
        return f"the endpoint answered with status {kind.removeprefix('http_')}"
    return _KIND_WORDS.get(kind, kind or "nobody said why")


def stage_words(stage: str) -> str:
    """Name a stage, or the trial of what an endpoint can be held to, which belongs to none."""
    return STAGE_WORDS.get(stage, "finding out which form of list the endpoint can be held to")
