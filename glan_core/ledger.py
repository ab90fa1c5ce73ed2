"""How does everything a run makes get to the journal first and to the database second?"""

import asyncio
import dataclasses
import itertools

from glan_core.calls import ModelCall
from glan_core.errors import ReplyError
from glan_core.journal import Journal
from glan_core.store.database import Database, explained_errors
from glan_core.store.ingest import Entity, ingest
from glan_core.store.model_calls import find_model_call

_ROWS_AT_ONCE = 2_000  # of a journal that is taken in: bounds the memory


class Ledger:
    """The writing side of one run. Everything but `flush` is to be called from the run's event loop only."""

    def __init__(self, database: Database, journal: Journal) -> None:
        """Take what the journal holds into the database, so that both know the same."""
        self._database = database
        self._journal = journal
        self._reader = database.cursor()
        self._writer = database.cursor()
        self._unwritten: list[Entity] = []
        self._open_calls: dict[str, ModelCall] = {}
        self.cost: float | None = 0.0
        """US dollars of the calls recorded here; None once the price of one is not known."""
        entries = journal.read()
        with explained_errors(database.path):
            while batch := list(itertools.islice(entries, _ROWS_AT_ONCE)):
                ingest(self._writer, batch)

    @property
    def unwritten(self) -> int:
        """How many rows the database is behind the journal."""
        return len(self._unwritten)

    def keep(self, *entities: Entity) -> None:
        """Put entities into the journal now and into the database with the next flush; DiskError if that fails."""
        self._journal.append(*entities)
        self._unwritten.extend(entities)

    def record(self, call: ModelCall) -> None:
        """Keep a call that just ended."""
        self.cost = None if self.cost is None or call.cost is None else self.cost + call.cost
        self.keep(call)
        self._open_calls[call.model_call_id] = call

    def settle(self, model_call_id: str, error: ReplyError | None = None) -> None:
        """Say what became of a call's reply: used, or not, for this reason."""
        call = self._open_calls.get(model_call_id)
        if call is None:
            return
        if error is None:
            del self._open_calls[model_call_id]
        else:
            self._open_calls[model_call_id] = call = dataclasses.replace(
                call, error_kind=error.kind, error_message=error.message
            )
            self.keep(call)

    def find_call(self, model_call_id: str) -> ModelCall | None:
        """Give a call that ended before, in this run or any other."""
        return self._open_calls.get(model_call_id) or find_model_call(self._reader, model_call_id)

    async def flush(self) -> None:
        """Bring the database up to the journal, in a thread."""
        batch, self._unwritten = self._unwritten, []
        if batch:
            await asyncio.to_thread(self._write, batch)

    def close(self) -> None:
        """Give the cursors back."""
        self._reader.close()
        self._writer.close()

    def _write(self, batch: list[Entity]) -> None:
        with explained_errors(self._database.path), self._database.writing:
            ingest(self._writer, batch)
