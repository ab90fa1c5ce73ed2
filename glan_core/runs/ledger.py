"""How does everything a run makes get to the journal first and to the database second?"""

import asyncio
import dataclasses
from collections.abc import Iterable, Iterator
from typing import Protocol

from glan_core.calls import ModelCall
from glan_core.entities import ClassSession, KeyConcept, Subject, Syllabus, TaxonomyNode
from glan_core.errors import DiskError, ReplyError
from glan_core.runs.journal import first_new_byte
from glan_core.store.database import Database, explained_errors
from glan_core.store.ingest import INSERTS, Entity, ingest_journal, ingest_up_to
from glan_core.store.journals import find_journal_bytes
from glan_core.store.model_calls import find_model_call, list_unused_call_ids

_TREE = frozenset({TaxonomyNode, Subject, Syllabus, ClassSession, KeyConcept})


class Lines(Protocol):
    """Where what a run makes stands first: a Journal, or what an actor has in its place (see shards.py)."""

    @property
    def end(self) -> int:
        """How much of it there is, in bytes."""
        ...

    def append(self, *entities: Entity, is_more_to_come: bool = False) -> None:
        """Put entities on disk."""
        ...

    def write(self) -> None:
        """Put on disk what was kept back."""
        ...

    def read(self, *, start: int = 0) -> Iterator[Entity]:
        """Give what it holds from byte `start` on."""
        ...


class Ledger:
    """The writing side of one run. Everything but `flush` is to be called from the run's event loop only."""

    def __init__(self, database: Database, journal: Lines, *, run_id: str, is_tree_only: bool = False) -> None:
        """Take what the journal holds into the database, so that both know the same.

        With `is_tree_only` nothing but nodes, subjects and syllabi goes into the database, which is all that a run has
        to look up in what it makes itself; calls and pairs stand in the journal, for another database to take in.
        """
        self._database = database
        self._journal = journal
        self._run_id = run_id
        self._reader = database.cursor()
        self._writer = database.cursor()
        self._kinds = _TREE if is_tree_only else frozenset(INSERTS)
        self._unwritten: list[Entity] = []
        self._open_calls: dict[str, ModelCall] = {}
        self._error: DiskError | None = None
        self.cost: float | None = 0.0
        """US dollars of the calls recorded here; None once the price of one is not known."""
        self.most_cost: float | None = 0.0
        """Of one of them."""
        start = first_new_byte(find_journal_bytes(self._reader, run_id), end=journal.end)
        entries = journal.read(start=start)
        with explained_errors(database.path):
            of_kinds = (entry for entry in entries if type(entry) in self._kinds)
            ingest_journal(database, self._writer, of_kinds, run_id=run_id, journal_bytes=journal.end)
            self._unused_call_ids = list_unused_call_ids(self._reader)

    def learn(self, entities: Iterable[Entity]) -> None:
        """Take in what others have made for this run, of every kind; the database gets it now."""
        with explained_errors(self._database.path):
            ingest_journal(self._database, self._writer, entities, run_id=self._run_id, journal_bytes=self._journal.end)
            self._unused_call_ids = list_unused_call_ids(self._reader)

    def keep(self, *entities: Entity) -> None:
        """Put entities into the journal now and into the database with the next flush; DiskError if that fails."""
        self._journal.append(*entities)
        self._unwritten.extend(entity for entity in entities if type(entity) in self._kinds)

    def record(self, call: ModelCall) -> None:
        """Keep a call that just ended.

        It is written together with what is made of its reply, and in any case before the event loop waits again.
        """
        self.cost = None if self.cost is None or call.cost is None else self.cost + call.cost
        self.most_cost = None if self.most_cost is None or call.cost is None else max(self.most_cost, call.cost)
        self._journal.append(call, is_more_to_come=True)
        if ModelCall in self._kinds:
            self._unwritten.append(call)
        asyncio.get_running_loop().call_soon(self._write_rest)
        if call.has_reply:
            self._open_calls[call.model_call_id] = call

    def settle(self, model_call_id: str, error: ReplyError | None = None, *, left_out: tuple[str, ...] = ()) -> None:
        """Say what became of a call's reply: used, in part or whole, or not at all, for this reason."""
        call = self._open_calls.pop(model_call_id, None)
        if call is None or not (error or left_out):
            return
        if error is not None:
            call = dataclasses.replace(call, error_kind=error.kind, error_message=error.message)
        self.keep(dataclasses.replace(call, left_out=" ".join(left_out) or None))

    def settle_unusable(self, unusable: tuple[tuple[str, str], ...]) -> None:
        """Say of calls (id and reason) that their replies had to be asked for again in other words."""
        for model_call_id, reason in unusable:
            self.settle(model_call_id, ReplyError(reason, kind="repaired", model_call_id=model_call_id))

    def find_call(self, model_call_id: str) -> ModelCall | None:
        """Give a call that ended before, in this run or any other, unless something was made from its reply."""
        call = self._open_calls.get(model_call_id)
        if call is None and model_call_id in self._unused_call_ids:
            call = find_model_call(self._reader, model_call_id)
        return call

    async def flush(self) -> None:
        """Bring the database up to the journal, in a thread."""
        self._write_rest()
        if self._error is not None:
            raise self._error
        batch, self._unwritten = self._unwritten, []
        if batch:
            try:
                await asyncio.to_thread(self._write, batch, self._journal.end)
            except BaseException:
                self._unwritten = batch + self._unwritten  # what comes later must not go past them
                raise

    def close(self) -> None:
        """Give the cursors back."""
        self._reader.close()
        self._writer.close()

    def _write_rest(self) -> None:
        try:
            self._journal.write()
        except DiskError as error:
            self._error = error  # nobody calls this who could be told; the next flush tells

    def _write(self, batch: list[Entity], journal_bytes: int) -> None:
        with explained_errors(self._database.path), self._database.writing:
            ingest_up_to(self._writer, batch, run_id=self._run_id, journal_bytes=journal_bytes)
            self._database.tidy(self._writer)
