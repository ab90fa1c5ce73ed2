"""What lies in an outline is counted, named and listed page by page; its words are told from those of all."""

import pytest

from glan_core.embedding.stop_words import english_stop_words
from glan_core.entities import Filter, QualityFlag, Window
from glan_core.store.answers import insert_quality_flags
from glan_core.store.ingest import ingest
from glan_core.store.map_places import list_labels
from glan_core.store.map_points import sample_rows
from glan_core.store.map_selection import describe_selection, list_selected
from glan_core.store.pairs import list_pairs
from glan_core.store.terms import terms_of_classes, typical_terms
from tests.small_pairs import answer
from tests.store.maps import OnMap, add_points, on_map, within  # noqa: F401 - a fixture


def test_a_selection_is_counted_and_its_groups_are_named(on_map: OnMap):  # noqa: F811
    found = describe_selection(on_map.cursor, on_map.map(), within(0, 0, 1, 1), by="discipline")
    physics, chemistry = on_map.nodes.physics.taxonomy_node_id, on_map.nodes.chemistry.taxonomy_node_id
    assert found.pairs == 4
    assert found.groups.values.tolist() == [[chemistry, "Chemistry", 2, 0.5, 0.25], [physics, "Physics", 2, 0.5, 0.5]]
    assert found.number_of_groups == 2


def test_the_largest_groups_are_listed_and_all_are_counted(on_map: OnMap):  # noqa: F811
    found = describe_selection(on_map.cursor, on_map.map(), Filter(), by="subject", limit=2)
    assert (found.groups["name"].tolist(), found.number_of_groups) == (["Optics", "Bonds"], 4)


def test_an_empty_selection_has_no_groups(on_map: OnMap):  # noqa: F811
    found = describe_selection(on_map.cursor, on_map.map(), within(50, 50, 60, 60))
    assert (found.pairs, found.number_of_groups, len(found.groups)) == (0, 0, 0)


def test_rows_come_page_by_page_and_each_once(on_map: OnMap):  # noqa: F811
    map_, pages, after = on_map.map(), [], ""
    while len(page := list_selected(on_map.cursor, map_, within(0, 0, 3, 1), after=after, limit=4)):
        after = page["instruction_id"].iloc[-1]
        pages.append("".join(page["instruction_id"]))
    assert pages == ["abcd", "gh"]


def test_rows_are_those_of_the_other_lists(on_map: OnMap):  # noqa: F811
    ingest(on_map.cursor, [answer("a"), answer("c", text="Covalent.")])
    insert_quality_flags(on_map.cursor, [QualityFlag("a", "truncated"), QualityFlag("a", "refusal")])
    rows = list_selected(on_map.cursor, on_map.map(), Filter())
    others = list_pairs(on_map.cursor, Filter(), limit=10).sort_values("instruction_id", ignore_index=True)
    assert rows.columns.tolist() == others.columns.tolist()
    assert rows.fillna("").values.tolist() == others.fillna("").values.tolist()


# Words --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def worded(on_map: OnMap) -> OnMap:  # noqa: F811
    """Thirty questions about worms in soil, and thirty about rays of light."""
    places = {f"s{n}": ("soil", 1 + n % 7 / 50, 3 + n % 5 / 50) for n in range(30)}
    places |= {f"o{n}": ("optics", n % 7 / 50, n % 5 / 50) for n in range(30)}
    add_points(on_map.cursor, places)
    on_map.cursor.execute(
        """
        update instruction
        set text = case instruction_id[1]
            when 's' then 'What does a worm do in soil? Worm worm ' || instruction_id
            when 'o' then 'What does a ray of light do? It''s naïve ' || instruction_id
            else 'What?' end
        """
    )
    return on_map


def test_typical_words_are_frequent_here_and_rare_elsewhere(worded: OnMap):
    found = typical_terms(worded.cursor, worded.map(), Filter(taxonomy_node_ids=("soil",)), limit=20)
    terms = found.terms.set_index("term")
    assert {"worm", "soil"} <= set(terms.index)
    assert set(terms.index) & {"what", "does", "ray", "light", "s1"} == set()
    assert terms.loc["worm", ["texts", "share"]].tolist() == pytest.approx([30, 30 / 32])
    assert terms.loc["worm", "overall_share"] == pytest.approx(30 / 68)
    assert (found.read, found.total) == (32, 32)


def test_words_hold_apostrophes_and_accents(worded: OnMap):
    optics = worded.nodes.optics.subject_id
    terms = typical_terms(worded.cursor, worded.map(), Filter(taxonomy_node_ids=(optics,)), limit=20).terms
    assert {"it's", "naïve"} <= set(terms["term"])


def test_words_that_are_told_to_be_left_out_are_left_out(worded: OnMap):
    soil = Filter(taxonomy_node_ids=("soil",))
    terms = typical_terms(worded.cursor, worded.map(), soil, stop_words={"worm"}, limit=20).terms
    assert "worm" not in set(terms["term"])


def test_nothing_is_typical_of_everything_or_of_nothing(worded: OnMap):
    map_ = worded.map()
    assert typical_terms(worded.cursor, map_, Filter()).terms.empty
    nothing = typical_terms(worded.cursor, map_, Filter(run_ids=("nowhere",)))
    assert (nothing.terms.empty, nothing.read, nothing.total) == (True, 0, 0)


def test_classes_are_told_from_one_another(worded: OnMap):
    map_ = worded.map()
    classes = {
        name: sample_rows(worded.cursor, map_, Filter(taxonomy_node_ids=(node,)), window=None, limit=50)[0]
        for name, node in (("soil", "soil"), ("light", worded.nodes.optics.subject_id))
    }
    words = terms_of_classes(worded.cursor, classes, limit=6)
    assert "worm" in words["soil"]
    assert "ray" in words["light"]
    assert terms_of_classes(worded.cursor, {}) == {}


def test_the_list_of_words_that_say_nothing_is_there():
    words = english_stop_words()
    assert len(words) > 300
    assert {"the", "what", "of"} <= words


# Names on the map ---------------------------------------------------------------------------------------------------


def test_subjects_that_form_a_heap_are_named_where_it_is(worded: OnMap):
    labels = {label.text: label for label in list_labels(worded.cursor, worded.map())}
    soil = labels["Soil"]
    assert (soil.x, soil.y) == pytest.approx((1.05, 3.04), abs=0.05)
    assert soil.weight == 32


def test_what_lies_in_two_separate_heaps_has_no_name(on_map: OnMap):  # noqa: F811
    heaps = {f"q{n}": ("mechanics", (0 if n % 2 else 3) + n / 900, 2 + n % 3 / 50) for n in range(40)}
    add_points(on_map.cursor, heaps)
    assert "Mechanics" not in {label.text for label in list_labels(on_map.cursor, on_map.map())}


def test_a_heap_that_fills_the_window_has_no_name_there(worded: OnMap):
    near = Window(1.0, 3.0, 1.1, 3.08)
    assert "Soil" not in {label.text for label in list_labels(worded.cursor, worded.map(), window=near)}


def test_points_without_a_name_get_words_instead(worded: OnMap):
    add_points(worded.cursor, {f"q{n}": ("soil", 6 + n % 2 / 10, 6 + n / 9_000) for n in range(40)})
    worded.cursor.execute(
        """
        update instruction
        set text = if(instruction_id[2:]::integer % 2 = 0, 'What is sand made of?', 'Where do worms live?')
        where instruction_id like 'q%'
        """
    )
    near = Window(5.9, 5.9, 6.2, 6.2)
    labels = list_labels(worded.cursor, worded.map(), window=near, stop_words={"what", "is", "of", "where", "do"})
    assert [(label.text, label.weight) for label in labels] == [("made · sand", 10), ("live · worms", 10)]
    assert [label.x for label in labels] == pytest.approx([6.0, 6.1])


def test_an_empty_map_has_no_names(on_map: OnMap):  # noqa: F811
    assert list_labels(on_map.cursor, on_map.map(), Filter(run_ids=("nowhere",))) == ()


def test_the_same_map_has_the_same_names(worded: OnMap):
    first, second = (list_labels(worded.cursor, worded.map()) for _ in range(2))
    assert first == second
