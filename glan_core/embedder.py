"""How are texts read in the background, without anybody having to wait?"""

from collections.abc import Callable
from typing import Literal

from glan_core.background_work import BackgroundWork
from glan_core.encoder_choice import add_encoder, add_static_encoder, use_encoder
from glan_core.encoders import Content, Encoder, EncoderKind
from glan_core.store.database import Database
from glan_core.text_encoding import Compute, Means
from glan_core.text_vectors import Embedded, embed_instructions, embed_names

Step = Literal["", "reading", "names", "distil", "recall", "fetching", "trying"]


class Embedder(BackgroundWork):
    """Reads pairs, adds encoders or makes static ones; stopped, reading ends after its batch and is kept."""

    def __init__(self, database: Database, compute: Compute) -> None:
        super().__init__()
        self._database = database
        self._compute = compute
        self.can_stop = False
        """Whether what is under way can be stopped: reading can, between batches."""
        self.step: Step = ""
        """What is being done: `reading` pairs, reading `names`; of a static encoder `distil` and `recall`; of one that
        is added `fetching` and `trying`."""
        self.embedded: Embedded | None = None
        """What the last reading did, also if it was stopped; None if that ended early or was something else."""
        self.added: Encoder | None = None
        """The encoder that the last piece of work added."""

    def read(self, encoder: Encoder, content: Content, *, key: str = "") -> None:
        """Begin to read what an encoder has not read yet, at an endpoint with this key; nothing if it is at work."""
        self._make(
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
        self._make(
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
        self._make(
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

        self._make(work, can_stop=False)

    def _make(self, work: Callable[[], Embedded | Encoder], *, can_stop: bool) -> None:
        def prepare() -> None:
            self.step, self.embedded, self.added, self.can_stop = "", None, None, can_stop

        def make() -> None:
            made = work()
            self.embedded = made if isinstance(made, Embedded) else None

        self._begin("embedder", make, prepare)

    def _hear(self, step: Step, done: int, total: int) -> None:
        self.step, self.done, self.total = step, done, total
