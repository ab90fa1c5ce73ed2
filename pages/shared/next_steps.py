"""What is a good thing to do next, given what is there?"""

import streamlit as st

from glan_core.store.reports import Totals
from pages.shared.formats import count
from pages.shared.state import MAP_SEEN, TAXONOMY_SEEN
from pages.shared.steps import Step, show_steps

_TAXONOMY, _NEW_RUN = "pages/curriculum/taxonomy.py", "pages/generate/new_run.py"
_MAP, _EXPORT = "pages/explore/map.py", "pages/curate/export.py"
_FIRST_PAIRS = 5


def show_next_steps(made: Totals, *, has_map: bool, has_export: bool) -> None:
    """Lead through the first steps, and then to what is thin, wanted or doubtful."""
    first = _first_steps(made, has_map=has_map, has_export=has_export)
    with st.container(border=True, gap="small"):
        if not all(step.is_done for step in first):
            st.subheader("First steps", anchor=False)
            show_steps(first, key="first")
        else:
            st.subheader("Next steps", anchor=False)
            show_steps(_later_steps(made), key="next")


def _first_steps(made: Totals, *, has_map: bool, has_export: bool) -> list[Step]:
    own, has_demo = made.answers - made.demo_answers, bool(made.demo_answers)
    has_own = own >= _FIRST_PAIRS
    look = Step(
        f"**Look at the taxonomy**: {made.disciplines} disciplines in {made.fields} fields.",
        "Open taxonomy",
        _TAXONOMY,
        is_done=own > 0 or TAXONOMY_SEEN in st.session_state,
    )
    make = Step("**Make five pairs** of question and answer. It takes about a minute.", "New run", _NEW_RUN, has_own)
    see = Step(
        f"**See {'the demo pairs' if has_demo else 'them'} on the map**, placed by what they mean.",
        "Open map",
        _MAP,
        (has_own or MAP_SEEN in st.session_state) if has_demo else has_map,
    )
    export = Step("**Export** yours as a file that a trainer reads.", "Export", _EXPORT, has_export)
    return [look, see, make, export] if has_demo else [look, make, see, export]


def _later_steps(made: Totals) -> list[Step]:
    thin = made.disciplines - made.disciplines_with_pairs
    own, flagged = made.answers - made.demo_answers, made.flagged - made.demo_flagged
    fill = Step(f"**Disciplines without a pair: {count(thin)}.** Fill the ones you need.", "Find them", _TAXONOMY)
    make = Step(f"**Pairs of yours so far: {count(own)}.** Make more where you need them.", "New run", _NEW_RUN)
    doubt = Step(f"**Pairs of yours with a warning: {count(flagged)}.** Leave them out of the file.", "Export", _EXPORT)
    return [*([fill] if thin else []), make, *([doubt] if flagged else [])]
