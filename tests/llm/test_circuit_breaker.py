"""An endpoint that is away is waited for with growing pauses, one call at a time, and given up in the end."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.errors import CallError, EndpointError
from glan_core.llm.circuit_breaker import CircuitBreaker
from tests.virtual_time import run

RESET = CallError("It broke off.", kind="connection", is_retryable=True)
NOBODY = CallError("It cannot be reached.", kind="connection", is_retryable=True, was_sent=False)
GATEWAY = CallError("HTTP 502.", kind="http_502", is_retryable=True)


def in_loop(
    play: Callable[[CircuitBreaker, asyncio.AbstractEventLoop], None], *, patience_seconds: float = 900
) -> None:
    """Play something that waits for nothing, with a breaker whose clock is the loop's."""

    async def main() -> None:
        loop = asyncio.get_running_loop()
        play(CircuitBreaker(clock=loop.time, patience_seconds=patience_seconds), loop)

    run(main())


def lose(breaker: CircuitBreaker, times: int, error: CallError = RESET) -> None:
    """Lose some calls in a row."""
    for _ in range(times):
        breaker.lost(error)


async def next_probe(breaker: CircuitBreaker) -> float:
    """Wait as a call does until it may go ahead, and give when that was."""
    while not breaker.admits():
        await breaker.ready()
    return asyncio.get_running_loop().time()


def test_it_opens_after_five_losses_in_a_row_and_not_before():
    def play(breaker: CircuitBreaker, loop: asyncio.AbstractEventLoop) -> None:
        breaker.answered()
        lose(breaker, 4)
        breaker.answered()
        lose(breaker, 4)
        assert (breaker.is_open, breaker.message, breaker.admits()) == (False, "", True)
        lose(breaker, 1)
        assert (breaker.is_open, breaker.admits()) == (True, False)
        assert breaker.message.startswith("It broke off. Nothing is sent for now")

    in_loop(play)


def test_it_opens_at_once_when_nobody_listens_any_more():
    def play(breaker: CircuitBreaker, loop: asyncio.AbstractEventLoop) -> None:
        breaker.answered()
        lose(breaker, 1, NOBODY)
        assert breaker.is_open

    in_loop(play)


@pytest.mark.parametrize("error", [RESET, NOBODY])
def test_an_endpoint_that_never_answered_is_given_up_at_the_fifth_loss(error: CallError):
    def play(breaker: CircuitBreaker, loop: asyncio.AbstractEventLoop) -> None:
        lose(breaker, 4, error)
        with pytest.raises(EndpointError, match=error.message):
            lose(breaker, 1, error)

    in_loop(play)


def test_a_gateway_that_speaks_for_an_endpoint_is_waited_for_from_the_start():
    def play(breaker: CircuitBreaker, loop: asyncio.AbstractEventLoop) -> None:
        lose(breaker, 5, GATEWAY)
        assert breaker.is_open

    in_loop(play)


def test_the_pauses_grow_to_a_minute_and_the_patience_ends_them():
    async def play() -> tuple[list[float], str]:
        loop = asyncio.get_running_loop()
        breaker = CircuitBreaker(clock=loop.time, patience_seconds=200)
        breaker.answered()
        lose(breaker, 5)
        tries = []
        while True:
            tries.append(await next_probe(breaker))
            try:
                breaker.lost(NOBODY, is_probe=True)
            except EndpointError as error:
                return tries, error.message

    tries, message = run(play())
    assert tries == pytest.approx([1, 3, 7, 15, 31, 63, 123, 183, 200])
    assert message == "It cannot be reached. It was tried for 200 s."


def test_only_one_of_many_goes_ahead_and_its_answer_lets_the_others_go():
    async def play() -> list[int]:
        loop = asyncio.get_running_loop()
        breaker = CircuitBreaker(clock=loop.time)
        breaker.answered()
        lose(breaker, 5)
        sent: list[float] = []

        async def call() -> None:
            sent.append(await next_probe(breaker))

        calls = [asyncio.create_task(call()) for _ in range(10)]
        counts = []
        for what in ("pause", "probe", "answer"):
            if what == "answer":
                breaker.answered()
            await asyncio.sleep(0 if what == "pause" else 5)
            counts.append(len(sent))
        await asyncio.gather(*calls)
        return counts

    assert run(play()) == [0, 1, 10]


def test_a_probe_that_is_taken_back_leaves_its_place_to_another():
    async def play() -> bool:
        breaker = CircuitBreaker(clock=asyncio.get_running_loop().time)
        breaker.answered()
        lose(breaker, 5)
        await next_probe(breaker)
        assert not breaker.admits()
        breaker.abandoned(is_probe=False)  # a call from before it opened
        assert not breaker.admits()
        breaker.abandoned(is_probe=True)
        return breaker.admits()

    assert run(play())


def test_calls_that_were_under_way_when_it_opened_move_the_next_try_only_if_they_ask_to():
    async def play() -> tuple[float, float]:
        breaker = CircuitBreaker(clock=asyncio.get_running_loop().time)
        breaker.answered()
        lose(breaker, 20)
        first = await next_probe(breaker)
        breaker.lost(RESET, is_probe=True)
        breaker.lost(CallError("Later.", kind="http_503", is_retryable=True, retry_after_seconds=30))
        return first, await next_probe(breaker)

    assert run(play()) == (pytest.approx(1), pytest.approx(31))


@given(events=st.lists(st.sampled_from(["answered", "lost", "nobody", "wait", "admit"]), max_size=100))
def test_it_is_open_only_between_a_loss_and_the_next_answer_and_has_one_probe(events: list[str]):
    async def play() -> None:
        breaker = CircuitBreaker(clock=asyncio.get_running_loop().time, patience_seconds=1e9)
        breaker.answered()
        is_probing = False
        for event in events:
            if event == "answered":
                breaker.answered()
                is_probing = False
                assert not breaker.is_open
            elif event == "wait":
                await asyncio.sleep(1)
            elif event == "admit":
                was_open = breaker.is_open
                if breaker.admits() and was_open:
                    assert not is_probing
                    is_probing = True
            else:
                breaker.lost(NOBODY if event == "nobody" else RESET, is_probe=is_probing)
                is_probing = False
            assert bool(breaker.message) == breaker.is_open
        while not breaker.admits():  # unless a probe is out, somebody is let go some time
            assert not is_probing or breaker.is_open
            if is_probing:
                return
            await breaker.ready()

    run(play())
