"""What planning and insight call their nouns: one name, one thing."""

import ast
from pathlib import Path

import glan_core


def class_names(package: str) -> set[str]:
    """Give the names of the public classes of a package of glan_core."""
    folder = Path(glan_core.__file__).parent / package
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py"))
    return {
        node.name
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }


def test_planning_and_insight_name_no_class_alike():
    planning, insight = class_names("planning"), class_names("insight")
    assert {"Growth", "ScopeNovelty"} <= planning
    assert {"FittedGrowth", "Novelty"} <= insight
    assert planning & insight == set()
