"""Are decisions kept, does the status follow the newest that stands, and does an undo bring back what was?"""

import itertools
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glan_core.entities import Filter
from glan_core.errors import ReviewError
from glan_core.reviewing import Decision, SeenText, decide, decide_all, decide_each, take_back, undo, undo_newest
from glan_core.store.edited_texts import list_edits_of
from glan_core.store.ingest import ingest
from glan_core.store.pairs import list_pairs
from glan_core.store.review_batches import list_batches
from glan_core.store.reviews import (
    count_by_status,
    count_reviewed_by,
    list_reviewer_names,
    list_reviews,
    list_standing_verdicts,
)
from glan_core.store.runs import save_run
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run
from tests.store.vectors import embed, link

IDS = ("a", "b", "c")


@pytest.fixture
def three(small: Small) -> Small:
    """Three questions of Optics; a and b are answered."""
    save_run(small.cursor, run())
    calls = [model_call(f"call-{key}") for key in IDS] + [
        model_call(f"answering-{key}", stage="answers") for key in "ab"
    ]
    ingest(small.cursor, [*calls, *(instruction(key) for key in IDS), answer("a"), answer("b")])
    return small


def state(small: Small) -> dict[str, tuple[str, str, str | None]]:
    """Give status, question and answer of each pair."""
    rows = small.cursor.execute(
        "select instruction_id, status, instruction, answer from pair order by instruction_id"
    ).fetchall()
    return {row[0]: tuple(row[1:]) for row in rows}


def say(small: Small, key: str, verdict: str, reviewer: str = "Ada", **more: object) -> str:
    return decide(small.database, Decision(key, reviewer, verdict, **more), at=NOON).review_id  # type: ignore[arg-type]


def test_the_status_follows_the_newest_review_whoever_said_it(three: Small):
    say(three, "a", "accepted")
    say(three, "a", "rejected", "Bo", reasons=("unclear",), comment=" Why? ")
    assert [status for status, *_ in state(three).values()] == ["rejected", "generated", "generated"]
    newest = list_reviews(three.cursor, "a")[-1]
    assert (newest.number, newest.reviewer, newest.verdict, newest.reasons, newest.comment) == (
        2,
        "Bo",
        "rejected",
        ("unclear",),
        "Why?",
    )
    assert list_reviewer_names(three.cursor) == ("Ada", "Bo")


def test_an_edited_text_is_what_everything_reads_and_the_original_is_kept(three: Small):
    say(three, "a", "edited", instruction="Better?", answer="Best.")
    assert state(three)["a"] == ("accepted", "Better?", "Best.")
    assert list_pairs(three.cursor, Filter(text="best"), limit=9)["instruction_id"].tolist() == ["a"]
    (edit,) = list_edits_of(three.cursor, "a")
    assert (edit.instruction_before, edit.answer_before) == ("Question a?", "Answer to a.")


def test_a_question_without_an_answer_can_be_edited(three: Small):
    say(three, "c", "edited", instruction="Which?")
    assert state(three)["c"] == ("accepted", "Which?", None)


def test_an_edited_text_has_to_be_read_anew_and_what_was_not_edited_has_not(three: Small):
    embed(three.cursor, "e", np.eye(4, dtype=np.float32))
    link(three.cursor, "e", "instruction", a=0, b=1)
    link(three.cursor, "e", "answer", a=2)
    link(three.cursor, "e", "both", a=3)
    say(three, "a", "edited", answer="Better.")
    left = three.cursor.execute("select instruction_id, content from embedded_instruction order by all").fetchall()
    assert left == [("a", "instruction"), ("b", "instruction")]


@pytest.mark.parametrize(
    ("decision", "message"),
    [
        (Decision("nope", "Ada", "accepted"), "There is no pair 'nope'."),
        (Decision("a", "  ", "accepted"), "cannot be a reviewer"),
        (Decision("a", "x" * 61, "accepted"), "cannot be a reviewer"),
        (Decision("a", "Ada", "rejected", ("ugly",)), "There is no reason 'ugly'."),
        (Decision("a", "Ada", "accepted", ("unclear",)), "Reasons are for rejections."),
        (Decision("a", "Ada", "accepted", comment="x" * 2001), "too long"),
        (Decision("a", "Ada", "edited", instruction="  "), "cannot be empty"),
        (Decision("a", "Ada", "edited", instruction="Question a?"), "as they were"),
        (Decision("c", "Ada", "edited", answer="x"), "has none to edit"),
    ],
)
def test_what_cannot_be_kept_changes_nothing(three: Small, decision: Decision, message: str):
    before = state(three)
    with pytest.raises(ReviewError, match=message):
        decide_each(three.database, [Decision("b", "Ada", "accepted"), decision], at=NOON, origin="card")
    assert state(three) == before
    assert list_standing_verdicts(three.cursor) == ()


def test_an_undo_is_another_row_and_a_second_one_is_refused(three: Small):
    review_id = say(three, "a", "rejected")
    undo(three.database, review_id, reviewer="Ada", at=NOON)
    assert state(three)["a"][0] == "generated"
    assert [review.verdict for review in list_reviews(three.cursor, "a")] == ["rejected", "undone"]
    with pytest.raises(ReviewError, match="taken back already"):
        undo(three.database, review_id, reviewer="Ada", at=NOON)
    with pytest.raises(ReviewError, match="taken back already"):
        undo(three.database, list_reviews(three.cursor, "a")[-1].review_id, reviewer="Ada", at=NOON)


def test_the_newest_of_a_reviewer_is_undone_first_and_that_of_others_never(three: Small):
    say(three, "a", "accepted")
    say(three, "b", "rejected")
    say(three, "b", "accepted", "Bo")
    first, second, third = (undo_newest(three.database, reviewer="Ada", at=NOON) for _ in range(3))
    assert first is not None
    assert second is not None
    assert (first.instruction_id, second.instruction_id, third) == ("b", "a", None)
    assert [status for status, *_ in state(three).values()] == ["generated", "accepted", "generated"]


def test_an_edit_beneath_a_newer_one_can_be_undone_and_both_bring_back_the_original(three: Small):
    original = state(three)["a"]
    first = say(three, "a", "edited", instruction="One?")
    second = say(three, "a", "edited", "Bo", instruction="Two?", answer="Two.")
    undo(three.database, first, reviewer="Ada", at=NOON)
    assert state(three)["a"] == ("accepted", "Two?", "Two.")
    undo(three.database, second, reviewer="Ada", at=NOON)
    assert state(three)["a"] == original


def test_a_bulk_decision_touches_the_open_pairs_of_its_filter_and_is_taken_back_whole(three: Small):
    say(three, "b", "accepted")
    before = state(three)
    done = decide_all(three.database, Filter(), Decision("", "Ada", "rejected", ("unclear",)), at=NOON)
    assert done.pairs == 2
    assert count_by_status(three.cursor, Filter()) == {"accepted": 1, "rejected": 2}
    (batch,) = list_batches(three.cursor, limit=9)
    assert (batch.reviews, batch.standing, batch.reasons, batch.origin) == (2, 2, ("unclear",), "bulk")
    assert take_back(three.database, done.batch_id, reviewer="Bo", at=NOON) == 2
    assert state(three) == before
    assert take_back(three.database, done.batch_id, reviewer="Bo", at=NOON) == 0
    assert list_batches(three.cursor, limit=9)[0].standing == 0


def test_a_bulk_decision_may_change_what_was_decided_and_the_undo_restores_that(three: Small):
    say(three, "a", "edited", answer="Better.")
    say(three, "b", "rejected")
    before = state(three)
    done = decide_all(three.database, Filter(), Decision("", "Ada", "rejected"), at=NOON, is_open_only=False)
    assert done.pairs == 2
    assert {status for status, *_ in state(three).values()} == {"rejected"}
    take_back(three.database, done.batch_id, reviewer="Ada", at=NOON)
    assert state(three) == before


def test_a_bulk_decision_says_nothing_of_any_one_pair(three: Small):
    decide_all(three.database, Filter(), Decision("", "Ada", "accepted"), at=NOON)
    assert list_standing_verdicts(three.cursor) == ()
    assert count_reviewed_by(three.cursor, "Ada") == 0
    assert undo_newest(three.database, reviewer="Ada", at=NOON) is None


def test_what_a_reviewer_said_last_of_a_pair_counts(three: Small):
    say(three, "a", "accepted")
    say(three, "a", "rejected")
    say(three, "a", "accepted", "Bo")
    said = {(each.reviewer, each.verdict) for each in list_standing_verdicts(three.cursor)}
    assert said == {("Ada", "rejected"), ("Bo", "accepted")}
    assert [each.verdict for each in list_standing_verdicts(three.cursor, reviewer="Ada")] == ["rejected"]


_MOMENTS = itertools.count()  # goes on from example to example, so that no two edits are the same
steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(IDS), st.sampled_from(["accepted", "rejected", "edited"])),
        st.tuples(st.just("bulk"), st.sampled_from(["accepted", "rejected"]), st.booleans()),
    ),
    max_size=4,
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=steps, after=steps)
def test_undoing_in_reverse_brings_back_every_state(three: Small, before: list[tuple], after: list[tuple]):  # type: ignore[type-arg]
    three.cursor.execute("delete from review")
    three.cursor.execute("delete from edited_text")
    three.cursor.execute("update instruction set status = 'generated'")

    def do(move: tuple) -> tuple[str, str]:  # type: ignore[type-arg]
        at = NOON + timedelta(seconds=next(_MOMENTS))
        if move[0] == "bulk":
            done = decide_all(three.database, Filter(), Decision("", "Ada", move[1]), at=at, is_open_only=move[2])
            return "batch", done.batch_id
        text = f"Edited {next(_MOMENTS)}?" if move[2] == "edited" else None
        return "review", decide(three.database, Decision(move[1], "Bo", move[2], instruction=text), at=at).review_id

    for move in before:
        do(move)
    states, done = [state(three)], []
    for move in after:
        done.append(do(move))
        states.append(state(three))
    while done:
        assert state(three) == states.pop()
        kind, key = done.pop()
        (take_back if kind == "batch" else undo)(three.database, key, reviewer="Cy", at=NOON)
    assert state(three) == states.pop()


def test_an_edit_is_undone_in_the_answer_that_it_was_made_of(three: Small):
    say(three, "a", "edited", answer="First, edited")
    ingest(three.cursor, [replace(answer("a", text="Second"), answer_id="second")])
    say(three, "a", "edited", answer="Second, edited")
    for texts in (["First, edited", "Second"], ["Answer to a.", "Second"]):
        undo_newest(three.database, reviewer="Ada", at=NOON)
        rows = three.cursor.execute("select text from answer where instruction_id = 'a' order by text").fetchall()
        assert sorted(text for (text,) in rows) == sorted(texts)


def test_what_another_reviewer_has_edited_meanwhile_is_not_written_over(three: Small):
    _, question, said = state(three)["a"]
    seen = SeenText(question, said)
    say(three, "a", "edited", instruction="A better question?", seen=seen)
    say(three, "a", "edited", "Bo", answer="A better answer.", seen=seen)
    assert state(three)["a"] == ("accepted", "A better question?", "A better answer.")
    with pytest.raises(ReviewError, match="Another reviewer has edited this text meanwhile"):
        say(three, "a", "edited", "Cy", instruction="Another question?", seen=seen)
    assert state(three)["a"][1] == "A better question?"


def test_edits_of_one_moment_build_on_each_other(three: Small):
    decisions = [
        Decision("a", "Ada", "edited", instruction="A better question?"),
        Decision("a", "Bo", "edited", answer="A better answer."),
    ]
    decide_each(three.database, decisions, at=NOON, origin="file")
    assert state(three)["a"][1:] == ("A better question?", "A better answer.")
