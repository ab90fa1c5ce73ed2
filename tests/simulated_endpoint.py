"""How does a client fare with an endpoint that serves only so much?

An endpoint without a network, for virtual time: it refuses what is beyond its places or its rate, and fails at random.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from glan_core.calls import ChatReply, ChatRequest, Message
from glan_core.errors import CallError


def request(number: int = 0, *, model: str = "simulated-model") -> ChatRequest:
    """Give a request that differs from every other by its number."""
    return ChatRequest(
        stage="answers",
        template="answers",
        template_fingerprint="0123456789ab",
        messages=(Message("user", f"Question {number}?"),),
        model=model,
        temperature=0.7,
        top_p=0.95,
        max_tokens=100,
        seed=number,
    )


@dataclass
class SimulatedEndpoint:
    """A sender whose behaviour can be changed at any time."""

    places: int = 1_000_000
    """Calls that it works on at once; it refuses more with 429."""
    per_second: float = float("inf")
    """Calls that it accepts a second, with as many saved up; it refuses more with 429."""
    seconds: float = 1.0
    """How long a call takes, give or take a tenth."""
    failing_share: float = 0.0
    """Share of the calls that come to HTTP 500 by chance."""
    retry_after_seconds: float | None = None
    """Sent with every 429."""
    script: Callable[[ChatRequest], CallError | None] = lambda request: None
    """Gives the error that a call comes to, before anything else is looked at."""
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    served: int = 0
    refused: int = 0
    most_in_flight: int = 0
    in_flight: int = 0
    arrivals: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tokens = self.per_second
        self._filled_at = 0.0

    async def complete(self, request: ChatRequest) -> ChatReply:
        """Give a reply, or refuse to."""
        now = asyncio.get_running_loop().time()
        self.arrivals.append(now)
        await asyncio.sleep(0.001)
        error = self.script(request)
        if error is not None:
            raise error
        if self.in_flight >= self.places or not self._has_token(now):
            self.refused += 1
            raise CallError(
                "Too many.", kind="http_429", is_retryable=True, retry_after_seconds=self.retry_after_seconds
            )
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.seconds * self.rng.uniform(0.9, 1.1))
        finally:
            self.in_flight -= 1
        if self.rng.random() < self.failing_share:
            raise CallError("Broken.", kind="http_500", is_retryable=True)
        self.served += 1
        return ChatReply(f"Reply {request.seed}", "stop", 1, 1, self.seconds, request.model_call_id)

    def _has_token(self, now: float) -> bool:
        if self.per_second == float("inf"):
            return True
        self._tokens = min(max(1.0, self.per_second), self._tokens + (now - self._filled_at) * self.per_second)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
