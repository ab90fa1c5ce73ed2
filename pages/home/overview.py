"""Where do I stand, what next?"""

import streamlit as st

from glan_core.figures.field_coverage import FieldCoverage, field_coverage
from glan_core.settings import exports_folder, runs_folder
from glan_core.store.demo_pairs import demo_standing
from glan_core.store.projections import find_newest_projection
from glan_core.store.reports import list_fields
from glan_core.store.runs import spending
from pages.shared.demo_view import show_demo
from pages.shared.formats import count, money
from pages.shared.last_runs import show_last_runs
from pages.shared.model import show_model
from pages.shared.next_steps import show_next_steps
from pages.shared.nodes import COUNT_WORDS, LEVEL_WORDS
from pages.shared.outlines import read_cached_outline, read_cached_totals
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import open_workspace

workspace = open_workspace()
cursor = workspace.cursor()
made = read_cached_totals(workspace, cursor)
folder = exports_folder(workspace.settings.database)
has_export = folder.exists() and any(folder.iterdir())

st.title("Overview", anchor=False)

demo = demo_standing(cursor)
if made.demo_answers:
    show_demo(workspace, demo)
show_next_steps(made, has_map=find_newest_projection(cursor) is not None, has_export=has_export)

cards = [
    ("Fields", made.fields, LEVEL_WORDS["field"][1]),
    ("Sub-fields", made.sub_fields, LEVEL_WORDS["sub_field"][1]),
    ("Disciplines", made.disciplines, LEVEL_WORDS["discipline"][1]),
    ("Subjects", made.subjects, LEVEL_WORDS["subject"][1]),
    ("Syllabi", made.syllabi, COUNT_WORDS["syllabi"][1]),
    ("Sessions", made.class_sessions, "Class sessions: the meetings of a course, in teaching order."),
    ("Concepts", made.key_concepts, COUNT_WORDS["key_concepts"][1]),
    ("Pairs", made.answers, COUNT_WORDS["pairs"][1]),
]
with st.container(border=True), st.grid(len(cards), min_column_width=100, gap="small"):
    for label, number, meaning in cards:
        st.metric(label, count(number), help=meaning)

left, right = st.columns([0.58, 0.42], gap="medium")
with left, st.container(border=True, height="stretch"):
    st.subheader("Coverage", anchor=False)
    st.markdown(
        f"{count(made.disciplines_with_pairs)} of {count(made.disciplines)} disciplines hold a pair"
        f"{', demo pairs included' if made.demo_answers else ''}."
    )
    order = list_fields(cursor)
    fields = sorted(read_cached_outline(workspace, cursor).children(None), key=lambda field: order.index(field.name))
    coverage = [FieldCoverage(field.name, field.disciplines, field.disciplines_with_pairs) for field in fields]
    show_figure(
        field_coverage(coverage, ground=ground()),
        key="field-coverage",
        alt="; ".join(f"{field.field}: {field.covered} of {field.disciplines} disciplines" for field in coverage),
    )
with right:
    model_card = st.container(border=True)
    with st.container(border=True, height="stretch"):
        st.subheader("Spent so far", anchor=False)
        if made.demo_answers:
            st.caption("What the demo pairs took is not counted: it was not spent here.")
        spent = spending(cursor)
        with st.container(horizontal=True, gap="medium"):
            unpriced = spent.calls_without_price
            st.metric(
                "Cost",
                money(spent.cost if spent.cost or not unpriced else None),
                delta=f"{count(unpriced)} {'call' if unpriced == 1 else 'calls'} without a price" if unpriced else None,
                delta_color="off",
                delta_arrow="off",
                help="US dollars. A call has a price if its model has a published one or you gave one.",
            )
            st.metric("Calls", count(spent.calls), help="Requests to a model, failed ones included.")
            st.metric(
                "Tokens",
                count(spent.prompt_tokens + spent.completion_tokens),
                help="Read and written together.",
            )

show_last_runs(cursor, runs_folder(workspace.settings.database))
if not made.demo_answers:
    show_demo(workspace, demo)
with model_card:
    show_model()
