"""How is diversity measured without anybody having to wait?"""

import functools
import threading
from collections.abc import Callable, Sequence

from glan_core.diversity import READING, Asked, evaluate
from glan_core.errors import EmbeddingError, GlanError
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, key_of_environment


class Evaluator:
    """Measures in a thread of its own, one thing after another; pages start it and ask how far it is."""

    def __init__(
        self, database: Database, compute: Compute, *, find_key: Callable[[str], str] = key_of_environment
    ) -> None:
        """`compute` calls what takes seconds, in another process as a rule."""
        self._database = database
        self._compute = compute
        self._find_key = find_key
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.asked: tuple[Asked, ...] = ()
        """What it measures, or measured last."""
        self.step = ""
        """What is being done: READING, or a step of insight/headline.py."""
        self.done = 0
        self.total = 0
        """Rows that are to be read or, beyond that, steps of all that is asked for."""
        self.error: GlanError | None = None
        """Why the last measurement ended early."""

    @property
    def is_running(self) -> bool:
        """Say whether something is being measured."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, asked: Sequence[Asked], *, is_anew: bool = False) -> None:
        """Begin to measure; does nothing while it is at work."""
        with self._lock:
            if self.is_running:
                return
            self.asked, self.step, self.done, self.total, self.error = tuple(asked), "", 0, 0, None
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, args=(is_anew,), name="evaluator", daemon=True)
            self._thread.start()

    @property
    def can_stop(self) -> bool:
        """Say whether it reads rows, which can be stopped between batches."""
        return self.is_running and self.step == READING

    @property
    def is_stopping(self) -> bool:
        """Say whether it was told to stop and has not ended yet."""
        return self.is_running and self._stop.is_set()

    def stop(self) -> None:
        """Let reading end after the batch under way; what was read is kept."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait until it is done, at most so long; says whether it is."""
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.is_running

    def forget_error(self) -> None:
        """Leave behind why the last measurement ended early."""
        self.error = None

    def _run(self, is_anew: bool) -> None:
        try:
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
        except GlanError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would be waited for for ever
            self.error = EmbeddingError(f"Measuring ended on {type(error).__name__}: {error}", "Try again.")

    def _hear(self, number: int, step: str, done: int, total: int) -> None:
        self.step = step
        if step == READING:
            self.done, self.total = done, total
        else:
            self.done, self.total = number * total + done, len(self.asked) * total
