"""Does the summary of a level say what its rows say, and what is to be planned?"""

import pandas as pd
import pytest

from glan_core.entities import Filter
from glan_core.lineage_coverage import (
    gaps_to_target,
    is_about_places,
    shares,
    summarise,
    summarise_levels,
    under_target,
)
from glan_core.planning.plan_request import Gap
from glan_core.store.coverage import NODE_LEVELS, count_coverage
from tests.conftest import Small

ROWS = pd.DataFrame(
    {
        "node_id": ["a", "b", "c", "d"],
        "target": pd.array([10, None, 5, 30], dtype="Int64"),
        "pairs": [4, 7, 9, 1],
        "fill": [0.4, None, 1.0, 1 / 30],
    }
)


@pytest.fixture
def nodes(small: Small) -> pd.DataFrame:
    """What is counted of the small curriculum, which has no pairs, with some pairs put in."""
    nodes = count_coverage(small.cursor, Filter())
    nodes.loc[nodes["name"] == "Optics", ["pairs", "two_sessions", "introductory", "accepted"]] = [6, 2, 6, 1]
    nodes.loc[nodes["name"] == "Physics", "pairs"] = 6
    return nodes


def test_a_level_is_summarised_over_all_of_its_nodes(nodes: pd.DataFrame):
    summary = summarise(nodes, "discipline")
    assert (summary.spread.nodes, summary.spread.covered, summary.spread.pairs) == (3, 1, 6)
    assert (summary.spread.gini, summary.spread.evenness) == (pytest.approx(2 / 3), 0)
    assert summary.curve is not None
    assert summary.curve.nodes.tolist() == pytest.approx([0, 2 / 3, 1])
    assert (summary.class_sessions, summary.unused_class_sessions) == (3, 3)
    assert (summary.key_concepts, summary.unused_key_concepts) == (15, 15)
    assert (summary.one_session, summary.two_sessions, summary.accepted) == (4, 2, 1)
    assert [tuple(each) for each in summary.by_level] == [
        ("introductory", 2, 6),
        ("intermediate", 0, 0),
        ("advanced", 0, 0),
    ]


def test_every_level_has_the_same_parts_of_courses(nodes: pd.DataFrame):
    levels = summarise_levels(nodes)
    assert tuple(levels) == NODE_LEVELS
    assert {(each.subjects, each.key_concepts) for each in levels.values()} == {(2, 15)}
    assert summarise(nodes.iloc[:0], "field").spread.nodes == 0


def test_nodes_under_target_come_with_those_that_lack_most_first():
    assert list(under_target(ROWS)["node_id"]) == ["d", "a"]
    assert under_target(ROWS.iloc[1:3]).empty


def test_a_gap_is_what_a_node_lacks_or_else_what_was_asked_for():
    assert gaps_to_target(ROWS, otherwise=5) == (Gap("a", 6), Gap("b", 5), Gap("c", 5), Gap("d", 29))
    assert gaps_to_target(ROWS.iloc[:0], otherwise=5) == ()


def test_a_filter_of_nodes_alone_is_about_places():
    assert is_about_places(Filter())
    assert is_about_places(Filter(taxonomy_node_ids=("x",)))
    assert not is_about_places(Filter(taxonomy_node_ids=("x",), run_ids=("r",)))
    assert not is_about_places(Filter(levels=("advanced",)))


def test_shares_of_nothing_are_nothing():
    assert shares([1, 3]) == (0.25, 0.75)
    assert shares([0, 0]) == (0, 0)
