"""What do the actors of a run and the process that began it have to tell each other?

A Desk is an actor of its own beside that process. Actors come to it for what they need, say several times a second what
they have done, and hear what is wanted of them; the process reads there how all of it stands. The key of the endpoint
goes to the desk and from there to actors by itself, in messages of some bytes: what is larger than 100 kB Ray puts into
its object store and, when that is full, on disk.

An allowance of dollars or tokens is lent out bit by bit, so that all actors together keep to it: what is not lent to
one cannot be spent by it, whatever the others do meanwhile.
"""

import dataclasses
import time
from dataclasses import dataclass, field
from typing import Any

from glan_core.calls import AddressStanding, EndpointModel
from glan_core.engines.control import Wish
from glan_core.entities import Filter
from glan_core.llm.endpoint import Endpoint
from glan_core.planning.plan import Plan
from glan_core.planning.planned_instructions import PlannedInstructions
from glan_core.runs.attempts import Counts
from glan_core.runs.shard_places import ShardAddress

_SILENT_SECONDS = 30.0
"""After so long without a word an actor is taken for lost, whatever Ray says."""


def bare_plan(plan: Plan) -> Plan:
    """Give a plan without all that is as long as the run is large: actors get their items as parts."""
    request = dataclasses.replace(plan.request, scope=(), shares=(), gaps=(), left_out=())
    none = PlannedInstructions({}, settings=request.settings, seed=request.seed)
    judging, regenerating = plan.judging, plan.regenerating
    return dataclasses.replace(
        plan,
        request=request,
        items=none,
        growths=(),
        novelty=None,
        judging=judging and dataclasses.replace(judging, filter_=Filter(), pairs=()),
        regenerating=regenerating and dataclasses.replace(regenerating, filter_=Filter(), pairs=()),
    )


@dataclass(frozen=True, slots=True)
class Job:
    """What every actor needs."""

    plan: Plan
    """A bare one."""
    folder: str
    endpoint: Endpoint
    """Without its key."""
    concurrency: int
    """Of all actors together."""
    actors: int
    timeout_seconds: float
    rows_a_part: int
    curriculum: list[Any]
    """A reference to the bytes of a small database."""
    only: list[Any]
    """A reference to the ids of the items that are wanted; empty: all."""
    dollars: float | None
    """What may still be spent."""
    tokens: int | None
    shards: ShardAddress | None = None
    """Where what actors write and the parts lie; None: in the folder."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What one actor is told at its beginning."""

    job: Job
    writer: str
    """Under which name it writes."""
    concurrency: int


@dataclass(frozen=True, slots=True)
class Stint:
    """What an actor wrote while it had a part: shards from the one to the other."""

    writer: str
    first: int
    last: int | None = None
    """None if it never finished the part."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an actor has done since its beginning."""

    counts: Counts = field(default_factory=Counts)
    calls: int = 0
    calls_reused: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    has_unknown_tokens: bool = False
    cost: float | None = 0.0
    most_cost: float | None = 0.0
    most_tokens: int = 0
    begun: int = 0
    """Pieces of work that are not done."""
    is_starved: bool = False
    """Whether it would begin another one if it were lent more."""
    under_way: int = 0
    limit: int = 0
    refusals: int = 0
    retried: int = 0
    waiting: int = 0
    message: str = ""
    models: tuple[EndpointModel, ...] = ()
    """What it found out about them."""
    addresses: tuple[AddressStanding, ...] = ()
    """How each address of the endpoint fares with it."""
    last_words: str = ""
    """Which addresses got no calls any more at its end."""
    is_over: bool = False
    """Whether it does nothing any more."""
    error: tuple[str, str, str] | None = None
    """Class, message and hint of what ended it."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What is wanted of an actor."""

    wish: Wish
    dollars: float | None
    """What it may spend in all; None: as much as it likes."""
    tokens: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How all of it stands."""

    said: tuple[Said, ...]
    """By every actor there ever was."""
    lost: tuple[str, ...]
    """Under which names actors wrote that are gone."""
    is_lent_out: bool
    """Whether those who would do more may not, as what is left is too little."""
    is_idle: bool
    """Whether no actor does anything any more."""
    parts_done: int = 0


@dataclass(slots=True)
class _Actor:
    writer: str
    actor_id: str
    said: Said = field(default_factory=Said)
    at: float = field(default_factory=time.monotonic)
    dollars: float = -1.0  # nothing, not even a call whose price is not known yet
    tokens: float = -1.0
    is_lost: bool = False
    was_lent: bool = False
    """Whether it heard of more the last time, so that what it said before that means nothing any more."""


class Desk:
    """The one place that all know."""

    def __init__(self, session: str) -> None:
        """`session` tells the names of writers from those of other sessions of the run."""
        self._session = session
        self._job: Job | None = None
        self._key = ""
        self._wish: Wish = "work"
        self._actors: dict[str, _Actor] = {}
        self._places: dict[str, int] = {}
        self._stints: dict[str, list[Stint]] = {}
        self._done: set[str] = set()

    def open(self, job: Job) -> None:
        """Take what actors need."""
        self._job = job

    def keep_key(self, key: str) -> None:
        """Take the key of the endpoint."""
        self._key = key

    def give_key(self) -> str:
        """Give it."""
        return self._key

    def begin_shift(self, actor_id: str) -> Shift:
        """Tell an actor what it needs; one that comes back is a new one, and what it was before is lost."""
        assert self._job is not None  # opened before any actor is made
        for other in self._actors.values():
            other.is_lost |= other.actor_id == actor_id
        place = self._places.setdefault(actor_id, len(self._places)) % self._job.actors
        writer = f"{self._session}-{len(self._actors) + 1:04}"
        self._actors[writer] = _Actor(writer, actor_id)
        share, over = divmod(self._job.concurrency, self._job.actors)
        return Shift(self._job, writer, share + (place < over))

    def begin_part(self, part: str, stint: Stint) -> list[Stint]:
        """Note who has a part, and give who had it before."""
        before = list(self._stints.get(part, ()))
        self._stints.setdefault(part, []).append(stint)
        return before

    def end_part(self, part: str, stint: Stint) -> None:
        """Note that it is done."""
        self._done.add(part)
        self._stints[part] = [stint if each.writer == stint.writer else each for each in self._stints[part]]

    def say(self, writer: str, said: Said) -> Orders:
        """Take what an actor says, and tell it what is wanted."""
        actor = self._actors[writer]
        actor.said, actor.at = said, time.monotonic()
        job = self._job
        assert job is not None
        lent = (actor.dollars, actor.tokens)
        if job.dollars is not None:
            actor.dollars = self._lend_dollars(actor, job.dollars)
        if job.tokens is not None:
            actor.tokens = self._lend_tokens(actor, job.tokens)
        actor.was_lent = lent != (actor.dollars, actor.tokens)
        return Orders(
            self._wish,
            None if job.dollars is None else actor.dollars,
            None if job.tokens is None else int(actor.tokens),
        )

    def look(self, wish: Wish) -> Standing:
        """Take what is wanted of all, and say how all of it stands."""
        self._wish = wish
        now = time.monotonic()
        there = [each for each in self._actors.values() if not each.is_lost and now - each.at < _SILENT_SECONDS]
        starved = [each for each in there if each.said.is_starved]
        return Standing(
            said=tuple(
                each.said if each in there else dataclasses.replace(each.said, under_way=0, begun=0, waiting=0, limit=0)
                for each in self._actors.values()
            ),
            lost=tuple(each.writer for each in self._actors.values() if each not in there),
            is_lent_out=bool(starved)
            and all(each.said.begun == 0 and not each.was_lent for each in there)
            and not any(self._can_lend(each) for each in starved),
            is_idle=all(each.said.is_over for each in there),
            parts_done=len(self._done),
        )

    # Lending ----------------------------------------------------------------------------------------------------------

    def _lend_dollars(self, actor: _Actor, limit: float) -> float:
        lent = {writer: each.dollars for writer, each in self._actors.items()}
        most = max(each.said.most_cost or 0.0 for each in self._actors.values())
        return self._lend(actor, lent, limit=limit, most=most, used=actor.said.cost or 0.0)

    def _lend_tokens(self, actor: _Actor, limit: int) -> float:
        lent = {writer: each.tokens for writer, each in self._actors.items()}
        most = max(each.said.most_tokens for each in self._actors.values())
        used = actor.said.prompt_tokens + actor.said.completion_tokens
        return self._lend(actor, lent, limit=limit, most=most, used=used)

    def _lend(self, actor: _Actor, lent: dict[str, float], *, limit: float, most: float, used: float) -> float:
        """Give how much an actor is lent in all from now on; `most` is what the dearest call took, of any actor."""
        assert self._job is not None
        mine = lent[actor.writer]
        if not most:  # nobody knows what a call takes: one actor sends one and finds out
            is_first = all(lent[each.writer] < 0 for each in self._actors.values() if not each.is_lost)
            return 0.0 if is_first else mine
        free = limit - sum(max(each, 0.0) for each in lent.values())
        wanted = most * max(1, self._job.concurrency // self._job.actors)
        in_hand = max(mine, 0.0) - used - actor.said.begun * most
        if in_hand >= wanted or free <= 0:
            return mine
        return max(mine, 0.0) + min(free, max(most, min(wanted, free / (2 * self._job.actors))))

    def _can_lend(self, actor: _Actor) -> bool:
        job = self._job
        assert job is not None
        dollars = job.dollars is None or self._lend_dollars(actor, job.dollars) > actor.dollars
        tokens = job.tokens is None or self._lend_tokens(actor, job.tokens) > actor.tokens
        return dollars and tokens
