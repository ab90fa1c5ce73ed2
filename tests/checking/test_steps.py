"""What a check found is kept however it ends, and the next time begins behind it."""

from collections.abc import Callable

import pytest

from glan_core.checking.steps import check_id, go_through
from glan_core.errors import EmbeddingError
from glan_core.store.database import Cursor
from glan_core.store.ingest import ingest
from glan_core.store.quality_checks import Stretch, find_check
from tests.checking.conftest import MakePairs
from tests.conftest import Small
from tests.small_pairs import answer


def _looking(seen: list[tuple[int, int]], ends: dict[int, BaseException]) -> Callable[[Cursor, Stretch], object]:
    """Give what notes the questions that it is to look at, and ends on an error at some places."""

    def look(cursor: Cursor, stretch: Stretch) -> Callable[[Cursor], int]:
        first, last = stretch.questions
        if first in ends:
            raise ends.pop(first)
        seen.append((first, last))
        return lambda cursor: last - first

    return look


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (EmbeddingError("It is gone."), "failed", "It is gone."),
        (KeyboardInterrupt(), "stopped", "It was interrupted."),
        (ZeroDivisionError(), "stopped", "It was interrupted."),
    ],
)
def test_an_error_keeps_what_was_done_before(
    small: Small, make_pairs: MakePairs, error: BaseException, state: str, message: str
):
    make_pairs(dict.fromkeys("abcde", "Why is it so?"))
    seen: list[tuple[int, int]] = []
    look = _looking(seen, {2: error})
    with pytest.raises(type(error)):
        go_through(small.database, "rules", {}, look, rows_at_once=2)
    check = find_check(small.cursor, check_id("rules"))
    assert check is not None
    assert (check.state, check.message, check.done, check.found) == (state, message, 2, 2)
    finished = go_through(small.database, "rules", {}, look, rows_at_once=2)
    assert (finished.state, finished.message, finished.done, finished.found) == ("finished", "", 5, 5)
    assert seen == [(0, 2), (2, 4), (4, 5)]


def test_a_step_that_cannot_be_written_leaves_nothing_of_it(small: Small, make_pairs: MakePairs):
    make_pairs({"a": "Why is it so?"})

    def look(cursor: Cursor, stretch: Stretch) -> Callable[[Cursor], int]:
        def write(cursor: Cursor) -> int:
            cursor.execute("insert into quality_flag values ('a', 'refusal', '')")
            raise EmbeddingError("No.")

        return write

    with pytest.raises(EmbeddingError):
        go_through(small.database, "rules", {}, look)
    assert small.cursor.execute("select count(*) from quality_flag").fetchall() == [(0,)]
    check = find_check(small.cursor, check_id("rules"))
    assert check is not None
    assert (check.done, check.found) == (0, 0)


def test_begin_is_called_at_the_first_row_alone(small: Small, make_pairs: MakePairs):
    make_pairs({"a": "Why is it so?"})
    begun: list[int] = []
    for settings, is_anew in (({"n": 1}, False), ({"n": 1}, False), ({"n": 2}, False), ({"n": 2}, True)):
        go_through(
            small.database,
            "rules",
            settings,
            _looking([], {}),
            begin=lambda cursor: begun.append(1),
            is_anew=is_anew,
        )
    assert len(begun) == 3


def test_answers_that_come_late_are_looked_at_too(small: Small, make_pairs: MakePairs):
    make_pairs({"a": ("Why?", "So."), "b": "Why is it so?", "c": "How is it so?"})
    seen: list[Stretch] = []

    def look(cursor: Cursor, stretch: Stretch) -> Callable[[Cursor], int]:
        seen.append(stretch)
        return lambda cursor: 0

    first = go_through(small.database, "rules", {}, look)
    assert (first.state, first.done, first.rows) == ("finished", 3, 3)
    ingest(small.cursor, [answer("b", text="Therefore."), answer("c", text="Thus.")])
    second = go_through(small.database, "rules", {}, look, rows_at_once=1)
    assert (second.state, second.done, second.rows) == ("finished", 3, 3)
    assert seen == [((0, 3), (0, 1)), ((3, 3), (1, 2)), ((3, 3), (2, 3))]
