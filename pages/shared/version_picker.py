"""Which version of a syllabus is looked at?"""

from collections.abc import Callable, Sequence
from itertools import groupby

import streamlit as st

from glan_core.store.draws import SyllabusUse
from pages.shared.formats import count

VERSION_MEANING = "All versions of a syllabus stay, and pairs keep theirs. New questions are drawn from the newest."


def labelled(uses: Sequence[SyllabusUse]) -> dict[str, SyllabusUse]:
    """Give versions by what an address calls them, oldest first: `1`, or `1-2` for the second of two that share a 1."""
    in_order = sorted(uses, key=lambda use: (use.version, use.syllabus_id))
    return {
        str(version) if place == 1 else f"{version}-{place}": use
        for version, same in groupby(in_order, key=lambda use: use.version)
        for place, use in enumerate(same, start=1)
    }


def pick_version(versions: dict[str, SyllabusUse], *, selected: str, on_select: Callable[[str], None]) -> None:
    """Offer versions with their pairs, where there is a choice."""
    if len(versions) == 1:
        return
    key = f"version-{versions[selected].subject_id}"
    st.session_state[key] = selected
    st.segmented_control(
        "Version of the syllabus",
        list(versions),
        format_func=lambda label: f"Version {label} · {_pairs(versions[label].pairs)}",
        required=True,
        key=key,
        on_change=lambda: on_select(st.session_state[key]),
        help=VERSION_MEANING,
    )


def _pairs(number: int) -> str:
    return f"{count(number)} pair{'' if number == 1 else 's'}"
