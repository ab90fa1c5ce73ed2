"""Pairs that are alike are grouped, and one of each group is kept."""

import numpy as np
import pytest

from glan_core.checking.duplicates import (
    DuplicateSettings,
    check_duplicates,
    find_duplicates_check,
)
from glan_core.checking.kept_duplicates import keep_all, keep_one, keep_this
from glan_core.encoders import BUILT_IN_ENCODER
from glan_core.entities import Filter, QualityFlag
from glan_core.errors import SettingsError
from glan_core.gates import gated
from glan_core.ids import content_id
from glan_core.store.answers import insert_quality_flags
from glan_core.store.database import Cursor
from glan_core.store.duplicates import DuplicateKind, count_groups, list_groups
from glan_core.store.embeddings import insert_embeddings, link_instructions
from glan_core.store.flags import lift_flags, list_flagged
from glan_core.store.neighbourhoods import Neighbourhoods, insert_neighbourhoods
from glan_core.store.pairs import list_pairs
from glan_core.store.runs import save_run
from glan_core.store.samples import samples_version
from tests.checking.conftest import MakePairs
from tests.conftest import Small
from tests.small_pairs import NOON, run

LENS = "Explain in your own words how a thin convex lens forms the image of an object that is far away from it."
NEAR = LENS.replace("far away", "far off")
OTHER = "Which of the two rays is bent more when it enters the glass block, and what decides about it?"
WORDS = DuplicateSettings(has_meaning=False)


def _groups(cursor: Cursor, kind: DuplicateKind) -> list[tuple[str, str]]:
    found = list_groups(cursor, kind, first=0, limit=100)
    return [
        ("".join(sorted(rows["instruction_id"])), "".join(rows["instruction_id"][rows["is_kept"]]))
        for _, rows in found.groupby("group_number")
    ]


def _flagged(cursor: Cursor, kind: str) -> str:
    return "".join(list_flagged(cursor, kind, limit=100)["instruction_id"])


def test_the_same_and_nearly_the_same_texts_are_grouped(small: Small, make_pairs: MakePairs):
    make_pairs(
        {"a": LENS, "b": LENS.upper(), "c": f"  {LENS}!", "d": NEAR, "e": OTHER, "f": OTHER, "g": "Why is it so?"}
    )
    check = check_duplicates(small.database, WORDS)
    assert (check.state, check.rows, check.found) == ("finished", 7, 3)
    assert [members for members, _ in _groups(small.cursor, "exact")] == ["abc", "ef"]
    assert [members for members, _ in _groups(small.cursor, "text")] == ["abcd"]
    assert tuple(count_groups(small.cursor, "exact")) == (2, 5)
    (similarity,) = set(list_groups(small.cursor, "text", first=0, limit=1)["similarity"])
    assert 0.8 <= similarity < 1
    kept = find_duplicates_check(small.cursor)
    assert kept is not None
    assert kept.settings == WORDS._asdict()


def test_the_threshold_decides_what_is_near(small: Small, make_pairs: MakePairs):
    make_pairs({"a": LENS, "b": NEAR})
    check_duplicates(small.database, WORDS._replace(text_similarity=0.95))
    assert _groups(small.cursor, "text") == []
    check_duplicates(small.database, WORDS)
    assert [members for members, _ in _groups(small.cursor, "text")] == ["ab"]


@pytest.mark.parametrize(("content", "groups"), [("instruction", ["ab"]), ("answer", ["bc"]), ("both", [])])
def test_the_text_that_was_chosen_is_compared(small: Small, make_pairs: MakePairs, content: str, groups: list[str]):
    make_pairs({"a": (LENS, "It bends."), "b": (LENS, "It does not bend."), "c": (OTHER, "It does not bend.")})
    check_duplicates(small.database, WORDS._replace(content=content))
    assert [members for members, _ in _groups(small.cursor, "exact")] == groups


def test_the_best_of_a_group_is_kept(small: Small, make_pairs: MakePairs):
    save_run(small.cursor, run("demo", is_demo=True))
    groups = {letter: f"{letter} {LENS}" for letter in "pqrs"}
    make_pairs({"p1": groups["p"], "q1": groups["q"], "q2": (groups["q"], "An answer."), "s1": (groups["s"], "One.")})
    make_pairs({"p2": groups["p"]}, status="accepted")
    make_pairs({"p3": groups["p"]}, status="rejected")
    make_pairs({"r1": (groups["r"], "One.")}, run_id="demo")
    make_pairs({"r2": (groups["r"], "Two."), "s2": (groups["s"], "Two.")})
    insert_quality_flags(small.cursor, [QualityFlag("s1", "truncated")])
    check_duplicates(small.database, WORDS)
    found = list_groups(small.cursor, "exact", first=0, limit=10)
    assert sorted(found["instruction_id"][found["is_kept"]]) == ["p2", "q2", "r2", "s2"]


def test_all_but_one_are_flagged_and_the_flags_can_be_taken_back(small: Small, make_pairs: MakePairs):
    make_pairs(dict.fromkeys("abc", (LENS, "It does.")))
    make_pairs(dict.fromkeys("de", (OTHER, "It does not.")))
    check_duplicates(small.database, WORDS)
    assert _flagged(small.cursor, "exact_duplicate") == ""
    assert keep_one(small.database, ["exact"]) == 3
    assert keep_one(small.database, ["exact"]) == 0
    left = list_pairs(small.cursor, gated(Filter(), ("duplicates",)), limit=10)["instruction_id"]
    assert len(left) == 2
    assert keep_all(small.database, ["exact"], group_number=2) == 1
    assert keep_all(small.database, ["exact"]) == 2
    assert _flagged(small.cursor, "exact_duplicate") == ""


def test_another_pair_can_be_the_one_that_is_kept(small: Small, make_pairs: MakePairs):
    make_pairs(dict.fromkeys("abc", LENS))
    check_duplicates(small.database, WORDS)
    ((_, first),) = _groups(small.cursor, "exact")
    chosen = next(name for name in "abc" if name != first)
    keep_this(small.database, chosen)
    assert _flagged(small.cursor, "exact_duplicate") == ""
    keep_one(small.database, ["exact"], group_number=1)
    assert _flagged(small.cursor, "exact_duplicate") == "".join(sorted(set("abc") - {chosen}))
    keep_this(small.database, first)
    assert _flagged(small.cursor, "exact_duplicate") == "".join(sorted(set("abc") - {first}))


def test_a_lifted_flag_is_not_raised_again(small: Small, make_pairs: MakePairs):
    make_pairs({"a": LENS, "b": LENS})
    check_duplicates(small.database, WORDS)
    keep_one(small.database, ["exact"])
    flagged = _flagged(small.cursor, "exact_duplicate")
    lift_flags(small.cursor, "exact_duplicate", [flagged], by="ann", at=NOON)
    check_duplicates(small.database, WORDS)
    assert keep_one(small.database, ["exact"]) == 0
    assert _flagged(small.cursor, "exact_duplicate") == ""


def test_flags_that_rest_on_no_group_any_more_go(small: Small, make_pairs: MakePairs):
    make_pairs({"a": LENS, "b": NEAR})
    check_duplicates(small.database, WORDS)
    keep_one(small.database, ["text"])
    assert len(_flagged(small.cursor, "near_duplicate")) == 1
    check_duplicates(small.database, WORDS._replace(text_similarity=1.0))
    assert _flagged(small.cursor, "near_duplicate") == ""


def test_pairs_of_removed_runs_are_in_no_group(small: Small, make_pairs: MakePairs):
    save_run(small.cursor, run("gone"))
    make_pairs({"a": LENS})
    make_pairs({"b": LENS}, run_id="gone")
    check_duplicates(small.database, WORDS)
    assert [members for members, _ in _groups(small.cursor, "exact")] == ["ab"]
    small.cursor.execute("update run set is_removed = true where run_id = 'gone'")
    assert _groups(small.cursor, "exact") == []
    assert tuple(count_groups(small.cursor, "exact")) == (0, 0)
    check_duplicates(small.database, WORDS)
    small.cursor.execute("update run set is_removed = false where run_id = 'gone'")
    assert _groups(small.cursor, "exact") == []


def test_meaning_is_what_the_neighbour_graph_says(small: Small, make_pairs: MakePairs):
    texts = {"a": "How does light bend?", "b": "In which way are rays refracted?", "c": OTHER}
    make_pairs(texts)
    encoder = BUILT_IN_ENCODER.encoder
    vectors = np.zeros((3, BUILT_IN_ENCODER.dimensions), np.float32)
    vectors[:, :2] = [[1, 0], [0.96, 0.28], [0, 1]]
    insert_embeddings(small.cursor, encoder=encoder, texts=list(texts.values()), vectors=vectors)
    contents = {key: content_id(text) for key, text in texts.items()}
    link_instructions(small.cursor, encoder=encoder, content="instruction", content_of=contents)
    lists = Neighbourhoods(
        np.arange(3), np.array([[1, 2], [0, 2], [1, 0]]), np.array([[0.96, 0], [0.96, 0.28], [0.28, 0]], np.float32)
    )
    insert_neighbourhoods(small.cursor, lists, encoder=encoder, content="instruction")
    check_duplicates(small.database, DuplicateSettings(meaning_similarity=0.95))
    assert [members for members, _ in _groups(small.cursor, "meaning")] == ["ab"]
    check_duplicates(small.database, WORDS)
    assert [members for members, _ in _groups(small.cursor, "meaning")] == ["ab"]
    check_duplicates(small.database, DuplicateSettings(meaning_similarity=0.97))
    assert _groups(small.cursor, "meaning") == []


def test_a_check_that_is_stopped_leaves_what_was_found_before(small: Small, make_pairs: MakePairs):
    make_pairs({"a": LENS, "b": LENS})
    check_duplicates(small.database, WORDS)
    make_pairs({"c": LENS})
    check = check_duplicates(small.database, WORDS, is_stopped=lambda: True)
    assert check.state == "stopped"
    assert [members for members, _ in _groups(small.cursor, "exact")] == ["ab"]


@pytest.mark.parametrize(
    "settings",
    [
        DuplicateSettings(content="title"),
        DuplicateSettings(text_similarity=0.5),
        DuplicateSettings(meaning_similarity=1.1),
    ],
)
def test_settings_that_cannot_be_are_refused(small: Small, settings: DuplicateSettings):
    with pytest.raises(SettingsError):
        check_duplicates(small.database, settings)
    assert find_duplicates_check(small.cursor) is None


def test_nothing_is_alike_where_there_is_nothing(small: Small):
    assert check_duplicates(small.database, WORDS).found == 0


def test_another_choice_of_what_is_kept_is_news_to_the_lists_of_pairs(small: Small, make_pairs: MakePairs):
    make_pairs(dict.fromkeys("abc", LENS))
    check_duplicates(small.database, WORDS)
    keep_one(small.database, ["exact"])
    ((_, first),) = _groups(small.cursor, "exact")
    before = samples_version(small.cursor)
    keep_this(small.database, next(name for name in "abc" if name != first))
    assert samples_version(small.cursor) != before


def test_a_pair_that_a_person_keeps_stays_kept_after_another_check(small: Small, make_pairs: MakePairs):
    make_pairs(dict.fromkeys("abc", LENS))
    check_duplicates(small.database, WORDS)
    keep_one(small.database, ["exact"])
    chosen = next(name for name in "abc" if name in _flagged(small.cursor, "exact_duplicate"))
    keep_this(small.database, chosen)
    make_pairs({"d": LENS})
    check_duplicates(small.database, WORDS)
    assert _groups(small.cursor, "exact") == [("abcd", chosen)]
    assert _flagged(small.cursor, "exact_duplicate") == "".join(sorted(set("abcd") - {chosen}))


def test_one_pair_is_kept_of_groups_that_overlap(small: Small, make_pairs: MakePairs):
    make_pairs({"a": LENS, "b": NEAR})
    _relate_meanings(small, {"a": LENS, "b": NEAR})
    check_duplicates(small.database, DuplicateSettings(meaning_similarity=0.95))
    ((_, first),) = _groups(small.cursor, "text")
    assert _groups(small.cursor, "meaning") == [("ab", first)]
    keep_this(small.database, "b" if first == "a" else "a")
    assert keep_one(small.database, ["text"]) == 1
    assert keep_one(small.database, ["meaning"]) == 0
    assert _flagged(small.cursor, "near_duplicate") == first
    assert keep_all(small.database, ["meaning"]) == 0
    assert _flagged(small.cursor, "near_duplicate") == first
    assert keep_all(small.database, ["text"]) == 1
    assert _flagged(small.cursor, "near_duplicate") == ""


def _relate_meanings(small: Small, texts: dict[str, str]) -> None:
    """Let two questions be near in meaning, as the neighbour graph has it."""
    encoder = BUILT_IN_ENCODER.encoder
    vectors = np.zeros((2, BUILT_IN_ENCODER.dimensions), np.float32)
    vectors[:, :2] = [[1, 0], [0.96, 0.28]]
    insert_embeddings(small.cursor, encoder=encoder, texts=list(texts.values()), vectors=vectors)
    contents = {key: content_id(text) for key, text in texts.items()}
    link_instructions(small.cursor, encoder=encoder, content="instruction", content_of=contents)
    lists = Neighbourhoods(np.arange(2), np.array([[1], [0]]), np.array([[0.96], [0.96]], np.float32))
    insert_neighbourhoods(small.cursor, lists, encoder=encoder, content="instruction")
