"""Nobody waits while diversity is measured: pages ask how far it is, and hear why it ended early."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from glan_core.diversity import Asked
from glan_core.embedding.encoder import ENCODER
from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.evaluator import Evaluator
from glan_core.store.evaluations import list_evaluations
from glan_core.store.ingest import ingest
from glan_core.text_encoding import compute_here
from tests.conftest import Small
from tests.embedding.test_neighbours import clustered
from tests.small_pairs import instruction
from tests.store.vectors import embed, link
from tests.terminal import wait_until

STEPS = 4


class Gate:
    """Measures in this process, and waits before each step until it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.most_at_once = 0
        self._under_way = 0
        self._steps = threading.Semaphore(0)

    def let(self, steps: int) -> None:
        """Let it take so many steps more."""
        self._steps.release(steps)

    def compute(self, function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        """Give what the function gives."""
        hear = options.pop("on_progress")

        def wait(done: int, total: int) -> None:
            hear(done, total)
            if done < total:
                assert self._steps.acquire(timeout=60)

        self.calls += 1
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            return function(*arguments, on_progress=wait, **options)
        finally:
            self._under_way -= 1


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A gate that is open at the latest at the end."""
    made = Gate()
    yield made
    made.let(100)


@pytest.fixture
def forty(small: Small) -> Small:
    """Forty pairs with vectors."""
    ingest(small.cursor, [instruction(f"p{number}") for number in range(40)])
    embed(small.cursor, ENCODER, clustered(40))
    link(small.cursor, ENCODER, **{f"p{number}": number for number in range(40)})
    return small


@pytest.fixture
def evaluator(forty: Small, gate: Gate) -> Iterator[Evaluator]:
    """An evaluator of forty pairs that waits at the gate; it has ended before the database is closed."""
    made = Evaluator(forty.database, gate.compute)
    yield made
    gate.let(100)
    assert made.wait(60)


def test_it_has_nothing_to_tell_before_it_is_asked(evaluator: Evaluator):
    assert (evaluator.is_running, evaluator.asked, evaluator.done, evaluator.total) == (False, (), 0, 0)
    assert evaluator.error is None
    assert evaluator.wait(0)


def test_it_measures_beside_and_tells_how_far_it_is(forty: Small, evaluator: Evaluator, gate: Gate):
    asked = (Asked(n=20), Asked(n=30))
    evaluator.start(asked)
    wait_until(lambda: evaluator.total == 2 * STEPS)
    assert (evaluator.is_running, evaluator.asked, evaluator.done) == (True, asked, 0)
    assert not evaluator.wait(0)
    assert list_evaluations(forty.cursor) == ()
    for step in range(1, STEPS):
        gate.let(1)
        wait_until(lambda step=step: evaluator.done == step)
    gate.let(1)
    wait_until(lambda: gate.calls == 2)
    assert evaluator.done == STEPS
    assert [each.conditions.n for each in list_evaluations(forty.cursor)] == [20]
    gate.let(STEPS)
    assert evaluator.wait(60)
    assert (evaluator.done, evaluator.total, evaluator.error) == (2 * STEPS, 2 * STEPS, None)
    assert [each.conditions.n for each in list_evaluations(forty.cursor)] == [30, 20]


def test_what_is_asked_for_while_it_is_at_work_changes_nothing(forty: Small, evaluator: Evaluator, gate: Gate):
    evaluator.start([Asked(n=20)])
    wait_until(lambda: gate.calls == 1)
    evaluator.start([Asked(n=30), Asked(n=40)])
    assert evaluator.asked == (Asked(n=20),)
    gate.let(3 * STEPS)
    assert evaluator.wait(60)
    assert [each.conditions.n for each in list_evaluations(forty.cursor)] == [20]
    evaluator.start([Asked(n=30)])
    assert evaluator.wait(60)
    assert (gate.calls, gate.most_at_once) == (2, 1)


def test_many_that_ask_at_once_start_it_once(forty: Small, evaluator: Evaluator, gate: Gate):
    together = threading.Barrier(8)

    def ask() -> None:
        together.wait(60)
        evaluator.start([Asked(n=20)], is_anew=True)

    pages = [threading.Thread(target=ask) for _ in range(8)]
    for page in pages:
        page.start()
    for page in pages:
        page.join(60)
    gate.let(STEPS)
    assert evaluator.wait(60)
    assert gate.calls == 1
    assert len(list_evaluations(forty.cursor)) == 1


def test_two_evaluators_at_once_keep_what_each_measured(forty: Small, gate: Gate):
    both = [Evaluator(forty.database, gate.compute) for _ in range(2)]
    for each in both:
        each.start([Asked(n=20)])
    wait_until(lambda: gate.calls == 2)
    gate.let(2 * STEPS)
    assert [each.wait(60) for each in both] == [True, True]
    assert [each.error for each in both] == [None, None]
    kept = list_evaluations(forty.cursor)
    assert len({each.evaluation_id for each in kept}) == 2
    assert kept[0].numbers["vendi_1"].value == kept[1].numbers["vendi_1"].value


def test_what_is_kept_is_not_measured_again_unless_it_is_asked_for_anew(forty: Small, evaluator: Evaluator, gate: Gate):
    gate.let(100)
    for is_anew, calls in ((False, 1), (False, 1), (True, 2)):
        evaluator.start([Asked(n=20)], is_anew=is_anew)
        assert evaluator.wait(60)
        assert (gate.calls, evaluator.error) == (calls, None)
    assert len(list_evaluations(forty.cursor)) == 2


def test_an_error_ends_it_keeps_what_was_measured_and_is_told_until_the_next_start(
    forty: Small, evaluator: Evaluator, gate: Gate
):
    gate.let(100)
    evaluator.start([Asked(n=20), Asked(n=1), Asked(n=30)])
    assert evaluator.wait(60)
    assert isinstance(evaluator.error, SettingsError)
    assert evaluator.error.message == "1 rows cannot be measured."
    assert [each.conditions.n for each in list_evaluations(forty.cursor)] == [20]
    evaluator.start([Asked(n=30)])
    assert evaluator.wait(60)
    assert evaluator.error is None
    assert len(list_evaluations(forty.cursor)) == 2


def test_an_error_can_be_left_behind(evaluator: Evaluator):
    evaluator.start([Asked(scope=Filter(instruction_ids=("nowhere",)))])
    assert evaluator.wait(60)
    assert isinstance(evaluator.error, EmbeddingError)
    assert "has read 0 of 0 questions" in evaluator.error.message
    evaluator.forget_error()
    assert evaluator.error is None


def test_a_mistake_of_the_program_is_told_too(forty: Small):
    def break_down(*arguments: Any, **options: Any) -> Any:
        raise ZeroDivisionError("nothing to divide by")

    evaluator = Evaluator(forty.database, break_down)
    evaluator.start([Asked(n=20)])
    assert evaluator.wait(60)
    assert isinstance(evaluator.error, EmbeddingError)
    assert evaluator.error.message == "Measuring ended on ZeroDivisionError: nothing to divide by"
    assert evaluator.error.hint == "Try again."
    assert list_evaluations(forty.cursor) == ()


def test_each_thread_lets_go_of_its_cursor(forty: Small):
    evaluator = Evaluator(forty.database, compute_here)
    evaluator.start([Asked(n=20)])
    assert evaluator.wait(60)
    assert not evaluator.is_running
    forty.cursor.execute("checkpoint")  # refused while a transaction is left open
