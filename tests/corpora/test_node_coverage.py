"""Is every node told what a corpus and the own set have of it, and what either lacks? On numbers worked out by hand."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from glan_core.corpora.comparison import CorpusComparison, OwnPlaces
from glan_core.corpora.node_coverage import BANDS, below, count_bands, cover_nodes, lacking_gaps, summarise_sides
from glan_core.insight.equal_n import expected_reached
from glan_core.insight.nearest_disciplines import Accuracy
from glan_core.planning.plan_request import Gap
from glan_core.store.corpora import Corpus
from glan_core.store.corpus_places import Places, count_by_band, replace_places
from tests.conftest import Small

CORPUS = Corpus("c", "Other", "o.jsonl", "json_lines", "alpaca", {}, datetime(2026, 1, 1, tzinfo=UTC), 8, 0, 0)
TREE = {
    "optics": ("science", "Science", "physics", "Physics", "Optics"),
    "heat": ("science", "Science", "physics", "Physics", "Heat"),
    "acids": ("science", "Science", "chemistry", "Chemistry", "Acids"),
    "crops": ("land", "Land", "farming", "Farming", "Crops"),
}
ROWS = {"optics": 4, "heat": 0, "acids": 0, "crops": 4}
OWN = {"optics": 1, "heat": 1, "acids": 2, "crops": 0}


def comparison(order: tuple[str, ...] = tuple(TREE)) -> CorpusComparison:
    """Eight rows and four own pairs, the disciplines in this order."""
    frame = pd.DataFrame(
        [
            {
                "discipline_id": key,
                **dict(zip(("field_id", "field", "sub_field_id", "sub_field", "discipline"), TREE[key], strict=True)),
                "rows": ROWS[key],
                "mean_confidence": {"optics": 0.5, "crops": 0.9}.get(key, np.nan),
                "own_pairs": OWN[key],
                "own_at_n": float(OWN[key]),
                "rows_at_n": ROWS[key] / 2,
            }
            for key in order
        ]
    )
    frame["lacks"] = frame["own_at_n"] - frame["rows_at_n"]
    reached = [expected_reached(frame[column].to_numpy(), 4) for column in ("own_pairs", "rows")]
    return CorpusComparison(CORPUS, "e", "instruction", 0.0, 4, 8, 8, 4, *reached, Accuracy(0, 0.0, 0.0), frame)


def test_rows_and_shares_add_up_from_disciplines_to_fields():
    nodes = cover_nodes(comparison()).set_index("node_id")
    assert nodes["rows"].to_dict() == {
        **{"science": 4, "land": 4, "physics": 4, "chemistry": 0, "farming": 4},
        **ROWS,
    }
    assert nodes.loc[["science", "land"], "own_pairs"].tolist() == [4, 0]
    assert nodes.loc["physics", ["share", "own_share"]].tolist() == [0.5, 0.5]
    assert nodes.loc["optics", ["level", "name", "above", "parent_id"]].tolist() == [
        *("discipline", "Optics", "Physics", "physics")
    ]
    assert nodes.loc["science", "above"] == ""


def test_what_a_side_lacks_is_told_at_equal_n_and_never_below_zero():
    nodes = cover_nodes(comparison()).set_index("node_id")
    # At n = 4 the rows are halved: Optics 2 of theirs beside 1, Crops 2 beside 0, Acids 0 beside 2.
    assert nodes.loc[["optics", "heat", "acids", "crops"], "they_lack"].tolist() == [0, 1, 2, 0]
    assert nodes.loc[["optics", "heat", "acids", "crops"], "you_lack"].tolist() == [1, 0, 0, 2]
    # Within a field surplus and lack of its disciplines are set off.
    assert nodes.loc[["science", "land"], "they_lack"].tolist() == [2, 0]
    assert nodes.loc[["science", "land"], "you_lack"].tolist() == [0, 2]


def test_confidence_is_weighed_by_rows():
    nodes = cover_nodes(comparison()).set_index("node_id")
    assert nodes.loc[["physics", "land"], "mean_confidence"].tolist() == pytest.approx([0.5, 0.9])
    assert np.isnan(nodes.loc["chemistry", "mean_confidence"])


def test_the_order_of_the_disciplines_changes_nothing():
    one, other = cover_nodes(comparison()), cover_nodes(comparison(("crops", "acids", "heat", "optics")))
    pd.testing.assert_frame_equal(one, other)
    for level in ("field", "discipline"):
        assert summarise_sides(one, level)[:4] == summarise_sides(other, level)[:4]


def test_both_sides_are_summarised_whole_and_at_equal_n():
    sides = summarise_sides(cover_nodes(comparison()), "discipline")
    assert (sides.n, sides.theirs.covered, sides.own.covered, sides.theirs.pairs, sides.own.pairs) == (4, 2, 3, 8, 4)
    assert sides.theirs.gini == pytest.approx(1 / 2)  # 0 0 4 4
    assert sides.own.gini == pytest.approx(3 / 8)  # 0 1 1 2: (-1 + 1 + 6) / 16
    assert sides.own_at_n.reached == 3
    # Of 8 rows, 4 and 4, four miss one of both disciplines in 2 of 70 samples.
    assert sides.theirs_at_n.reached == pytest.approx(2 - 2 / 70)


def test_a_scope_keeps_its_node_and_what_lies_below():
    nodes = cover_nodes(comparison())
    assert set(below(nodes, ["science"])["node_id"]) == {"science", "physics", "chemistry", "optics", "heat", "acids"}
    assert set(below(nodes, ["physics", "crops"])["node_id"]) == {"physics", "optics", "heat", "crops"}
    assert len(below(nodes, ())) == len(nodes)


def test_rows_are_counted_by_band_of_confidence():
    places = pd.DataFrame({"discipline_id": ["optics", "optics", "heat", "crops", "gone"]}).assign(
        band=[0, 1, 2, 3, 3], rows=[1, 1, 1, 1, 7]
    )
    disciplines = comparison().disciplines
    counted = count_bands(places, disciplines, "discipline")
    assert counted.loc["optics"].tolist() == [1, 1, 0, 0]
    assert counted.loc["acids"].tolist() == [0, 0, 0, 0]
    assert count_bands(places, disciplines, "sub_field").loc["physics"].tolist() == [1, 1, 1, 0]
    assert count_bands(places, disciplines, "field").loc["land"].tolist() == [0, 0, 0, 1]


def test_the_store_counts_each_row_in_the_band_that_begins_at_or_below_its_confidence(small: Small):
    confidences = np.array([0.0, 0.1, 0.25, 0.74, 0.75, 1.0, 0.3], np.float32)
    places = Places(np.arange(1, 8), ["optics"] * 6 + ["heat"], confidences, confidences)
    replace_places(small.cursor, "c", encoder="e", content="both", places=places, reference="then")
    counted = count_by_band(small.cursor, "c", encoder="e", content="both", begins=BANDS)
    assert list(counted.itertuples(index=False, name=None)) == [
        *(("heat", 1, 1), ("optics", 0, 2), ("optics", 1, 1), ("optics", 2, 1), ("optics", 3, 2)),
    ]
    assert count_by_band(small.cursor, "c", encoder="e", content="answer", begins=BANDS).empty
    every = count_bands(counted.iloc[:0], comparison().disciplines, "field")
    assert every.to_numpy().sum() == 0


def test_what_you_lack_is_planned_rounded_up_and_otherwise_what_was_said():
    nodes = cover_nodes(comparison()).set_index("node_id").loc[["crops", "acids"]].reset_index()
    nodes.loc[0, "you_lack"] = 1.2
    assert lacking_gaps(nodes, otherwise=7) == (Gap("crops", 2), Gap("acids", 7))


def test_own_places_below_a_confidence_do_not_count():
    own = OwnPlaces(
        *("e", "instruction", "stamp", ("a", "b")),
        *(np.array([0, 1, 1]), np.array([0.9, 0.4, 0.5], np.float32), Accuracy(3, 1.0, 1.0), "then"),
    )
    assert [own.counts(least) for least in (0, 0.5, 0.95)] == [{"a": 1, "b": 2}, {"a": 1, "b": 1}, {"a": 0, "b": 0}]


def test_names_that_are_alike_are_not_mixed_up():
    compared = comparison()
    frame = compared.disciplines.assign(discipline="Same", sub_field="Same", field="Same")
    nodes = cover_nodes(compared._replace(disciplines=frame)).set_index("node_id")
    assert nodes.loc[["optics", "crops"], "rows"].tolist() == [4, 4]
