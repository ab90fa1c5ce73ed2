"""Are gaps, pairs that lie elsewhere, and what nodes are like told for a whole database?"""

import dataclasses

import numpy as np
import pytest

from glan_core import concept_gap_report
from glan_core.concept_gap_report import report_gaps, scoped, under
from glan_core.entities import Subject, Syllabus
from glan_core.store.embeddings import insert_embeddings
from glan_core.store.ingest import ingest
from tests.conftest import Small
from tests.small_curriculum import details_of
from tests.small_pairs import instruction
from tests.store.vectors import embed, link

ENCODER = "e"
EAST, NORTH, UP, DOWN = (*np.eye(3, dtype=np.float32), -np.eye(3, dtype=np.float32)[2])


@pytest.fixture
def filled(small: Small) -> Small:
    """Optics whose concept `phase` lies in the east and `magnifier` in the north; Crops with `wheat` above.

    Pair a is phase, b lies above, where wheat is, and c lies between phase and magnifier.
    """
    discipline = small.nodes.agriculture_discipline.taxonomy_node_id
    crops = Subject("crops", discipline, "Crops", "introductory", ())
    syllabus = Syllabus("course", "crops", 1, "About crops.")
    details = details_of("course", (("Cereals", ("wheat",)),))
    ingest(small.cursor, [crops, syllabus, *details.class_sessions, *details.key_concepts])
    ingest(small.cursor, [instruction("a", "phase"), instruction("b", "phase"), instruction("c", "phase", "magnifier")])
    embed(small.cursor, ENCODER, np.stack([EAST, UP, (EAST + NORTH) / np.float32(2**0.5)]))
    link(small.cursor, ENCODER, a=0, b=1, c=2)
    insert_embeddings(
        small.cursor, encoder=ENCODER, texts=["phase", "magnifier", "wheat"], vectors=np.stack([EAST, NORTH, UP])
    )
    return small


def report(small: Small):
    """Compare everything."""
    return report_gaps(small.cursor, encoder=ENCODER, content="instruction")


def test_each_concept_has_its_nearest_pair_as_evidence_within_its_subject_and_anywhere(filled: Small):
    found = report(filled).concepts.set_index("concept")
    assert found["nearest_within"].to_dict() == {"phase": "a", "magnifier": "c", "wheat": ""}
    assert found["nearest_anywhere"].to_dict() == {"phase": "a", "magnifier": "c", "wheat": "b"}
    assert found["within"].to_dict() == pytest.approx(
        {"phase": 1, "magnifier": 0.7071, "wheat": np.nan}, abs=1e-3, nan_ok=True
    )
    assert found["anywhere"]["wheat"] == pytest.approx(1)


def test_what_is_below_a_threshold_is_ranked_and_a_subject_without_pairs_is_below_every_one(filled: Small):
    concepts = report(filled).concepts
    assert under(concepts, "within", 0.8)["concept"].tolist() == ["wheat", "magnifier"]
    assert under(concepts, "within", 0.8)["gap"].tolist() == pytest.approx([1, 1 - 2**-0.5])
    assert under(concepts, "within", None)["concept"].tolist() == ["wheat"]
    assert under(concepts, "anywhere", 0.8)["concept"].tolist() == ["magnifier"]


def test_a_pair_nearer_to_another_subject_is_named_with_both(filled: Small):
    (row,) = report(filled).elsewhere.to_dict("records")
    assert (row["instruction_id"], row["subject"], row["concept"], row["other_subject"], row["is_clear"]) == (
        "b",
        "Optics",
        "wheat",
        "Crops",
        True,
    )
    assert (row["cosine"], row["own_cosine"]) == pytest.approx((1, 0))


def test_nodes_have_their_cohesion_and_siblings_their_overlap(filled: Small):
    found = report(filled)
    nodes = found.nodes.set_index(["level", "name"])
    centre = 2**-0.5  # of the cosines of a and c to the centroid of east and north; b is at right angles to it
    assert nodes.loc[("subject", "Optics"), "cohesion"] == pytest.approx((centre + 0 + 1) / 3)
    assert (nodes.loc[("subject", "Optics"), "pairs"], nodes.loc[("field", "Agriculture"), "pairs"]) == (3, 0)
    assert np.isnan(nodes.loc[("field", "Agriculture"), "cohesion"])
    (overlap,) = found.overlaps.to_dict("records")
    assert (overlap["level"], overlap["share"], overlap["pairs"]) == ("field", pytest.approx(1 / 3), 3)
    assert {overlap["one"], overlap["other"]} == {"Agriculture", "Natural Science"}


def test_pairs_tell_how_near_they_are_to_the_nearest_of_what_they_were_made_from(filled: Small):
    found = report(filled)
    assert sorted(found.calibration.cosines.tolist()) == pytest.approx([0, 2**-0.5, 1])
    assert found.calibration.threshold is None  # three are too few
    assert (found.pairs, found.placed_pairs, found.unread_concepts, found.unread_pairs) == (3, 3, 13, 0)


def test_a_scope_keeps_what_lies_below_its_nodes(filled: Small):
    concepts = report(filled).concepts
    assert scoped(concepts, [filled.nodes.land_use.taxonomy_node_id])["concept"].tolist() == ["wheat"]
    assert len(scoped(concepts, ["crops", filled.nodes.physics.taxonomy_node_id])) == len(scoped(concepts, ())) == 3


def test_batches_change_nothing_even_if_pairs_share_a_vector(filled: Small, monkeypatch: pytest.MonkeyPatch):
    same = [dataclasses.replace(instruction(name, "phase"), text="Question a?") for name in ("d", "e")]
    ingest(filled.cursor, same)
    link(filled.cursor, ENCODER, d=0, e=0)
    whole = report(filled)
    monkeypatch.setattr(concept_gap_report, "_PAIRS_AT_ONCE", 1)
    heard: list[tuple[int, int]] = []
    parts = report_gaps(
        filled.cursor, encoder=ENCODER, content="instruction", on_progress=lambda *news: heard.append(news)
    )
    assert heard == [(0, 5), (3, 5), (4, 5), (5, 5)]
    assert parts.concepts.equals(whole.concepts)
    assert parts.nodes.equals(whole.nodes)
    assert len(parts.calibration.cosines) == len(whole.calibration.cosines) == 5


def test_without_anything_read_the_report_says_so(small: Small):
    ingest(small.cursor, [instruction("a")])
    found = report_gaps(small.cursor, encoder="none", content="instruction")
    assert (len(found.concepts), found.unread_concepts, found.pairs, found.unread_pairs) == (0, 15, 0, 1)
    assert found.elsewhere.empty
    assert under(found.concepts, "within", 0.5).empty


def test_a_new_pair_closes_the_gap_and_the_stamp_changes(filled: Small):
    before = report(filled)
    ingest(filled.cursor, [dataclasses.replace(instruction("f"), syllabus_id="course")])
    embed(filled.cursor, ENCODER, UP[None])
    number = filled.cursor.execute("select max(number) from embedding").fetchall()[0][0]
    link(filled.cursor, ENCODER, f=number)
    after = report(filled)
    assert under(after.concepts, "within", None).empty
    assert after.stamp != before.stamp


def test_no_pair_counts_as_near_that_is_no_nearer_than_chance(filled: Small):
    """Thirty pairs drawn from `phase`, all of them where the wheat of another discipline is."""
    names = [f"p{number:02}" for number in range(30)]
    ingest(filled.cursor, [instruction(name, "phase") for name in names])
    link(filled.cursor, ENCODER, **dict.fromkeys(names, 1))
    calibration = report(filled).calibration
    assert calibration.usual == pytest.approx(0)
    assert calibration.chance == pytest.approx(1)
    assert calibration.threshold == pytest.approx(1)
