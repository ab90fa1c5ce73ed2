"""Where do I stand, what next?"""

import pandas as pd
import streamlit as st

from glan_core.figures.field_coverage import FieldCoverage, field_coverage
from glan_core.outline import read_outline
from glan_core.settings import exports_folder
from glan_core.store.demo_pairs import demo_standing
from glan_core.store.embeddings import find_newest_projection
from glan_core.store.reports import list_fields, taxonomy_counts, totals
from glan_core.store.runs import list_runs, run_counts, spending
from pages.shared.demo_view import show_demo
from pages.shared.feedback import show_empty
from pages.shared.formats import ago, count, money
from pages.shared.model import show_model
from pages.shared.nodes import COUNT_WORDS, LEVEL_WORDS
from pages.shared.state import MAP_SEEN, TAXONOMY_SEEN
from pages.shared.steps import Step, show_steps
from pages.shared.theme import ground, show_figure
from pages.shared.workspace import open_workspace

TAXONOMY, NEW_RUN = "pages/curriculum/taxonomy.py", "pages/generate/new_run.py"
MAP, EXPORT = "pages/explore/map.py", "pages/curate/export.py"

workspace = open_workspace()
cursor = workspace.cursor()
made = totals(cursor)
folder = exports_folder(workspace.settings.database)
has_export = folder.exists() and any(folder.iterdir())

st.title("Overview", anchor=False)

demo = demo_standing(cursor)
if made.demo_answers:
    show_demo(workspace, demo)
own = made.answers - made.demo_answers
look = Step(
    f"**Look at the taxonomy**: {made.disciplines} disciplines in {made.fields} fields.",
    "Open taxonomy",
    TAXONOMY,
    is_done=own > 0 or TAXONOMY_SEEN in st.session_state,
)
make = Step("**Make five pairs** of question and answer. It takes about a minute.", "New run", NEW_RUN, own >= 5)
see = Step(
    f"**See {'the demo pairs' if made.demo_answers else 'them'} on the map**, placed by what they mean.",
    "Open map",
    MAP,
    (own >= 5 or MAP_SEEN in st.session_state) if made.demo_answers else find_newest_projection(cursor) is not None,
)
export = Step("**Export** yours as a file that a trainer reads.", "Export", EXPORT, has_export)
first_steps = [look, see, make, export] if made.demo_answers else [look, make, see, export]
with st.container(border=True, gap="small"):
    if not all(step.is_done for step in first_steps):
        st.subheader("First steps", anchor=False)
        show_steps(first_steps, key="first")
    else:
        st.subheader("Next steps", anchor=False)
        thin = made.disciplines - made.disciplines_with_pairs
        own_flagged = made.flagged - made.demo_flagged
        next_steps = [
            Step(f"**Disciplines without a pair: {count(thin)}.** Fill the ones you need.", "Find them", TAXONOMY),
            Step(f"**Pairs of yours so far: {count(own)}.** Make more where you need them.", "New run", NEW_RUN),
            Step(
                f"**Pairs of yours with a warning: {count(own_flagged)}.** Leave them out of the file.",
                "Export",
                EXPORT,
            ),
        ]
        show_steps(
            [step for step, is_due in zip(next_steps, (thin, True, own_flagged), strict=True) if is_due],
            key="next",
        )

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
    fields = sorted(read_outline(taxonomy_counts(cursor)).children(None), key=lambda field: order.index(field.name))
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
        spent = spending(cursor)
        with st.container(horizontal=True, gap="medium"):
            st.metric(
                "Cost",
                "unknown" if spent.calls and spent.calls == spent.calls_without_price else money(spent.cost),
            )
            st.metric("Calls", count(spent.calls), help="Requests to a model, failed ones included.")
            st.metric(
                "Tokens",
                count(spent.prompt_tokens + spent.completion_tokens),
                help="Read and written together.",
            )
        if spent.calls_without_price:
            st.caption(f"{count(spent.calls_without_price)} calls went to models without a published price.")

st.subheader("Last runs", anchor=False)
runs = list_runs(cursor, limit=5)
if not runs:
    show_empty("Nothing has been generated yet.", page=NEW_RUN, label="Start a first run")
else:
    counts = [run_counts(cursor, run.run_id) for run in runs]
    table = pd.DataFrame(
        {
            "State": [run.state.value.capitalize() for run in runs],
            "Pairs": [made_by.answers for made_by in counts],
            "Calls": [made_by.calls for made_by in counts],
            "Cost": [money(made_by.cost) for made_by in counts],
            "Started": [ago(run.started_at) for run in runs],
            "Message": ["Demo corpus" if run.is_demo else run.message for run in runs],
        }
    )
    st.dataframe(table, hide_index=True, alt="The last runs, newest first.")
    st.page_link("pages/generate/runs.py", label="All runs", icon=":material/list_alt:")
if not made.demo_answers:
    show_demo(workspace, demo)
with model_card:
    show_model()
