"""Does the Review page let people review one pair after the other, and say how good each branch is?"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from glan_core.entities import Filter, QualityFlag
from glan_core.reviewing import Decision, decide
from glan_core.store.answers import insert_quality_flags
from glan_core.store.branch_holds import list_held_branches
from glan_core.store.database import Database
from glan_core.store.flags import lifted_of
from glan_core.store.pairs import list_pairs
from glan_core.store.reviews import count_by_status, list_reviews, list_standing_verdicts
from pages.shared.review_words import REASON_WORDS
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs

PAGE = "pages/curate/review.py"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MARKUP = "**Bold** <b>x</b> [a](http://b) :red[y] $z$"


@pytest.fixture
def run_id(app: AppTest, app_database: Database, model_server: ModelServer, tmp_path: Path) -> str:
    """A run with six pairs."""
    return make_pairs(app_database, tmp_path / "runs", model_server, instructions=6)


def open_page(app: AppTest, **address: str) -> AppTest:
    app.run()
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(PAGE).run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    button(app, label).click()
    app.run()
    assert not app.exception
    return app


def button(app: AppTest, label: str) -> Any:
    return next(each for each in app.button if each.label == label)


def labels(app: AppTest) -> list[str]:
    return [each.label for each in app.button]


def said(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.text, app.info, app.warning, app.error, app.success)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def shown(app: AppTest) -> str:
    """Give the question on the card."""
    return str(app.text[0].value)


def ids(database: Database) -> list[str]:
    return list(list_pairs(database.cursor(), Filter(), limit=100)["instruction_id"])


def statuses(database: Database) -> dict[str, int]:
    return count_by_status(database.cursor(), Filter())


def test_without_pairs_it_leads_to_a_run(app: AppTest):
    open_page(app)
    assert "There are no pairs to review yet." in said(app)


def test_without_a_name_a_pair_is_shown_and_nothing_can_be_decided(app: AppTest, run_id: str):
    open_page(app)
    assert "Write your name at the top to review." in said(app)
    assert shown(app)
    assert "Accept" not in labels(app)


def test_a_name_is_written_once_and_then_the_box_is_gone(app: AppTest, app_database: Database, run_id: str):
    open_page(app)
    app.text_input(key="reviewer-box").set_value(" Ada  L ")
    press(app, "That is me")
    assert [each.label for each in app.text_input] == ["Comment"]
    assert app.query_params["reviewer"] == "Ada L"
    press(app, "Accept")
    assert [each.reviewer for each in list_standing_verdicts(app_database.cursor())] == ["Ada L"]


def test_who_reviewed_last_is_offered_and_another_name_can_be_written(
    app: AppTest, app_database: Database, run_id: str
):
    first, second, *_ = ids(app_database)
    decide(app_database, Decision(first, "Ada", "accepted"), at=NOON)
    decide(app_database, Decision(second, "Bo", "accepted"), at=NOON)
    open_page(app)
    assert [label for label in labels(app) if label in ("Ada", "Bo")] == ["Bo", "Ada"]
    press(app, "Ada")
    assert "1 reviewed by Ada" in said(app)
    press(app, "Ada")
    assert "That is me" in labels(app)
    assert "Accept" not in labels(app)
    app.text_input(key="reviewer-box").set_value("bo")
    press(app, "That is me")
    assert "1 reviewed by Bo" in said(app)


def test_an_accepted_pair_tells_of_its_flags_and_they_are_lifted_there(
    app: AppTest, app_database: Database, run_id: str
):
    every = ids(app_database)
    insert_quality_flags(app_database.cursor(), [QualityFlag(key, "truncated") for key in every])
    open_page(app, reviewer="Ada")
    assert "lifts no flag" in said(app)
    press(app, "Accept")
    (verdict,) = list_standing_verdicts(app_database.cursor())
    app.button(key=f"flag-last-truncated-{verdict.instruction_id}").click().run()
    assert not app.exception
    assert lifted_of(app_database.cursor(), verdict.instruction_id) == ("truncated",)
    by = app_database.cursor().execute("select lifted_by from lifted_flag").fetchall()
    assert by == [("Ada",)]
    app.button(key=f"flag-last-truncated-{verdict.instruction_id}").click().run()
    assert lifted_of(app_database.cursor(), verdict.instruction_id) == ()


def test_a_decision_is_kept_and_the_next_pair_comes(app: AppTest, app_database: Database, run_id: str):
    open_page(app, reviewer="Ada")
    first = shown(app)
    app.text_input(key=next(each.key for each in app.text_input if each.label == "Comment")).set_value("Good.").run()
    press(app, "Accept")
    assert shown(app) != first
    (verdict,) = list_standing_verdicts(app_database.cursor())
    assert (verdict.reviewer, verdict.verdict) == ("Ada", "accepted")
    assert list_reviews(app_database.cursor(), verdict.instruction_id)[0].comment == "Good."
    assert statuses(app_database) == {"accepted": 1, "generated": 5}
    assert "1 reviewed by Ada" in said(app)


def test_a_rejection_takes_the_reasons_that_were_chosen(app: AppTest, app_database: Database, run_id: str):
    open_page(app, reviewer="Ada")
    for label in ("Unclear", "Too easy", "Unclear", "Incomplete"):
        press(app, label)
    press(app, "Reject")
    (verdict,) = list_standing_verdicts(app_database.cursor())
    assert list_reviews(app_database.cursor(), verdict.instruction_id)[0].reasons == ("too_easy", "incomplete")
    press(app, "Reject")
    assert sum(len(each.reasons) for key in ids(app_database) for each in list_reviews(app_database.cursor(), key)) == 2


def test_the_keys_are_shown_on_the_buttons(app: AppTest, run_id: str):
    open_page(app, reviewer="Ada")
    keys = {each.label: each.proto.shortcut for each in app.button}
    told = ("Accept", "Reject", "Edit", "Skip", "Undo", "Previous", "Next", *REASON_WORDS.values())
    found = [keys[label].casefold() for label in told]
    assert found == ["a", "x", "e", "s", "u", "left", "right", "1", "2", "3", "4", "5", "6"]


def test_an_undo_shows_the_pair_again_as_it_was(app: AppTest, app_database: Database, run_id: str):
    open_page(app, reviewer="Ada")
    first = shown(app)
    press(app, "Reject")
    press(app, "Undo")
    assert shown(app) == first
    assert statuses(app_database) == {"generated": 6}
    press(app, "Undo")
    assert statuses(app_database) == {"generated": 6}
    press(app, "Accept")
    assert statuses(app_database) == {"accepted": 1, "generated": 5}


def test_an_edit_is_kept_with_what_it_changed_and_no_markup_is_read(app: AppTest, app_database: Database, run_id: str):
    open_page(app, reviewer="Ada")
    first = shown(app)
    press(app, "Edit")
    assert "Accept" not in labels(app)
    next(each for each in app.text_area if each.label == "Question").set_value(f"{first} {MARKUP}")
    press(app, "Save and accept")
    assert shown(app) != first
    assert "Decided last" in said(app)
    marked = next(each.value for each in app.markdown if "green-background" in each.value)
    assert "\\*\\*Bold\\*\\*" in marked
    assert "**Bold**" not in marked
    assert statuses(app_database) == {"accepted": 1, "generated": 5}
    press(app, "Undo")
    assert shown(app) == first


def test_an_edit_that_changes_nothing_gets_a_sentence(app: AppTest, app_database: Database, run_id: str):
    open_page(app, reviewer="Ada")
    press(app, "Edit")
    press(app, "Save and accept")
    assert "The texts are as they were" in said(app)
    press(app, "Leave it as it is")
    assert "Accept" in labels(app)
    assert statuses(app_database) == {"generated": 6}


def test_skipped_pairs_wait_for_the_end(app: AppTest, app_database: Database, run_id: str):
    open_page(app, reviewer="Ada")
    first = shown(app)
    press(app, "Skip")
    for _ in range(5):
        assert shown(app) != first
        press(app, "Accept")
    assert "Only what you skipped is left: 1." in said(app)
    press(app, "Show them again")
    assert shown(app) == first
    press(app, "Accept")
    assert "All 6 pairs of this queue are decided on." in said(app)
    press(app, "Undo")
    assert shown(app) == first


def test_next_and_previous_walk_through_the_queue(app: AppTest, run_id: str):
    open_page(app, reviewer="Ada")
    first = shown(app)
    assert "1 of 6 in this queue" in said(app)
    press(app, "Next")
    assert "2 of 6 in this queue" in said(app)
    press(app, "Previous")
    assert shown(app) == first
    assert button(app, "Previous").disabled


def test_a_second_opinion_is_asked_without_telling_the_first(app: AppTest, app_database: Database, run_id: str):
    for key in ids(app_database):
        decide(app_database, Decision(key, "Bo", "rejected", ("unclear",), "Vague"), at=NOON)
    open_page(app, reviewer="Ada")
    assert "All 6 pairs of this queue are decided on." in said(app)
    app.toggle(key="second").set_value(True).run()
    assert "What they said is shown once you have." in said(app)
    assert "Vague" not in said(app)
    press(app, "Accept")
    assert len(list_standing_verdicts(app_database.cursor(), reviewer="Ada")) == 1
    open_page(app, step="Agreement")
    assert app.dataframe[0].value[["n", "Same verdict"]].to_numpy().tolist() == [[1, 0.0]]


def test_nobody_compared_gets_a_sentence(app: AppTest, run_id: str):
    open_page(app, step="Agreement")
    assert "No pair was reviewed by two people yet." in said(app)


def test_an_address_opens_one_pair_and_an_unknown_one_is_told(app: AppTest, app_database: Database, run_id: str):
    wanted = list_pairs(app_database.cursor(), Filter(), limit=1).iloc[0]
    open_page(app, reviewer="Ada", card=wanted.instruction_id)
    assert shown(app) == wanted.instruction
    open_page(app, reviewer="Ada", card="nope")
    assert "The pair in this address is not there" in said(app)


@pytest.mark.parametrize(
    ("queue", "sentence"),
    [
        ("Flagged", "No pair of the filter is flagged."),
        ("Rejected", "No pair of the filter is rejected."),
        ("Near duplicates", "has not read or compared such pairs"),
        ("Farthest apart", "has not read or compared such pairs"),
        ("Nearer to another subject", "Pairs have to be compared with the key concepts first"),
    ],
)
def test_an_empty_queue_says_why(app: AppTest, run_id: str, queue: str, sentence: str):
    open_page(app, reviewer="Ada", queue=queue)
    assert sentence in said(app)


def test_what_judges_scored_is_offered_once_there_are_scores(app: AppTest, app_database: Database, run_id: str):
    row = app_database.cursor().execute("select instruction_id, answer_id, instruction from pair").fetchall()[0]
    app_database.cursor().execute(
        "insert into judgement values ('j', ?, ?, '', 'j', 'f', 2, 5, 5, 5, 5, '', ?, 'c', now())", [*row[:2], run_id]
    )
    open_page(app, reviewer="Ada", step="Review", queue="Lowest judge score")
    assert "1 of 1 in this queue" in said(app)
    assert shown(app) == row[2]


def test_without_scores_their_queue_is_not_offered(app: AppTest, run_id: str):
    open_page(app)
    assert "Lowest judge score" not in app.selectbox(key="queue").options


def test_rejected_pairs_can_be_taken_in_again(app: AppTest, app_database: Database, run_id: str):
    decide(app_database, Decision(ids(app_database)[0], "Bo", "rejected"), at=NOON)
    open_page(app, reviewer="Ada", queue="Rejected")
    press(app, "Accept")
    assert statuses(app_database) == {"accepted": 1, "generated": 5}


def test_many_are_rejected_at_once_and_taken_back(app: AppTest, app_database: Database, run_id: str):
    decide(app_database, Decision(ids(app_database)[0], "Bo", "accepted"), at=NOON)
    open_page(app, reviewer="Ada", step="Bulk")
    assert "6 pairs fit the filter" in said(app)
    press(app, "Reject 5")
    assert statuses(app_database) == {"accepted": 1, "rejected": 5}
    assert "Rejected in bulk" in said(app)
    press(app, "Undo")
    assert statuses(app_database) == {"accepted": 1, "generated": 5}
    assert "taken back" in said(app)


def test_without_a_name_nothing_can_be_done_in_bulk(app: AppTest, run_id: str):
    open_page(app, step="Bulk")
    assert button(app, "Accept 6").disabled
    assert "Write your name at the top first." in said(app)


def test_a_weak_branch_is_held_and_let_go(app: AppTest, app_database: Database, run_id: str):
    for key in ids(app_database):
        decide(app_database, Decision(key, "Bo", "rejected"), at=NOON)
    open_page(app, reviewer="Ada", step="Sample", sample_by="Field")
    table = app.dataframe[0]
    assert table.value["n"].sum() == 6
    assert set(table.value["Share"]) == {0.0}
    assert button(app, "Hold").disabled
    app.session_state[table.key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    press(app, "Hold 1")
    (held,) = list_held_branches(app_database.cursor())
    assert held.reviewer == "Ada"
    assert "Held" in set(app.dataframe[0].value["Says"])
    press(app, "Let go")
    assert list_held_branches(app_database.cursor()) == ()


def test_the_sample_leads_to_its_queue(app: AppTest, run_id: str):
    open_page(app, reviewer="Ada", step="Sample", sample_by="Run", sample_each="2")
    assert "0 of 2 sampled pairs reviewed, seed 1." in said(app)
    press(app, "Review the sample")
    assert "1 of 2 in this queue" in said(app)
