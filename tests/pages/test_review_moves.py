"""Does a key count once, whatever else is pressed while it is dealt with?"""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from streamlit.runtime.scriptrunner import RerunData, RerunException

from glan_core.entities import Filter
from glan_core.review_queues import ReviewQueue
from glan_core.reviewing import Decision
from glan_core.store.database import Database
from glan_core.store.pairs import list_pairs
from glan_core.store.reviews import list_reviews
from pages.shared.review_moves import Stand, decide_on
from pages.shared.workspace import Workspace
from tests.model_server import ModelServer
from tests.pages.pairs import make_pairs


@pytest.fixture
def key(app_database: Database, model_server: ModelServer, tmp_path: Path) -> str:
    """The id of a pair."""
    make_pairs(app_database, tmp_path / "runs", model_server, instructions=1)
    return str(list_pairs(app_database.cursor(), Filter(), limit=1)["instruction_id"].iloc[0])


def stand_at(database: Database) -> Stand:
    """Give where Ada is before her first decision, in an empty queue."""
    nothing = np.empty(0, dtype=np.int64)
    queue = ReviewQueue(nothing, nothing, 0, 0)
    return Stand(cast(Workspace, SimpleNamespace(database=database)), queue, "", ("generated",), "Ada", False, [])


def test_a_key_that_is_pressed_twice_counts_once(app_database: Database, key: str):
    stand, decision = stand_at(app_database), Decision(key, "Ada", "rejected")
    decide_on(stand, decision, 0)
    decide_on(stand, decision, 0)
    assert len(list_reviews(app_database.cursor(), key)) == 1


def test_a_decision_is_followed_even_if_another_press_comes_in_meanwhile(
    app_database: Database, key: str, monkeypatch: pytest.MonkeyPatch
):
    went: list[int] = []

    def go_on(_: Stand, number: int) -> None:
        went.append(number)
        if len(went) == 1:
            raise RerunException(RerunData())

    monkeypatch.setattr("pages.shared.review_moves._go_on", go_on)
    with pytest.raises(RerunException):
        decide_on(stand_at(app_database), Decision(key, "Ada", "accepted"), 7)
    assert went == [7, 7]
    (review,) = list_reviews(app_database.cursor(), key)
    assert review.verdict == "accepted"
