"""Which pairs carry which flag, and how is one lifted?"""

import pandas as pd
import streamlit as st

from glan_core.checking.background import QualityWorker
from glan_core.checking.rules import find_rules_check
from glan_core.quality.kinds import FLAG_KINDS
from glan_core.store.database import Cursor
from glan_core.store.flags import FlagCount, count_flags, list_flagged
from glan_core.store.quality_checks import count_places
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.flag_words import flag_words, lift_button
from pages.shared.formats import count
from pages.shared.page_button import page_button
from pages.shared.quality_working import standing_words
from pages.shared.workspace import Workspace

_PAIRS_A_PAGE = 20
_SHOWN_CHARACTERS = 240
_CUT_OFF = "truncated"
"""Of these texts the end is shown: it is what shows that they were cut off."""


def show_rules(workspace: Workspace, worker: QualityWorker) -> None:
    """Show how many pairs carry each flag, list those of one, and offer to apply the rules to old pairs."""
    cursor = workspace.cursor()
    check, there = find_rules_check(cursor), count_places(cursor)
    is_done = check is not None and check.state == "finished" and not check.new_among(there)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Check all again" if is_done else "Check pairs",
            type="primary",
            icon=":material/rule:",
            key="rules-check",
            on_click=worker.check_rules,
            kwargs={"is_anew": is_done},
            disabled=worker.is_running or not any(there),
            help="New pairs are checked as they are made. This goes through those that are there, in the background.",
        )
        st.caption(
            standing_words(check, there) if check else "New pairs are checked as they are made. Old ones were not yet."
        )
    counts = {found.kind: found for found in count_flags(cursor)}
    _show_counts(counts)
    if counts:
        _show_flagged(workspace, cursor, counts)


def _show_counts(counts: dict[str, FlagCount]) -> None:
    kinds = [*FLAG_KINDS, *(kind for kind in counts if kind not in FLAG_KINDS)]
    absent = [kind for kind in kinds if kind not in counts]
    shown = kinds
    if counts and absent:
        told = f"Also the {count(len(absent))} flags that no pair carries"
        shown = kinds if st.toggle(told, key="rules-all") else [kind for kind in kinds if kind in counts]
    none = FlagCount("", 0, 0)
    st.dataframe(
        pd.DataFrame(
            {
                "Flag": [flag_words([kind]).capitalize() for kind in shown],
                "Pairs": [counts.get(kind, none).flagged for kind in shown],
                "Lifted": [counts.get(kind, none).lifted for kind in shown],
                "What it means": [FLAG_KINDS.get(kind, "") for kind in shown],
            }
        ),
        hide_index=True,
        column_config={
            "Pairs": st.column_config.NumberColumn(format="localized", width="small"),
            "Lifted": st.column_config.NumberColumn(
                format="localized", width="small", help="Flags that a person lifted; they count no more."
            ),
            "What it means": st.column_config.TextColumn(width="large"),
        },
        height="content",
        alt="How many pairs carry each flag, of how many it was lifted, and what it means.",
    )


def _show_flagged(workspace: Workspace, cursor: Cursor, counts: dict[str, FlagCount]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            "Pairs with the flag",
            list(counts),
            format_func=lambda each: f"{flag_words([each]).capitalize()} · {count(counts[each].flagged)}",
            key=state.FLAG_KIND,
            bind="query-params",
            width=320,
        )
        is_lifted = st.toggle("Those lifted", disabled=not counts[kind].lifted, key=f"flag-lifted-{kind}")
        if counts[kind].flagged:
            page_button(
                "List them on Samples",
                "pages/explore/samples.py",
                {"kinds": kind},
                key="flag-samples",
                icon=":material/table_rows:",
                type="tertiary",
            )
    st.caption(FLAG_KINDS.get(kind, ""))
    page = f"{kind}-{is_lifted}"
    begun: dict[str, list[str]] = st.session_state.setdefault(state.FLAG_PAGE, {})
    before = begun.setdefault(page, [])
    rows = list_flagged(
        cursor,
        kind,
        is_lifted=is_lifted,
        limit=_PAIRS_A_PAGE + 1,
        after=before[-1] if before else "",
        has_ends=kind == _CUT_OFF,
    )
    for _, row in rows.head(_PAIRS_A_PAGE).iterrows():
        with st.container(border=True):
            _show_pair(workspace, kind, row, is_lifted=is_lifted)
    with st.container(horizontal=True):
        if before:
            st.button("Back", icon=":material/arrow_back:", key="flags-back", on_click=before.pop)
        if len(rows) > _PAIRS_A_PAGE:
            last = str(rows["instruction_id"].iloc[_PAIRS_A_PAGE - 1])
            st.button("More", icon=":material/arrow_forward:", key="flags-more", on_click=before.append, args=(last,))


def _show_pair(workspace: Workspace, kind: str, row: pd.Series, *, is_lifted: bool) -> None:
    key = str(row["instruction_id"])
    lifted = f"lifted by {row['lifted_by'] or 'somebody'}" if is_lifted else ""
    said = [f"{row['discipline']} › {row['subject']}", str(row["detail"] or "").rstrip("."), lifted]
    st.caption(plain(" · ".join(each for each in said if each)))
    shown = _end if kind == _CUT_OFF else _start
    for words, text in (("Question", row["instruction"]), ("Answer", row["answer"])):
        if pd.notna(text):
            st.markdown(f":gray[{words}]  \n{plain(shown(text))}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        lift_button(workspace.database, kind, key, is_lifted=is_lifted, key=f"{kind}-{key}")
        page_button("Open", "pages/explore/samples.py", {"pair": key}, key=f"open-{kind}-{key}", type="tertiary")


def _start(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"{line[:_SHOWN_CHARACTERS].rsplit(' ', 1)[0]} …"


def _end(text: object) -> str:
    """Give the last words: of a text that was cut off, they are what shows it."""
    line = " ".join(str(text).split())
    return line if len(line) <= _SHOWN_CHARACTERS else f"… {line[-_SHOWN_CHARACTERS:].split(' ', 1)[-1]}"
