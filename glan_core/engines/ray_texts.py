"""How are batches of texts handed to Ray's actors, and what they make of them brought back in order?

    batches (as they are asked for) -> actors, two batches in hand each -> results, in the order of the batches

Ray Data wants all its input before it begins, and waits for an actor whose machine is gone until there is room for it
again, with the parts that it had. Texts come out of the database as they are wanted instead, and nothing but a few
batches an actor is ever in memory. What a lost actor had in hand goes to the others at once, and another one begins in
its place where a machine has a core for it.
"""

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import TracebackType
from typing import Any, Self, TypeVar

from glan_core.engines.engine import EngineChoice
from glan_core.engines.ray_cluster import cluster
from glan_core.errors import GlanError

T = TypeVar("T")
_IN_HAND = 2  # batches with an actor: the next one is there when one is done
_AHEAD = 4  # batches an actor that may be handed out, or done before an earlier one is
_MOST_LOSSES = 3  # of actors that had one batch, or that ended before they began
_TICK_SECONDS = 1.0
_ROOM_SECONDS = 120.0  # as long as this no actor at all has to be there
_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
_HINT = "What was done is kept where it can be. Begin again with the same command."


class TextActors:
    """Calls functions on batches of texts by actors; the cluster and they begin with the first batch.

    To be used as a context: at its end the actors are gone, and with them a cluster of one's own.
    """

    def __init__(self, choice: EngineChoice) -> None:
        self._choice = choice
        self._open = contextlib.ExitStack()
        self._crew: _Crew | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._crew = None
        self._open.close()

    def __call__(self, function: Callable[[Sequence[str]], T], batches: Iterable[Sequence[str]]) -> Iterator[T]:
        """Call a function on each batch, as `Spread` says.

        Raises GlanError if no machine has room for an actor, or if they end again and again.
        """
        source = iter(batches)
        first = next(source, None)
        if first is not None:
            yield from _Round(self._begun(), function, chain([first], source)).results()

    def _begun(self) -> "_Crew":
        if self._crew is None:
            room = self._choice.actors or os.cpu_count() or 1
            ray = self._open.enter_context(cluster(self._choice.ray_address, actors=room))
            cores = int(ray.cluster_resources().get("CPU", 1))
            self._crew = _Crew(ray, self._choice.actors or max(cores, 1))
            self._open.callback(self._crew.end)
        return self._crew


class TextReader:
    """What an actor does; the model that a function loads stays in its process."""

    def __init__(self) -> None:
        # Before any library counts the cores: it has one of them.
        os.environ.update(dict.fromkeys(_THREADS, "1"), HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")

    def begin(self) -> None:
        """Say that it is there, by giving anything."""

    def call(self, function: Callable[[Sequence[str]], T], texts: Sequence[str]) -> T:
        """Call a function on a batch."""
        return function(texts)


@dataclass(eq=False, slots=True)
class _Actor:
    handle: Any
    in_hand: int = 0


@dataclass(eq=False, slots=True)
class _Batch:
    number: int
    texts: Sequence[str]
    losses: int = 0


class _Crew:
    """The actors that are there, and those that are about to be."""

    def __init__(self, ray: Any, actors: int) -> None:
        self.ray = ray
        self.actors = actors
        self.beginning: dict[Any, _Actor] = {}
        """By what tells that they are there."""
        self._there: list[_Actor] = []
        self._made = ray.remote(TextReader).options(num_cpus=1, max_restarts=0, max_task_retries=0)
        self._losses = 0
        self._alone_since = time.monotonic()
        for _ in range(actors):
            self._begin()

    def free(self) -> _Actor | None:
        """Give the one with the least in hand; None if all have enough."""
        least = min(self._there, key=lambda actor: actor.in_hand, default=None)
        return least if least is not None and least.in_hand < _IN_HAND else None

    def hear(self, told: Any) -> None:
        """Take in that an actor is there, or that it ended before; GlanError if they do so again and again."""
        actor = self.beginning.pop(told)
        try:
            self.ray.get(told)
        except self.ray.exceptions.RayError as error:
            self._losses += 1
            if self._losses >= _MOST_LOSSES:
                raise GlanError(
                    f"Ray's actors end as they begin: {_start_of(error)}",
                    "Every machine needs this project and its .venv at the same path.",
                ) from error
            self._begin()
        else:
            self._losses = 0
            self._there.append(actor)

    def lose(self, actor: _Actor) -> None:
        """Take in that one is gone, and let another one begin."""
        if actor in self._there:
            self._there.remove(actor)
            self._alone_since = time.monotonic()
            self._end(actor)
            self._begin()

    def check_room(self) -> None:
        """Raise GlanError if there has been no actor for long."""
        if not self._there and time.monotonic() - self._alone_since > _ROOM_SECONDS:
            raise GlanError(
                f"No machine of the Ray cluster had a core for an actor within {_ROOM_SECONDS:.0f} seconds.",
                "See with `ray status` what it is busy with, and begin again later.",
            )

    def end(self) -> None:
        """End all of them."""
        for actor in (*self._there, *self.beginning.values()):
            self._end(actor)

    def _begin(self) -> None:
        actor = _Actor(self._made.remote())
        self.beginning[actor.handle.begin.remote()] = actor

    def _end(self, actor: _Actor) -> None:
        with contextlib.suppress(self.ray.exceptions.RayError):
            self.ray.kill(actor.handle)


@dataclass(eq=False, slots=True)
class _Round:
    """One function, and the batches that it is called on."""

    _crew: _Crew
    _function: Callable[[Sequence[str]], Any]
    _source: Iterator[Sequence[str]]
    _handed: dict[Any, tuple[_Batch, _Actor]] = field(default_factory=dict)
    _lost: deque[_Batch] = field(default_factory=deque)
    """To be handed out again, before any other."""
    _done: dict[int, Any] = field(default_factory=dict)
    """Results by the number of their batch, which wait for an earlier one."""
    _taken: int = 0
    _given: int = 0
    _is_at_end: bool = False
    """Whether all batches were taken."""

    def results(self) -> Iterator[Any]:
        """Hand out all batches, and give each result in its turn."""
        while True:
            self._hand_out()
            if self._is_at_end and self._given == self._taken:
                return
            self._hear()
            while self._given in self._done:
                yield self._done.pop(self._given)
                self._given += 1

    def _hand_out(self) -> None:
        while (actor := self._crew.free()) is not None and (batch := self._next()) is not None:
            actor.in_hand += 1
            self._handed[actor.handle.call.remote(self._function, batch.texts)] = (batch, actor)

    def _next(self) -> _Batch | None:
        """Give a batch; None if no more may be out, or there is none left."""
        if self._lost:
            return self._lost.popleft()
        if self._taken - self._given >= _AHEAD * self._crew.actors:
            return None
        texts = next(self._source, None)
        if texts is None:
            self._is_at_end = True
            return None
        self._taken += 1
        return _Batch(self._taken - 1, texts)

    def _hear(self) -> None:
        """Wait until something is done, or for a while."""
        ray = self._crew.ray
        heard, _ = ray.wait([*self._handed, *self._crew.beginning], num_returns=1, timeout=_TICK_SECONDS)
        self._crew.check_room()
        for told in heard:
            if told in self._crew.beginning:
                self._crew.hear(told)
                continue
            batch, actor = self._handed.pop(told)
            actor.in_hand -= 1
            try:
                self._done[batch.number] = ray.get(told)
            except ray.exceptions.RayTaskError as error:
                raise _told(error) from error
            except ray.exceptions.RayError as error:
                self._lose(batch, actor, error)

    def _lose(self, batch: _Batch, actor: _Actor, error: Exception) -> None:
        self._crew.lose(actor)
        batch.losses += 1
        if batch.losses >= _MOST_LOSSES:
            raise GlanError(
                f"{_MOST_LOSSES} of Ray's actors ended, one after the other, that had the same texts: "
                f"{_start_of(error)}",
                f"A machine may have too little memory for them: fewer --actors need less. {_HINT}",
            ) from error
        self._lost.append(batch)


def _told(error: Any) -> GlanError:
    """Give the error of a function as it would have come in this process."""
    if isinstance(error.cause, GlanError):
        return error.cause
    return GlanError(f"One of Ray's actors could not go on: {_start_of(error.cause)}", _HINT)


def _start_of(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
