"""Work is begun depth first, as much at once as may be, until nothing is left."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.engines.pool import Pool
from glan_core.errors import EndpointError
from glan_core.runs.work import Work


class Workshop:
    """Pairs to be made: an instruction each, whose answer follows. Pieces give way to one another `turns` times."""

    def __init__(self, pairs: int, *, turns: int = 1) -> None:
        self.done: list[tuple[str, int]] = []
        self.under_way = 0
        self.most_under_way = 0
        self._pairs = pairs
        self._turns = turns

    def source(self) -> Iterator[Work]:
        """Give the instructions."""
        return (self._work("instructions", number) for number in range(self._pairs))

    def _work(self, stage: str, number: int) -> Work:
        async def do() -> list[Work]:
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            for _ in range(self._turns):
                await asyncio.sleep(0)
            self.under_way -= 1
            self.done.append((stage, number))
            return [self._work("answers", number)] if stage == "instructions" else []

        return Work(stage, do)


def work_off(
    source: Iterator[Work], *, most: int, may_begin: Callable[[], bool] = lambda: True, **options: int
) -> Pool:
    """Do the work; ticks come often, and say that it is over once nothing may begin."""
    pool = Pool(source, most=most, may_begin=may_begin, waiting=lambda: 0, most_pairs=options.get("most_pairs"))

    async def tick() -> bool:
        return may_begin()

    asyncio.run(pool.work_off(tick, tick_seconds=0.01, grace_seconds=1.0))
    return pool


@given(st.integers(0, 30), st.integers(1, 8), st.integers(0, 12))
def test_everything_is_done_once_and_never_too_much_at_once(pairs: int, most: int, turns: int):
    workshop = Workshop(pairs, turns=turns)
    work_off(workshop.source(), most=most)
    assert sorted(workshop.done) == sorted((stage, n) for stage in ("instructions", "answers") for n in range(pairs))
    assert workshop.most_under_way <= most
    if turns > most:  # long enough for all places to be taken, as one piece is begun at a turn
        assert workshop.most_under_way == min(most, pairs)


def test_every_request_is_on_its_way_before_the_next_is_made():
    events: list[str] = []

    def work(number: int) -> Work:
        async def do() -> list[Work]:
            events.append(f"made {number}")
            await asyncio.sleep(0)
            events.append(f"sent {number}")
            await asyncio.sleep(0.01)
            return []

        return Work("answers", do)

    work_off(map(work, range(4)), most=4)
    assert events == [f"{what} {number}" for number in range(4) for what in ("made", "sent")]


def test_nothing_is_begun_once_it_was_cancelled():
    begun: list[int] = []

    def work(number: int) -> Work:
        async def do() -> list[Work]:
            begun.append(number)
            await asyncio.sleep(10)
            return []

        return Work("answers", do)

    async def cancel_half_way() -> int:
        pool = Pool(map(work, range(50)), most=50, may_begin=lambda: True, waiting=lambda: 0)

        async def tick() -> bool:
            return True

        working = asyncio.create_task(pool.work_off(tick, tick_seconds=10, grace_seconds=0))
        while len(begun) < 20:
            await asyncio.sleep(0)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        ended = len(begun)
        for _ in range(100):
            await asyncio.sleep(0)
        return ended

    assert asyncio.run(cancel_half_way()) == len(begun) < 30


def test_a_question_is_answered_before_the_next_is_begun():
    workshop = Workshop(3)
    work_off(workshop.source(), most=1)
    assert workshop.done == [(stage, n) for n in range(3) for stage in ("instructions", "answers")]


@given(st.integers(1, 12), st.integers(1, 12), st.integers(1, 5))
def test_a_limit_of_pairs_gives_whole_pairs(pairs: int, most_pairs: int, most: int):
    workshop = Workshop(pairs)
    pool = work_off(workshop.source(), most=most, most_pairs=most_pairs)
    made = min(pairs, most_pairs)
    assert sorted(workshop.done) == sorted((stage, n) for stage in ("instructions", "answers") for n in range(made))
    assert pool.is_cut_short == (pairs > most_pairs)


def test_work_that_waits_leaves_its_place_to_others():
    waiting, begun = [0], []
    release = asyncio.Event()

    def source() -> Iterator[Work]:
        async def wait() -> list[Work]:
            waiting[0] += 1
            pool.fill()
            await release.wait()
            waiting[0] -= 1
            return []

        async def other() -> list[Work]:
            begun.append("other")
            release.set()
            return []

        yield Work("instructions", wait)
        yield Work("instructions", other)

    pool = Pool(source(), most=1, may_begin=lambda: True, waiting=lambda: waiting[0])

    async def tick() -> bool:
        return True

    asyncio.run(pool.work_off(tick, tick_seconds=0.01, grace_seconds=1.0))
    assert begun == ["other"]


def test_who_may_begin_nothing_for_now_waits_from_tick_to_tick():
    workshop, at = Workshop(2), []

    async def paused() -> None:
        pool = Pool(workshop.source(), most=2, may_begin=lambda: len(at) >= 5, waiting=lambda: 0)

        async def tick() -> bool:
            at.append(asyncio.get_running_loop().time())
            return True

        await pool.work_off(tick, tick_seconds=0.02, grace_seconds=1.0)

    asyncio.run(paused())
    assert len(workshop.done) == 4
    assert at[4] - at[0] >= 4 * 0.02 * 0.9  # clocks are coarse


def test_no_work_is_begun_once_it_is_over_and_what_is_under_way_is_finished():
    workshop = Workshop(50, turns=3)
    work_off(workshop.source(), most=4, may_begin=lambda: len(workshop.done) < 5)
    assert 5 <= len(workshop.done) <= 5 + 3
    assert workshop.under_way == 0


def test_an_error_is_raised_after_the_others_had_their_time():
    finished = []

    def source() -> Iterator[Work]:
        async def fail() -> list[Work]:
            raise EndpointError("It is gone.")

        async def slow() -> list[Work]:
            for _ in range(20):
                await asyncio.sleep(0)
            finished.append("slow")
            return []

        yield Work("instructions", slow)
        yield Work("instructions", fail)

    with pytest.raises(EndpointError, match="It is gone"):
        work_off(source(), most=2)
    assert finished == ["slow"]


def test_an_error_of_the_program_ends_the_others_at_once():
    def source() -> Iterator[Work]:
        async def fail() -> list[Work]:
            raise ZeroDivisionError

        async def endless() -> list[Work]:
            await asyncio.Event().wait()
            return []

        yield Work("instructions", endless)
        yield Work("instructions", fail)

    with pytest.raises(ZeroDivisionError):
        work_off(source(), most=2)


def test_an_error_of_the_source_is_raised():
    def source() -> Iterator[Work]:
        yield from Workshop(2).source()
        raise EndpointError("The database is gone.")

    with pytest.raises(EndpointError, match="database is gone"):
        work_off(source(), most=1)


def test_an_error_of_a_tick_gives_the_others_their_time():
    workshop = Workshop(4, turns=3)
    pool = Pool(workshop.source(), most=4, may_begin=lambda: True, waiting=lambda: 0)
    workshop_ended = []

    async def tick() -> bool:
        workshop_ended.append(len(workshop.done))
        raise EndpointError("The disk is full.")

    with pytest.raises(EndpointError, match="disk is full"):
        asyncio.run(pool.work_off(tick, tick_seconds=0.0, grace_seconds=1.0))
    assert workshop.under_way == 0
    assert len(workshop.done) > workshop_ended[0]
