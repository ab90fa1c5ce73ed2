"""Where in the taxonomy does a run generate?"""

from collections.abc import Sequence

import streamlit as st

from glan_core.scope import ScopeNode, list_scope_nodes
from glan_core.store.database import Cursor

_LEVELS = ("field", "sub_field", "discipline", "subject")


def choose_scope(cursor: Cursor, *, otherwise: Sequence[str] = ()) -> tuple[str, ...]:
    """Let the visitor choose nodes, those of the address to begin with, and `otherwise` if it names none.

    Gives their ids, all fields if none is chosen. What is chosen stands in the address from then on.
    """
    nodes = {node.node_id: node for node in sorted(list_scope_nodes(cursor), key=place_in_list)}
    in_address = [node_id for node_id in st.query_params.get("scope", ",".join(otherwise)).split(",") if node_id]
    asked_for = [node_id for node_id in in_address if node_id in nodes]
    if len(asked_for) < len(in_address):
        st.warning(
            "The address names a node that this taxonomy does not have. Choose under Where.", icon=":material/link_off:"
        )
    scope = st.multiselect(
        "Where",
        list(nodes),
        default=asked_for,
        format_func=lambda node_id: " › ".join(nodes[node_id].path[-2:]),
        placeholder="The whole taxonomy",
        filter_mode="contains",
        select_all=False,  # it would stand first, and Enter would take all that match
        help="Fields, sub-fields, disciplines or subjects. Pairs are spread evenly over all syllabi below them. "
        "Type to search.",
    )
    st.query_params["scope"] = ",".join(scope)
    return tuple(scope or (node_id for node_id, node in nodes.items() if node.level == "field"))


def place_in_list(node: ScopeNode) -> tuple[int, int, tuple[str, ...]]:
    """Where a node stands in the list: of many names that hold what was typed, the shortest is nearest to it."""
    level = _LEVELS.index(node.level)
    return level, 0 if node.level in ("field", "sub_field") else len(node.path[-1]), node.path
