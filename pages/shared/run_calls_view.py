"""What was sent to the model in a run, call by call, and what came back?"""

import pandas as pd
import streamlit as st

from glan_core.calls import ModelCall
from glan_core.entities import Run
from glan_core.store.database import Cursor
from glan_core.store.model_calls import find_model_call
from glan_core.store.run_calls import CallChoice, count_calls, list_call_kinds, list_call_page
from pages.shared import state
from pages.shared.failures_view import reason
from pages.shared.feedback import plain
from pages.shared.formats import count, count_of, money
from pages.shared.plan_view import show_messages
from pages.shared.run_stages_view import TRIAL_WORDS
from pages.shared.stage_words import STAGE_WORDS
from pages.shared.workspace import Workspace

PAGE_ROWS = 100
_OUTCOMES = {"all": "All calls", "used": "Reply used", "error": "Any error"}


def show_calls(workspace: Workspace, run: Run) -> None:
    """List the calls of a run page by page, and show the one that the address names (?call=ID)."""
    cursor = workspace.cursor()
    choice = _choose(cursor, run.run_id)
    total = count_calls(cursor, run.run_id, choice)
    if not total:
        st.caption("No call of this run is like that.")
    else:
        _show_page(cursor, run.run_id, choice, total)
    call_id = st.query_params.get("call")
    if call_id:
        call = find_model_call(cursor, call_id)
        if call is None:
            st.warning("This address names a call that is not in this database.", icon=":material/search_off:")
        else:
            _show_call(call)


def call_frame(calls: pd.DataFrame) -> pd.DataFrame:
    """Give the rows of the list as they are shown."""
    kinds = [kind if isinstance(kind, str) else None for kind in calls["error_kind"]]
    outcomes = [
        reason(kind) if kind else "used in part" if is_partly_used else "used"
        for kind, is_partly_used in zip(kinds, calls["is_partly_used"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Ended": calls["finished_at"],
            "Stage": [STAGE_WORDS.get(stage, TRIAL_WORDS) for stage in calls["stage"]],
            "Model": calls["model"],
            "Outcome": outcomes,
            "Seconds": calls["seconds"],
            "Read": calls["prompt_tokens"],
            "Written": calls["completion_tokens"],
            "Cost": [money(None if pd.isna(cost) else float(cost)) for cost in calls["cost"]],
            "Attempt": calls["attempt"],
            "Sent": calls["tries"],
        }
    )


def _choose(cursor: Cursor, run_id: str) -> CallChoice:
    known = list_call_kinds(cursor, run_id)
    stages = list(dict.fromkeys(known["stage"]))
    kinds = sorted(set(known["error_kind"].dropna()))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.multiselect(
            "Stage",
            stages,
            format_func=lambda stage: STAGE_WORDS.get(stage, TRIAL_WORDS),
            placeholder="Every stage",
            key=f"calls-stages-{run_id}",
            filter_mode="contains",
            select_all=False,
        )
        outcome = st.selectbox(
            "Outcome",
            [*_OUTCOMES, *kinds],
            format_func=lambda name: _OUTCOMES.get(name, reason(name).capitalize()),
            key=f"calls-outcome-{run_id}",
        )
    if outcome in kinds:
        return CallChoice(tuple(chosen), error_kinds=(outcome,))
    return CallChoice(tuple(chosen), "used" if outcome == "used" else "error" if outcome == "error" else "all")


def _show_page(cursor: Cursor, run_id: str, choice: CallChoice, total: int) -> None:
    table = st.container()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        caption = st.container()
        number = 1
        if total > PAGE_ROWS:
            number = st.pagination(-(-total // PAGE_ROWS), key=state.RUN_CALLS_PAGE)
    before = (number - 1) * PAGE_ROWS
    calls = list_call_page(cursor, run_id, choice, limit=PAGE_ROWS, offset=before)

    def hear() -> None:
        cells = st.session_state[state.RUN_CALLS_TABLE].selection.cells
        if cells:
            st.query_params["call"] = calls["model_call_id"].iloc[cells[0][0]]

    columns = st.column_config
    with table:
        st.dataframe(
            call_frame(calls),
            key=state.RUN_CALLS_TABLE,
            hide_index=True,
            row_height=32,
            height=min(32 * len(calls) + 38, 440),
            placeholder="–",
            column_config={
                "Ended": columns.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss"),
                "Outcome": columns.TextColumn(width=260),
                "Seconds": columns.NumberColumn(format="%.2f", help="Of the last time it was sent."),
                "Read": columns.NumberColumn(format="localized", help="Tokens of the prompt."),
                "Written": columns.NumberColumn(format="localized", help="Tokens of the reply."),
                "Cost": columns.TextColumn(alignment="right"),
                "Attempt": columns.NumberColumn(help="Counts how often the item was asked for, with another seed."),
                "Sent": columns.NumberColumn(help="How often the very same call was sent until a reply came."),
            },
            on_select=hear,
            selection_mode="single-cell",
            alt="Calls of the run, those that ended last first.",
        )
    caption.caption(
        f"{count(before + 1)} to {count(before + len(calls))} of {count_of(total, 'call')}. Click one to read it."
    )


def _show_call(call: ModelCall) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(f"Call {plain(call.model_call_id[:6])}", anchor=False, width="stretch")
            st.button(
                "Close", type="tertiary", icon=":material/close:", on_click=lambda: st.query_params.pop("call", None)
            )
        written = "unknown" if call.completion_tokens is None else count(call.completion_tokens)
        read = "unknown" if call.prompt_tokens is None else count(call.prompt_tokens)
        sent = "once" if call.tries == 1 else f"{count(call.tries)} times"
        parts = [
            STAGE_WORDS.get(call.stage, TRIAL_WORDS),
            f"{call.model} at {call.address}" if call.address else call.model,
            f"template {call.template} ({call.template_fingerprint})",
            f"{read} tokens read, {written} written",
            f"{call.seconds:.2f} s",
            f"cost {money(call.cost)}",
            f"sent {sent}, attempt {call.attempt}",
            f"ended by {call.finish_reason}" if call.finish_reason else "no reply came",
            f"{call.finished_at:%Y-%m-%d %H:%M:%S %Z}",
        ]
        st.caption(plain(" · ".join(parts)))
        if call.error_kind:
            said = f" {call.error_message}" if call.error_message else ""
            st.warning(plain(f"Not used: {reason(call.error_kind)}.{said}"), icon=":material/info:")
        if call.left_out:
            st.info(plain(f"Left out of the reply: {call.left_out}"), icon=":material/content_cut:")
        st.markdown("**Reply**")
        st.code(call.reply or "(empty)", language=None, wrap_lines=True)
        messages = "1 message" if len(call.messages) == 1 else f"{len(call.messages)} messages"
        with st.expander(f"The whole prompt: {messages}"):
            show_messages(call.messages)
        parameters = {name: value for name, value in call.parameters.items() if value is not None}
        st.caption(plain(", ".join(f"{name} {value}" for name, value in parameters.items())))
