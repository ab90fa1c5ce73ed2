"""Give me the subset."""

import dataclasses
import json

import streamlit as st

from glan_core.entities import Filter
from glan_core.errors import GlanError
from glan_core.export import FORMATS, GATES, chat_line, count_left_out, export_pairs, gated
from glan_core.scope import list_scope_nodes
from glan_core.settings import exports_folder
from glan_core.store.exports import iterate_export_rows
from glan_core.store.pairs import count_pairs
from glan_core.store.reports import totals
from glan_core.store.runs import list_runs
from pages.shared.feedback import plain, show_empty, show_error
from pages.shared.formats import ago, count
from pages.shared.map_views import find_view_of_address
from pages.shared.workspace import open_workspace

FORMAT_WORDS = {"chat": "OpenAI chat (JSONL)", "parquet": "Parquet"}
GATE_WORDS = {
    "demo": (
        "Leave out demo pairs",
        "The pairs that came with the release, written by a model of 135 million parameters.",
    ),
    "flagged": (
        "Leave out flagged pairs",
        "Cut off, refused, in another language, or an answer that repeats the question.",
    ),
    "rejected": ("Leave out rejected pairs", "Pairs that a reviewer rejected."),
}
REASON_WORDS = {
    "unanswered": "without an answer",
    "demo": "demo pairs",
    "flagged": "flagged",
    "rejected": "rejected",
}
LARGEST_DOWNLOAD = 200_000_000  # bytes: a browser download goes through the server's memory

workspace = open_workspace()
cursor = workspace.cursor()
st.title("Export", anchor=False)
if not totals(cursor).answers:
    show_empty("There are no pairs to export yet.", page="pages/generate/new_run.py", label="Make five pairs")
    st.stop()

nodes = {node.node_id: node for node in list_scope_nodes(cursor)}
runs = {run.run_id: run for run in list_runs(cursor)}
asked_for = st.query_params.get("run", "")
view = find_view_of_address(cursor)
narrowed = view.filter_ if view else Filter(run_ids=(asked_for,))
choice, result = st.columns([2, 3], gap="large")
with choice:
    if view:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"Only the pairs of the view **{plain(view.name)}** of the map", width="stretch")
            st.button("Clear", on_click=st.query_params.clear, type="tertiary", icon=":material/close:")
    chosen_nodes = st.multiselect(
        "Below",
        list(nodes),
        default=[node_id for node_id in narrowed.taxonomy_node_ids if node_id in nodes],
        format_func=lambda node_id: " › ".join(nodes[node_id].path[-2:]),
        placeholder="The whole taxonomy",
        filter_mode="contains",
        select_all=False,  # it would stand first, and Enter would take all that match
    )
    chosen_runs = st.multiselect(
        "Made by",
        list(runs),
        default=[run_id for run_id in narrowed.run_ids if run_id in runs],
        format_func=lambda run_id: (
            f"{'Demo run' if runs[run_id].is_demo else 'Run'} {run_id[:6]}, {ago(runs[run_id].started_at)}"
        ),
        placeholder="Every run",
    )
    gates = tuple(gate for gate in GATES if st.checkbox(GATE_WORDS[gate][0], value=True, help=GATE_WORDS[gate][1]))
    format_ = st.segmented_control(
        "Format", list(FORMATS), default="chat", required=True, format_func=lambda name: FORMAT_WORDS[name]
    )
    has_lineage = st.toggle(
        "Say where each pair comes from",
        value=True,
        help="Adds key concepts, class sessions, place in the taxonomy, models and prompt fingerprints to every row. "
        "Turn it off for a trainer that takes nothing but messages.",
    )

filter_ = dataclasses.replace(
    view.filter_ if view else Filter(), taxonomy_node_ids=tuple(chosen_nodes), run_ids=tuple(chosen_runs)
)
passing = gated(filter_, gates)
pairs, left_out = count_pairs(cursor, passing), count_left_out(cursor, filter_, gates)
all_pairs = pairs + sum(left_out.values())
with result:
    with st.container(border=True):
        with st.grid(2, min_column_width=120, gap="small"):
            st.metric("Pairs in the file", count(pairs))
            st.metric(
                "Left out", count(all_pairs - pairs), help="By the boxes at the left, or because an answer is missing."
            )
        if left_out:
            reasons = ", ".join(f"{count(number)} {REASON_WORDS[reason]}" for reason, number in left_out.items())
            twice = " A pair with several reasons is counted for the first of them." if len(left_out) > 1 else ""
            st.caption(f"Left out: {reasons}.{twice}")
    if not pairs:
        st.info(
            f"All {count(all_pairs)} pairs of this choice are left out by a box that begins with *Leave out*. "
            "Untick one, or make some pairs of your own first."
            if all_pairs
            else "No pair fits this choice. Widen it at the left.",
            icon=":material/filter_alt:",
        )
        st.stop()
    name = f"pairs{FORMATS[format_]}"
    path = exports_folder(workspace.settings.database) / name
    if path.exists():
        st.caption(f"A {name} is there from an earlier export; writing replaces it.")
    if st.button(f"Write {name}", type="primary", icon=":material/save:"):
        try:
            manifest = export_pairs(
                cursor, path, format_=format_, filter_=filter_, gates=gates, has_lineage=has_lineage
            )
        except GlanError as error:
            show_error(error)
            st.stop()
        with st.container(border=True):
            st.markdown(f"**{count(manifest.pairs)} pairs** written, {count(manifest.bytes)} bytes.")
            st.code(str(path), language=None, wrap_lines=True)
            st.caption(f"SHA-256 {manifest.sha256}. The manifest beside it holds the filter and the counts.")
            if manifest.bytes <= LARGEST_DOWNLOAD:
                st.download_button(
                    "Download", path.read_bytes(), file_name=name, icon=":material/download:", on_click="ignore"
                )
    st.subheader("The first row", anchor=False)
    first = next(iterate_export_rows(cursor, passing, limit=1))
    shown = chat_line(first, has_lineage=has_lineage) if format_ == "chat" or not has_lineage else first
    st.code(json.dumps(shown, indent=2, ensure_ascii=False), language="json", wrap_lines=True, height=420)
    st.caption(plain("Rows are ordered by id and hold no times: the same choice gives the same bytes."))
