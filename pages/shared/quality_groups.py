"""How does a group of duplicates look, and which of them is kept?"""

import pandas as pd
import streamlit as st

from glan_core.checking.kept_duplicates import FLAG_OF, keep_all, keep_one, keep_this
from glan_core.quality.differences import mark_differences
from glan_core.store.database import Cursor
from glan_core.store.duplicates import DuplicateKind, list_groups
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import count
from pages.shared.marked_text import show_cut, show_marked
from pages.shared.page_button import page_button
from pages.shared.workspace import Workspace

_GROUPS_A_PAGE = 8
_SHOWN_PAIRS = 6  # of a group; more are counted


def show_groups(workspace: Workspace, cursor: Cursor, kind: DuplicateKind, *, groups: int) -> None:
    """List groups, page by page, with the words in which each pair differs from the one that is kept."""
    pages = -(-groups // _GROUPS_A_PAGE)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=f"{state.DUPLICATE_PAGE}-{kind}")
    found = list_groups(cursor, kind, first=(page - 1) * _GROUPS_A_PAGE, limit=_GROUPS_A_PAGE)
    for number, rows in found.groupby("group_number"):
        with st.container(border=True):
            _show_group(workspace, kind, int(str(number)), rows.reset_index(drop=True))


def _show_group(workspace: Workspace, kind: DuplicateKind, number: int, rows: pd.DataFrame) -> None:
    is_flagged = rows["flags"].map(lambda flags: FLAG_OF[kind] in flags)
    others = ~rows["is_kept"]
    alike = (
        "the same text but for case, spaces and punctuation"
        if kind == "exact"
        else f"{rows['similarity'].iloc[0]:.2f} at least"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{count(len(rows))} pairs**, {alike}", width="stretch")
        if (others & ~is_flagged).any():
            _act("Keep one", keep_one, workspace, kind, number)
        if is_flagged.any():
            _act("Keep all", keep_all, workspace, kind, number)
    kept = rows.iloc[0]
    is_settled = bool((others & is_flagged).any())
    if kind == "exact":
        _show_text(kept, kept)  # all say the same, so once is enough
    sides = [st.container(gap=None)] * 2 if kind == "exact" else st.columns(2)
    for place in range(min(len(rows), _SHOWN_PAIRS)):
        row = rows.iloc[place]
        with sides[min(place, 1)]:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                _show_place(row, is_flagged=bool(is_flagged.iloc[place]), is_settled=is_settled)
                if kind == "exact":
                    _show_buttons(workspace, f"{kind}-{number}", row)
            if kind != "exact":
                _show_text(row, kept)
                with st.container(horizontal=True, gap="small"):
                    _show_buttons(workspace, f"{kind}-{number}", row)
    if len(rows) > _SHOWN_PAIRS:
        st.caption(f"{count(len(rows) - _SHOWN_PAIRS)} more of this group are not shown.")


def _show_place(row: pd.Series, *, is_flagged: bool, is_settled: bool) -> None:
    if row["is_kept"]:
        if is_settled:
            st.badge("Kept", icon=":material/check:", color="green")
        else:
            st.badge("Would be kept", color="gray", help="Nothing of this group is flagged yet.")
    elif is_flagged:
        st.badge("Flagged", icon=":material/flag:", color="orange")
    st.caption(plain(f"{row['discipline']} › {row['subject']}"), width="stretch")


def _show_text(row: pd.Series, kept: pd.Series) -> None:
    for content in ("instruction", "answer") if row["content"] == "both" else (row["content"],):
        said, other = (str(each[content]) if pd.notna(each[content]) else "" for each in (row, kept))
        marked = mark_differences(said, other)
        show_marked(marked.one)
        if not marked.is_whole:
            show_cut()


def _show_buttons(workspace: Workspace, group: str, row: pd.Series) -> None:
    instruction_id = str(row["instruction_id"])
    key = f"{group}-{instruction_id}"
    page_button("Open", "pages/explore/samples.py", {"pair": instruction_id}, key=f"open-{key}", type="tertiary")
    if not row["is_kept"]:
        st.button(
            "Keep this one",
            key=f"keep-{key}",
            type="tertiary",
            on_click=keep_this,
            args=(workspace.database, instruction_id),
        )


def _act(label: str, act: object, workspace: Workspace, kind: DuplicateKind, number: int) -> None:
    st.button(
        label,
        key=f"{label}-{kind}-{number}",
        on_click=act,  # type: ignore[arg-type]
        args=(workspace.database, [kind]),
        kwargs={"group_number": number},
        help="Flags the others." if act is keep_one else "Takes the flags of this group back.",
    )
