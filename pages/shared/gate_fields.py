"""Which gates are chosen, one by one?"""

from collections.abc import Sequence

import streamlit as st

from glan_core.gates import GATES, HIGHEST_SCORE, LOWEST_SCORE, check_gates, judge_bound, judge_gate
from glan_core.quality.kinds import EXACT_DUPLICATE, FLAG_KINDS, NEAR_DUPLICATE
from pages.shared.gate_words import gate_words

_DUPLICATES = "duplicates"
"""Both kinds of duplicates in one word; here they are chosen each by itself, which does the same."""
_PAIRS = tuple(gate for gate in GATES if gate not in FLAG_KINDS and gate != _DUPLICATES)


def choose_gates(key: str, *, begun: Sequence[str]) -> tuple[str, ...]:
    """Let gates be chosen, beginning with some; keys of the session begin with `key`."""
    if f"{key}-pairs" not in st.session_state:
        set_gates(key, begun)
    pairs = st.pills(
        "Leave out these", _PAIRS, selection_mode="multi", format_func=gate_words, key=f"{key}-pairs", wrap=True
    )
    is_any = "flagged" in pairs
    kinds = st.pills(
        "Or those with one of these flags",
        tuple(FLAG_KINDS),
        selection_mode="multi",
        format_func=gate_words,
        key=f"{key}-kinds",
        disabled=is_any,
        wrap=True,
        help=f"*{gate_words('flagged')}* leaves out all of them." if is_any else None,
    )
    least = st.number_input(
        "Or those judged below",
        LOWEST_SCORE,
        HIGHEST_SCORE,
        None,
        0.5,
        placeholder="Judges are not asked",
        key=f"{key}-least",
        width=280,
        help="The mean of all judges, 1 to 10. What no judge has seen is left out as well.",
    )
    chosen = (*pairs, *(() if is_any else kinds))
    return check_gates((*chosen, *([judge_gate(float(least))] if least is not None else [])))


def set_gates(key: str, gates: Sequence[str]) -> None:
    """Have choose_gates begin with these gates the next time."""
    kinds = {*gates, *([EXACT_DUPLICATE, NEAR_DUPLICATE] if _DUPLICATES in gates else [])}
    st.session_state[f"{key}-pairs"] = [gate for gate in _PAIRS if gate in gates]
    st.session_state[f"{key}-kinds"] = [kind for kind in FLAG_KINDS if kind in kinds]
    st.session_state[f"{key}-least"] = judge_bound(gates)
