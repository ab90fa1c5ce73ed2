"""How do many read texts at once, so that every text still gets its vector once?

Batches go out in the order of the pairs, and vectors are kept in that order, so they have the numbers that one process
would have given them. They are kept every few seconds: however it ends, no more than what was under way is lost. What
an encoder at an endpoint reads is read by text_vectors.py alone: the endpoint is what limits it.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import NamedTuple

import numpy as np

from glan_core.encoders import Content, Encoder
from glan_core.errors import SettingsError
from glan_core.ids import content_id
from glan_core.spreading import Spread
from glan_core.store.database import Cursor, Database, explained_errors
from glan_core.store.embeddings import insert_embeddings, link_instructions, list_unembedded_texts
from glan_core.store.encoders import count_unread_texts, list_names_to_read, list_unread_texts
from glan_core.text_encoding import HERE, Means, encode_texts
from glan_core.text_vectors import Embedded, precision_for

_TEXTS_AT_ONCE = 256  # one or two seconds of a small model on one core
_PAIRS_AT_ONCE = 10_000
_KEEP_SECONDS = 2.0  # what is kept is looked up among all vectors, so not for each batch


def spread_instructions(
    database: Database,
    *,
    encoder: Encoder,
    content: Content,
    spread: Spread,
    means: Means = HERE,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Embedded:
    """Let an encoder read the pairs that it has not read, wherever `spread` calls it; else as `embed_instructions`.

    `means` measures what is to be measured before. SettingsError for an encoder at an endpoint.
    """
    cursor = database.cursor()
    with explained_errors(database.path):
        total = count_unread_texts(cursor, encoder=encoder.encoder, content=content)
        reading = _Reading(database, encoder, content, means, lambda done: on_progress(done, max(done, total)))
        return reading.read(_unread_pages(cursor, encoder.encoder, content), spread)


def spread_names(
    database: Database,
    *,
    encoder: Encoder,
    spread: Spread,
    means: Means = HERE,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Embedded:
    """Let an encoder read the names of all nodes, subjects and key concepts; else as `spread_instructions`."""
    with explained_errors(database.path):
        names = list_names_to_read(database.cursor())
        reading = _Reading(database, encoder, None, means, lambda done: on_progress(done, len(names)))
        return reading.read([_Page(names, {})] if names else [], spread)


class _Page(NamedTuple):
    """Texts that the encoder may have read or not."""

    texts: Sequence[str]
    content_of: Mapping[str, str]
    """Which pairs they are of, by instruction_id; empty for names."""


class _Batch(NamedTuple):
    """Texts that are read together."""

    texts: Sequence[str]
    """Empty where all of a page were read before."""
    done: int
    """How many texts of pages are done with it."""
    content_of: Mapping[str, str]
    """Which pairs have their vectors with it: those of its page, if it is the last one of it."""


def _unread_pages(cursor: Cursor, encoder: str, content: Content) -> Iterator[_Page]:
    after = ""
    while unread := list_unread_texts(cursor, encoder=encoder, content=content, after=after, limit=_PAIRS_AT_ONCE):
        yield _Page(list(unread.values()), {each: content_id(text) for each, text in unread.items()})
        after = max(unread)


class _Reading:
    """Texts on their way to their vectors."""

    def __init__(
        self,
        database: Database,
        encoder: Encoder,
        content: Content | None,
        means: Means,
        on_progress: Callable[[int], None],
    ) -> None:
        if encoder.kind == "endpoint":
            raise SettingsError(
                f"{encoder.encoder} is at an endpoint, and that is asked from this process alone.",
                "Choose --engine local, or an encoder that runs on the machines themselves.",
            )
        self._database = database
        self._cursor = database.cursor()
        self._encoder = encoder
        self._content = content
        self._means = means
        self._on_progress = on_progress
        self._out: deque[_Batch] = deque()
        """Handed out, in this order."""
        self._read: list[tuple[_Batch, np.ndarray]] = []
        """Come back, and not kept yet."""
        self._first_missing: Sequence[str] = ()
        """Of the first page with any: what is measured, is measured on them."""
        self._done = self._embedded = 0

    def read(self, pages: Iterable[_Page], spread: Spread) -> Embedded:
        """Have all texts of some pages read."""
        began = time.monotonic()
        texts = self._texts(iter(pages))
        first = next(texts, None)
        try:
            if first is not None:
                self._have_read(chain([first], texts), spread)
            self._pass_empty()
        finally:
            self._keep()
        return Embedded(self._embedded, self._done - self._embedded, time.monotonic() - began)

    def _have_read(self, texts: Iterator[Sequence[str]], spread: Spread) -> None:
        precision = precision_for(self._database, encoder=self._encoder, texts=self._first_missing, means=self._means)
        encode = partial(encode_texts, self._encoder, database=self._database.path, means=HERE, precision=precision)
        kept_at = time.monotonic()
        for vectors in spread(encode, texts):
            self._pass_empty()
            self._read.append((self._out.popleft(), vectors))
            if time.monotonic() - kept_at >= _KEEP_SECONDS:
                self._keep()
                kept_at = time.monotonic()

    def _texts(self, pages: Iterator[_Page]) -> Iterator[Sequence[str]]:
        """Give the texts of all pages that have no vector yet and are not under way, in batches."""
        for page in pages:
            under_way = {text for batch in (*self._out, *(batch for batch, _ in self._read)) for text in batch.texts}
            missing = [
                text
                for text in list_unembedded_texts(self._cursor, encoder=self._encoder.encoder, texts=page.texts)
                if text not in under_way
            ]
            self._first_missing = self._first_missing or missing
            left = len(page.texts)
            for first in range(0, max(len(missing), 1), _TEXTS_AT_ONCE):
                texts = missing[first : first + _TEXTS_AT_ONCE]
                is_last = first + _TEXTS_AT_ONCE >= len(missing)
                done = left if is_last else len(texts)
                left -= done
                self._out.append(_Batch(texts, done, page.content_of if is_last else {}))
                if texts:
                    yield texts
                else:
                    self._pass_empty()
                    self._keep()

    def _pass_empty(self) -> None:
        """Take in those that nobody has to read, up to the next one that is under way."""
        while self._out and not self._out[0].texts:
            self._read.append((self._out.popleft(), np.empty((0, self._encoder.dimensions), np.float32)))

    def _keep(self) -> None:
        read, name = self._read, self._encoder.encoder
        if not read:
            return
        texts = [text for batch, _ in read for text in batch.texts]
        with self._database.writing:
            if texts:
                vectors = np.concatenate([vectors for _, vectors in read])
                insert_embeddings(self._cursor, encoder=name, texts=texts, vectors=vectors)
            for batch, _ in read:
                if batch.content_of and self._content:
                    link_instructions(self._cursor, encoder=name, content=self._content, content_of=batch.content_of)
        self._read = []
        self._done += sum(batch.done for batch, _ in read)
        self._embedded += len(texts)
        self._on_progress(self._done)
