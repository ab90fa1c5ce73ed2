"""How does a run compare with another one?"""

from typing import Any

import pandas as pd
import streamlit as st

from glan_core.embedding.encoder import ENCODER
from glan_core.entities import Run
from glan_core.runs.comparison import Variety, differences, variety_of_two
from glan_core.store.database import Cursor
from glan_core.store.run_lists import find_scope_names, list_run_ids_like
from glan_core.store.run_statistics import call_latencies
from glan_core.store.runs import find_run, list_runs, run_counts
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.formats import ago, count, money
from pages.shared.run_scope import scope_words
from pages.shared.run_settings_view import setting_words, value_words
from pages.shared.run_stages_view import TRIAL_WORDS, in_stage_order
from pages.shared.stage_words import STAGE_WORDS
from pages.shared.workspace import Workspace

_NEWEST = 100


def show_comparison(workspace: Workspace, run: Run) -> None:
    """Let the visitor choose another run, and show both side by side."""
    cursor = workspace.cursor()
    other = _choose(cursor, run)
    if other is None:
        return
    names = [f"Run {run.run_id[:6]}", f"Run {other.run_id[:6]}"]
    st.markdown("**What each made and took**")
    _show_rows([*_amounts(cursor, run, other), *_latencies(cursor, run, other)], names)
    st.markdown("**Settings that differ**")
    differing = _differences(cursor, run, other)
    if differing:
        _show_rows(differing, names)
    else:
        st.caption("None: scope, number, stages, seed and settings are the same.")
    st.markdown("**How varied the questions are**")
    _show_variety(cursor, run, other, names)


def _choose(cursor: Cursor, run: Run) -> Run | None:
    newest = {each.run_id: each for each in list_runs(cursor, limit=_NEWEST + 1) if each.run_id != run.run_id}
    chosen = st.selectbox(
        "Other run",
        list(newest)[:_NEWEST],
        index=None,
        format_func=lambda run_id: _label(newest[run_id]) if run_id in newest else run_id,
        placeholder="Choose a run, or type the beginning of its id",
        accept_new_options=True,
        key=state.RUN_COMPARED,
        bind="query-params",
        help=f"The newest {_NEWEST} are listed; of any other type the beginning of its id.",
    )
    if not chosen:
        return None
    other = find_run(cursor, chosen)
    if other is None:
        found = list_run_ids_like(cursor, chosen.strip())
        other = find_run(cursor, found[0]) if len(found) == 1 else None
        if other is None:
            words = "Several runs begin" if found else "No run begins"
            st.warning(plain(f"{words} with {chosen}."), icon=":material/search_off:")
    if other is not None and other.run_id == run.run_id:
        st.caption("That is this very run.")
        return None
    return other


def _label(run: Run) -> str:
    kind = "Demo run" if run.is_demo else "Run"
    return f"{kind} {run.run_id[:6]}, {count(run.plan.get('instructions', 0))} wanted, {ago(run.started_at)}"


def _show_rows(rows: list[tuple[str, str, str]], names: list[str]) -> None:
    frame = pd.DataFrame(rows, columns=["", *names])
    right = {name: st.column_config.TextColumn(alignment="right") for name in names}
    st.dataframe(frame, hide_index=True, height="content", column_config=right, alt="Two runs side by side.")


def _amounts(cursor: Cursor, run: Run, other: Run) -> list[tuple[str, str, str]]:
    counts = [run_counts(cursor, each.run_id) for each in (run, other)]

    def row(label: str, name: str) -> tuple[str, str, str]:
        first, second = (count(getattr(each, name)) for each in counts)
        return label, first, second

    per_pair = [
        "–" if not each.answers else money(None if each.cost is None else each.cost / each.answers) for each in counts
    ]
    wanted = [count(each.plan.get("instructions", 0)) for each in (run, other)]
    return [
        ("State", run.state.value, other.state.value),
        ("Questions wanted", wanted[0], wanted[1]),
        row("Questions made", "instructions"),
        row("Pairs made", "answers"),
        row("Calls", "calls"),
        row("Calls with an error", "failed_calls"),
        row("Tokens read", "prompt_tokens"),
        row("Tokens written", "completion_tokens"),
        ("Cost", money(counts[0].cost), money(counts[1].cost)),
        ("Cost a pair", per_pair[0], per_pair[1]),
    ]


def _latencies(cursor: Cursor, run: Run, other: Run) -> list[tuple[str, str, str]]:
    found: list[dict[tuple[str, str], Any]] = [
        {(each.stage, each.model): each for each in in_stage_order(call_latencies(cursor, run_id)).itertuples()}
        for run_id in (run.run_id, other.run_id)
    ]
    rows = []
    for stage, model in dict.fromkeys([*found[0], *found[1]]):
        first, second = (
            f"{each.p50:.2f}, {each.p90:.2f} (n = {count(each.calls)})" if each else "–"
            for each in (by_kind.get((stage, model)) for by_kind in found)
        )
        rows.append((f"Seconds of {STAGE_WORDS.get(stage, TRIAL_WORDS)}, {model}: p50, p90", first, second))
    return rows


def _differences(cursor: Cursor, run: Run, other: Run) -> list[tuple[str, str, str]]:
    scopes = [tuple(each.plan.get("scope", ())) for each in (run, other)]
    names = find_scope_names(cursor, [*scopes[0], *scopes[1]])
    rows = []
    if set(scopes[0]) != set(scopes[1]):
        rows.append(("Where", scope_words(scopes[0], names), scope_words(scopes[1], names)))
    stages = [
        ", ".join(STAGE_WORDS.get(stage, stage) for stage in each.plan.get("stages", ())) for each in (run, other)
    ]
    if stages[0] != stages[1]:
        rows.append(("Stages", stages[0], stages[1]))
    if run.seed != other.seed:
        rows.append(("Seed", str(run.seed), str(other.seed)))
    return rows + [
        (setting_words(each.name), value_words(each.first), value_words(each.second))
        for each in differences(run.settings, other.settings)
    ]


def _show_variety(cursor: Cursor, run: Run, other: Run, names: list[str]) -> None:
    both = variety_of_two(cursor, run.run_id, other.run_id, encoder=ENCODER)
    if not both.n:
        st.caption("One of the two runs has made no question.")
        return
    _show_rows(
        [
            ("Different pairs of words (distinct-2)", _share(both.first.distinct_2), _share(both.second.distinct_2)),
            ("Mean distance to the nearest question", _distance(both.first), _distance(both.second)),
        ],
        names,
    )
    sentences = [
        f"Of n = {count(both.n)} questions of each run: the first in the order of their ids, which are hashes, so "
        "nobody chose them. Both numbers are higher where questions are more varied. Distinct-2 falls as questions "
        "get longer; the distance is cosine distance, 0 to 2, among the n."
    ]
    missing = [(name, each.without_vector) for name, each in zip(names, (both.first, both.second), strict=True)]
    lacking = [f"{count(number)} of {name}" for name, number in missing if number]
    if lacking:
        sentences.append(
            f"No vector yet: {' and '.join(lacking)}. The Map page makes them when it places the pairs; until then "
            "there is no distance."
        )
    st.caption(plain(" ".join(sentences)))


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"


def _distance(variety: Variety) -> str:
    return "–" if variety.neighbour_distance is None else f"{variety.neighbour_distance:.3f}"
