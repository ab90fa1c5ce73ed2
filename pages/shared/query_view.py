"""What does the database say to a question in SQL?"""

from typing import NamedTuple

import streamlit as st

from glan_core.errors import QueryError
from glan_core.store.queries import Limits, QueryResult, run_query
from glan_core.store.query_examples import QUERY_EXAMPLES
from glan_core.store.query_rules import MOST_CHARACTERS
from pages.shared import state
from pages.shared.feedback import plain, show_error
from pages.shared.formats import count
from pages.shared.query_result import show_result
from pages.shared.query_saved import list_names, open_saved, put_into_editor, show_saving
from pages.shared.query_tables import show_tables
from pages.shared.workspace import Workspace

LIMITS = Limits()
_EDITOR_PIXELS = 210


class Answer(NamedTuple):
    """What came of a query."""

    sql: str
    result: QueryResult | None
    error: QueryError | None


def show_query(workspace: Workspace) -> None:
    """Offer the editor with examples and the tables beside it, and show what the last query gave."""
    if news := st.session_state.pop(state.QUERY_NEWS, ""):
        st.toast(news, icon=":material/check:")
    left, right = st.columns([7, 3], gap="medium")
    with left:
        _show_choices(workspace)
        _show_editor()
        answer = _answer(workspace)
        if answer is not None:
            _show_answer(workspace, answer)
    with right:
        show_tables(workspace.cursor())


def _show_choices(workspace: Workspace) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(
            f"One SELECT that reads this database: at most {count(LIMITS.rows)} rows, {LIMITS.seconds:g} seconds.",
            width="stretch",
        )
        st.menu_button(
            "Examples",
            [example.question for example in QUERY_EXAMPLES],
            key="query-example",
            on_click=_take_example,
            icon=":material/lightbulb:",
            type="tertiary",
        )
        names = list_names(workspace.cursor())
        if names:
            st.menu_button(
                "Saved",
                names,
                key="query-saved",
                on_click=open_saved,
                args=(workspace,),
                icon=":material/bookmark:",
                type="tertiary",
            )


def _show_editor() -> None:
    with st.form("query", border=False):
        text, number = st.session_state.get(state.QUERY_TEXT, (QUERY_EXAMPLES[0].sql, 0))
        key = f"query-text-{number}"
        st.text_area(
            "SQL",
            text,
            key=key,
            height=_EDITOR_PIXELS,
            max_chars=MOST_CHARACTERS,
            label_visibility="collapsed",
            placeholder="Write a query, or choose an example",
        )
        st.form_submit_button(
            "Run",
            on_click=_ask,
            args=(key, number),
            type="primary",
            icon=":material/play_arrow:",
            shortcut="Ctrl+Enter",
        )


def _take_example() -> None:
    chosen = st.session_state["query-example"]
    put_into_editor(next(example.sql for example in QUERY_EXAMPLES if example.question == chosen))


def _ask(key: str, number: int) -> None:
    sql = st.session_state[key] or ""
    st.session_state[state.QUERY_TEXT] = (sql, number)
    st.session_state[state.QUERY_ASKED] = sql


def _answer(workspace: Workspace) -> Answer | None:
    """Run what was asked for; otherwise give what the last query gave."""
    sql = st.session_state.pop(state.QUERY_ASKED, None)
    if sql is not None:
        st.session_state.pop(state.QUERY_ANSWER, None)
        with st.spinner("Asking the database", show_time=True):
            try:
                answer = Answer(sql, run_query(workspace.cursor(), sql, LIMITS), None)
            except QueryError as error:
                answer = Answer(sql, None, error)
        st.session_state[state.QUERY_ANSWER] = answer
    found: Answer | None = st.session_state.get(state.QUERY_ANSWER)
    return found


def _show_answer(workspace: Workspace, answer: Answer) -> None:
    if answer.error is not None:
        show_error(answer.error)
        if answer.error.place:
            st.code(answer.error.place, language=None)
    if answer.result is None:
        return
    result = answer.result
    rows = len(result.frame)
    words = {
        "": f"{count(rows)} {'row' if rows == 1 else 'rows'}",
        "rows": f"The first {count(rows)} of more rows",
        "bytes": f"The first {count(rows)} of more rows; beyond {LIMITS.bytes // 1_000_000} MB nothing is shown",
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**{plain(words[result.cut])}** in {result.seconds:.2f} s", width="stretch")
        show_saving(workspace, answer.sql)
    show_result(workspace, answer.sql, result)
