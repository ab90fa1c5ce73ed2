"""May another call be ordered, or could the run spend more than it may?

What calls cost is known only when their part comes back, so each that was ordered counts with what it may come to. At
most that is half a token for each byte of its prompt, and as long a reply as it allows. Once calls of its stage have
come back, it is the dearest of them, and a bit of what is between that and the most: after n calls the next one is
dearer than all of them in one case of n + 1.

A question counts together with its answer, as nobody wants to pay for questions whose answers the limit does not hold.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from glan_core.calls import ChatReply, ChatRequest, ModelCall
from glan_core.generation_settings import Limits, StageSettings
from glan_core.store.runs import RunCounts

_BYTES_A_TOKEN = 2  # fewer than any language has: English has four, Korean and Chinese about three
_FOLLOWING = {
    "instructions": ("answers",),
    "regenerated_instructions": ("answers",),
    "compared_answers": ("compare", "compare"),
}
"""The stages of the calls that a call leads to."""


class May(NamedTuple):
    """What a call may come to, with those that it leads to."""

    tokens: int
    dollars: float | None
    """None if the price is not known."""


@dataclasses.dataclass
class _Dearest:
    """Of the calls of one stage to one model that came back."""

    calls: int = 0
    tokens: int = 0
    dollars: float = 0.0


class BatchBudget:
    """What one run has spent, and what more it may."""

    def __init__(
        self,
        limits: Limits,
        *,
        before: RunCounts,
        cost: Callable[[ChatRequest, ChatReply], float | None],
        stages: Collection[str] = (),
        settings: Mapping[str, StageSettings] | None = None,
    ) -> None:
        """`before` is what earlier sessions have spent; `cost` gives the US dollars of a call.

        `stages` are those of the run, and `settings` says how each of them calls its model.
        """
        self._limits = limits
        self._before = before
        self._cost = cost
        self._stages = {name: stage for name, stage in (settings or {}).items() if name in stages}
        self.calls = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self.cost: float | None = 0.0
        """US dollars of this session; None once the price of a call is not known."""
        self._has_unknown_tokens = before.without_tokens > 0
        self._dearest = {
            (each.stage, each.model): _Dearest(each.calls, each.tokens, each.cost) for each in before.dearest
        }

    @property
    def is_spending(self) -> bool:
        """Whether there is a limit that calls use up."""
        return self._limits.tokens is not None or self._limits.dollars is not None

    def add(self, call: ModelCall) -> None:
        """Count a call that came back."""
        self.calls += 1
        self.prompt_tokens += call.prompt_tokens or 0
        self.completion_tokens += call.completion_tokens or 0
        self.cost = None if self.cost is None or call.cost is None else self.cost + call.cost
        if not call.has_reply:
            return
        if call.prompt_tokens is None or call.completion_tokens is None:
            self._has_unknown_tokens = True
            return
        dearest = self._dearest.setdefault((call.stage, call.model), _Dearest())
        dearest.calls += 1
        dearest.tokens = max(dearest.tokens, call.prompt_tokens + call.completion_tokens)
        dearest.dollars = max(dearest.dollars, call.cost or 0.0)

    def may_come_to(self, request: ChatRequest) -> May:
        """Give what a call may come to, together with those that it leads to."""
        prompt_tokens = _prompt_tokens(request)
        may = self._one(request, prompt_tokens)
        for name in _FOLLOWING.get(request.stage, ()):
            stage = self._stages.get(name)
            if stage is not None:  # its prompt is not there yet: no longer than this one and its reply
                following = dataclasses.replace(request, stage=name, model=stage.model, max_tokens=stage.max_tokens)
                then = self._one(following, prompt_tokens + request.max_tokens)
                dollars = None if may.dollars is None or then.dollars is None else may.dollars + then.dollars
                may = May(may.tokens + then.tokens, dollars)
        return may

    def hindrance(self, may: May, *, reserved: May) -> str:
        """Say which limit a call would go beyond, after all that was ordered; nothing if none."""
        limits, before = self._limits, self._before
        if self._has_unknown_tokens and self.is_spending:
            what = "their limit" if limits.tokens is not None else "the budget"
            return f"The endpoint does not tell how many tokens a call took, so {what} cannot be kept."
        if limits.tokens is not None:
            spent = before.prompt_tokens + before.completion_tokens + self.prompt_tokens + self.completion_tokens
            if spent + reserved.tokens + may.tokens > limits.tokens:
                return f"The limit of {limits.tokens:,} tokens would not hold another call."
        if limits.dollars is not None:
            if may.dollars is None or self.cost is None or before.cost is None:
                return "The price of a call is not known, so the budget cannot be kept. Give one with --price."
            if before.cost + self.cost + (reserved.dollars or 0.0) + may.dollars > limits.dollars:
                return f"The budget of ${limits.dollars:g} would not hold another call."
        return ""

    def _one(self, request: ChatRequest, prompt_tokens: int) -> May:
        most_tokens = prompt_tokens + request.max_tokens
        most_dollars = self._cost(request, ChatReply("", "", prompt_tokens, request.max_tokens, 0.0))
        dearest = self._dearest.get((request.stage, request.model))
        if dearest is None:
            return May(most_tokens, most_dollars)
        share = 1 / (dearest.calls + 1)
        tokens = dearest.tokens + share * max(0, most_tokens - dearest.tokens)
        if most_dollars is not None:
            most_dollars = min(most_dollars, dearest.dollars + share * max(0.0, most_dollars - dearest.dollars))
        return May(min(most_tokens, round(tokens)), most_dollars)


def _prompt_tokens(request: ChatRequest) -> int:
    return sum(len(message.content.encode(errors="replace")) for message in request.messages) // _BYTES_A_TOKEN
