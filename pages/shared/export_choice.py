"""Which pairs are to be exported, and as what? The choices at the left of the page."""

import dataclasses

import streamlit as st

from glan_core.entities import Filter, Run
from glan_core.exports.formats import FORMATS
from glan_core.exports.recipe import can_be_trained_on
from glan_core.exports.request import NEAR, ExportRequest
from glan_core.gates import gate_sets
from glan_core.paper import TEST_QUESTIONS_PER_DISCIPLINE
from glan_core.scope import list_scope_nodes
from glan_core.store.database import Cursor
from glan_core.store.exports import LINEAGE_COLUMNS
from glan_core.store.runs import count_runs, list_runs
from pages.shared import state
from pages.shared.feedback import plain
from pages.shared.filter_bar import read_filter
from pages.shared.filter_words import conditions
from pages.shared.formats import ago, shortened
from pages.shared.gate_fields import choose_gates
from pages.shared.gate_words import GATE_WORDS, gate_words
from pages.shared.scope_field import place_in_list

OWN = "Own choice"
"""What *Leave out* calls gates that are in no set."""
_DUPLICATES = {"keep": "Keep", "exact": "Drop equal", "near": "Drop near"}
_BALANCES = {"": "As they are", "cap": "At most, of each", "even": "Evenly, in all"}
_LEVELS = {"field": "Field", "sub_field": "Sub-field", "discipline": "Discipline", "subject": "Subject"}
_ORDERS = {"id": "By id", "level": "By level", "interleaved": "By level, subjects in turns"}


def choose_request(cursor: Cursor) -> ExportRequest:
    """Let the visitor choose; the filter begins with the view or the run that the address names."""
    filter_ = _choose_filter(cursor)
    gates = _choose_gates(cursor)
    duplicates = st.segmented_control(
        "Questions that are alike",
        list(_DUPLICATES),
        default="exact",
        required=True,
        format_func=_DUPLICATES.__getitem__,
        help="Equal: the same letters, cases and spaces aside; one of them stays, an accepted one first. Near: also "
        f"with a cosine of {NEAR} and more, as far as the encoder of the map has read and compared them.",
    )
    formats = st.pills(
        "Formats",
        list(FORMATS),
        selection_mode="multi",
        default=["chat"],
        format_func=lambda name: FORMATS[name].words,
        wrap=True,
        help="Cells of a CSV that a spreadsheet would take for a formula begin with an apostrophe.",
    )
    request = ExportRequest(filter_=filter_, gates=gates, duplicates=duplicates, formats=tuple(formats))
    with st.expander("Test set and balance", icon=":material/balance:"):
        request = _choose_sets(request)
    with st.expander("Rows and order", icon=":material/view_column:"):
        request = _choose_rows(request)
    return _choose_company(request)


def _choose_filter(cursor: Cursor) -> Filter:
    nodes = {node.node_id: node for node in sorted(list_scope_nodes(cursor), key=place_in_list)}
    runs = {run.run_id: run for run in list_runs(cursor, limit=count_runs(cursor))}
    asked = read_filter(cursor)
    narrowed = asked.filter_
    # What the address asks for beside the two choices below.
    rest = conditions(cursor, dataclasses.replace(narrowed, taxonomy_node_ids=(), run_ids=()))
    if asked.view or rest:
        of_view = f"Only the pairs of the view **{plain(asked.view.name)}**" if asked.view else "Only some pairs"
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(": ".join([of_view, *([plain("; ".join(rest))] if rest else [])]), width="stretch")
            st.button("Clear", on_click=st.query_params.clear, type="tertiary", icon=":material/close:")
    # What is removed is named as well: without it nothing would be narrowed, and all pairs would go out.
    places = {node_id: " › ".join(node.path[-2:]) for node_id, node in nodes.items()}
    places |= {key: _told_missing(key) for key in narrowed.taxonomy_node_ids if key not in places}
    below = st.multiselect(
        "Below",
        list(places),
        default=list(narrowed.taxonomy_node_ids),
        format_func=places.__getitem__,
        placeholder="The whole taxonomy",
        filter_mode="contains",
        select_all=False,  # it would stand first, and Enter would take all that match
    )
    makers = {run_id: _told_run(run) for run_id, run in runs.items()}
    makers |= {key: _told_missing(key) for key in narrowed.run_ids if key not in makers}
    made_by = st.multiselect(
        "Made by",
        list(makers),
        default=list(narrowed.run_ids),
        format_func=makers.__getitem__,
        placeholder="Every run",
    )
    return dataclasses.replace(narrowed, taxonomy_node_ids=tuple(below), run_ids=tuple(made_by))


def _told_run(run: Run) -> str:
    return f"{'Demo run' if run.is_demo else 'Run'} {run.run_id[:6]}, {ago(run.started_at)}"


def _told_missing(key: str) -> str:
    return f"Removed or unknown: {shortened(key, 7)}"


def _choose_gates(cursor: Cursor) -> tuple[str, ...]:
    sets = gate_sets(cursor)
    by_name = {each.name: each.gates for each in (*sets.shipped, *sets.saved)}
    chosen = st.selectbox(
        "Leave out",
        [*by_name, OWN],
        format_func=lambda name: _told_set(name, by_name.get(name)),
        key=state.EXPORT_GATES,
        help="\n\n".join(f"**{words}**: {meaning}" for words, meaning in GATE_WORDS.values()),
    )
    if chosen != OWN:
        return by_name[chosen]
    return choose_gates(state.EXPORT_OWN_GATES, begun=by_name["standard"])


def _told_set(name: str, gates: tuple[str, ...] | None) -> str:
    if gates is None:
        return name
    told = ", ".join(gate_words(gate).split(",")[0].lower() for gate in gates)
    return f"{name.capitalize()}: {told or 'nothing is left out'}"


def _choose_sets(request: ExportRequest) -> ExportRequest:
    held_out = st.number_input(
        "Test questions of each discipline",
        min_value=0,
        max_value=1_000,
        value=0,
        step=10,
        help=f"Held out, at most half of a discipline. The paper's GLAN-Test holds {TEST_QUESTIONS_PER_DISCIPLINE}. "
        "What is drawn from the same key concepts or the same two class sessions as one of them, shares 13 words in a "
        f"row with one, or has a cosine of {NEAR} and more to one, is left out.",
    )
    balance = st.selectbox("How many", list(_BALANCES), format_func=_BALANCES.__getitem__)
    level, number = "discipline", 0
    if balance:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            level = st.selectbox("Of each", list(_LEVELS), index=2, format_func=_LEVELS.__getitem__)
            number = st.number_input(
                "Pairs",
                min_value=1,
                value=100 if balance == "cap" else 1_000,
                step=100,
                key=f"export-number-{balance}",
                help="Those with fewer give all they have."
                if balance == "cap"
                else "Small ones give all, others alike.",
            )
    seed = st.number_input(
        "Seed", min_value=0, value=0, step=1, help="Another one holds out and leaves out other pairs."
    )
    return dataclasses.replace(
        request,
        test_per_discipline=int(held_out or 0),
        balance=balance,
        balance_level=level,
        balance_number=int(number or 0),
        seed=int(seed or 0),
    )


def _choose_rows(request: ExportRequest) -> ExportRequest:
    order = st.selectbox(
        "Order",
        list(_ORDERS),
        format_func=_ORDERS.__getitem__,
        help="By level: introductory first, and within a level subject by subject as it is taught, or a question of "
        "each subject in turn. A trainer that shuffles undoes it.",
    )
    has_lineage = st.toggle(
        "Say where each pair comes from",
        value=True,
        help="Adds key concepts, class sessions, place in the taxonomy, models and prompt fingerprints to every row. "
        "Turn it off for a trainer that takes nothing but messages.",
    )
    columns: list[str] = []
    if has_lineage:
        columns = st.multiselect(
            "What each row says",
            list(LINEAGE_COLUMNS),
            default=list(LINEAGE_COLUMNS),
            format_func=lambda name: name.replace("_", " "),
            select_all=False,
        )
    kept = tuple(name for name in LINEAGE_COLUMNS if name in columns)
    return dataclasses.replace(request, order=order, columns=kept)


def _choose_company(request: ExportRequest) -> ExportRequest:
    """Ask for what goes with the pairs: training scripts, and what the dataset card says."""
    has_recipe = st.toggle(
        "Training scripts",
        value=False,
        disabled=not can_be_trained_on(request),
        help="A script for TRL and a configuration for Axolotl, with the paper's numbers. They read messages: OpenAI "
        "chat, or the Hugging Face folder.",
    )
    title = licence = ""
    if "hf" in request.formats:
        title = st.text_input("Name of the dataset", max_chars=100, placeholder="Instruction pairs")
        licence = st.text_input(
            "Licence",
            max_chars=100,
            placeholder="Nobody named one yet",
            help="As the Hugging Face hub writes it, such as cc-by-4.0. The terms of the models hold, too.",
        )
    return dataclasses.replace(
        request,
        has_recipe=has_recipe and can_be_trained_on(request),
        title=" ".join(title.split()),
        licence=" ".join(licence.split()),
    )
