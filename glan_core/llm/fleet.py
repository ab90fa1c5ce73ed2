"""How do calls spread over several addresses that serve the same model?

Each call goes to the address with the fewest under way, in turn where several have as few. One that fails rests while
the others go on (see fleet_server.py and rest.py); one that refuses some for load gets fewer, and the others as many as
before.

    not connected, refused for load, no such model or key here    the call goes to another address at once
    broken off, 500 ...                                           an error of the call, which is sent again as always
    all addresses rest                                            each is tried, then as with one that is away

An address with a wrong key or without the model ends no run as long as another one answers: it is tried once a minute,
and the run says so in its message, as long as it lasts and at its end.
"""

import asyncio
import contextlib
import dataclasses
import itertools
from collections import deque
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from glan_core.calls import AddressStanding, ChatReply, ChatRequest
from glan_core.errors import CallError, EndpointError, GlanError
from glan_core.llm.chat_model import Sender
from glan_core.llm.fleet_server import LOAD_KINDS, FleetServer, Seat

_NO_LIMIT = 100_000


class _Waiting(NamedTuple):
    request: ChatRequest
    passed: "Mapping[str, CallError | EndpointError]"
    seat: "asyncio.Future[Seat | None]"


class Fleet:
    """A Sender for several addresses. Use it as an async context manager, inside one event loop."""

    def __init__(
        self,
        senders: Mapping[str, Sender],
        *,
        most_under_way: int = _NO_LIMIT,
        ceilings: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        """`senders` stand by their addresses."""
        self._servers = [
            FleetServer(
                address,
                sender,
                most_under_way=most_under_way,
                ceilings=(ceilings or {}).get(address, {}),
                on_room=self._wake,
            )
            for address, sender in senders.items()
        ]
        self._turns = itertools.count(1)
        self._queue: deque[_Waiting] = deque()
        self._alarm: asyncio.TimerHandle | None = None
        self._is_over = False
        self._opened = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open what sends to each address."""
        for server in self._servers:
            if isinstance(server.sender, contextlib.AbstractAsyncContextManager):
                await self._opened.enter_async_context(server.sender)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close them."""
        if self._alarm is not None:
            self._alarm.cancel()
        await self._opened.aclose()

    @property
    def under_way(self) -> int:
        """How many calls have been sent and not answered yet."""
        return sum(server.under_way for server in self._servers)

    @property
    def limit(self) -> int:
        """How many calls may be under way at once now."""
        return sum(server.limit for server in self._servers)

    @property
    def refusals(self) -> int:
        """How many calls were refused for load so far."""
        return sum(server.refusals for server in self._servers)

    @property
    def ceilings(self) -> dict[str, dict[str, int]]:
        """By address and model, how many calls at once were served when more were refused."""
        return {server.address: server.ceilings for server in self._servers}

    @property
    def standings(self) -> tuple[AddressStanding, ...]:
        """How each address has fared so far."""
        return tuple(server.standing for server in self._servers)

    @property
    def message(self) -> str:
        """Which addresses get no calls for now, and why; empty if all do."""
        now = asyncio.get_running_loop().time()
        resting = [(server, server.standing) for server in self._servers if server.first_try_at() is not None]
        told = [
            f"{standing.reason} It is left alone, next try in {max(0.0, (server.first_try_at() or now) - now):.0f} s."
            for server, standing in resting
        ]
        if not told:
            return ""
        others = len(self._servers) - len(resting)
        goes_on = f"{others} of {len(self._servers)} addresses go on." if others else ""
        return " ".join([*told, goes_on]).strip()

    @property
    def last_words(self) -> str:
        """Say at the end of a run which addresses got no calls any more, and why; empty if all did."""
        resting = [standing for standing in self.standings if standing.is_resting]
        if not resting:
            return ""
        number = f"{len(resting)} of {len(self._servers)} addresses"
        return f"{number} got no calls in the end. {' '.join(standing.reason for standing in resting)}"

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Send the request to the address with the fewest calls under way, and to others where it cannot be had there.

        Raises what the last address raised; EndpointError only if each one of them did.
        """
        passed: dict[str, CallError | EndpointError] = {}
        may_wait = True
        while True:
            seat = await self._seat(request, passed, may_wait=may_wait)
            if seat is None:
                raise self._given_up(request, passed)
            address = seat.server.address
            try:
                reply = await seat.server.sender.complete(request)
            except (CallError, EndpointError) as error:
                goes_on = seat.server.failed(seat, error)
                self._wake()
                passed[address] = error
                if isinstance(error, CallError):
                    error.address = address
                    may_wait = may_wait and error.kind not in LOAD_KINDS
                    if not goes_on:
                        error.is_of_one_address = self._works(request.model)
                        raise
            except BaseException:
                seat.server.abandoned(seat)
                self._wake()
                raise
            else:
                seat.server.answered(seat)
                self._settle(request, passed)
                return dataclasses.replace(reply, address=address)

    def send_no_more(self) -> None:
        """Let the calls under way end, and cancel those that wait for an address."""
        self._is_over = True
        while self._queue:
            self._queue.popleft().seat.cancel()

    async def _seat(
        self, request: ChatRequest, passed: Mapping[str, CallError | EndpointError], *, may_wait: bool
    ) -> Seat | None:
        """Wait for an address with room that did not fail this call yet; None if there is none to wait for."""
        if self._is_over:
            raise asyncio.CancelledError
        server, is_worth_waiting = self._choice(request.model, passed)
        if server is not None:
            return self._taken(server, request)
        if not (is_worth_waiting and may_wait):
            return None
        waiting = _Waiting(request, passed, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._set_alarm()
        try:
            return await waiting.seat
        except asyncio.CancelledError:
            if waiting.seat.done() and not waiting.seat.cancelled():
                seat = waiting.seat.result()
                if seat is not None:
                    seat.server.abandoned(seat)
                    self._wake()
            raise

    def _choice(self, model: str, passed: Mapping[str, object]) -> tuple[FleetServer | None, bool]:
        """Give the address for a call, if there is one, and whether waiting may bring one."""
        now = asyncio.get_running_loop().time()
        left = [server for server in self._servers if server.address not in passed]
        ready = [server for server in left if server.admits(model, now)]
        if ready:
            return min(ready, key=lambda server: (server.under_way, server.turn)), True
        if any(not server.is_resting(model) for server in left):
            return None, True
        if left and all(server.is_resting(model) for server in self._servers):
            return min(left, key=lambda server: server.resting_until(model)), True
        return None, False

    def _taken(self, server: FleetServer, request: ChatRequest) -> Seat:
        server.turn = next(self._turns)
        return server.begin(request)

    def _works(self, model: str) -> bool:
        return any(server.works(model) for server in self._servers)

    def _settle(self, request: ChatRequest, passed: Mapping[str, CallError | EndpointError]) -> None:
        """Draw the conclusion from a call that one address took and others had refused for good."""
        for server in self._servers:
            error = passed.get(server.address)
            if isinstance(error, CallError) and not error.is_retryable:
                server.contradicted(request.model, error)
        self._wake()

    def _given_up(
        self, request: ChatRequest, passed: Mapping[str, CallError | EndpointError]
    ) -> CallError | EndpointError:
        errors = [error for error in passed.values() if isinstance(error, CallError)]
        if not errors:
            return none_can_be_used(list(passed.values()))
        error = errors[-1]
        if len(passed) == len(self._servers) and not any(each.was_sent for each in errors):
            number = len(self._servers)
            message = f"None of the {number} addresses can be reached. {error.message}"
            error = CallError(message, kind=error.kind, hint=error.hint, is_retryable=True, was_sent=False)
            error.address = errors[-1].address
        error.is_of_one_address = self._works(request.model)
        return error

    def _wake(self) -> None:
        """Give waiting calls, oldest first, the addresses that they can have now."""
        full: set[str] = set()  # models for which no address has room, so that the rest of a long queue costs nothing
        for _ in range(len(self._queue)):
            waiting = self._queue.popleft()
            if waiting.seat.done():
                continue
            if waiting.request.model in full and not waiting.passed:
                self._queue.append(waiting)
                continue
            server, is_worth_waiting = self._choice(waiting.request.model, waiting.passed)
            if server is not None:
                waiting.seat.set_result(self._taken(server, waiting.request))
            elif is_worth_waiting:
                self._queue.append(waiting)
                if not waiting.passed:
                    full.add(waiting.request.model)
            else:
                waiting.seat.set_result(None)
        self._set_alarm()

    def _set_alarm(self) -> None:
        """See to it that a waiting call becomes the probe as soon as a rest is over."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        loop = asyncio.get_running_loop()
        times = [at for server in self._servers if (at := server.first_try_at()) is not None and at > loop.time()]
        if self._queue and times:
            self._alarm = loop.call_at(min(times), self._wake)


def none_can_be_used(errors: Sequence[GlanError]) -> EndpointError:
    """Give the error of an endpoint each of whose addresses has one of its own."""
    number = len(errors)
    told = " ".join(dict.fromkeys(error.message for error in errors))
    return EndpointError(f"None of the {number} addresses can be used. {told}", errors[0].hint)
