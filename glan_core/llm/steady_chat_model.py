"""How does a call get through to an endpoint that is busy, flaky or away for a while?

408, 409, 429, 5xx, a broken connection    sent again, at most RETRIES times, after a random wait that grows
429, 503, 529                              fewer calls at once besides, see throttle.py
Retry-After                                waited for at least as long
nothing else for a while                   everything waits, see circuit_breaker.py
anything else                              not sent again; when all are refused so, see refused_in_a_row.py

Where the endpoint has several addresses, all that is about a single one of them is seen to in fleet.py: then only what
is left is said here, such as that none answers.

A call whose own doing it may be (a reset, a 500) uses its tries up even then: the one prompt that brings a server down
must not hold up the run until the patience for the endpoint ends.
"""

import asyncio
import dataclasses
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from glan_core.calls import AddressStanding, ChatReply, ChatRequest
from glan_core.errors import CallError, EndpointError
from glan_core.llm.chat_model import Sender
from glan_core.llm.circuit_breaker import CircuitBreaker
from glan_core.llm.fleet import Fleet
from glan_core.llm.refused_in_a_row import RefusedInARow
from glan_core.llm.throttle import Throttle

RETRIES = 8
# Full jitter: a wait is drawn evenly from 0 to 0.5 s, 1 s, 2 s ..., so that calls refused together do not come back
# together.
_FIRST_WAIT_SECONDS = 0.5
_MOST_WAIT_SECONDS = 60.0
_WORTH_TELLING_SECONDS = 2.0  # shorter holds are gone before anybody has read of them
_MOST_RETRY_AFTER_SECONDS = 600.0  # beyond that it is a quota for a day or a month, and waiting is up to the user
_LOAD_KINDS = frozenset({"http_429", "http_503", "http_529"})
_GATEWAY_KINDS = frozenset({"http_502", "http_504"})  # what stands before the model says that it is not there
# Not sent again, but no sign of an endpoint at work either: a gateway's page in place of a completion, or nothing.
_LOST_KINDS = frozenset({"timeout", "unreadable"})

T = TypeVar("T")


class SteadyChatModel:
    """Sends calls through one event loop until they are answered, or given up."""

    def __init__(
        self,
        model: Sender,
        *,
        most_under_way: int,
        ceilings: dict[str, int] | None = None,
        retries: int = RETRIES,
        rng: random.Random | None = None,
        breaker: CircuitBreaker | None = None,
        on_wait: Callable[[], None] = lambda: None,
        gives_up_refused: bool = True,
    ) -> None:
        """`ceilings` are those that earlier runs met, by model; `on_wait` is told when a call begins to wait.

        Without `gives_up_refused`, calls are sent on even where the endpoint refuses every single one.
        """
        self._model = model
        self._fleet = model if isinstance(model, Fleet) else None
        self._most = most_under_way
        self._known_ceilings = ceilings or {}
        self._retries = retries
        self._rng = rng or random.Random()
        self._breaker = breaker or CircuitBreaker(clock=time.monotonic)
        self._on_wait = on_wait
        self._throttles: dict[str, Throttle] = {}
        self._gives_up_refused = gives_up_refused
        self._refused: dict[tuple[str, str], RefusedInARow] = {}  # by stage and model
        self.waiting = 0
        """Calls that wait to be sent again, and so hold no slot."""
        self.retried = 0
        self.unfinished = 0
        """Calls that were begun and are not over: under way, or waiting for whatever reason."""
        self._idle_tasks: set[asyncio.Task[object]] = set()
        self._is_over = False

    @property
    def under_way(self) -> int:
        """How many calls have been sent and not answered yet."""
        if self._fleet is not None:
            return self._fleet.under_way
        return sum(throttle.under_way for throttle in self._throttles.values())

    @property
    def limit(self) -> int:
        """How many calls may be under way at once now, over all models."""
        if self._fleet is not None:
            return min(self._most, self._fleet.limit)
        return min(self._most, sum(int(throttle.limit) for throttle in self._throttles.values()) or self._most)

    @property
    def refusals(self) -> int:
        """How many calls were refused for load so far."""
        if self._fleet is not None:
            return self._fleet.refusals
        return sum(throttle.refusals for throttle in self._throttles.values())

    @property
    def ceilings(self) -> dict[str, int]:
        """By model, how many calls at once the endpoint served when it refused more; others never were refused.

        What earlier runs met stays true for models that were not called, or not as often at once. Empty where there
        are several addresses, which have their own.
        """
        if self._fleet is not None:
            return {}
        met = {model: throttle.ceiling for model, throttle in self._throttles.items() if throttle.ceiling is not None}
        return {**self._known_ceilings, **met}

    @property
    def address_ceilings(self) -> dict[str, dict[str, int]]:
        """The same by address, where there are several; empty where there is only one."""
        return self._fleet.ceilings if self._fleet is not None else {}

    @property
    def standings(self) -> tuple[AddressStanding, ...]:
        """How each address has fared; empty where there is only one."""
        return self._fleet.standings if self._fleet is not None else ()

    @property
    def last_words(self) -> str:
        """Which addresses got no calls any more at the end, and why; empty if all did."""
        return self._fleet.last_words if self._fleet is not None else ""

    @property
    def message(self) -> str:
        """Why calls are held back; empty while they are not."""
        if self._fleet is not None and not self._breaker.is_open and self._fleet.message:
            return self._fleet.message
        held = max((throttle.held_seconds for throttle in self._throttles.values()), default=0.0)
        if self._breaker.message or held < _WORTH_TELLING_SECONDS:
            return self._breaker.message
        return f"The endpoint refuses every call for now. Nothing is sent for {held:.0f} s."

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the reply, sending the request as often as it takes within the bounds.

        Raises CallError (with the number of tries) when they are used up, EndpointError when the endpoint is given up.
        """
        self.unfinished += 1
        try:
            return await self._complete(request, self._throttle(request.model))
        except EndpointError:
            self.send_no_more()
            raise
        finally:
            self.unfinished -= 1

    def send_no_more(self) -> None:
        """Let the calls under way end, and cancel the tasks of all others, now and whenever one would be sent."""
        self._is_over = True
        current = asyncio.current_task()
        for task in tuple(self._idle_tasks):
            if task is not current:
                task.cancel()
        if self._fleet is not None:
            self._fleet.send_no_more()

    def _throttle(self, model: str) -> Throttle:
        if model not in self._throttles:
            self._throttles[model] = Throttle(self._most, ceiling=self._known_ceilings.get(model))
        return self._throttles[model]

    async def _complete(self, request: ChatRequest, throttle: Throttle) -> ChatReply:
        sent = excused = 0
        while True:
            burst = await self._idle(self._slot(throttle))
            is_probe = self._breaker.is_open
            sent += 1
            try:
                reply = await self._model.complete(request)
            except CallError as error:
                error.tries = sent
                self._account(error, throttle, burst, is_probe=is_probe)
                if self._gives_up_refused:
                    self._refused_in_a_row(request).refused(error)
                if error.is_retryable and self._breaker.is_open and _is_endpoint_away(error):
                    excused += 1  # it is no fault of the call, and the breaker says when to go on
                    self.retried += 1
                elif not error.is_retryable or sent - excused > self._retries:
                    raise
                else:
                    await self._idle(self._wait(error, sent - excused))
            except BaseException:
                throttle.released()
                self._breaker.abandoned(is_probe=is_probe)
                raise
            else:
                throttle.served(burst)
                self._breaker.answered()
                self._refused_in_a_row(request).answered()
                return dataclasses.replace(reply, tries=sent) if sent > 1 else reply

    def _refused_in_a_row(self, request: ChatRequest) -> RefusedInARow:
        return self._refused.setdefault((request.stage, request.model), RefusedInARow())

    async def _slot(self, throttle: Throttle) -> int:
        while True:
            # Whoever waits for the endpoint to come back holds no slot: nothing is under way then.
            if self._breaker.is_open:
                await self._breaker.ready()
            burst = await throttle.acquire()
            if self._breaker.admits():
                return burst
            throttle.released()

    def _account(self, error: CallError, throttle: Throttle, burst: int, *, is_probe: bool) -> None:
        """Give the slot back and tell the breaker; EndpointError if this was one loss too many, or a very long wait."""
        if error.is_of_one_address:
            throttle.released()
            self._breaker.answered()
            return
        is_lost = error.is_retryable or error.kind in _LOST_KINDS
        if error.kind in _LOAD_KINDS:
            throttle.refused(burst, retry_after_seconds=error.retry_after_seconds or 0.0)
        elif is_lost and error.kind != "unreadable":
            throttle.failed(burst)
        else:
            throttle.released()
        asked = error.retry_after_seconds or 0.0
        if error.is_retryable and asked > _MOST_RETRY_AFTER_SECONDS:
            raise EndpointError(
                f"{error.message} It asks to be left alone for {asked / 60:.0f} minutes.",
                "Go on with the run after that; nothing that was made is lost.",
            ) from error
        if is_lost and not (error.kind in _LOAD_KINDS and throttle.under_way):
            self._breaker.lost(error, is_probe=is_probe)
        else:
            self._breaker.answered()

    async def _wait(self, error: CallError, tries: int) -> None:
        longest = min(_MOST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (tries - 1))
        self.waiting += 1
        self.retried += 1
        self._on_wait()
        try:
            await asyncio.sleep((error.retry_after_seconds or 0.0) + self._rng.uniform(0.0, longest))
        finally:
            self.waiting -= 1

    async def _idle(self, wait: Coroutine[Any, Any, T]) -> T:
        """Wait in a way that `send_no_more` can end."""
        if self._is_over:
            wait.close()
            raise asyncio.CancelledError
        task = asyncio.current_task()
        assert task is not None  # nothing else can await
        self._idle_tasks.add(task)
        try:
            return await wait
        finally:
            self._idle_tasks.discard(task)


def _is_endpoint_away(error: CallError) -> bool:
    return not error.was_sent or error.kind in _LOAD_KINDS | _GATEWAY_KINDS
