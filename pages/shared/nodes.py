"""How is a node of the taxonomy explained and shown?"""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from glan_core.figures.icicle import IcicleNode, icicle
from glan_core.outline import Outline, Place
from pages.shared.feedback import plain
from pages.shared.formats import count, count_of, shortened
from pages.shared.theme import ground, show_figure

LEVEL_WORDS = {
    "taxonomy": ("Taxonomy", "Everything this curriculum holds, from its fields down."),
    "field": ("Field", "The broadest branch of knowledge, such as Natural Science."),
    "sub_field": ("Sub-field", "A group of related disciplines within a field."),
    "discipline": ("Discipline", "What a department teaches, such as Physics. It is divided into subjects."),
    "subject": ("Subject", "What a student of a discipline learns in one course. Each can have a syllabus."),
}
ORIGIN_WORDS = {
    "starter": ("Added by this project", "The paper does not name it; the starter curriculum adds it."),
    "user": ("Added by hand", "Somebody who works with this database added it."),
    "model": ("Proposed by a model", "A model named it when the taxonomy was grown."),
}
COUNT_WORDS = {
    "disciplines": ("Disciplines", LEVEL_WORDS["discipline"][1]),
    "subjects": ("Subjects", LEVEL_WORDS["subject"][1]),
    "syllabi": (
        "Syllabi",
        "Courses written out: an introduction, class sessions, and what each of them teaches.",
    ),
    "key_concepts": (
        "Key concepts",
        "What class sessions teach. Every question is drawn from one to five of them.",
    ),
    "pairs": ("Pairs", "Homework questions with their answers: the instruction data."),
}
MEASURES = {
    "pairs": ("Pairs", "Number of pairs at or below each node"),
    "fill": ("Fill", "Pairs at or below each node, % of its target"),
    "spread": ("Spread", "Key concepts that a question was drawn from, % of those at or below each node"),
    "acceptance": ("Acceptance", "Accepted pairs at or below each node, % of those reviewed"),
}
"""What the chart can colour nodes by: a word for the choice, and the chart's title."""
_LONG_DESCRIPTION = 420
_MOST_CELLS = 80  # about as many names as a chart can show at a readable size

Badge = tuple[str, str]
"""A short label and what it means."""


def show_path(outline: Outline, node_id: str | None, *, on_select: Callable[[str | None], None]) -> None:
    """Name what stands above a node, for a click to go there; `All fields` calls `on_select` with None."""
    above = [(None, "All fields"), *((place.node_id, place.name) for place in outline.path(node_id)[:-1])]
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        for above_id, name in above:
            st.button(
                plain(shortened(name, 40)),
                key=f"path-{above_id}",
                type="tertiary",
                on_click=on_select,
                args=(above_id,),
            )
            st.markdown(":gray[›]", width="content")


def show_node(place: Place, *, badges: list[Badge]) -> None:
    """Show what a node is and how much lies below it."""
    with st.container(horizontal=True, gap="xsmall"):
        for label, meaning in [LEVEL_WORDS[place.level], *badges] if place.level != "taxonomy" else []:
            st.badge(plain(label), color="gray", help=meaning)
    if place.description and len(place.description) <= _LONG_DESCRIPTION:
        st.text(place.description)
    elif place.description:
        st.text(shortened(place.description, _LONG_DESCRIPTION))
        with st.expander("The whole description"):
            st.text(place.description)
    hidden = {"discipline": ("disciplines",), "subject": ("disciplines", "subjects")}.get(place.level, ())
    shown = [column for column in COUNT_WORDS if column not in hidden]
    with st.container(border=True), st.grid(len(shown), min_column_width=110, gap="small"):
        for column in shown:
            label, meaning = COUNT_WORDS[column]
            st.metric(label, count(getattr(place, column)), help=meaning)


def show_chart(outline: Outline, place: Place, *, on_select: Callable[[str | None], None]) -> None:
    """Draw a node and two levels below it, coloured by a measure; a click goes to a cell, on the first column up."""
    measure = st.segmented_control(
        "Colour by",
        list(MEASURES),
        default="pairs",
        required=True,
        format_func=lambda measure: MEASURES[measure][0],
        label_visibility="collapsed",
    )
    root_id = place.node_id or "taxonomy"
    shown = list(outline.below(place.node_id or None, depth=2))
    if len(shown) > _MOST_CELLS:
        children = sorted(outline.children(place.node_id or None), key=lambda below: -below.pairs)
        shown = children[:_MOST_CELLS]
    cells = [_cell(place, measure, node_id=root_id, parent_id="")] + [
        _cell(below, measure, node_id=below.node_id, parent_id=below.parent_id or root_id) for below in shown
    ]
    if all(cell.number is None for cell in cells):
        st.caption({"fill": "No node here has a target yet.", "acceptance": "No pair here was reviewed yet."}[measure])
    key = f"icicle-{root_id}-{measure}"

    def hear() -> None:
        points = st.session_state[key].selection.points
        if points:
            on_select(place.parent_id if points[0]["id"] == root_id else points[0]["id"])

    show_figure(
        icicle(cells, title=MEASURES[measure][1], is_share=measure != "pairs", ground=ground()),
        key=key,
        alt=f"{MEASURES[measure][0]} of {place.name} and of two levels below it; the tab Table has the numbers.",
        on_select=hear,
    )
    hidden = len(outline.children(place.node_id or None)) - len(shown)
    rest = f" {count(hidden)} more are in the table." if hidden > 0 else ""
    st.caption(f"Click a name to go there, or the first column to go one level up.{rest}")


def _cell(place: Place, measure: str, *, node_id: str, parent_id: str) -> IcicleNode:
    number: float | None = place.pairs if measure == "pairs" else getattr(place, measure)
    shown = {
        "pairs": count_of(place.pairs, "pair"),
        "fill": f"{count(place.pairs)} of {count(place.target or 0)} pairs" if place.target else "no target",
        "spread": f"{count(place.used_key_concepts)} of {count(place.key_concepts)} key concepts used",
        "acceptance": f"{count(place.accepted)} accepted, {count(place.rejected)} rejected",
    }[measure]
    return IcicleNode(node_id, parent_id, place.name, LEVEL_WORDS[place.level][0], number, shown)


def show_children(children: tuple[Place, ...], *, key: str, on_select: Callable[[str | None], None]) -> None:
    """List nodes with what lies below each; a click on a row calls `on_select` with its id."""

    def hear() -> None:
        cells = st.session_state[key].selection.cells
        if cells:
            on_select(children[cells[0][0]].node_id)

    hidden = {"discipline": ("disciplines",), "subject": ("disciplines", "subjects")}.get(children[0].level, ())
    st.dataframe(
        pd.DataFrame(children),
        key=key,
        hide_index=True,
        row_height=34,
        height=min(34 * len(children) + 36, 512),
        column_order=["name", *(column for column in COUNT_WORDS if column not in hidden)],
        column_config={
            "name": st.column_config.TextColumn(LEVEL_WORDS[children[0].level][0], width=190),
            **{
                column: st.column_config.NumberColumn(
                    label.removeprefix("Key ").capitalize(), help=meaning, format="localized", width=84
                )
                for column, (label, meaning) in COUNT_WORDS.items()
            },
        },
        on_select=hear,
        selection_mode="single-cell",
        alt=f"{len(children)} nodes with what lies below each.",
    )
