"""Several addresses share the calls, and one that fails costs the others nothing."""

import asyncio
import collections
import random
from collections.abc import Callable, Mapping, Sequence

import pytest

from glan_core.calls import AddressStanding, ChatReply, ChatRequest
from glan_core.errors import CallError, EndpointError, GlanError
from glan_core.llm.circuit_breaker import CircuitBreaker
from glan_core.llm.fleet import Fleet
from glan_core.llm.steady_chat_model import SteadyChatModel
from tests.simulated_endpoint import SimulatedEndpoint, request
from tests.virtual_time import run

REASONS: dict[str, Callable[[], GlanError]] = {
    "nobody": lambda: CallError("Cannot be reached.", kind="connection", is_retryable=True, was_sent=False),
    "reset": lambda: CallError("Broke off.", kind="connection", is_retryable=True),
    "bad gateway": lambda: CallError("HTTP 502.", kind="http_502", is_retryable=True),
    "loading": lambda: CallError("HTTP 503.", kind="http_503", is_retryable=True),
    "broken": lambda: CallError("HTTP 500.", kind="http_500", is_retryable=True),
    "busy": lambda: CallError("HTTP 429.", kind="http_429", is_retryable=True),
    "refused": lambda: CallError("HTTP 400.", kind="http_400"),
    "garbage": lambda: CallError("No completion.", kind="unreadable"),
    "stalled": lambda: CallError("No answer in time.", kind="timeout"),
    "wrong key": lambda: EndpointError("It refused the key.", "Check it."),
    "no model": lambda: EndpointError("It knows no model 'simulated-model'."),
}


class Server(SimulatedEndpoint):
    """A simulated endpoint that keeps to itself whom it has served."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.asked: collections.Counter[int] = collections.Counter()

    async def complete(self, request: ChatRequest) -> ChatReply:
        self.asked[request.seed] += 1
        return await super().complete(request)


def fails(reason: str, *, until: float = float("inf"), since: float = 0.0) -> Callable[[ChatRequest], GlanError | None]:
    """Give a script that comes to an error between two times."""

    def script(request: ChatRequest) -> GlanError | None:
        return REASONS[reason]() if since <= asyncio.get_running_loop().time() < until else None

    return script


def a_fleet(servers: Sequence[SimulatedEndpoint], **options: object) -> Fleet:
    """Give a fleet of addresses a, b, c ..."""
    return Fleet(dict(zip("abcdefgh", servers, strict=False)), **options)  # type: ignore[arg-type]


def steady(fleet: Fleet, *, most: int = 16, patience_seconds: float = 900) -> SteadyChatModel:
    breaker = CircuitBreaker(clock=asyncio.get_running_loop().time, patience_seconds=patience_seconds)
    return SteadyChatModel(fleet, most_under_way=most, rng=random.Random(1), breaker=breaker)


class Outcome:
    """What became of some calls."""

    def __init__(self, replies: Sequence[object], seconds: float, standings: Mapping[str, AddressStanding]) -> None:
        self.errors = [reply for reply in replies if isinstance(reply, BaseException)]
        self.shares = collections.Counter(reply.address for reply in replies if isinstance(reply, ChatReply))
        self.tries = [reply.tries for reply in replies if isinstance(reply, ChatReply)]
        self.seconds = seconds
        self.standings = standings


def send(servers: Sequence[SimulatedEndpoint], *, calls: int, most: int = 16, patience_seconds: float = 900) -> Outcome:
    """Send some calls through a steady model, `most` at once, and see that nothing is left behind."""

    async def work() -> Outcome:
        fleet = a_fleet(servers)
        model = steady(fleet, most=most, patience_seconds=patience_seconds)
        replies = await asyncio.gather(
            *(model.complete(request(number)) for number in range(calls)), return_exceptions=True
        )
        assert (model.under_way, model.waiting, model.unfinished) == (0, 0, 0)
        seconds = asyncio.get_running_loop().time()
        return Outcome(replies, seconds, {each.address: each for each in fleet.standings})

    return run(work())


# Who gets a call ----------------------------------------------------------------------------------------------------


def test_equal_addresses_get_equal_shares():
    outcome = send([Server(), Server(), Server()], calls=300)
    assert outcome.errors == []
    assert all(95 <= outcome.shares[address] <= 105 for address in "abc")


def test_calls_one_by_one_go_to_the_addresses_in_turn():
    async def work() -> list[str]:
        fleet = a_fleet([Server(), Server(), Server()])
        return [(await fleet.complete(request(number))).address for number in range(6)]

    assert run(work()) == ["a", "b", "c", "a", "b", "c"]


def test_an_address_that_takes_four_times_as_long_gets_a_quarter_of_the_calls():
    outcome = send([Server(seconds=1.0), Server(seconds=4.0)], calls=400)
    assert 3.5 <= outcome.shares["a"] / outcome.shares["b"] <= 4.6


def test_two_addresses_serve_twice_as_much_as_one():
    alone = send([Server(places=8)], calls=400, most=32).seconds
    together = send([Server(places=8), Server(places=8)], calls=400, most=32).seconds
    assert alone / together > 1.7


def test_each_reply_tells_which_address_gave_it():
    servers = [Server(), Server()]
    outcome = send(servers, calls=20)
    assert outcome.shares == {"a": servers[0].served, "b": servers[1].served}


# One address fails --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["nobody", "reset", "bad gateway", "loading", "broken", "busy"])
def test_one_that_is_away_for_minutes_costs_no_call_and_is_used_again(reason: str):
    away, other = Server(script=fails(reason, since=5, until=120)), Server()
    outcome = send([away, other], calls=4000)
    assert outcome.errors == []
    assert max(outcome.tries) <= 4
    assert len([at for at in away.arrivals if 10 < at < 120]) < 40
    assert len([at for at in away.arrivals if at > 185]) > 50
    assert not outcome.standings["a"].is_resting


@pytest.mark.parametrize("reason", ["nobody", "refused", "garbage", "wrong key", "no model", "busy"])
def test_one_that_never_answers_a_call_costs_none_and_no_try(reason: str):
    never = Server(script=fails(reason))
    outcome = send([never, Server(), Server()], calls=600)
    assert outcome.errors == []
    if reason not in ("busy", "garbage"):
        assert max(outcome.tries) == 1
    assert outcome.shares["a"] == 0
    assert len(never.arrivals) < 60


def test_rests_grow_from_a_second_to_a_minute_and_then_one_call_goes_ahead():
    away = Server(script=fails("nobody"))
    send([away, Server()], calls=4000)
    later = [second - first for first, second in zip(away.arrivals, away.arrivals[1:], strict=False) if first > 0.5]
    assert [round(pause) for pause in later[:7]] == [2, 4, 8, 16, 32, 60, 60]


def test_a_wrong_key_at_one_address_is_said_with_its_name_and_when_it_is_tried_again():
    async def work() -> tuple[str, str, AddressStanding]:
        fleet = a_fleet([Server(script=fails("wrong key")), Server(), Server()])
        model = steady(fleet)
        await asyncio.gather(*(model.complete(request(number)) for number in range(30)))
        return model.message, model.last_words, fleet.standings[0]

    message, last_words, standing = run(work())
    assert message.startswith("It refused the key. Check it. It is left alone, next try in 5")
    assert message.endswith("2 of 3 addresses go on.")
    assert last_words == "1 of 3 addresses got no calls in the end. It refused the key. Check it."
    assert (standing.answered, standing.is_resting, standing.limit) == (0, True, 0)
    assert 1 <= standing.failed <= 8  # those that were sent before the first came back


def test_what_all_addresses_refuse_is_the_calls_own_fault_and_no_address_rests():
    refuse = lambda sent: REASONS["refused"]() if sent.seed == 7 else None  # noqa: E731
    servers = [Server(script=refuse), Server(script=refuse)]
    outcome = send(servers, calls=100)
    assert [type(error) for error in outcome.errors] == [CallError]
    assert not any(standing.is_resting for standing in outcome.standings.values())


def test_a_call_that_breaks_every_server_that_gets_it_fails_alone():
    poison = lambda sent: REASONS["broken"]() if sent.seed == 7 else None  # noqa: E731
    outcome = send([Server(script=poison), Server(script=poison)], calls=200)
    assert [getattr(error, "kind", "") for error in outcome.errors] == ["http_500"]
    assert sum(outcome.shares.values()) == 199


def test_a_call_that_was_lost_on_the_way_is_sent_to_another_address():
    first = Server(script=lambda sent: REASONS["reset"]() if sent.seed == 0 else None)
    outcome = send([first, Server()], calls=1)
    assert (outcome.errors, outcome.shares, outcome.tries) == ([], {"b": 1}, [2])


def test_a_call_that_ran_out_of_time_is_not_sent_again_as_it_may_be_worked_on():
    second = Server()
    outcome = send([Server(script=fails("stalled")), second], calls=1)
    assert [getattr(error, "kind", "") for error in outcome.errors] == ["timeout"]
    assert outcome.errors[0].address == "a"  # type: ignore[attr-defined]
    assert second.arrivals == []


# Load ---------------------------------------------------------------------------------------------------------------


def test_what_one_refuses_for_load_lowers_its_own_share_only():
    small, large = Server(places=4), Server(places=1000)

    async def work() -> tuple[tuple[AddressStanding, ...], dict[str, dict[str, int]]]:
        fleet = a_fleet([small, large], most_under_way=64)
        model = steady(fleet, most=64)
        await asyncio.gather(*(model.complete(request(number)) for number in range(3000)))
        return fleet.standings, fleet.ceilings

    (of_small, of_large), ceilings = run(work())
    assert small.served + large.served == 3000
    assert of_small.limit <= 6
    assert of_large.limit == 64
    assert of_large.refused == 0
    assert small.refused < 200
    assert large.most_in_flight >= 55
    assert ceilings["a"]["simulated-model"] in (4, 5)
    assert ceilings["b"] == {}


def test_what_an_earlier_run_met_at_an_address_is_where_the_next_begins():
    small = Server(places=4)

    async def work() -> None:
        fleet = a_fleet([small, Server()], most_under_way=64, ceilings={"a": {"simulated-model": 4}})
        model = steady(fleet, most=64)
        await asyncio.gather(*(model.complete(request(number)) for number in range(64)))

    run(work())
    assert small.refused == 0


def test_calls_wait_for_room_where_every_address_is_full():
    servers = [Server(places=3), Server(places=3)]
    outcome = send(servers, calls=600, most=60)
    assert outcome.errors == []
    assert sum(server.refused for server in servers) < 300


# All of them --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["nobody", "loading"])
def test_when_all_are_away_everything_waits_and_goes_on_when_one_is_back(reason: str):
    servers = [Server(script=fails(reason, since=3, until=300)), Server(script=fails(reason, since=3))]
    outcome = send(servers, calls=200)
    assert outcome.errors == []
    assert outcome.shares["a"] > 100
    assert 300 <= outcome.seconds < 500


def test_while_all_are_away_nothing_is_under_way_and_the_message_names_what_was_tried():
    async def work() -> tuple[int, str]:
        model = steady(a_fleet([Server(script=fails("nobody", since=2)), Server(script=fails("nobody", since=2))]))
        calls = [asyncio.create_task(model.complete(request(number))) for number in range(100)]
        await asyncio.sleep(20)
        seen = model.under_way, model.message
        model.send_no_more()
        await asyncio.gather(*calls, return_exceptions=True)
        return seen

    under_way, message = run(work())
    assert under_way == 0
    assert message.startswith("None of the 2 addresses can be reached. Cannot be reached. Nothing is sent for now")


def test_when_none_ever_answers_the_run_ends_within_seconds():
    outcome = send([Server(script=fails("nobody")), Server(script=fails("nobody"))], calls=50, most=8)
    assert outcome.seconds < 20
    assert isinstance(outcome.errors[0], EndpointError | asyncio.CancelledError)
    assert any("None of the 2 addresses can be reached" in str(error) for error in outcome.errors)


def test_when_none_comes_back_they_are_given_up_after_the_patience():
    gone = fails("nobody", since=2)
    outcome = send([Server(script=gone), Server(script=gone)], calls=50, most=4, patience_seconds=100)
    assert any("tried for 100 s" in str(error) for error in outcome.errors)
    assert outcome.seconds == pytest.approx(102, abs=3)


def test_a_wrong_key_everywhere_ends_the_run():
    outcome = send([Server(script=fails("wrong key")), Server(script=fails("wrong key"))], calls=3, most=1)
    assert any(
        isinstance(error, EndpointError) and error.message == "None of the 2 addresses can be used. It refused the key."
        for error in outcome.errors
    )


def test_when_all_refuse_everything_for_load_it_is_as_with_one():
    servers = [Server(script=fails("busy", since=3, until=400)), Server(script=fails("busy", since=3, until=400))]
    outcome = send(servers, calls=60, most=8)
    assert outcome.errors == []
    assert sum(len([at for at in server.arrivals if 20 < at < 400]) for server in servers) < 120


# Ends ---------------------------------------------------------------------------------------------------------------


def test_a_stop_lets_calls_under_way_end_and_sends_none_of_those_that_wait():
    servers = [Server(places=2, seconds=10), Server(places=2, seconds=10)]

    async def work() -> list[object]:
        fleet = a_fleet(servers, ceilings={"a": {"simulated-model": 2}, "b": {"simulated-model": 2}}, most_under_way=8)
        model = steady(fleet, most=8)
        calls = [asyncio.create_task(model.complete(request(number))) for number in range(20)]
        await asyncio.sleep(1)
        model.send_no_more()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert fleet.under_way == 0
        return ended

    ended = run(work())
    assert len([each for each in ended if isinstance(each, ChatReply)]) == 4
    assert len([each for each in ended if isinstance(each, asyncio.CancelledError)]) == 16


def test_a_cancelled_call_gives_its_place_back_wherever_it_was():
    async def work() -> tuple[int, ChatReply]:
        fleet = a_fleet([Server(seconds=10)], most_under_way=2)
        calls = [asyncio.create_task(fleet.complete(request(number))) for number in range(6)]
        await asyncio.sleep(1)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        return fleet.under_way, await fleet.complete(request(9))

    under_way, reply = run(work())
    assert (under_way, reply.address) == (0, "a")
