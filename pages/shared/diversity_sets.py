"""Which sets can be measured, compared with and held against, and what are they called?

What is chosen stands in the address alone, by a key such as `corpus:ID`; the widget is set from it and writes into it.
"""

from typing import NamedTuple

import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import FilterError, GlanError
from glan_core.filter_json import set_conditions
from glan_core.store.corpora import list_corpora
from glan_core.store.database import Cursor
from glan_core.store.drawn_rows import RowSet
from glan_core.store.runs import list_runs
from glan_core.store.saved_views import find_saved_view, list_saved_views
from pages.shared.feedback import show_error
from pages.shared.formats import ago, count, shortened
from pages.shared.outlines import read_cached_outline
from pages.shared.workspace import Workspace

_PAIRS = "pairs"
ALL_PAIRS = "Your pairs"
"""What the set of all pairs is called."""
_LONGEST = 60


class Chosen(NamedTuple):
    """A set under the name that a visitor knows it by."""

    rows: RowSet
    name: str


def choose_measured(cursor: Cursor) -> str:
    """Let the visitor choose between pairs and the corpora, where there are any; gives a corpus id, '' for pairs."""
    corpora = {f"corpus:{corpus.corpus_id}": corpus for corpus in list_corpora(cursor)}
    asked_for = st.query_params.get("set", "")
    if not corpora and not asked_for:
        return ""
    names = {_PAIRS: ALL_PAIRS} | {
        key: f"{shortened(corpus.name, _LONGEST)}, {count(corpus.rows)} rows" for key, corpus in corpora.items()
    }
    if asked_for and asked_for not in names:
        st.warning("The corpus in this address is not there, or was removed.", icon=":material/search_off:")
    _select("Measure", "set", names, default=_PAIRS, help_="Your pairs, or a corpus that was imported.")
    return corpora[asked_for].corpus_id if asked_for in corpora else ""


def choose_set(workspace: Workspace, cursor: Cursor, *, label: str, name: str, help_: str) -> Chosen | None:
    """Let the visitor choose a set, kept in the address under `name`; None as long as none is chosen."""
    names = _names(workspace, cursor)
    asked_for = st.query_params.get(name, "")
    if asked_for and asked_for not in names:
        st.warning("What this address names is not there any more. Choose another set.", icon=":material/search_off:")
    _select(label, name, names, default=None, help_=help_)
    if asked_for not in names:
        return None
    try:
        rows = _rows_of(cursor, asked_for)
    except GlanError as error:
        show_error(error)
        return None
    return Chosen(rows, names[asked_for])


def set_words(workspace: Workspace, cursor: Cursor, rows: RowSet) -> str:
    """Say which rows a set has: Below Physics, Run abc123, Your pairs."""
    if rows.corpus_id:
        names = {corpus.corpus_id: corpus.name for corpus in list_corpora(cursor, has_removed=True)}
        return f"Corpus {names.get(rows.corpus_id, 'that is not there any more')}"
    scope = rows.scope
    outline = read_cached_outline(workspace, cursor)
    parts = [
        f"Below {outline.places[key].name}" if key in outline.places else "Below a node that is gone"
        for key in scope.taxonomy_node_ids
    ]
    parts += [f"Run {key[:6]}" for key in scope.run_ids]
    if scope.instruction_ids:
        parts.append(f"{count(len(scope.instruction_ids))} chosen pairs")
    if scope.text:
        parts.append(f"Words: {scope.text}")
    told = {"taxonomy_node_ids", "run_ids", "instruction_ids", "text"}
    others = len(set_conditions(scope).keys() - told)
    if others:
        parts.append(f"{others} other condition{'' if others == 1 else 's'}")
    return "; ".join(parts) or ALL_PAIRS


def _select(label: str, name: str, names: dict[str, str], *, default: str | None, help_: str) -> None:
    key = f"diversity-{name}"
    asked_for = st.query_params.get(name)
    st.session_state[key] = asked_for if asked_for in names else default
    st.selectbox(
        label,
        list(names),
        key=key,
        format_func=lambda value: names.get(value, value),
        on_change=_write,
        args=(key, name, default),
        placeholder="Choose a set",
        width=420,
        help=help_,
        filter_mode="contains",
    )


def _write(key: str, name: str, default: str | None) -> None:
    value = st.session_state[key]
    if value is None or value == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def _names(workspace: Workspace, cursor: Cursor) -> dict[str, str]:
    outline = read_cached_outline(workspace, cursor)
    return {
        _PAIRS: ALL_PAIRS,
        **{
            f"corpus:{corpus.corpus_id}": f"Corpus {shortened(corpus.name, _LONGEST)}"
            for corpus in list_corpora(cursor)
        },
        **{f"view:{view.saved_view_id}": f"View {shortened(view.name, _LONGEST)}" for view in list_saved_views(cursor)},
        **{
            f"run:{run.run_id}": f"{'Demo run' if run.is_demo else 'Run'} {run.run_id[:6]}, {ago(run.started_at)}"
            for run in list_runs(cursor)
        },
        **{
            f"node:{node_id}": f"Below {' › '.join(above.name for above in outline.path(node_id)[-2:])}"
            for node_id in outline.places
        },
    }


def _rows_of(cursor: Cursor, key: str) -> RowSet:
    """Give the rows that a key of `_names` stands for; FilterError for a view that is gone or of another release."""
    kind, _, name = key.partition(":")
    if kind == "corpus":
        return RowSet(corpus_id=name)
    if kind == "view":
        view = find_saved_view(cursor, name)
        if view is None:
            raise FilterError("The view was removed.", "Choose another set.")
        return RowSet(view.filter_)
    if kind == "run":
        return RowSet(Filter(run_ids=(name,)))
    return RowSet(Filter(taxonomy_node_ids=(name,))) if kind == "node" else RowSet()
