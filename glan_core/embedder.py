"""How are texts read in the background, without anybody having to wait?"""

import threading
from collections.abc import Callable
from typing import Literal

from glan_core.encoder_choice import add_encoder, add_static_encoder, use_encoder
from glan_core.encoders import Content, Encoder, EncoderKind
from glan_core.errors import EmbeddingError, GlanError
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, Means
from glan_core.text_vectors import Embedded, embed_instructions, embed_names

Step = Literal["", "reading", "names", "distil", "recall", "fetching", "trying"]


class Embedder:
    """Reads pairs, adds encoders or makes static ones in a thread, one at a time; pages ask how far it is."""

    def __init__(self, database: Database, compute: Compute) -> None:
        self._database = database
        self._compute = compute
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.can_stop = False
        """Whether what is under way can be stopped: reading can, between batches."""
        self.step: Step = ""
        """What is being done: `reading` pairs, reading `names`; of a static encoder `distil` and `recall`; of one that
        is added `fetching` and `trying`."""
        self.done = 0
        self.total = 0
        """Pairs or names; 0 where nobody knows."""
        self.embedded: Embedded | None = None
        """What the last reading did, also if it was stopped; None if that ended early or was something else."""
        self.error: GlanError | None = None
        """Why the last piece of work ended early."""
        self.added: Encoder | None = None
        """The encoder that the last piece of work added."""

    @property
    def is_running(self) -> bool:
        """Say whether something is under way."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        """Say whether it was told to stop and has not ended yet."""
        return self.is_running and self._stop.is_set()

    def stop(self) -> None:
        """Let reading end after the batch under way; what was read is kept."""
        self._stop.set()

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
                is_stopped=self._stop.is_set,
            ),
            can_stop=True,
        )

    def read_names(self, encoder: Encoder, *, key: str = "") -> None:
        """Begin to read the names of nodes, subjects and key concepts, as `read` does."""
        self._begin(
            lambda: embed_names(
                self._database,
                encoder=encoder,
                compute=self._compute,
                find_key=lambda _: key,
                on_progress=lambda done, total: self._hear("names", done, total),
                is_stopped=self._stop.is_set,
            ),
            can_stop=True,
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
            ),
            can_stop=False,
        )

    def add(
        self,
        content: Content,
        *,
        kind: EncoderKind,
        model: str,
        name: str = "",
        base_url: str = "",
        key_name: str = "",
        key: str = "",
    ) -> None:
        """Begin to add an encoder as `add_encoder` does and to use it for a content; nothing if it is at work."""

        def work() -> Encoder:
            self.added = add_encoder(
                self._database,
                kind=kind,
                model=model,
                name=name,
                base_url=base_url,
                key_name=key_name,
                means=Means(self._compute, lambda _: key),
                on_step=lambda step: self._hear("fetching" if step == "fetching" else "trying", 0, 0),
            )
            use_encoder(self._database, self.added, content)
            return self.added

        self._begin(work, can_stop=False)

    def _begin(self, work: Callable[[], Embedded | Encoder], *, can_stop: bool) -> None:
        with self._lock:
            if self.is_running:
                return
            self.step, self.done, self.total = "", 0, 0
            self.embedded, self.error, self.added, self.can_stop = None, None, None, can_stop
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, args=(work,), name="embedder", daemon=True)
            self._thread.start()

    def _run(self, work: Callable[[], Embedded | Encoder]) -> None:
        try:
            made = work()
            self.embedded = made if isinstance(made, Embedded) else None
        except GlanError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a thread that dies in silence would be started for ever
            self.error = EmbeddingError(f"It ended on {type(error).__name__}: {error}", "Try again.")

    def _hear(self, step: Step, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total
