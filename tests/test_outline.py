"""Is the flat list of nodes arranged as the tree it stands for?"""

import pandas as pd

from glan_core.outline import read_outline

COLUMNS = [
    *("node_id", "parent_id", "level", "name", "description", "subjects", "syllabi", "key_concepts", "pairs"),
    *("used_key_concepts", "accepted", "rejected", "target"),
]
OUTLINE = read_outline(
    pd.DataFrame(
        [
            ("chemistry", "physical", "discipline", "Chemistry", "", 0, 0, 0, 0, 0, 0, 0, 10),
            ("physics", "physical", "discipline", "Physics", "", 1, 1, 5, 3, 2, 2, 1, 4),
            ("science", None, "field", "Natural Science", "", 1, 1, 5, 3, 2, 2, 1, None),
            ("physical", "science", "sub_field", "Physical sciences", "", 1, 1, 5, 3, 2, 2, 1, None),
            ("optics", "physics", "subject", "Optics", "", 1, 1, 5, 3, 2, 2, 1, None),
            ("lost", "removed", "discipline", "Alchemy", "", 0, 0, 0, 0, 0, 0, 0, None),
        ],
        columns=COLUMNS,
    )
)


def test_a_path_runs_from_the_field_to_the_node() -> None:
    assert [place.name for place in OUTLINE.path("optics")] == [
        "Natural Science",
        "Physical sciences",
        "Physics",
        "Optics",
    ]
    assert OUTLINE.path(None) == ()


def test_disciplines_are_counted_with_and_without_pairs() -> None:
    field = OUTLINE.places["science"]
    assert (field.disciplines, field.disciplines_with_pairs) == (2, 1)
    assert OUTLINE.whole().disciplines == 2


def test_a_node_without_a_target_wants_what_is_wanted_below_it() -> None:
    assert OUTLINE.places["science"].target == OUTLINE.whole().target == 14
    assert OUTLINE.places["optics"].target is None


def test_a_place_tells_its_fill_spread_and_acceptance() -> None:
    physics, chemistry = OUTLINE.places["physics"], OUTLINE.places["chemistry"]
    assert (physics.fill, physics.spread, physics.acceptance) == (3 / 4, 2 / 5, 2 / 3)
    assert (chemistry.fill, chemistry.spread, chemistry.acceptance) == (0, None, None)
    assert OUTLINE.places["optics"].fill is None


def test_below_gives_parents_before_children_down_to_a_depth() -> None:
    assert [place.node_id for place in OUTLINE.below("science", depth=2)] == ["physical", "chemistry", "physics"]


def test_a_search_keeps_what_stands_above_and_below_a_hit() -> None:
    above = {"physics", "physical", "science"}
    assert OUTLINE.matching("OPT") == ({"optics", *above}, above)
    found = OUTLINE.matching("physics")
    assert "optics" in found.shown
    assert found.above == {"physical", "science"}
    assert OUTLINE.matching("nothing") == (frozenset(), frozenset())


def test_rows_without_their_parent_are_left_out() -> None:
    assert "lost" not in OUTLINE.places


def test_an_empty_taxonomy_has_no_places() -> None:
    outline = read_outline(pd.DataFrame(columns=COLUMNS))
    assert outline.places == {}
    assert outline.whole().pairs == 0
