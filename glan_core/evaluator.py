"""How is diversity measured without anybody having to wait?"""

import functools
from collections.abc import Sequence

from glan_core.background_work import ReadingWork
from glan_core.diversity import READING, Asked, evaluate


class Evaluator(ReadingWork):
    """Measures one thing after another; stopped, reading ends after its batch, and what was read is kept."""

    called = "Measuring"

    asked: tuple[Asked, ...] = ()
    """What it measures, or measured last."""
    place = 0
    """Which of `asked` is being measured, from 0."""
    step = ""
    """What is being done: READING, or a step of insight/headline.py."""

    def start(self, asked: Sequence[Asked], *, is_anew: bool = False) -> None:
        """Begin to measure; does nothing while it is at work."""

        def prepare() -> None:
            self.asked, self.place, self.step = tuple(asked), 0, ""

        self._begin("evaluator", lambda: self._measure(is_anew), prepare)

    @property
    def can_stop(self) -> bool:
        """Say whether it reads rows, which can be stopped between batches."""
        return self.is_running and self.step == READING

    def _measure(self, is_anew: bool) -> None:
        for number, each in enumerate(self.asked):
            evaluate(
                self._database,
                each,
                compute=self._compute,
                find_key=self._find_key,
                on_progress=functools.partial(self._hear, number),
                is_stopped=self._stop.is_set,
                is_anew=is_anew,
            )

    def _hear(self, number: int, step: str, done: int, total: int) -> None:
        self.place, self.step = number, step
        if step == READING:
            self.done, self.total = done, total
        else:
            self.done, self.total = number * total + done, len(self.asked) * total
