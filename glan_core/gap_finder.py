"""How are key concepts compared with pairs while pages go on?"""

from typing import Literal, NamedTuple

import numpy as np

from glan_core.background_work import ReadingWork
from glan_core.concept_gap_report import GapReport, report_gaps
from glan_core.encoder_choice import ChosenEncoder, encoder_in_use
from glan_core.standing_map import place_on_map
from glan_core.store.concept_vectors import meanings_stamp
from glan_core.store.database import explained_errors
from glan_core.store.projections import find_newest_projection
from glan_core.text_vectors import embed_instructions, embed_names

Step = Literal["", "names", "pairs", "comparing", "placing"]


class PlacedConcepts(NamedTuple):
    """Where the vectors of key concepts lie on a layout of the map."""

    projection_id: str
    numbers: np.ndarray
    """int64 of shape (n,), rising."""
    coordinates: np.ndarray
    """float32 of shape (n, 2)."""


class GapFinder(ReadingWork):
    """Reads names, compares and places key concepts; stopped, it ends after a batch of reading, or the comparison."""

    called = "Comparing"

    step: Step = ""
    """What is being done."""
    report: GapReport | None = None
    """The last one; `is_current` says whether it still holds."""
    placed: PlacedConcepts | None = None
    """Where the key concepts of the last report lie, if that was asked for."""

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

        def work() -> None:
            with explained_errors(self._database.path):
                self._find(reads, places)

        self._begin("gap-finder", work, self._forget)

    def _forget(self) -> None:
        self.step = ""

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
