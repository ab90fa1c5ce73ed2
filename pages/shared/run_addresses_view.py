"""How did each address of the endpoint fare in a run?"""

import pandas as pd
import streamlit as st

from glan_core.calls import AddressStanding
from glan_core.entities import Run
from glan_core.runs.run_folder import RunStatus, find_status
from glan_core.store.address_statistics import address_figures
from pages.shared.feedback import plain
from pages.shared.run_control import folder_of
from pages.shared.run_view import is_run_at_work
from pages.shared.workspace import Workspace


def show_addresses(workspace: Workspace, run: Run) -> None:
    """Show calls, tokens, speed and errors by address, for a run with more than one; nothing for others."""
    figures = address_figures(workspace.cursor(), run.run_id)
    status = find_status(folder_of(workspace, run.run_id))
    standings = {each.address: each for each in status.addresses} if status is not None else {}
    silent = [address for address in standings if address not in set(figures["address"])]
    if len(figures) + len(silent) < 2:
        return
    figures = pd.concat([figures, pd.DataFrame({"address": silent, "calls": 0, "lost": 0, "unusable": 0})])
    figures = figures.fillna({"share": 0.0, "prompt_tokens": 0, "completion_tokens": 0})
    if standings:
        now = is_run_at_work(workspace, run.run_id)
        figures["standing"] = [_standing(standings.get(address), is_at_work=now) for address in figures["address"]]
    st.dataframe(
        figures.reset_index(drop=True),
        hide_index=True,
        column_config={
            "address": "Address",
            "calls": st.column_config.NumberColumn("Answered calls", format="localized"),
            "share": st.column_config.NumberColumn("Share", format="percent", help="Of all answered calls."),
            "lost": st.column_config.NumberColumn("Lost", help="Without a reply in the end, by where they went last."),
            "unusable": st.column_config.NumberColumn("Unusable", help="Replies that could not be used."),
            "prompt_tokens": st.column_config.NumberColumn("Tokens in", format="localized"),
            "completion_tokens": st.column_config.NumberColumn("Tokens out", format="localized"),
            "tokens_per_second": st.column_config.NumberColumn(
                "Tokens out/s", format="%.1f", help="By the seconds in which at least one call was under way there."
            ),
            "p50": st.column_config.NumberColumn("p50 (s)", format="%.2f", help="Half of the calls took less."),
            "p95": st.column_config.NumberColumn("p95 (s)", format="%.2f", help="95 in 100 of the calls took less."),
            "standing": "Standing",
        },
        alt="Calls, tokens and seconds by address of the endpoint.",
    )
    _show_troubles(status)


def _standing(standing: AddressStanding | None, *, is_at_work: bool) -> str:
    if standing is None:
        return "not of the last session"
    if standing.is_resting:
        return "left alone for now" if is_at_work else "left alone at the end"
    return f"{standing.under_way} of {standing.limit} under way" if is_at_work else "worked to the end"


def _show_troubles(status: RunStatus | None) -> None:
    troubles = [each for each in (status.addresses if status else ()) if each.failed or each.refused or each.reason]
    if not troubles:
        return
    lines = [
        plain(f"{each.address}: {each.failed:,} failed, {each.refused:,} refused for load. {each.reason}".strip())
        for each in troubles
    ]
    st.caption(
        "Since it was taken up last, of calls that were mostly sent again to another address:  \n" + "  \n".join(lines)
    )
