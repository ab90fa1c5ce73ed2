"""What does each quality flag of a pair say, in words, and how does a person lift one?"""

from collections.abc import Iterable
from datetime import UTC, datetime

import streamlit as st

from glan_core.store.database import Database
from glan_core.store.flags import lift_flags, put_back_flags
from pages.shared import state

_WORDS = {
    "truncated": "cut off",
    "refusal": "refused",
    "empty": "empty",
    "wrong_language": "in another language",
    "repeats_question": "repeats the question",
    "too_short": "too short",
    "too_long": "too long",
    "unbalanced_code": "code left open",
    "leaked_prompt": "words of the prompt",
    "exact_duplicate": "duplicate",
    "near_duplicate": "near duplicate",
    "contaminated": "in a benchmark",
}


def flag_words(kinds: Iterable[str]) -> str:
    """Name flags, as QualityFlag.kind has them, one after the other; one that is not known here as it stands."""
    return ", ".join(_WORDS.get(kind, kind.replace("_", " ")) for kind in kinds)


def listed_flag_words(kinds: object) -> str:
    """Name the flags of a cell of a table that lists them as `refusal, truncated`; empty where there are none."""
    return flag_words(kinds.split(", ")) if isinstance(kinds, str) else ""


def lift_button(database: Database, kind: str, instruction_id: str, *, is_lifted: bool, key: str, by: str = "") -> None:
    """Offer to lift a flag of a pair, or to put back one that was lifted; `by` is who does, if the page knows."""
    st.button(
        "Put the flag back" if is_lifted else "Lift the flag",
        key=f"flag-{key}",
        type="tertiary",
        icon=":material/flag:" if is_lifted else ":material/flag_check:",
        on_click=_put_back if is_lifted else _lift,
        args=(database, kind, instruction_id) if is_lifted else (database, kind, instruction_id, by),
        help=None if is_lifted else "It counts no more, and no check raises it again.",
    )


def _lift(database: Database, kind: str, instruction_id: str, by: str) -> None:
    by = by or str(st.session_state.get(state.EDITOR, ""))
    with database.writing:
        lift_flags(database.cursor(), kind, [instruction_id], by=by, at=datetime.now(UTC))


def _put_back(database: Database, kind: str, instruction_id: str) -> None:
    with database.writing:
        put_back_flags(database.cursor(), kind, [instruction_id])
