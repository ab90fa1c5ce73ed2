"""Rules choose which pairs leave: duplicates, a test set that shares nothing with training, balance, quotas, order."""

from pathlib import Path

import numpy as np
import pytest

from glan_core.embedding.encoder import ENCODER
from glan_core.entities import Filter
from glan_core.errors import ExportError
from glan_core.exports.choosing import in_words
from glan_core.neighbour_graph import extend_graph
from tests.conftest import Small
from tests.exports.pairs import add_pair, add_pairs, begin, two_sessions, write, written
from tests.store.vectors import embed, link

LENS = "A lens of four diopters stands between a lamp and a screen; where does the picture of the lamp become sharp?"


@pytest.fixture
def pairs(small: Small) -> Small:
    """The small curriculum with a second discipline, and no pair yet."""
    begin(small)
    return small


# Duplicates ---------------------------------------------------------------------------------------------------------


def test_of_equal_questions_one_stays_an_accepted_one_first(pairs: Small, tmp_path: Path):
    add_pair(pairs, "a", "phase", text="What is a phase?")
    add_pair(pairs, "b", "coherence", text="what  is a PHASE?\n", status="accepted")
    add_pair(pairs, "c", "coherence", text="What is a phase")
    export = write(pairs, tmp_path / "out", duplicates="exact")
    assert written(export) == "bc"
    assert export.manifest["left_out_for"] == {"duplicate": 1}


def test_duplicates_stay_unless_asked(pairs: Small, tmp_path: Path):
    add_pairs(pairs, "ab", "phase", text="What is a phase?")
    assert written(write(pairs, tmp_path / "out")) == "ab"


def test_of_near_questions_one_stays_and_what_nobody_has_read_is_told(pairs: Small, tmp_path: Path):
    add_pairs(pairs, "abcd", "phase")
    vectors = np.eye(3, dtype=np.float32)
    vectors[1] = (0.99, np.sqrt(1 - 0.99**2), 0)
    embed(pairs.cursor, ENCODER, vectors)
    link(pairs.cursor, ENCODER, a=0, b=1, c=2)
    extend_graph(pairs.database, encoder=ENCODER, content="instruction")
    export = write(pairs, tmp_path / "out", duplicates="near")
    assert written(export) == "acd"
    assert export.manifest["left_out_for"] == {"near_duplicate": 1}
    assert export.manifest["without_vector"] == 1
    assert written(write(pairs, tmp_path / "other", duplicates="near", near=0.999)) == "abcd"


def test_what_was_read_and_not_placed_is_told_as_not_compared(pairs: Small, tmp_path: Path):
    add_pairs(pairs, "abc", "phase")
    vectors = np.eye(3, dtype=np.float32)
    vectors[1] = (0.99, np.sqrt(1 - 0.99**2), 0)
    embed(pairs.cursor, ENCODER, vectors)
    link(pairs.cursor, ENCODER, a=0, b=1)
    export = write(pairs, tmp_path / "out", duplicates="near", formats=("hf",))
    assert written(export) == "abc"
    assert (export.manifest["without_vector"], export.manifest["without_neighbours"]) == (1, 3)
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "3 pairs were not held against the others by meaning" in card
    extend_graph(pairs.database, encoder=ENCODER, content="instruction")
    export = write(pairs, tmp_path / "placed", duplicates="near")
    assert (written(export), export.manifest["without_neighbours"]) == ("ac", 1)


def test_a_pair_that_stays_behind_is_no_reason_to_leave_out_what_is_near_to_it(pairs: Small, tmp_path: Path):
    add_pair(pairs, "a", "phase")
    add_pair(pairs, "b", "phase", status="rejected")
    add_pair(pairs, "c", "phase")
    angles = np.float32([0, 0.25, 0.5])  # a and b, b and c have a cosine of 0.97; a and c of 0.88
    embed(pairs.cursor, ENCODER, np.stack([np.cos(angles), np.sin(angles), 0 * angles], axis=1))
    link(pairs.cursor, ENCODER, a=0, b=1, c=2)
    extend_graph(pairs.database, encoder=ENCODER, content="instruction")
    assert written(write(pairs, tmp_path / "all", duplicates="near")) == "a"
    export = write(pairs, tmp_path / "kept", duplicates="near", gates=("rejected",))
    assert (written(export), export.manifest["left_out_for"]) == ("ac", {"rejected": 1})


# Balance ------------------------------------------------------------------------------------------------------------


def test_a_cap_holds_for_each_node(pairs: Small, tmp_path: Path):
    add_pairs(pairs, "abcd", "phase")
    add_pairs(pairs, "xy", "acid")
    export = write(pairs, tmp_path / "out", balance="cap", balance_number=2)
    kept = written(export)
    assert (len(kept), kept[2:]) == (4, "xy")
    assert export.manifest["left_out_for"] == {"balance": 2}


def test_an_even_share_takes_all_of_the_small_ones(pairs: Small, tmp_path: Path):
    add_pairs(pairs, "abcdef", "phase")
    add_pairs(pairs, "x", "acid")
    kept = written(write(pairs, tmp_path / "out", balance="even", balance_level="subject", balance_number=4))
    assert (len(kept), kept[-1]) == (4, "x")


def test_another_seed_keeps_others_and_the_same_one_the_same(pairs: Small, tmp_path: Path):
    add_pairs(pairs, "abcdefghij", "phase")
    kept = [
        written(write(pairs, tmp_path / f"out{number}", balance="cap", balance_number=3, seed=seed))
        for number, seed in enumerate((0, 0, 1, 2, 3))
    ]
    assert kept[0] == kept[1]
    assert len(set(kept)) > 1


def test_a_quota_holds_for_all_below_its_node(pairs: Small, tmp_path: Path):
    add_pairs(pairs, "abc", "phase")
    add_pairs(pairs, "xyz", "acid")
    quotas = ((pairs.nodes.physics.taxonomy_node_id, 1), ("reactions", 2))
    export = write(pairs, tmp_path / "out", quotas=quotas)
    kept = written(export)
    assert (sum(key in "abc" for key in kept), sum(key in "xyz" for key in kept)) == (1, 2)
    assert export.manifest["left_out_for"] == {"quota": 3}


def test_pairs_are_counted_for_the_first_rule_that_leaves_them_out(pairs: Small, tmp_path: Path):
    add_pair(pairs, "a", "phase", text="Same?", flags=("truncated",))
    add_pair(pairs, "b", "phase", text="Same?")
    add_pair(pairs, "c", "phase", text="Same?")
    add_pairs(pairs, "de", "coherence")
    export = write(pairs, tmp_path / "out", gates=("flagged",), duplicates="exact", balance="cap", balance_number=2)
    assert export.manifest["left_out_for"] == {"flagged": 1, "duplicate": 1, "balance": 1}
    assert export.manifest["left_out"] == 3
    assert in_words(export.manifest["left_out_for"]).startswith("1 flagged, 1 asking the same as another one")


# The test set -------------------------------------------------------------------------------------------------------


def test_so_many_questions_of_each_discipline_are_held_out_and_at_most_half(pairs: Small, tmp_path: Path):
    for key, concept in zip("abcde", ("phase", "coherence", "telescope", "aperture", "resolution"), strict=True):
        add_pair(pairs, key, concept)
    add_pair(pairs, "x", "acid")
    add_pair(pairs, "y", "base")
    export = write(pairs, tmp_path / "out", test_per_discipline=2)
    tested = written(export, "test")
    assert (sum(key in "abcde" for key in tested), sum(key in "xy" for key in tested)) == (2, 1)
    assert set(tested) | set(written(export)) == set("abcdexy")
    assert (export.manifest["train"], export.manifest["test"]) == (4, 3)
    assert export.manifest["short_disciplines"] == 1


def test_what_was_drawn_from_the_same_key_concepts_is_not_trained_on(pairs: Small, tmp_path: Path):
    add_pairs(pairs, "abcd", "phase", "coherence")
    add_pairs(pairs, "efg", "coherence")
    export = write(pairs, tmp_path / "out", test_per_discipline=1)
    tested, trained = written(export, "test"), written(export)
    assert len(tested) == 1
    assert not {*tested, *trained} & (set("abcd" if tested in "abcd" else "efg") - {tested})
    assert export.manifest["left_out_for"] == {"test_combination": 3 if tested in "abcd" else 2}


def test_what_was_drawn_from_the_same_two_class_sessions_is_not_trained_on(pairs: Small, tmp_path: Path):
    add_pair(pairs, "a", "refraction", "phase", **two_sessions())
    add_pair(pairs, "b", "reflection", "coherence", **two_sessions())
    export = write(pairs, tmp_path / "out", test_per_discipline=1)
    assert export.manifest["left_out_for"] == {"test_sessions": 1}
    assert (len(written(export, "test")), written(export)) == (1, "")


def test_one_shared_class_session_is_no_reason(pairs: Small, tmp_path: Path):
    add_pair(pairs, "a", "refraction", "phase", **two_sessions())
    add_pair(pairs, "b", "reflection", "telescope", **two_sessions())
    add_pair(pairs, "c", "reflection", "refraction")
    assert write(pairs, tmp_path / "out", test_per_discipline=1).manifest["left_out_for"] == {}


def test_thirteen_words_in_a_row_are_too_near_and_twelve_are_not(pairs: Small, tmp_path: Path):
    words = LENS.split()
    add_pair(pairs, "a", "phase", text=LENS)
    add_pair(pairs, "b", "coherence", text="Say: " + " ".join(words[:13]).upper() + ", and why?")
    add_pair(pairs, "c", "aperture", text="Now say: " + " ".join(words[:12]) + ", nothing else is asked for.")
    left_out = [
        write(pairs, tmp_path / other, test_per_discipline=1, filter_=Filter(instruction_ids=("a", other))).manifest[
            "left_out_for"
        ]
        for other in "bc"
    ]
    assert left_out == [{"test_text": 1}, {}]


def test_an_equal_short_question_is_too_near(pairs: Small, tmp_path: Path):
    add_pair(pairs, "a", "phase", text="What is light?")
    add_pair(pairs, "b", "coherence", text="What is  light?")
    add_pair(pairs, "c", "telescope", text="What is dark?")
    add_pair(pairs, "d", "aperture", text="What is  dark?")
    export = write(pairs, tmp_path / "out", test_per_discipline=1)
    assert export.manifest["left_out_for"] == {"test_text": 1}


def test_what_means_nearly_the_same_is_not_trained_on(pairs: Small, tmp_path: Path):
    for key, concept in zip("abc", ("phase", "coherence", "telescope"), strict=True):
        add_pair(pairs, key, concept)
    add_pair(pairs, "d", "aperture")
    vectors = np.zeros((3, 3), np.float32)
    vectors[:, 0] = 1
    vectors[2] = (0, 1, 0)
    embed(pairs.cursor, ENCODER, vectors)
    link(pairs.cursor, ENCODER, a=0, b=1, c=2)
    exports = [
        write(pairs, tmp_path / f"out{seed}", test_per_discipline=1, seed=seed).manifest["left_out_for"]
        for seed in range(8)
    ]
    assert {"test_meaning": 1} in exports  # where a or b is held out, the other one goes
    assert {} in exports  # c and d are near to none
    assert write(pairs, tmp_path / "out", test_per_discipline=1).manifest["without_vector"] == 1


def test_the_test_set_is_the_same_however_training_is_balanced(pairs: Small, tmp_path: Path):
    for key, concept in zip("abcdef", ("phase", "coherence", "telescope", "aperture", "lens", "wave"), strict=False):
        if concept in ("phase", "coherence", "telescope", "aperture"):
            add_pair(pairs, key, concept)
    plain = write(pairs, tmp_path / "plain", test_per_discipline=2)
    balanced = write(pairs, tmp_path / "balanced", test_per_discipline=2, balance="cap", balance_number=1)
    assert written(plain, "test") == written(balanced, "test")
    assert len(written(balanced)) == 1


# Order --------------------------------------------------------------------------------------------------------------


def test_by_level_a_subject_comes_after_the_other_as_it_is_taught(pairs: Small, tmp_path: Path):
    add_pair(pairs, "a", "acid")
    add_pair(pairs, "b", "telescope")
    add_pair(pairs, "c", "phase")
    add_pair(pairs, "d", "refraction")
    add_pair(pairs, "e", "reflection")
    assert written(write(pairs, tmp_path / "id")) == "abcde"
    assert written(write(pairs, tmp_path / "level", order="level")) == "edcba"


def test_interleaved_the_subjects_of_a_level_take_turns(pairs: Small, tmp_path: Path):
    pairs.cursor.execute("update subject set level = 'introductory' where subject_id = 'reactions'")
    add_pair(pairs, "a", "base")
    add_pair(pairs, "b", "acid")
    add_pair(pairs, "c", "phase")
    add_pair(pairs, "d", "refraction")
    add_pair(pairs, "e", "telescope")
    order = written(write(pairs, tmp_path / "out", order="interleaved"))
    assert {order[:2], order[2:4]} in ({"bd", "ac"}, {"db", "ca"})
    assert order[4] == "e"


# What cannot be done ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"duplicates": "some"},
        {"order": "random"},
        {"balance": "cap"},
        {"balance": "cap", "balance_number": 1, "balance_level": "planet"},
        {"columns": ("colour",)},
        {"formats": ()},
        {"near": 0.0},
        {"test_per_discipline": -1},
        {"quotas": (("x", -1),)},
        {"formats": ("csv",), "has_recipe": True},
    ],
    ids=str,
)
def test_a_request_that_makes_no_sense_is_refused(pairs: Small, tmp_path: Path, settings: dict[str, object]):
    add_pairs(pairs, "ab", "phase")
    with pytest.raises(ExportError) as raised:
        write(pairs, tmp_path / "out", **settings)
    assert raised.value.hint
    assert not (tmp_path / "out").exists()
