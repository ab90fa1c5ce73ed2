"""Taxonomies to write and to read again: those that hypothesis makes, and a small one of given names."""

import string

from hypothesis import strategies as st

from glan_core import ids
from glan_core.entities import LEVELS, TaxonomyNode

# What YAML, CSV, Markdown or a spreadsheet would take for its own stands beside what they would not.
_TRICKY = "=+-@#:,;'\"`*_[]<>&!|%{}\\?~. \t’–éß中🎓\u00a0\u200d"
_NAMES = st.text(st.sampled_from(string.ascii_letters + string.digits + _TRICKY), min_size=1, max_size=12)
_WORDS = st.sampled_from(
    ["no", "null", "1984", "1.0", "- a", "# a", "a #", "C#", "a: b", "'=1", "=1+1", "---", "...", "~"]
)
NAMES = (_NAMES | _WORDS).map(str.strip).filter(bool)
_DESCRIPTIONS = (
    st.just("") | _WORDS | st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30)
)
_NUMBERS = st.none() | st.integers(1, 9)


@st.composite
def taxonomies(draw: st.DrawFn, *, name_strategy: st.SearchStrategy[str] = NAMES) -> tuple[TaxonomyNode, ...]:
    """Make up to a dozen nodes whose siblings do not share a name, some of them renamed or moved since."""
    nodes: list[TaxonomyNode] = []
    taken: set[tuple[str | None, str]] = set()
    for number in range(draw(st.integers(1, 12))):
        parent = draw(st.sampled_from([None, *(node for node in nodes if node.level != LEVELS[-1])]))
        parent_id = parent.taxonomy_node_id if parent else None
        name = draw(name_strategy)
        if (parent_id, name.casefold()) in taken:
            continue
        taken.add((parent_id, name.casefold()))
        has_other_name = draw(st.booleans())
        first = ids.stable_id("first", number) if has_other_name else ids.taxonomy_node_id(parent_id, name)
        nodes.append(
            TaxonomyNode(
                first,
                parent_id,
                LEVELS[LEVELS.index(parent.level) + 1] if parent else LEVELS[0],
                name,
                draw(_DESCRIPTIONS),
                draw(st.sampled_from(["kept", "kept", "pending", "removed"])),
                draw(_NUMBERS),
                draw(st.sampled_from(["paper", "starter", "user", "model"])),
                draw(_NUMBERS),
            )
        )
    return tuple(nodes)


def nodes_of(outline: str) -> tuple[TaxonomyNode, ...]:
    """Make the nodes of an outline that is indented by two spaces, in its order and without positions."""
    nodes: list[TaxonomyNode] = []
    above: list[TaxonomyNode] = []
    for line in outline.strip("\n").splitlines():
        depth, name = (len(line) - len(line.lstrip())) // 2, line.strip()
        del above[depth:]
        parent_id = above[-1].taxonomy_node_id if above else None
        node = TaxonomyNode(ids.taxonomy_node_id(parent_id, name), parent_id, LEVELS[depth], name)
        nodes.append(node)
        above.append(node)
    return tuple(nodes)


def by_id(nodes: tuple[TaxonomyNode, ...]) -> dict[str, TaxonomyNode]:
    """Give nodes by their ids, so that their order does not count."""
    return {node.taxonomy_node_id: node for node in nodes}


def not_removed(nodes: tuple[TaxonomyNode, ...]) -> tuple[TaxonomyNode, ...]:
    """Leave out removed nodes and what stands below them."""
    return _of_status(nodes, ("kept", "pending"))


def kept(nodes: tuple[TaxonomyNode, ...]) -> tuple[TaxonomyNode, ...]:
    """Leave out removed and pending nodes and what stands below them."""
    return _of_status(nodes, ("kept",))


def _of_status(nodes: tuple[TaxonomyNode, ...], statuses: tuple[str, ...]) -> tuple[TaxonomyNode, ...]:
    left: dict[str | None, TaxonomyNode | None] = {None: None}
    for node in nodes:
        if node.parent_id in left and node.status in statuses:
            left[node.taxonomy_node_id] = node
    return tuple(node for node in left.values() if node is not None)
