"""How long did the calls of a run take, and how many were under way at once?"""

from datetime import UTC

import streamlit as st

from glan_core.entities import Run
from glan_core.figures.calls_over_time import calls_over_time
from glan_core.runs.run_folder import find_status
from glan_core.store.run_statistics import call_latencies, call_times
from pages.shared.formats import count, duration
from pages.shared.run_addresses_view import show_addresses
from pages.shared.run_control import folder_of
from pages.shared.run_stages_view import TRIAL_WORDS, in_stage_order
from pages.shared.stage_words import STAGE_WORDS
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import Workspace


def show_speed(workspace: Workspace, run: Run) -> None:
    """Show percentiles of the seconds of calls by stage and model, and calls under way over time."""
    cursor = workspace.cursor()
    latencies = in_stage_order(call_latencies(cursor, run.run_id))
    if latencies.empty:
        st.caption("No call of this run was answered yet.")
        return
    latencies["stage"] = [STAGE_WORDS.get(stage, TRIAL_WORDS).capitalize() for stage in latencies["stage"]]
    seconds = {
        name: st.column_config.NumberColumn(f"{name} (s)", format="%.2f", help=f"{share} of the calls took less.")
        for name, share in (("p50", "Half"), ("p90", "Nine in ten"), ("p99", "99 in 100"))
    }
    st.dataframe(
        latencies,
        hide_index=True,
        column_config={
            "stage": "Stage",
            "model": "Model",
            "calls": st.column_config.NumberColumn("Answered calls", format="localized"),
            **seconds,
        },
        alt="Seconds of answered calls by stage and model.",
    )
    st.caption(
        "Seconds from sending a call the last time to its whole reply. Waits before it was sent again are left out."
    )
    show_addresses(workspace, run)
    _show_times(workspace, run)


def _show_times(workspace: Workspace, run: Run) -> None:
    cursor = workspace.cursor()
    times = call_times(cursor, run.run_id)
    if times is not None and times.began_at < run.started_at:  # it was taken up again: a gap would hide both parts
        last = call_times(cursor, run.run_id, since=run.started_at)
        if last is not None:
            part = st.segmented_control(
                "Time",
                ["last", "all"],
                default="last",
                required=True,
                format_func=lambda name: "Since it was taken up last" if name == "last" else "From its first call",
                label_visibility="collapsed",
            )
            times = last if part == "last" else times
    if times is None:
        return
    ended = times.intervals["ended"].sum()
    show_figure(
        calls_over_time(
            times.intervals, began_at=times.began_at, interval_seconds=times.interval_seconds, ground=ground()
        ),
        key=f"calls-over-time-{run.run_id}",
        alt=f"Calls under way over time: at most {times.intervals['under_way'].max():.1f} in the mean of an interval.",
    )
    began = times.began_at.astimezone(UTC)
    st.caption(
        f"{count(ended)} answered calls from {began:%Y-%m-%d %H:%M:%S} UTC on, in {len(times.intervals)} intervals of "
        f"{duration(times.interval_seconds) if times.interval_seconds >= 10 else f'{times.interval_seconds:.2g} s'}. "
        "The bars below are calls sent again or lost in each. "
        "A call is counted once it has ended, so the right end of a run at work is too low. *Sent again* counts, when "
        "the reply came, how often a call had been refused for load or lost before; the moments of the refusals "
        f"themselves are not recorded. *Lost* calls ({count(times.lost)}) brought no reply.{_refusals(workspace, run)}"
    )


def _refusals(workspace: Workspace, run: Run) -> str:
    status = find_status(folder_of(workspace, run.run_id))
    if status is None:
        return ""
    return f" Refused for load (429, 503, 529) since it was taken up last: {count(status.refusals)}."
