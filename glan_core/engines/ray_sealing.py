"""When is what an actor wrote safe, whatever becomes of its machine?

On a disk that all machines share: at once. Where shards lie under an address: once the shard is there that holds it. So
a part counts as done no earlier than that.
"""

import asyncio
import time
from pathlib import Path

from glan_core.runs.shard_journal import ShardJournal, begin_writer, end_writer, seal, take_over
from glan_core.runs.shard_places import ShardPlace

_SEAL_SECONDS = 1.0  # how far the run's journal may lag behind, and how much goes with a machine that is lost


class Sealing:
    """Puts what one actor writes into shards. Everything is to be called in its event loop."""

    def __init__(self, place: ShardPlace, journal: ShardJournal, *, writer: str) -> None:
        self._place = place
        self._journal = journal
        self._writer = writer
        self._lock = asyncio.Lock()
        self._closed: list[Path] = []
        self._waiting: list[asyncio.Future[bool]] = []
        self._taken_over: set[str] = set()
        self._sealed_at = time.monotonic()

    async def begin(self) -> None:
        """Say that the actor writes from now on; DiskError if it cannot."""
        await asyncio.to_thread(begin_writer, self._place, self._writer)

    async def take_over(self, writer: str) -> None:
        """Save what can be saved of an actor that is lost, before anything of it is made again."""
        async with self._lock:
            if writer not in self._taken_over:
                await asyncio.to_thread(take_over, self._place, writer)
                self._taken_over.add(writer)

    async def seal(self) -> None:
        """Put what was written so far into a shard; DiskError if that fails, and then it is tried again."""
        async with self._lock:
            self._sealed_at = time.monotonic()
            waiting = tuple(self._waiting)
            closed = self._journal.close_current()
            if closed is not None:
                self._closed.append(closed)
            while self._closed:
                await asyncio.to_thread(seal, self._place, self._closed[0])
                self._closed.pop(0)
            for each in waiting:
                self._settle(each, True)

    async def seal_if_due(self) -> None:
        """Do so where the last time was a while ago."""
        if time.monotonic() - self._sealed_at >= _SEAL_SECONDS:
            await self.seal()

    async def make_safe(self, *, is_last: bool) -> bool:
        """Return once what was written so far is safe; False if it never will be.

        With `is_last` nobody has anything else to wait for, so it is sealed now.
        """
        if is_last:
            await self.seal()
            return True
        if self._place.is_shared:
            return True
        safe: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(safe)
        return await safe

    async def end(self) -> None:
        """Seal what was written last, and say that this was all; DiskError if that fails."""
        await self.seal()
        await asyncio.to_thread(end_writer, self._place, self._writer)

    def give_up(self) -> None:
        """Tell those who still wait that what was written is not safe."""
        for each in tuple(self._waiting):
            self._settle(each, False)

    def _settle(self, safe: asyncio.Future[bool], is_safe: bool) -> None:
        self._waiting.remove(safe)
        if not safe.done():
            safe.set_result(is_safe)
