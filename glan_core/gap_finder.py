"""How are key concepts compared with pairs while pages go on?"""

import threading
from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from glan_core.concept_gap_report import GapReport, report_gaps
from glan_core.encoder_choice import ChosenEncoder, encoder_in_use
from glan_core.errors import EmbeddingError, GlanError
from glan_core.standing_map import place_on_map
from glan_core.store.concept_vectors import meanings_stamp
from glan_core.store.database import Database, explained_errors
from glan_core.store.projections import find_newest_projection
from glan_core.text_encoding import Compute, key_of_environment
from glan_core.text_vectors import embed_instructions, embed_names

Step = Literal["", "names", "pairs", "comparing", "placing"]


class PlacedConcepts(NamedTuple):
    """Where the vectors of key concepts lie on a layout of the map."""

    projection_id: str
    numbers: np.ndarray
    """int64 of shape (n,), rising."""
    coordinates: np.ndarray
    """float32 of shape (n, 2)."""


class GapFinder:
    """Reads names, compares and places key concepts in a thread of its own; pages start it and ask how far it is."""

    def __init__(
        self,
        database: Database,
        compute: Compute,
        arrange: Compute,
        *,
        find_key: Callable[[str], str] = key_of_environment,
    ) -> None:
        """`compute` calls what embeds, `arrange` what places on the map."""
        self._database = database
        self._compute = compute
        self._arrange = arrange
        self._find_key = find_key
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.step: Step = ""
        """What is being done."""
        self.done = 0
        self.total = 0
        """Names, pairs or key concepts; 0 where nobody knows."""
        self.report: GapReport | None = None
        """The last one; `is_current` says whether it still holds."""
        self.placed: PlacedConcepts | None = None
        """Where the key concepts of the last report lie, if that was asked for."""
        self.error: GlanError | None = None
        """Why the last piece of work ended early."""

    @property
    def is_running(self) -> bool:
        """Say whether something is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Say whether it was told to stop and has not ended yet."""
        return self.is_running and self._stop.is_set()

    def stop(self) -> None:
        """Let reading end after the batch under way, and comparing at its end; what was read is kept."""
        self._stop.set()

    def is_current(self) -> bool:
        """Say whether the last report is what another one would be now."""
        report = self.report
        if report is None:
            return False
        cursor = self._database.cursor()
        try:
            chosen = encoder_in_use(cursor)
            if (report.encoder, report.content) != (chosen.encoder.encoder, chosen.content):
                return False
            return report.stamp == meanings_stamp(cursor, encoder=report.encoder, content=report.content)
        finally:
            cursor.close()

    def start(self, *, reads: bool = True, places: bool = False) -> None:
        """Begin to compare anew; does nothing while it is at work.

        `reads` lets the encoder read first what it has not read yet; `places` finds the places of the key concepts on
        the newest layout of the map afterwards.
        """
        with self._lock:
            if self.is_running:
                return
            self.step, self.done, self.total, self.error = "", 0, 0, None
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, args=(reads, places), name="gap-finder", daemon=True)
            self._thread.start()

    def _run(self, reads: bool, places: bool) -> None:
        try:
            with explained_errors(self._database.path):
                self._find(reads, places)
        except GlanError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would be started for ever
            self.error = EmbeddingError(f"Comparing ended on {type(error).__name__}: {error}", "Try again.")

    def _find(self, reads: bool, places: bool) -> None:
        cursor = self._database.cursor()
        try:
            chosen = encoder_in_use(cursor)
            if reads:
                self._read(chosen)
            if not self._stop.is_set() and not self.is_current():
                self.report = report_gaps(
                    cursor,
                    encoder=chosen.encoder.encoder,
                    content=chosen.content,
                    on_progress=lambda done, total: self._hear("comparing", done, total),
                )
            if places and not self._stop.is_set():
                self._place(self.report)
        finally:
            cursor.close()

    def _read(self, chosen: ChosenEncoder) -> None:
        embed_names(
            self._database,
            encoder=chosen.encoder,
            compute=self._compute,
            find_key=self._find_key,
            on_progress=lambda done, total: self._hear("names", done, total),
            is_stopped=self._stop.is_set,
        )
        embed_instructions(
            self._database,
            encoder=chosen.encoder,
            content=chosen.content,
            compute=self._compute,
            find_key=self._find_key,
            on_progress=lambda done, total: self._hear("pairs", done, total),
            is_stopped=self._stop.is_set,
        )

    def _place(self, report: GapReport | None) -> None:
        cursor = self._database.cursor()
        try:
            if report is None:
                return
            projection = find_newest_projection(cursor, encoder=report.encoder, content=report.content)
            if projection is None:
                return
            numbers = np.unique(report.concepts["number"].to_numpy("int64"))
            before = self.placed
            if before is not None and before.projection_id == projection.projection_id:
                new = np.setdiff1d(numbers, before.numbers)
            else:
                before, new = None, numbers
            self._hear("placing", 0, len(new))
            coordinates = np.empty((0, 2), np.float32)
            if len(new):
                coordinates = place_on_map(cursor, projection, new, compute=self._arrange).coordinates
            known = before if before is not None else PlacedConcepts("", new[:0], coordinates[:0])
            every = np.concatenate([known.numbers, new])
            order = np.argsort(every)
            stacked = np.concatenate([known.coordinates, coordinates])[order]
            self.placed = PlacedConcepts(projection.projection_id, every[order], stacked)
        finally:
            cursor.close()

    def _hear(self, step: Step, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total
