"""A call gets through where it can, is given up where it cannot, and leaves nothing behind when it is cancelled."""

import asyncio
import itertools
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from glan_core.calls import ChatRequest
from glan_core.errors import CallError, EndpointError, GlanError
from glan_core.llm.circuit_breaker import CircuitBreaker
from glan_core.llm.steady_chat_model import RETRIES, SteadyChatModel
from tests.simulated_endpoint import SimulatedEndpoint, request
from tests.virtual_time import run

REFUSED = CallError("HTTP 400: no.", kind="http_400")
BUSY = CallError("HTTP 429: busy.", kind="http_429", is_retryable=True)
BROKEN = CallError("HTTP 500: broken.", kind="http_500", is_retryable=True)
RESET = CallError("It broke off.", kind="connection", is_retryable=True)
NOBODY = CallError("It cannot be reached.", kind="connection", is_retryable=True, was_sent=False)
STALLED = CallError("It did not answer.", kind="timeout")
GARBAGE = CallError("That is no completion.", kind="unreadable")
NO_KEY = EndpointError("It refused the key.")


def busy_for(seconds: float, *, kind: str = "http_429") -> CallError:
    return CallError("Busy.", kind=kind, is_retryable=True, retry_after_seconds=seconds)


def in_turn(*errors: GlanError | None) -> Callable[[ChatRequest], GlanError | None]:
    """Give a script that comes to these errors one after the other, and to none from then on."""
    left = list(errors)
    return lambda request: left.pop(0) if left else None


def steady(
    endpoint: SimulatedEndpoint, *, most: int = 8, patience_seconds: float = 900, **options: Any
) -> SteadyChatModel:
    """Give a steady model of an endpoint; use it inside `run`."""
    breaker = CircuitBreaker(clock=asyncio.get_running_loop().time, patience_seconds=patience_seconds)
    return SteadyChatModel(endpoint, most_under_way=most, rng=random.Random(1), breaker=breaker, **options)


def outcomes(endpoint: SimulatedEndpoint, *, calls: int = 1, **options: Any) -> Sequence[object]:
    """Send some calls at once; give the number of tries of each that was answered, the error of each other."""

    async def work() -> Sequence[object]:
        model = steady(endpoint, **options)
        done = await asyncio.gather(
            *(model.complete(request(number)) for number in range(calls)), return_exceptions=True
        )
        assert (model.under_way, model.waiting, model.unfinished) == (0, 0, 0)
        return [getattr(each, "tries", 1) if not isinstance(each, BaseException) else each for each in done]

    return run(work())


# What is sent again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [BUSY, BROKEN, RESET, NOBODY], ids=lambda error: error.kind)
def test_what_may_pass_is_sent_again(error: CallError):
    assert outcomes(SimulatedEndpoint(script=in_turn(error, error))) == [3]


@pytest.mark.parametrize("error", [REFUSED, STALLED, GARBAGE], ids=lambda error: error.kind)
def test_what_will_not_pass_is_sent_once(error: CallError):
    endpoint = SimulatedEndpoint(script=in_turn(error))
    (raised,) = outcomes(endpoint)
    assert (raised.kind, raised.tries, len(endpoint.arrivals)) == (error.kind, 1, 1)


def test_waits_are_random_and_their_bound_doubles():
    endpoint = SimulatedEndpoint(script=in_turn(None, BROKEN, BROKEN, BROKEN, BROKEN), seconds=0)
    outcomes(endpoint)

    async def waits() -> list[float]:
        model = steady(endpoint)
        await model.complete(request())
        times = endpoint.arrivals[-5:]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    endpoint.script = in_turn(BROKEN, BROKEN, BROKEN, BROKEN)
    found = run(waits())
    assert all(wait <= 0.002 + most for wait, most in zip(found, (0.5, 1, 2, 4), strict=True))
    assert len({round(wait, 6) for wait in found}) == 4


def test_a_call_that_always_breaks_the_endpoint_fails_alone_even_if_it_is_the_only_one():
    endpoint = SimulatedEndpoint(script=lambda sent: BROKEN if sent.seed == 3 else None)

    async def one_by_one() -> list[tuple[int, str, int]]:
        model = steady(endpoint)
        failed = []
        for number in range(6):
            try:
                await model.complete(request(number))
            except CallError as error:
                failed.append((number, error.kind, error.tries))
        return failed

    assert run(one_by_one()) == [(3, "http_500", RETRIES + 1)]


# Retry-After --------------------------------------------------------------------------------------------------------


def test_a_call_comes_back_no_earlier_than_it_was_asked_to():
    endpoint = SimulatedEndpoint(script=in_turn(busy_for(7)))
    assert outcomes(endpoint) == [2]
    assert 7 <= endpoint.arrivals[1] - endpoint.arrivals[0] <= 7.6


def test_when_all_are_refused_nothing_is_sent_until_the_last_wait_is_over():
    endpoint = SimulatedEndpoint(script=in_turn(*[busy_for(seconds) for seconds in (20, 5, 30, 5)]))

    async def work() -> tuple[int, str]:
        model = steady(endpoint, most=4)
        calls = [asyncio.create_task(model.complete(request(number))) for number in range(12)]
        await asyncio.sleep(10)
        seen = model.under_way, model.message
        await asyncio.gather(*calls)
        return seen

    assert run(work()) == (0, "The endpoint refuses every call for now. Nothing is sent for 20 s.")
    assert [arrival for arrival in endpoint.arrivals if 0 < arrival < 30] == []
    assert len(endpoint.arrivals) == 16


@pytest.mark.parametrize("kind", ["http_429", "http_503", "http_500"])
@pytest.mark.parametrize("options", [{}, {"retries": 0}, {"most": 1}])
def test_a_wait_of_a_day_ends_the_run_with_a_sentence(kind: str, options: dict[str, int]):
    endpoint = SimulatedEndpoint(script=lambda request: busy_for(86_400, kind=kind))
    (raised,) = outcomes(endpoint, **options)
    assert isinstance(raised, EndpointError)
    assert raised.message == "Busy. It asks to be left alone for 1440 minutes."
    assert len(endpoint.arrivals) == 1


# An endpoint that is away -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [NOBODY, BUSY, busy_for(0.5, kind="http_503")], ids=["nobody", "429", "503"])
@pytest.mark.parametrize("most", [1, 8])
def test_an_endpoint_that_is_away_for_minutes_costs_no_call(error: CallError, most: int):
    loop_time = lambda: asyncio.get_running_loop().time()  # noqa: E731
    endpoint = SimulatedEndpoint(script=lambda request: error if 3 < loop_time() < 600 else None)
    assert not [each for each in outcomes(endpoint, calls=60, most=most) if isinstance(each, Exception)]


def test_while_it_is_away_nothing_is_under_way_and_the_message_says_why():
    endpoint = SimulatedEndpoint(script=in_turn(None, *[NOBODY] * 20))

    async def work() -> tuple[int, int, str]:
        model = steady(endpoint)
        await model.complete(request())
        calls = [asyncio.create_task(model.complete(request(number))) for number in range(1, 30)]
        await asyncio.sleep(5.5)
        seen = model.under_way, model.unfinished, model.message
        await asyncio.gather(*calls)
        assert model.message == ""
        return seen

    under_way, unfinished, message = run(work())
    assert (under_way, unfinished) == (0, 29)
    assert message.startswith("It cannot be reached. Nothing is sent for now; it has been tried for")


def test_an_endpoint_that_never_comes_back_is_given_up_after_the_patience():
    endpoint = SimulatedEndpoint(script=in_turn(None, *[NOBODY] * 1000))

    async def work() -> float:
        model = steady(endpoint, patience_seconds=100)
        await model.complete(request())
        with pytest.raises(EndpointError, match="tried for 100 s"):
            await model.complete(request(1))
        return asyncio.get_running_loop().time()

    assert run(work()) == pytest.approx(101, abs=1)


def test_an_address_where_nobody_ever_answered_is_given_up_within_seconds():
    async def work() -> float:
        model = steady(SimulatedEndpoint(script=lambda request: NOBODY), most=1)
        with pytest.raises(EndpointError, match="cannot be reached"):
            await model.complete(request())
        return asyncio.get_running_loop().time()

    assert run(work()) <= 7.6


def test_a_page_in_place_of_completions_ends_the_run_when_nothing_else_ever_came():
    raised = outcomes(SimulatedEndpoint(script=lambda request: GARBAGE), calls=20, most=1)
    assert [type(each) for each in raised[:5]] == [CallError] * 4 + [EndpointError]


# Ends ---------------------------------------------------------------------------------------------------------------


def test_after_an_error_that_ends_the_run_nothing_more_is_sent():
    endpoint = SimulatedEndpoint(places=4, script=in_turn(*[None] * 8, NO_KEY))
    ended = outcomes(endpoint, calls=50, most=8)
    assert sum(isinstance(each, EndpointError) for each in ended) == 1
    assert sum(isinstance(each, asyncio.CancelledError) for each in ended) >= 40
    assert len(endpoint.arrivals) <= 17


def test_to_send_no_more_lets_the_calls_under_way_end_and_no_others():
    endpoint = SimulatedEndpoint(script=in_turn(BUSY))

    async def work() -> tuple[int, int]:
        model = steady(endpoint, most=4)
        calls = [asyncio.create_task(model.complete(request(number))) for number in range(20)]
        await asyncio.sleep(0.5)
        model.send_no_more()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        answered = sum(not isinstance(each, BaseException) for each in ended)
        with pytest.raises(asyncio.CancelledError):
            await model.complete(request(99))
        return answered, asyncio.get_running_loop().time() < 2

    answered, is_quick = run(work())
    assert answered in (3, 4)
    assert is_quick
    assert len(endpoint.arrivals) <= 5


@pytest.mark.parametrize("seed", range(20))
def test_cancelled_calls_leak_no_slot_and_block_nobody(seed: int):
    rng = random.Random(seed)

    def script(sent: ChatRequest) -> CallError | None:
        return (
            None
            if sent.seed == 99
            else rng.choice([None, None, None, BUSY, BROKEN, NOBODY, RESET, REFUSED, STALLED, busy_for(0.2)])
        )

    endpoint = SimulatedEndpoint(places=5, script=script)

    async def work() -> None:
        model = steady(endpoint, most=8)
        await model.complete(request(99))  # or five losses to begin with would be a wrong address
        calls = [asyncio.create_task(model.complete(request(number))) for number in range(60)]
        for call in rng.sample(calls, 40):
            await asyncio.sleep(rng.uniform(0, 0.5))
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert (model.under_way, model.waiting, model.unfinished, endpoint.in_flight) == (0, 0, 0, 0)
        endpoint.script = lambda request: None
        await asyncio.gather(*(model.complete(request(100 + number)) for number in range(20)))

    run(work())


# What is known afterwards -------------------------------------------------------------------------------------------


def test_ceilings_are_by_model_and_those_of_others_are_kept():
    async def work() -> dict[str, int]:
        known = {"simulated-model": 64, "elsewhere": 7}
        model = steady(SimulatedEndpoint(places=4), most=16, ceilings=known)
        await asyncio.gather(*(model.complete(request(number)) for number in range(100)))
        return model.ceilings

    assert run(work()) == {"simulated-model": 4, "elsewhere": 7}


def test_a_run_with_fewer_calls_at_once_forgets_no_ceiling():
    async def work() -> dict[str, int]:
        model = steady(SimulatedEndpoint(places=16), most=4, ceilings={"simulated-model": 16})
        await asyncio.gather(*(model.complete(request(number)) for number in range(20)))
        return model.ceilings

    assert run(work()) == {"simulated-model": 16}


def test_calls_are_counted_as_what_they_are():
    told: list[tuple[int, int]] = []
    endpoint = SimulatedEndpoint(script=in_turn(None, BROKEN, None, BUSY))

    async def work() -> tuple[int, int, int]:
        model = steady(endpoint, on_wait=lambda: told.append((model.waiting, model.under_way)))
        await asyncio.gather(*(model.complete(request(number)) for number in range(4)))
        return model.retried, model.refusals, model.limit

    assert run(work()) == (2, 1, 2)
    assert told == [(1, 3), (2, 2)]
