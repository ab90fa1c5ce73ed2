"""Flags of rules follow the texts of a pair: through an edit, its undo, and an edit of the edit."""

from datetime import timedelta

import pytest

from glan_core.entities import QualityFlag
from glan_core.reviewing import Decision, decide, undo
from glan_core.store.answers import insert_quality_flags
from glan_core.store.edited_checks import count_edited_since
from glan_core.store.flags import lift_flags
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run

OPEN_CODE = "Run this:\n```python\nprint(1)\n"


@pytest.fixture
def pairs(small: Small) -> Small:
    """A pair whose answer was cut off, and one that is contaminated."""
    save_run(small.cursor, run())
    calls = [model_call(f"call-{name}") for name in "ab"]
    calls += [model_call("answering-a", finish_reason="length"), model_call("answering-b")]
    ingest(
        small.cursor,
        [
            *calls,
            *(instruction(name, text=f"What does mirror {name} do to light?") for name in "ab"),
            *(answer(name) for name in "ab"),
        ],
    )
    insert_quality_flags(small.cursor, [QualityFlag("a", "truncated", "Cut off."), QualityFlag("b", "contaminated")])
    return small


def flags(small: Small) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"a": set(), "b": set()}
    for key, kind in small.cursor.execute("select instruction_id, kind from quality_flag").fetchall():
        found[key].add(kind)
    return found


def edit(small: Small, key: str, text: str) -> str:
    return decide(small.database, Decision(key, "Ada", "edited", answer=text), at=NOON).review_id


def test_an_edit_that_mends_a_text_takes_its_flag_away_and_an_undo_brings_it_back(pairs: Small):
    review_id = edit(pairs, "a", "A whole answer, to its end.")
    assert flags(pairs)["a"] == set()
    undo(pairs.database, review_id, reviewer="Ada", at=NOON)
    assert flags(pairs)["a"] == {"truncated"}


def test_an_edit_that_breaks_a_rule_is_flagged(pairs: Small):
    edit(pairs, "a", OPEN_CODE)
    assert flags(pairs)["a"] == {"unbalanced_code"}
    edit(pairs, "a", "No code any more.")
    assert flags(pairs)["a"] == set()


def test_that_a_flag_was_lifted_is_said_of_the_old_text_alone(pairs: Small):
    edit(pairs, "a", OPEN_CODE)
    lift_flags(pairs.cursor, "unbalanced_code", ["a"], by="Bo", at=NOON)
    assert flags(pairs)["a"] == set()
    edit(pairs, "a", f"Once more. {OPEN_CODE}")
    assert flags(pairs)["a"] == {"unbalanced_code"}


def test_what_takes_other_texts_stays_until_it_is_compared_again(pairs: Small):
    edit(pairs, "b", "Another answer, in other words.")
    assert flags(pairs)["b"] == {"contaminated"}


def test_a_check_knows_how_many_pairs_were_edited_since(pairs: Small):
    later = NOON + timedelta(hours=1)
    assert count_edited_since(pairs.cursor, NOON) == 0
    review_id = edit(pairs, "a", "Mended.")
    assert (count_edited_since(pairs.cursor, NOON), count_edited_since(pairs.cursor, later)) == (1, 0)
    undo(pairs.database, review_id, reviewer="Ada", at=later)
    assert count_edited_since(pairs.cursor, later) == 1
