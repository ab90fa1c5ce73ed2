"""How do thin places get to New run? As gaps in its address, each with the pairs that it wants."""

import zlib
from collections.abc import Iterable, Sequence

import pandas as pd

from glan_core.planning.plan_request import Gap
from pages.shared.formats import count
from pages.shared.page_button import page_button

NEW_RUN = "pages/generate/new_run.py"
MOST_GAPS = 300
"""As many as an address holds without being refused."""


def plan_button(label: str, gaps: Sequence[Gap], *, key: str, grows: bool = False, primary: bool = False) -> None:
    """Offer to plan pairs for these gaps; with `grows` what has no syllabus is written first."""
    is_too_many = len(gaps) > MOST_GAPS
    help_ = "Opens New run with these gaps: what it takes is shown there before anything is sent."
    if is_too_many:
        help_ = f"An address holds {MOST_GAPS} gaps. Choose fewer, or a higher level."
    page_button(
        label,
        NEW_RUN,
        {"gaps": ",".join(f"{gap.node_id}:{gap.instructions}" for gap in gaps)} | ({"grow": "1"} if grows else {}),
        key=key,
        type="primary" if primary else "secondary",
        icon=":material/play_circle:",
        disabled=not gaps or is_too_many,
        help=help_,
    )


EACH_HELP = (
    "For each key concept. A question over several of those that are planned counts for each of them, so fewer pairs "
    "may fill them all: New run says how many."
)


def plan_these(number: int) -> str:
    """Give the words of a button that plans for so many ticked rows."""
    return f"Plan for {'this' if number == 1 else f'these {count(number)}'}" if number else "Plan for these"


def wanted_in_all(gaps: Iterable[Gap]) -> str:
    """Give the pairs that gaps want together, in words."""
    number = sum(gap.instructions for gap in gaps)
    return f"{count(number)} pair{'' if number == 1 else 's'}"


def ticked_rows(selection: Sequence[int], rows: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of a table that were ticked."""
    return rows.iloc[[number for number in selection if number < len(rows)]]


def mark_of(node_ids: Iterable[str]) -> str:
    """Give a few letters that change with the rows of a table, so that a tick does not move on to another row."""
    return f"{zlib.crc32(' '.join(node_ids).encode()):08x}"
