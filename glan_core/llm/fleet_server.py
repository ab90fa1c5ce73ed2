"""How does one address of a fleet fare, and may it get another call?

no connection, a broken one, 502, 504    it rests at once, see rest.py
429, 503, 529                            fewer calls at once for it alone, see throttle.py; 503 with nothing else under
                                         way, and a Retry-After of more than a minute, are a rest too
408, 409, 500 ..., a timeout, garbage    it rests from the fifth in a row on
401, 404, no quota, a redirection        its model rests for a minute, as that seldom passes by itself
400, 413, 422 ...                        the request's own fault, unless another address takes the same one

The models of one address have throttles of their own, and rest on their own where it is about the model.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from glan_core.calls import AddressStanding, ChatRequest
from glan_core.errors import CallError, EndpointError
from glan_core.llm.chat_model import Sender
from glan_core.llm.rest import MOST_SECONDS, Rest
from glan_core.llm.throttle import Throttle

LOAD_KINDS = frozenset({"http_429", "http_503", "http_529"})
_GONE_KINDS = frozenset({"connection", "http_502", "http_504"})
_LOST_KINDS = frozenset({"timeout", "unreadable"})  # not sent again, but no sign of a server at work either


class Seat(NamedTuple):
    """The place of one call at one address."""

    server: "FleetServer"
    request: ChatRequest
    burst: int
    is_probe: bool
    is_probe_of_model: bool


class FleetServer:
    """One address, with all that was seen of it."""

    def __init__(
        self,
        address: str,
        sender: Sender,
        *,
        most_under_way: int,
        ceilings: Mapping[str, int],
        on_room: Callable[[], None],
    ) -> None:
        """`ceilings` are those that earlier runs met here, by model; `on_room` is told when a call may find room."""
        self.address = address
        self.sender = sender
        self.turn = 0
        """Which call of the fleet it got last."""
        self._most = most_under_way
        self._known_ceilings = dict(ceilings)
        self._on_room = on_room
        self._rest = Rest()
        self._model_rests: dict[str, Rest] = {}
        self._throttles: dict[str, Throttle] = {}
        self._answered_kinds: set[tuple[str, str]] = set()  # stages and models
        self._answered = 0
        self._failed = 0

    @property
    def under_way(self) -> int:
        """How many calls have been sent here and not answered yet."""
        return sum(throttle.under_way for throttle in self._throttles.values())

    @property
    def refusals(self) -> int:
        """How many calls were refused for load."""
        return sum(throttle.refusals for throttle in self._throttles.values())

    @property
    def limit(self) -> int:
        """How many calls it may get at once now."""
        if self._rest.is_on:
            return 0
        limits = [int(each.limit) for model, each in self._throttles.items() if not self.is_resting(model)]
        return min(self._most, sum(limits)) if self._throttles else self._most

    @property
    def ceilings(self) -> dict[str, int]:
        """By model, how many calls at once it served when it refused more, now or in an earlier run."""
        met = {model: throttle.ceiling for model, throttle in self._throttles.items() if throttle.ceiling is not None}
        return {**self._known_ceilings, **met}

    @property
    def standing(self) -> AddressStanding:
        """How it has fared so far."""
        rests = [rest for rest in (self._rest, *self._model_rests.values()) if rest.reason]
        is_resting = any(rest.is_on for rest in rests)
        why = next((rest.reason for rest in rests if rest.is_on), rests[0].reason if rests else "")
        return AddressStanding(
            self.address, self._answered, self._failed, self.refusals, self.under_way, self.limit, is_resting, why
        )

    def resting_until(self, model: str) -> float:
        """Give when it may be tried with a model again; 0 while it does not rest."""
        return max(self._rest.until or 0.0, self._model_rest(model).until or 0.0)

    def first_try_at(self) -> float | None:
        """Give when it, or one of its models, is tried again; None if neither rests."""
        times = [rest.until for rest in (self._rest, *self._model_rests.values()) if rest.until is not None]
        return min(times, default=None)

    def is_resting(self, model: str) -> bool:
        """Say whether it gets no calls of a model for now, but for the one that tries whether it does again."""
        return self._rest.is_on or self._model_rest(model).is_on

    def works(self, model: str) -> bool:
        """Say whether there is reason to think that it answers calls of a model."""
        throttle = self._throttle(model)
        return not self.is_resting(model) and (throttle.under_way > 0 or throttle.held_seconds == 0)

    def admits(self, model: str, now: float) -> bool:
        """Say whether it may get another call now."""
        is_up = self._rest.admits(now) and self._model_rest(model).admits(now)
        return is_up and self._throttle(model).has_room

    def begin(self, request: ChatRequest) -> Seat:
        """Take a place for a call."""
        model = request.model
        burst = self._throttle(model).take()
        return Seat(self, request, burst, self._rest.begun(), self._model_rest(model).begun())

    def answered(self, seat: Seat) -> None:
        """Give the place back after a reply."""
        self._answered += 1
        self._answered_kinds.add((seat.request.stage, seat.request.model))
        self._is_well(seat)
        self._throttle(seat.request.model).served(seat.burst)

    def abandoned(self, seat: Seat) -> None:
        """Give the place back of a call that was taken back."""
        self._rest.abandoned(is_probe=seat.is_probe)
        self._model_rest(seat.request.model).abandoned(is_probe=seat.is_probe_of_model)
        self._throttle(seat.request.model).released()

    def contradicted(self, model: str, error: CallError) -> None:
        """Say that another address took a call that this one, which never took any of its kind, refused for good."""
        reason = f"{error.message} Other addresses take the same call."
        self._model_rest(model).lost(reason, asyncio.get_running_loop().time(), is_probe=False, at_once=True)

    def failed(self, seat: Seat, error: CallError | EndpointError) -> bool:
        """Give the place back after an error, and say whether the call may go to another address at once."""
        throttle = self._throttle(seat.request.model)
        now = asyncio.get_running_loop().time()  # what rests has to do so before its place is given back
        if isinstance(error, EndpointError):
            self._failed += 1
            self._rest.answered()  # it is there
            self._model_rest(seat.request.model).lost(
                f"{error.message} {error.hint}", now, is_probe=seat.is_probe_of_model, at_once=True
            )
            throttle.released()
            return True
        if error.kind in LOAD_KINDS:
            self._is_busy(seat, error, now)
            throttle.refused(seat.burst, retry_after_seconds=error.retry_after_seconds or 0.0)
            return True
        if not error.is_retryable and error.kind not in _LOST_KINDS:
            self._answered += 1
            self._is_well(seat)
            throttle.released()
            return (seat.request.stage, seat.request.model) not in self._answered_kinds
        self._failed += 1
        self._lost(seat, error, now, at_once=error.kind in _GONE_KINDS)
        if error.kind == "unreadable":
            throttle.released()
        else:
            throttle.failed(seat.burst)
        return not error.was_sent or (error.kind == "unreadable" and not self._answered)

    def _is_well(self, seat: Seat) -> None:
        self._rest.answered()
        self._model_rest(seat.request.model).answered()

    def _is_busy(self, seat: Seat, error: CallError, now: float) -> None:
        asked = error.retry_after_seconds or 0.0
        is_alone = self.under_way == 1
        if asked > MOST_SECONDS or (error.kind == "http_503" and is_alone):
            self._lost(seat, error, now, at_once=True)
        elif seat.is_probe or seat.is_probe_of_model:
            self._is_well(seat)  # it is there, and the throttle says when to go on

    def _lost(self, seat: Seat, error: CallError, now: float, *, at_once: bool) -> None:
        self._model_rest(seat.request.model).abandoned(is_probe=seat.is_probe_of_model)
        self._rest.lost(
            error.message, now, is_probe=seat.is_probe, at_once=at_once, at_least=error.retry_after_seconds or 0.0
        )

    def _model_rest(self, model: str) -> Rest:
        return self._model_rests.setdefault(model, Rest(first_seconds=MOST_SECONDS))

    def _throttle(self, model: str) -> Throttle:
        if model not in self._throttles:
            ceiling = self._known_ceilings.get(model)
            self._throttles[model] = Throttle(self._most, ceiling=ceiling, on_room=self._on_room)
        return self._throttles[model]
