"""The limit finds what an endpoint serves, whatever it refuses, and loses no slot on the way."""

import asyncio
import random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.errors import GlanError
from glan_core.llm.circuit_breaker import CircuitBreaker
from glan_core.llm.steady_chat_model import SteadyChatModel
from glan_core.llm.throttle import Throttle
from tests.simulated_endpoint import SimulatedEndpoint, request
from tests.virtual_time import run

# One thing that can happen to the oldest call under way, or to the queue.
EVENTS = st.lists(
    st.one_of(
        st.just(("acquire", 0.0)),
        st.just(("served", 0.0)),
        st.just(("released", 0.0)),
        st.just(("failed", 0.0)),
        st.just(("cancel", 0.0)),
        st.tuples(st.just("refused"), st.sampled_from([0.0, 0.1, 30.0])),
        st.tuples(st.just("wait"), st.sampled_from([0.0, 0.02, 1.0, 60.0])),
    ),
    max_size=200,
)


class Outcome(NamedTuple):
    """What became of a run against a simulated endpoint."""

    throttle_limit: int
    refusals: int
    failed: int
    seconds: float
    ceilings: dict[str, int]
    limits: list[int]


def work_off(
    endpoint: SimulatedEndpoint, *, most: int, calls: int, grows_to: int | None = None, grows_at: int = 0
) -> Outcome:
    """Send calls as a run does: a call that waits to be sent again leaves its place to another."""

    async def work() -> Outcome:
        loop = asyncio.get_running_loop()
        model = SteadyChatModel(
            endpoint, most_under_way=most, rng=random.Random(1), breaker=CircuitBreaker(clock=loop.time)
        )
        left = iter(range(calls))
        tasks: set[asyncio.Task[bool]] = set()
        limits = []
        failed = 0

        async def one(number: int) -> bool:
            if grows_to is not None and number == grows_at:
                endpoint.places = grows_to
            try:
                await model.complete(request(number))
            except GlanError:
                return False
            return True

        def fill() -> None:
            while len(tasks) - model.waiting < most and (number := next(left, None)) is not None:
                tasks.add(asyncio.create_task(one(number)))

        fill()
        while tasks:
            done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=0.1)
            failed += sum(not task.result() for task in done)
            limits.append(model.limit)
            fill()
        return Outcome(model.limit, model.refusals, failed, loop.time(), model.ceilings, limits)

    return run(work())


# Laws ---------------------------------------------------------------------------------------------------------------


@given(events=EVENTS, most=st.integers(1, 12), ceiling=st.none() | st.integers(1, 12))
def test_no_more_are_under_way_than_allowed_and_every_slot_comes_back(
    events: list[tuple[str, float]], most: int, ceiling: int | None
):
    async def play() -> None:
        throttle = Throttle(most, ceiling=ceiling)
        tasks: list[asyncio.Task[int]] = []  # in the order in which they asked
        most_under_way = 0

        async def take() -> int:
            nonlocal most_under_way
            burst = await throttle.acquire()
            assert throttle.under_way <= most
            most_under_way = max(most_under_way, throttle.under_way)
            return burst

        for name, number in events:
            before, limit = throttle.under_way, throttle.limit
            granted = [task for task in tasks if task.done()]
            if name == "acquire":
                tasks.append(asyncio.create_task(take()))
            elif name == "wait":
                await asyncio.sleep(number)
            elif name == "cancel":
                if tasks and not tasks[-1].done():
                    tasks.pop().cancel()
            elif granted:
                tasks.remove(granted[0])
                if name == "refused":
                    throttle.refused(granted[0].result(), retry_after_seconds=number)
                    assert throttle.limit <= limit
                elif name == "released":
                    throttle.released()
                else:
                    getattr(throttle, name)(granted[0].result())
            assert 1 <= throttle.limit <= most
            assert throttle.under_way <= max(before, throttle.limit)  # more than the limit only until they come back
            await asyncio.sleep(0)
        for task in tasks:
            await task  # whoever waits is woken, as held calls are after their hold; virtual time would say if not
            throttle.released()
        assert throttle.under_way == 0

    run(play())


@given(most=st.integers(2, 64), refused=st.integers(1, 64))
def test_a_burst_is_cut_once_and_then_only_to_what_is_still_accepted(most: int, refused: int):
    async def play() -> float:
        throttle = Throttle(most)
        bursts = [await throttle.acquire() for _ in range(most)]
        for burst in bursts[: min(refused, most - 1)]:
            throttle.refused(burst)
        return throttle.limit

    assert run(play()) == min(most / 2, most - min(refused, most - 1))


@given(failures=st.sets(st.integers(0, 199), max_size=30))
def test_failures_cut_the_limit_only_where_a_quarter_of_forty_fail(failures: set[int]):
    async def play() -> list[float]:
        throttle = Throttle(8)
        limits = []
        for number in range(200):
            burst = await throttle.acquire()
            throttle.failed(burst) if number in failures else throttle.served(burst)
            limits.append(throttle.limit)
        return limits

    windows = [len(failures & set(range(at, at + 40))) for at in range(161)]
    assert (min(run(play())) < 8) == (max(windows) >= 10)


def test_failures_of_one_moment_cut_the_limit_once():
    async def play() -> Throttle:
        throttle = Throttle(64)
        bursts = [await throttle.acquire() for _ in range(64)]
        for burst in bursts:
            throttle.failed(burst)
        return throttle

    throttle = run(play())
    assert (throttle.limit, throttle.ceiling) == (32, 48)


# What it finds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("places", [1, 2, 3, 5, 8, 16, 17, 31, 32, 48, 63])
def test_it_settles_at_what_the_endpoint_serves(places: int):
    outcome = work_off(SimulatedEndpoint(places=places), most=64, calls=600)
    assert outcome.failed == 0
    assert outcome.ceilings == {"simulated-model": places}
    assert outcome.throttle_limit in (places, places + 1)  # at rest, or trying one more
    assert outcome.refusals <= 64 - places + 30


def test_an_endpoint_that_serves_all_is_never_cut():
    outcome = work_off(SimulatedEndpoint(places=64), most=64, calls=300)
    assert (outcome.refusals, outcome.ceilings, set(outcome.limits)) == (0, {}, {64})


def test_a_known_ceiling_is_where_it_starts():
    async def limits() -> tuple[float, float]:
        return Throttle(64, ceiling=16).limit, Throttle(8, ceiling=16).limit

    assert run(limits()) == (16, 8)


def test_it_grows_with_the_endpoint_in_growing_steps():
    outcome = work_off(SimulatedEndpoint(places=16), most=256, calls=4000, grows_to=256, grows_at=800)
    assert outcome.throttle_limit == 256
    assert outcome.refusals <= 240 + 40


def test_it_shrinks_with_the_endpoint_at_the_price_of_few_refusals():
    outcome = work_off(SimulatedEndpoint(places=64), most=64, calls=1500, grows_to=8, grows_at=500)
    assert outcome.throttle_limit in (8, 9)
    assert outcome.refusals <= 30
    assert outcome.failed == 0


def test_a_limit_that_is_not_used_does_not_grow():
    async def play() -> float:
        throttle = Throttle(64, ceiling=16)
        for _ in range(2000):
            throttle.served(await throttle.acquire())
        return throttle.limit

    assert run(play()) == 16


@pytest.mark.parametrize("retry_after_seconds", [None, 1.0])
@pytest.mark.parametrize(("per_second", "seconds"), [(20.0, 0.5), (20.0, 0.01), (2.0, 0.01), (1.0, 0.3)])
def test_a_rate_that_is_limited_is_used_without_endless_refusals(
    per_second: float, seconds: float, retry_after_seconds: float | None
):
    endpoint = SimulatedEndpoint(per_second=per_second, seconds=seconds, retry_after_seconds=retry_after_seconds)
    outcome = work_off(endpoint, most=64, calls=600)
    assert outcome.failed == 0
    assert outcome.refusals <= 64 + 0.35 * 600
    assert outcome.seconds <= 2 * 600 / per_second  # half of what it would serve at the very least


def test_failures_by_chance_cost_no_concurrency():
    outcome = work_off(SimulatedEndpoint(failing_share=0.05), most=64, calls=1000)
    assert (outcome.throttle_limit, outcome.failed) == (64, 0)


# Holds --------------------------------------------------------------------------------------------------------------


def test_when_nothing_is_served_any_more_the_longest_wait_that_was_asked_for_is_kept():
    async def play() -> float:
        throttle = Throttle(3)
        bursts = [await throttle.acquire() for _ in range(3)]
        for burst, seconds in zip(bursts, (5.0, 30.0, 0.0), strict=True):
            throttle.refused(burst, retry_after_seconds=seconds)
        assert throttle.held_seconds == 30
        await throttle.acquire()
        assert throttle.held_seconds == 0
        return asyncio.get_running_loop().time()

    assert run(play()) == pytest.approx(30)


def test_while_others_are_served_a_refusal_holds_nobody_up():
    async def play() -> float:
        throttle = Throttle(4)
        bursts = [await throttle.acquire() for _ in range(4)]
        throttle.refused(bursts[0], retry_after_seconds=60)
        throttle.served(bursts[1])
        throttle.served(bursts[2])
        await throttle.acquire()
        return asyncio.get_running_loop().time()

    assert run(play()) == 0


def test_a_call_that_is_cancelled_while_its_slot_comes_gives_it_to_the_next():
    async def play() -> int:
        throttle = Throttle(1)
        burst = await throttle.acquire()
        second, third = (asyncio.create_task(throttle.acquire()) for _ in range(2))
        await asyncio.sleep(0)
        throttle.served(burst)  # the slot is the second's from here on, though it has not run yet
        second.cancel()
        await third
        return throttle.under_way

    assert run(play()) == 1
