"""May another call be ordered, or could the run spend more than it may?

What calls cost is known only when their part comes back, so each that was ordered counts with the most that it can come
to: half a token for each byte of its prompt, and as long a reply as it allows. Once calls of the run have come back, no
call counts with more than the dearest of them.
"""

from collections.abc import Callable

from glan_core.calls import ChatReply, ChatRequest, ModelCall
from glan_core.generation_settings import Limits
from glan_core.store.runs import RunCounts

_BYTES_A_TOKEN = 2  # fewer than any language has: English has four, Korean and Chinese about three


class BatchBudget:
    """What one run has spent, and what more it may."""

    def __init__(
        self, limits: Limits, *, before: RunCounts, cost: Callable[[ChatRequest, ChatReply], float | None]
    ) -> None:
        """`before` is what earlier sessions have spent; `cost` gives the US dollars of a call."""
        self._limits = limits
        self._before = before
        self._cost = cost
        self.calls = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.cost: float | None = 0.0
        """US dollars of this session; None once the price of a call is not known."""
        self._has_unknown_tokens = False
        self._most_tokens = before.most_tokens
        self._most_dollars = before.most_cost

    def add(self, call: ModelCall) -> None:
        """Count a call that came back."""
        self.calls += 1
        prompt, completion = call.prompt_tokens or 0, call.completion_tokens or 0
        self._has_unknown_tokens |= not call.error_kind and None in (call.prompt_tokens, call.completion_tokens)
        self.prompt_tokens += prompt
        self.completion_tokens += completion
        self.cost = None if self.cost is None or call.cost is None else self.cost + call.cost
        self._most_tokens = max(self._most_tokens, prompt + completion)
        self._most_dollars = max(self._most_dollars, call.cost or 0.0)

    def most_tokens(self, request: ChatRequest) -> int:
        """Give what a call may come to, in tokens."""
        most = _prompt_tokens(request) + request.max_tokens
        return min(most, self._most_tokens) if self._most_tokens else most

    def most_dollars(self, request: ChatRequest) -> float | None:
        """Likewise in US dollars; None if the price is not known."""
        dearest = ChatReply("", "", _prompt_tokens(request), request.max_tokens, 0.0)
        most = self._cost(request, dearest)
        return min(most, self._most_dollars) if most is not None and self._most_dollars else most

    def hindrance(self, request: ChatRequest, *, reserved_tokens: int, reserved_dollars: float) -> str:
        """Say which limit a call would go beyond, after all that was ordered; nothing if none."""
        limits, before = self._limits, self._before
        if self._has_unknown_tokens and (limits.tokens is not None or limits.dollars is not None):
            what = "their limit" if limits.tokens is not None else "the budget"
            return f"The endpoint does not tell how many tokens a call took, so {what} cannot be kept."
        if limits.tokens is not None:
            spent = before.prompt_tokens + before.completion_tokens + self.prompt_tokens + self.completion_tokens
            if spent + reserved_tokens + self.most_tokens(request) > limits.tokens:
                return f"The limit of {limits.tokens:,} tokens would not hold another call."
        if limits.dollars is not None:
            dollars = self.most_dollars(request)
            if dollars is None or self.cost is None or before.cost is None:
                return "The price of a call is not known, so the budget cannot be kept. Give one with --price."
            if before.cost + self.cost + reserved_dollars + dollars > limits.dollars:
                return f"The budget of ${limits.dollars:g} would not hold another call."
        return ""


def _prompt_tokens(request: ChatRequest) -> int:
    return sum(len(message.content.encode(errors="replace")) for message in request.messages) // _BYTES_A_TOKEN
