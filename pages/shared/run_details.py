"""What is known of a run beyond how far it is? One tab a question, each worked out only while it is open."""

from collections.abc import Callable

import streamlit as st

from glan_core.entities import Run
from pages.shared import state
from pages.shared.run_calls_view import show_calls
from pages.shared.run_comparison_view import show_comparison
from pages.shared.run_failures_view import show_failed_items
from pages.shared.run_settings_view import show_settings
from pages.shared.run_speed_view import show_speed
from pages.shared.run_stages_view import show_stages
from pages.shared.run_view import is_run_at_work, show_newest_pairs
from pages.shared.workspace import Workspace

_TABS: dict[str, Callable[[Workspace, Run], None]] = {
    "Stages": show_stages,
    "Pairs": show_newest_pairs,
    "Failures": show_failed_items,
    "Speed": show_speed,
    "Calls": show_calls,
    "Settings": show_settings,
    "Compare": show_comparison,
}
_LIVE = {"Stages": 2.0, "Pairs": 2.0, "Speed": 5.0}
"""Seconds after which a tab is worked out anew while the run is at work; the others stay still under one's hands."""


def show_run_details(workspace: Workspace, run: Run) -> None:
    """Show stages, newest pairs, failures, speed, calls, settings of a run, and another run beside it."""
    tabs = dict(
        zip(_TABS, st.tabs(list(_TABS), key=state.RUN_TAB, bind="query-params", on_change="rerun"), strict=True)
    )
    opened = next((name for name, tab in tabs.items() if tab.open), "Stages")
    seconds = _LIVE.get(opened) if is_run_at_work(workspace, run.run_id) else None

    @st.fragment(run_every=seconds)
    def body() -> None:
        _TABS[opened](workspace, run)

    with tabs[opened]:
        body()
