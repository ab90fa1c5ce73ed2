"""How is a person told what an import would change, before it does?

new discipline: Natural Science > Physical sciences > Quantum optics
renamed sub-field: Natural Science > Physical sciences becomes 'Physics and chemistry'
moved discipline: Natural Science > Earth sciences > Crystallography goes below Natural Science > Physical sciences
changed discipline: Natural Science > Physical sciences > Physics: target none becomes 500
not in the file: the discipline Agriculture > Land use > Forestry
"""

from collections.abc import Mapping, Sequence
from typing import Any

from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.taxonomy_files.differences import TaxonomyDifferences
from glan_core.taxonomy_files.file_nodes import LEVEL_WORDS, shown


def differences_in_words(nodes: Sequence[TaxonomyNode], differences: TaxonomyDifferences) -> tuple[str, ...]:
    """Say each difference in a line: what is new, renamed, moved, changed and not in the file, in this order.

    `nodes` are those that were compared. Places are told by the names that they have before the import.
    """
    places = {node.taxonomy_node_id: node for node in [*(new.node for new in differences.new), *nodes]}
    return (
        *(f"new {_level(new.node)}: {_path(new.node, places)}" for new in differences.new),
        *(
            f"renamed {_level(renamed.node)}: {_path(renamed.node, places)} becomes {shown(renamed.name)}"
            for renamed in differences.renamed
        ),
        *(
            f"moved {_level(moved.node)}: {_path(moved.node, places)} goes {_goal(moved.parent_id, places)}"
            for moved in differences.moved
        ),
        *(
            f"changed {_level(changed.node)}: {_path(changed.node, places)}: {_changes(changed.node, changed.values)}"
            for changed in differences.changed
        ),
        *(f"not in the file: the {_level(node)} {_path(node, places)}" for node in differences.missing),
    )


def _level(node: TaxonomyNode) -> str:
    return LEVEL_WORDS[node.level]


def _path(node: TaxonomyNode, places: Mapping[str, TaxonomyNode]) -> str:
    names, above = [node.name], places.get(node.parent_id or "")
    while above is not None and len(names) < len(LEVELS):
        names.insert(0, above.name)
        above = places.get(above.parent_id or "")
    return " > ".join(" ".join(name.split()) for name in names)


def _goal(parent_id: str | None, places: Mapping[str, TaxonomyNode]) -> str:
    parent = places.get(parent_id or "")
    return f"below {_path(parent, places)}" if parent else "to the top"


def _changes(node: TaxonomyNode, values: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{column} {_in_words(getattr(node, column))} becomes {_in_words(value)}" for column, value in values.items()
    )


def _in_words(value: Any) -> str:
    if value is None:
        return "none"
    return shown(value) if isinstance(value, str) else f"{value:,}"
