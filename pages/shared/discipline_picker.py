"""How does a visitor find a discipline, and see where it stands?"""

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from glan_core.entities import TaxonomyNode
from glan_core.outline import Outline
from glan_core.store.database import Cursor
from glan_core.store.taxonomy_nodes import list_taxonomy_nodes
from pages.shared.feedback import plain
from pages.shared.formats import shortened
from pages.shared.page_button import page_button

TAXONOMY = "pages/curriculum/taxonomy.py"

Path = tuple[TaxonomyNode, ...]
"""From the field to the discipline."""


def list_discipline_paths(cursor: Cursor) -> dict[str, Path]:
    """Give the kept disciplines by id, by name, each with what stands above it."""
    nodes = {node.taxonomy_node_id: node for node in list_taxonomy_nodes(cursor)}
    paths: dict[str, Path] = {}
    for node in nodes.values():
        if node.level == "discipline":
            path = [node]
            while path[0].parent_id in nodes:
                path.insert(0, nodes[path[0].parent_id])
            paths[node.taxonomy_node_id] = tuple(path)
    return paths


def pick_discipline(
    paths: Mapping[str, Path], *, selected: str | None, on_select: Callable[[str | None], None]
) -> None:
    """Offer the disciplines, to be searched by their names and those above; a choice calls `on_select`."""
    key = "syllabi-discipline"
    st.session_state[key] = selected
    st.selectbox(
        "Discipline",
        list(paths),
        format_func=lambda node_id: " · ".join(node.name for node in reversed(paths[node_id])),
        key=key,
        on_change=lambda: on_select(st.session_state[key]),
        label_visibility="collapsed",
        placeholder="Choose a discipline, or type to search",
    )


def show_path_to(path: Path) -> None:
    """Name a discipline and what stands above it, for a click to see it on the Taxonomy page."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", width="content"):
        for place, node in enumerate(path):
            if place:
                st.markdown(":gray[›]", width="content")
            page_button(
                plain(shortened(node.name, 40)),
                TAXONOMY,
                {"node": node.taxonomy_node_id},
                key=f"path-{node.taxonomy_node_id}",
                type="tertiary",
                help="Show it on the Taxonomy page",
            )


def show_disciplines(paths: Mapping[str, Path], outline: Outline, *, on_select: Callable[[str], None]) -> None:
    """List the disciplines with what lies below each; a click on a row calls `on_select` with its id."""
    key = "syllabi-disciplines"
    rows = pd.DataFrame([outline.places[node_id] for node_id in paths])
    rows["above"] = [" › ".join(node.name for node in path[:-1]) for path in paths.values()]

    def hear() -> None:
        cells = st.session_state[key].selection.cells
        if cells:
            on_select(rows["node_id"].iloc[cells[0][0]])

    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        row_height=34,
        height=min(34 * len(rows) + 38, 620),
        column_order=["name", "above", "subjects", "syllabi", "key_concepts", "pairs"],
        column_config={
            "name": st.column_config.TextColumn("Discipline", width=230),
            "above": st.column_config.TextColumn("Field and sub-field", width=300),
            **{
                column: st.column_config.NumberColumn(label, format="localized", width=84)
                for column, label in (
                    ("subjects", "Subjects"),
                    ("syllabi", "Syllabi"),
                    ("key_concepts", "Concepts"),
                    ("pairs", "Pairs"),
                )
            },
        },
        on_select=hear,
        selection_mode="single-cell",
        alt=f"{len(rows)} disciplines with their subjects, syllabi, key concepts and pairs.",
    )
