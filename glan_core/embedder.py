"""How are texts read in the background, without anybody having to wait?"""

import threading
from collections.abc import Callable
from typing import Literal

from glan_core.encoder_choice import add_static_encoder
from glan_core.encoders import Content, Encoder
from glan_core.errors import EmbeddingError, GlanError
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, Means
from glan_core.text_vectors import embed_instructions

Step = Literal["", "reading", "distil", "recall"]


class Embedder:
    """Reads pairs or makes static encoders in a thread of its own, one at a time; pages ask how far it is."""

    def __init__(self, database: Database, compute: Compute) -> None:
        self._database = database
        self._compute = compute
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.step: Step = ""
        """What is being done: `reading`, or of a static encoder `distil` and `recall`."""
        self.done = 0
        self.total = 0
        """Pairs; 0 where nobody knows."""
        self.error: GlanError | None = None
        """Why the last piece of work ended early."""

    @property
    def is_running(self) -> bool:
        """Say whether something is under way."""
        return self._thread is not None and self._thread.is_alive()

    def read(self, encoder: Encoder, content: Content, *, key: str = "") -> None:
        """Begin to read what an encoder has not read yet, at an endpoint with this key; nothing if it is at work."""
        self._begin(
            lambda: embed_instructions(
                self._database,
                encoder=encoder,
                content=content,
                compute=self._compute,
                find_key=lambda _: key,
                on_progress=lambda done, total: self._hear("reading", done, total),
            )
        )

    def make_static(self, base: Encoder, content: Content) -> None:
        """Begin to make the static encoder of another one; nothing if it is at work."""
        self._begin(
            lambda: add_static_encoder(
                self._database,
                base,
                content=content,
                means=Means(self._compute),
                on_step=lambda step: self._hear("distil" if step == "distil" else "recall", 0, 0),
            )
        )

    def _begin(self, work: Callable[[], object]) -> None:
        with self._lock:
            if self.is_running:
                return
            self.step, self.done, self.total, self.error = "", 0, 0, None
            self._thread = threading.Thread(target=self._run, args=(work,), name="embedder", daemon=True)
            self._thread.start()

    def _run(self, work: Callable[[], object]) -> None:
        try:
            work()
        except GlanError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would be started for ever
            self.error = EmbeddingError(f"Reading texts ended on {type(error).__name__}: {error}", "Try again.")

    def _hear(self, step: Step, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total
