"""Which key concepts and class sessions did no question ever come from, and how is one made?"""

import streamlit as st

from glan_core.entities import Filter
from glan_core.lineage_coverage import is_about_places
from glan_core.planning.plan_request import Gap
from glan_core.store.database import Cursor
from glan_core.store.unused_parts import UnusedParts
from pages.shared import state
from pages.shared.coverage_numbers import read_cached_unused
from pages.shared.coverage_plan import MOST_GAPS, NEW_RUN, mark_of, plan_button, plan_these, ticked_rows
from pages.shared.dealing_view import UNUSED
from pages.shared.formats import count, count_of
from pages.shared.outlines import read_cached_outline
from pages.shared.page_button import page_button
from pages.shared.theme import TOOLS
from pages.shared.workspace import Workspace

_KINDS = {"key_concept": "Key concepts", "class_session": "Class sessions"}
_MOST_ROWS = 1_000
_LONGEST_WORDS = 200
_ROW_PIXELS, _HEAD_PIXELS, _MOST_PIXELS = 32, 38, 520


def show_unused(workspace: Workspace, cursor: Cursor, filter_: Filter) -> None:
    """List what no question of a filter was drawn from, to be planned for one by one or all at once."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kind = st.segmented_control(
            "What",
            list(_KINDS),
            default="key_concept",
            required=True,
            format_func=_KINDS.__getitem__,
            key=state.COVERAGE_KIND,
            label_visibility="collapsed",
        )
        words = st.text_input(
            "Search",
            key=state.COVERAGE_WORDS,
            max_chars=_LONGEST_WORDS,
            placeholder="Search names",
            icon=":material/search:",
            label_visibility="collapsed",
            width=260,
        )
    found = read_cached_unused(workspace, cursor, filter_, kind=kind, words=words, limit=_MOST_ROWS)
    noun = _KINDS[kind].lower()
    if not found.total:
        if words.strip():
            st.info(f"No unused {noun[:-1]} has this in its name.", icon=":material/search_off:")
        else:
            st.success(f"All {noun} here are used.", icon=":material/check:")
        return
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    st.space(TOOLS)
    picked = st.dataframe(
        found.rows,
        key=f"{state.COVERAGE_UNUSED}-{kind}-{mark_of(found.rows['node_id'])}",
        hide_index=True,
        row_height=_ROW_PIXELS,
        height=min(_HEAD_PIXELS + _ROW_PIXELS * len(found.rows), _MOST_PIXELS),
        column_order=(
            ["name", "class_session", "subject", "discipline", "field"]
            if kind == "key_concept"
            else ["name", "key_concepts", "subject", "discipline", "field"]
        ),
        column_config={
            "name": st.column_config.TextColumn(_KINDS[kind][:-1], width=240),
            "class_session": st.column_config.TextColumn("Class session", width=220),
            "key_concepts": st.column_config.NumberColumn("Key concepts", width=106),
            "subject": st.column_config.TextColumn("Subject", width=170),
            "discipline": st.column_config.TextColumn("Discipline", width=150),
            "field": st.column_config.TextColumn("Field", width=150),
        },
        on_select="rerun",
        selection_mode="multi-row",
        alt=f"{count(len(found.rows))} {noun} that no question was drawn from.",
    )
    ticked = ticked_rows(picked.selection.rows, found.rows)
    with bar:
        gaps = [Gap(str(node_id), 1) for node_id in ticked["node_id"]]
        plan_button(plan_these(len(gaps)), gaps, key="coverage-plan-unused", primary=bool(gaps))
        _offer_all(workspace, cursor, filter_, found, is_all=kind == "key_concept" and not words.strip())
        st.caption(_said(found, noun), width="content")


def _offer_all(workspace: Workspace, cursor: Cursor, filter_: Filter, found: UnusedParts, *, is_all: bool) -> None:
    """Offer one click for everything: by its name where New run can find the same, as a list otherwise."""
    if is_all and is_about_places(filter_):
        scope = filter_.taxonomy_node_ids
        if not scope:
            scope = tuple(field.node_id for field in read_cached_outline(workspace, cursor).children(None))
        page_button(
            f"Plan for all {count(found.total)}",
            NEW_RUN,
            {"gaps": UNUSED, "scope": ",".join(scope)},
            key="coverage-plan-all-unused",
            icon=":material/play_circle:",
            help="Opens New run with every key concept here that no question was drawn from. One question can fill "
            "several of them.",
        )
        return
    first = [Gap(str(node_id), 1) for node_id in found.rows["node_id"].head(MOST_GAPS)]
    label = f"all {count(found.total)}" if len(first) == found.total else f"the first {count(len(first))}"
    plan_button(f"Plan for {label}", first, key="coverage-plan-all-unused")


def _said(found: UnusedParts, noun: str) -> str:
    shown = "" if len(found.rows) == found.total else f"; the first {count(len(found.rows))} are listed"
    return f"{count_of(found.total, noun[:-1])} never used{shown}."
