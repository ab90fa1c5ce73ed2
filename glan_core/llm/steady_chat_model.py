"""How does a call get through to an endpoint that is busy, flaky or away for a while?

408, 409, 429, 5xx, a broken connection    sent again, at most RETRIES times, after a random wait that grows
429, 503, 529                              fewer calls at once besides, see throttle.py
Retry-After                                waited for at least as long
nothing else for a while                   everything waits, see circuit_breaker.py
anything else                              not sent again
"""

import asyncio
import dataclasses
import random
import time
from collections.abc import Callable
from typing import Protocol

from glan_core.calls import ChatReply, ChatRequest
from glan_core.errors import CallError, EndpointError
from glan_core.llm.circuit_breaker import CircuitBreaker
from glan_core.llm.throttle import Throttle

RETRIES = 8
# Full jitter: a wait is drawn evenly from 0 to 0.5 s, 1 s, 2 s ..., so that calls refused together do not come back
# together.
_FIRST_WAIT_SECONDS = 0.5
_MOST_WAIT_SECONDS = 60.0
_MOST_RETRY_AFTER_SECONDS = 600.0  # beyond that it is a quota for a day or a month, and waiting is up to the user
_LOAD_KINDS = frozenset({"http_429", "http_503", "http_529"})


class Sender(Protocol):
    """Whatever sends a call once."""

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the reply; CallError or EndpointError otherwise."""
        ...


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
    ) -> None:
        """`ceilings` are those that earlier runs met, by model; `on_wait` is told when a call begins to wait."""
        self._model = model
        self._most = most_under_way
        self._known_ceilings = ceilings or {}
        self._retries = retries
        self._rng = rng or random.Random()
        self._breaker = breaker or CircuitBreaker(clock=time.monotonic)
        self._on_wait = on_wait
        self._throttles: dict[str, Throttle] = {}
        self.waiting = 0
        """Calls that wait to be sent again, and so hold no slot."""
        self.retried = 0

    @property
    def under_way(self) -> int:
        """How many calls have been sent and not answered yet."""
        return sum(throttle.under_way for throttle in self._throttles.values())

    @property
    def limit(self) -> int:
        """How many calls may be under way at once now, over all models."""
        return min(self._most, sum(int(throttle.limit) for throttle in self._throttles.values()) or self._most)

    @property
    def refusals(self) -> int:
        """How many calls were refused for load so far."""
        return sum(throttle.refusals for throttle in self._throttles.values())

    @property
    def ceilings(self) -> dict[str, int]:
        """By model, how many calls at once the endpoint served when it refused more; others never were refused."""
        return {model: throttle.ceiling for model, throttle in self._throttles.items() if throttle.ceiling is not None}

    @property
    def message(self) -> str:
        """Why calls are held back; empty while they are not."""
        return self._breaker.message

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give the reply, sending the request as often as it takes within the bounds.

        Raises CallError (with the number of tries) when they are used up, EndpointError when the endpoint is given up.
        """
        throttle = self._throttle(request.model)
        tries = 0
        while True:
            burst = await throttle.acquire()
            try:
                await self._breaker.admitted()
                reply = await self._model.complete(request)
            except CallError as error:
                tries += 1
                self._account(error, throttle, burst)
                if error.is_retryable and self._breaker.is_open:
                    tries -= 1  # it is no fault of the call that the endpoint is away
                elif not error.is_retryable or tries > self._retries:
                    error.tries = tries
                    raise
                else:
                    await self._wait(error, tries)
            except BaseException:
                throttle.released()
                self._breaker.abandoned()
                raise
            else:
                throttle.served()
                self._breaker.answered()
                return dataclasses.replace(reply, tries=tries + 1) if tries else reply

    def _throttle(self, model: str) -> Throttle:
        if model not in self._throttles:
            self._throttles[model] = Throttle(self._most, ceiling=self._known_ceilings.get(model))
        return self._throttles[model]

    def _account(self, error: CallError, throttle: Throttle, burst: int) -> None:
        """Give the slot back and tell the breaker, which may raise EndpointError."""
        if error.kind in _LOAD_KINDS:
            throttle.refused(burst, retry_after_seconds=error.retry_after_seconds or 0.0)
        elif error.is_retryable or error.kind == "timeout":
            throttle.failed(burst)
        else:
            throttle.released()
        is_away = error.is_retryable or error.kind == "timeout"
        if is_away and not (error.kind in _LOAD_KINDS and throttle.under_way):
            self._breaker.lost(error, has_answered=error.kind.startswith("http_"))
        else:
            self._breaker.answered()

    async def _wait(self, error: CallError, tries: int) -> None:
        longest = min(_MOST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (tries - 1))
        asked = error.retry_after_seconds or 0.0
        if asked > _MOST_RETRY_AFTER_SECONDS:
            raise EndpointError(
                f"{error.message} It asks to be left alone for {asked / 60:.0f} minutes.",
                "Go on with the run after that; nothing that was made is lost.",
            ) from error
        self.waiting += 1
        self.retried += 1
        self._on_wait()
        try:
            await asyncio.sleep(asked + self._rng.uniform(0.0, longest))
        finally:
            self.waiting -= 1
