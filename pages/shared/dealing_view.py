"""What does a run make, and how are its pairs dealt out over the scope?"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd
import streamlit as st

from glan_core.courses import find_courses
from glan_core.insight.headline import UNLIKE
from glan_core.insight.novelty import LEAST, NEWEST, SATURATED
from glan_core.planning.gaps import unused_key_concepts
from glan_core.planning.plan import Forecast
from glan_core.planning.plan_request import Allocation, Gap
from glan_core.scope import list_scope_nodes
from glan_core.store.database import Cursor
from glan_core.store.names import list_known_names
from glan_core.store.syllabus_shapes import list_places
from pages.shared import state
from pages.shared.formats import count, count_of
from pages.shared.theme import TOOLS

UNUSED = "unused"
"""Stands in the address for every key concept of the scope that no instruction was drawn from."""
_GAPS_IN_ADDRESS = "gaps"
_MADE = {
    "pairs": "Pairs",
    "questions": "Questions only, no answers",
    "syllabi": "Syllabi only",
    "subjects": "Subjects only",
}
_DEALT = {
    "even": "Evenly",
    "quota": "A number for each node",
    "target": "By target",
    "deficit": "By deficit",
    "novelty": "By novelty",
}
_DEALT_HELP = """
* Evenly: over all syllabi of the scope.
* A number for each node: evenly below each.
* By target: in proportion to the targets of the taxonomy.
* By deficit: in proportion to the pairs that are missing to them.
* By novelty: more to nodes whose newest pairs are unlike all former ones (Thompson sampling, drawn by the seed).
"""
_HOLD_HELP = (
    f"A node gets no pairs if it is 95 % sure that fewer than {SATURATED:.0%} of its pairs are new, going by the "
    f"newest {NEWEST} that were read and compared. The others get what was its. With fewer than {LEAST} it is never "
    f"held. A pair is new if no former one has a cosine of {UNLIKE} or more to it."
)
_LARGEST_SHARE = 100_000


class Dealing(NamedTuple):
    """What is made, and where it goes; the parts of a PlanRequest."""

    stages: tuple[str, ...]
    allocation: Allocation
    shares: tuple[float, ...]
    instructions: int
    holds_saturated: bool = False


class GapsInAddress(NamedTuple):
    """The gaps that the address names."""

    gaps: tuple[Gap, ...]
    is_whole: bool
    """Whether all of the address could be read, and is there."""
    is_unused: bool = False
    """Whether it means what is unused in the scope, which has to be found once that is known."""

    @property
    def instructions(self) -> int:
        """How many they want together."""
        return sum(gap.instructions for gap in self.gaps)


def gaps_in_address(cursor: Cursor) -> GapsInAddress:
    """Give the gaps of an address such as `?gaps=NODE:2,OTHER:1`, or of `?gaps=unused` those of no scope yet.

    What is not in this database, or was removed, is left out.
    """
    text = st.query_params.get(_GAPS_IN_ADDRESS, "")
    if text == UNUSED:
        return GapsInAddress((), True, is_unused=True)
    found = gaps_of_text(text)
    if not found.gaps:
        return found
    there = {known.node_id for known in list_known_names(cursor) if known.status == "kept"}
    there |= list_places(cursor, [gap.node_id for gap in found.gaps]).keys()
    gaps = tuple(gap for gap in found.gaps if gap.node_id in there)
    return found._replace(gaps=gaps, is_whole=found.is_whole and len(gaps) == len(found.gaps))


def within_scope(cursor: Cursor, found: GapsInAddress, scope: Sequence[str]) -> GapsInAddress:
    """Give the gaps with what is unused in a scope, if that is what the address means."""
    return found._replace(gaps=unused_key_concepts(cursor, scope)) if found.is_unused else found


def gaps_of_text(text: str) -> GapsInAddress:
    """Read gaps such as `NODE:2,OTHER:1`, where a node without a number wants one; what cannot be read is left out."""
    gaps: dict[str, int] = {}
    is_whole = True
    for part in filter(None, text.split(",")):
        node_id, colon, number = part.partition(":")
        wanted = int(number) if number.isdecimal() else 1 if not colon else 0
        if node_id and wanted:
            gaps[node_id] = gaps.get(node_id, 0) + wanted
        else:
            is_whole = False
    return GapsInAddress(tuple(Gap(node_id, number) for node_id, number in gaps.items()), is_whole)


def show_wanted_gaps(cursor: Cursor, found: GapsInAddress) -> None:
    """Say which gaps the address names and how many pairs they want, with a way to leave them."""
    if not found.is_whole:
        rest = "The others are filled." if found.gaps else "None is left, so pairs are dealt as chosen below."
        st.warning(f"The address names gaps that are not there or cannot be read. {rest}", icon=":material/link_off:")
    if not found.gaps:
        if found.is_unused:
            st.success("Every key concept of this scope was used.", icon=":material/check:")
        return
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            number = len(found.gaps)
            st.markdown(
                f"**{count(number)} gap{'' if number == 1 else 's'}**, {count(found.instructions)} wanted",
                width="stretch",
                help="Pairs are dealt to these places and nowhere else. A question over several of them counts for "
                "each, so fewer pairs than are wanted may fill them all.",
            )
            st.button("Leave the gaps", type="tertiary", icon=":material/close:", on_click=_leave_gaps)
        with st.expander("Which gaps"):
            names = _names(cursor, [gap.node_id for gap in found.gaps])
            rows = [(names.get(gap.node_id, f"unknown: {gap.node_id}"), gap.instructions) for gap in found.gaps]
            st.dataframe(
                pd.DataFrame(rows, columns=["Where", "Pairs"]), hide_index=True, height=min(35 * len(rows) + 38, 300)
            )


def show_filled(found: GapsInAddress, plan: Forecast) -> None:
    """Say how many pairs fill how many of the gaps, as one pair may fill several."""
    if plan.request.allocation != "gaps":
        return
    pairs = len(plan.items) + sum(growth.instructions for growth in plan.growths)
    verb = "fills" if pairs == 1 else "fill"
    if plan.undealt:
        what = f"{count(found.instructions - plan.undealt)} of the {count(found.instructions)} wanted"
    else:
        what = "the gap" if len(found.gaps) == 1 else f"all {count(len(found.gaps))} gaps"
    st.caption(f"{count_of(pairs, 'pair')} {verb} {what}.", help="One pair may fill several gaps.")


def is_dealt_by_number() -> bool:
    """Say whether the visitor gives a number for each node, so that there is none for all."""
    return st.session_state.get(state.DEALT) == "quota"


def show_dealing(
    cursor: Cursor, scope: Sequence[str], *, instructions: int, grows: bool, rewrites: bool, has_gaps: bool
) -> Dealing:
    """Let the visitor choose what is made and how it is dealt, folded away."""
    with st.expander("What is made, and where it goes"):
        made = st.selectbox(
            "What is made",
            list(_MADE),
            format_func=_MADE.__getitem__,
            key=state.MADE,
            help="Syllabi come with their class sessions and key concepts, and are written where there are none.",
        )
        stages = stages_of(made, grows=grows, rewrites=rewrites)
        if "instructions" not in stages:
            return Dealing(stages, "even", (), 0)
        if has_gaps:
            st.caption("Pairs are dealt to the gaps of the address.")
            return Dealing(stages, "gaps", (), instructions)
        dealt: Allocation = st.segmented_control(
            "How the pairs are dealt",
            list(_DEALT),
            default="even",
            format_func=_DEALT.__getitem__,
            required=True,
            key=state.DEALT,
            help=_DEALT_HELP,
        )
        shares = _show_shares(cursor, scope, instructions) if dealt == "quota" else ()
        holds = st.checkbox("Hold nodes that add nothing new", key=state.HOLDS, help=_HOLD_HELP)
        return Dealing(stages, dealt, shares, int(sum(shares)) if dealt == "quota" else instructions, holds)


def stages_of(made: str, *, grows: bool, rewrites: bool) -> tuple[str, ...]:
    """Give the stages that make `pairs`, `questions`, `syllabi` or `subjects`."""
    if made == "subjects":
        return ("subjects",)
    subjects = ("subjects",) if grows else ()
    syllabi = ("syllabus", "class_details") if grows or rewrites or made == "syllabi" else ()
    pairs = {"pairs": ("instructions", "answers"), "questions": ("instructions",), "syllabi": ()}[made]
    return (*subjects, *syllabi, *pairs)


def shares_of(table: pd.DataFrame) -> tuple[float, ...]:
    """Give the numbers of a table with a column `pairs`; an empty cell is 0."""
    return tuple(float(number) for number in table["pairs"].fillna(0))


def _show_shares(cursor: Cursor, scope: Sequence[str], instructions: int) -> tuple[float, ...]:
    names = _names(cursor, scope)
    each, rest = divmod(instructions, len(scope))
    begun = [each + (place < rest) for place in range(len(scope))]
    st.space(TOOLS)
    table = st.data_editor(
        pd.DataFrame({"node": [names.get(node_id, node_id) for node_id in scope], "pairs": begun}),
        key=f"shares-{'-'.join(scope)}-{instructions}",
        hide_index=True,
        row_height=34,
        disabled=["node"],
        column_config={
            "node": st.column_config.TextColumn("Node", width="medium"),
            "pairs": st.column_config.NumberColumn("Pairs", min_value=0, max_value=_LARGEST_SHARE, step=1),
        },
        alt="How many pairs each node of the scope gets, to be changed.",
    )
    shares = shares_of(table)
    st.caption(f"{count(int(sum(shares)))} in all, in place of the number under Pairs.")
    return shares


def _names(cursor: Cursor, node_ids: Sequence[str]) -> Mapping[str, str]:
    """Give the path in words of nodes, class sessions and key concepts; unknown ids are left out."""
    names = {node.node_id: " › ".join(node.path[-2:]) for node in list_scope_nodes(cursor)}
    places = list_places(cursor, list(node_ids))
    courses = find_courses(cursor, {place.syllabus_id for place in places.values()})
    for course in courses.values():
        titles = {session.class_session_id: session.title for session in course.details.class_sessions}
        for session_id, title in titles.items():
            names[session_id] = f"{course.subject.name} › {title}"
        for concept in course.details.key_concepts:
            names[concept.key_concept_id] = f"{titles[concept.class_session_id]} › {concept.name}"
    return names


def _leave_gaps() -> None:
    st.query_params.pop(_GAPS_IN_ADDRESS, None)
