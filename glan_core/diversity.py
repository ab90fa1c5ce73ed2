"""How varied are some rows, and how far can the number be trusted?

Every number of a sample depends on how many rows there are, so sets are only compared at the same n: the first n of
each in the order of a hash of their ids and a seed. Rows are pairs that the encoder in use has read, or those of a
corpus, which are read as they are drawn. What was measured is kept (store/evaluations.py), and not measured again as
long as no other rows could be meant.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from glan_core.encoder_choice import ChosenEncoder, encoder_in_use
from glan_core.entities import Filter
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.ids import stable_id
from glan_core.insight.headline import LEAST_REFERENCE, Measured, Sample, measure, step_at
from glan_core.insight.intervals import SPLITS
from glan_core.store.corpora import find_corpus
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.drawn_rows import (
    Drawable,
    DrawnRows,
    RowSet,
    count_drawable,
    dataset_version,
    draw_rows,
    row_set_to_text,
)
from glan_core.store.embeddings import list_unembedded_texts, list_vectors
from glan_core.store.evaluations import (
    PAIRS,
    Conditions,
    Evaluation,
    Number,
    find_evaluation,
    insert_evaluation,
)
from glan_core.store.numbered_vectors import read_numbered_vectors
from glan_core.text_encoding import Compute, compute_here, key_of_environment
from glan_core.text_vectors import embed_missing

ROWS = 10_000
"""Measured where nobody says otherwise."""
LEAST = 2
MOST = 20_000
"""All cosines of so many take some ten seconds."""
READING = "reading"
"""The step before those of insight/headline.py: rows of a corpus are read."""
Progress = Callable[[str, int, int], None]
"""Hears the step, how much of all is done and how much there is: rows while reading, else steps."""


class Asked(NamedTuple):
    """What is to be measured."""

    scope: Filter = Filter()
    n: int = ROWS
    """At most so many rows."""
    seed: int = 0
    reference: RowSet | None = None
    """What to hold it against; as many rows are drawn of it."""
    corpus_id: str = ""
    """The corpus that is measured in place of pairs; `scope` is empty then."""
    has_intervals: bool = False
    """Whether to say how far another draw would move each number; it takes four times as long."""

    @property
    def rows(self) -> RowSet:
        """The set that is measured."""
        return RowSet(self.scope, self.corpus_id)


class _Ways(NamedTuple):
    """How vectors are made and numbers worked out, and who hears of it."""

    compute: Compute
    find_key: Callable[[str], str]
    on_progress: Progress
    is_stopped: Callable[[], bool]


def conditions_of(cursor: Cursor, asked: Asked) -> Conditions:
    """Give under which conditions a measurement would be made now: what is asked for, and what is there.

    Raises SettingsError for an n that cannot be, and for a corpus that is not there.
    """
    if not LEAST <= asked.n <= MOST:
        raise SettingsError(f"{asked.n:,} rows cannot be measured.", f"Choose from {LEAST} to {MOST:,}.")
    sets = (asked.rows,) if asked.reference is None else (asked.rows, asked.reference)
    for each in sets:
        check_rows(cursor, each)
    encoder, content = encoder_in_use(cursor)
    there = drawable(cursor, asked.rows)
    return Conditions(
        scope=asked.scope,
        measured=asked.corpus_id or PAIRS,
        n=min(asked.n, there.with_vector),
        rows=there.rows,
        seed=asked.seed,
        encoder=encoder.encoder,
        content=content,
        reference="" if asked.reference is None else row_set_to_text(asked.reference),
        dataset_version=(
            stable_id("dataset", encoder.encoder, content)  # a corpus never changes
            if all(each.corpus_id for each in sets)
            else dataset_version(cursor, encoder=encoder.encoder, content=content)
        ),
    )


def check_rows(cursor: Cursor, rows: RowSet) -> None:
    """Refuse a corpus that is not there, and one that is filtered, with SettingsError."""
    if not rows.corpus_id:
        return
    corpus = find_corpus(cursor, rows.corpus_id)
    if corpus is None or corpus.is_removed:
        raise SettingsError("The corpus that was asked for is not there, or was removed.", "Choose another one.")
    if rows.scope != Filter():
        raise SettingsError("The rows of a corpus cannot be filtered.", "Measure the whole corpus.")


def drawable(cursor: Cursor, rows: RowSet) -> Drawable:
    """Count the rows of a set, and those of them that can be drawn for the encoder in use."""
    encoder, content = encoder_in_use(cursor)
    return count_drawable(cursor, rows, encoder=encoder.encoder, content=content)


def count_unread_rows(cursor: Cursor, rows: RowSet, *, n: int, seed: int) -> int:
    """Count the texts that a draw from a set has to read first; none of pairs, as only what is read is drawn."""
    if not rows.corpus_id:
        return 0
    encoder, content = encoder_in_use(cursor)
    drawn = draw_rows(cursor, rows, n=n, seed=seed, encoder=encoder.encoder, content=content)
    return len(list_unembedded_texts(cursor, encoder=encoder.encoder, texts=drawn.texts))


def evaluate(
    database: Database,
    asked: Asked,
    *,
    compute: Compute = compute_here,
    find_key: Callable[[str], str] = key_of_environment,
    on_progress: Progress = lambda step, done, total: None,
    is_stopped: Callable[[], bool] = lambda: False,
    is_anew: bool = False,
) -> Evaluation:
    """Measure what is asked for and keep it; give what is kept where nothing has changed since, unless `is_anew`.

    `is_stopped` is asked while rows of a corpus are read: True ends it there. Raises SettingsError; EmbeddingError
    where there are fewer than two rows to compare, where a reference has too few, and where reading was stopped;
    EndpointError where the encoder is at an endpoint; and StoreError.
    """
    ways = _Ways(compute, find_key, on_progress, is_stopped)
    with explained_errors(database.path):
        cursor = database.cursor()
        try:
            conditions = conditions_of(cursor, asked)
            if conditions.n < LEAST:
                raise _nothing_to_compare(conditions)
            kept = None if is_anew else find_evaluation(cursor, conditions, has_intervals=asked.has_intervals)
            if kept is not None:
                return kept
            measured = _measure(database, cursor, asked, conditions, ways)
            numbers = [Number(*each) for each in measured]
            with database.writing, transaction(cursor):
                return insert_evaluation(cursor, conditions, numbers, at=datetime.now(UTC))
        finally:
            cursor.close()


def _nothing_to_compare(conditions: Conditions) -> EmbeddingError:
    if conditions.measured != PAIRS:
        return EmbeddingError(
            f"Fewer than {LEAST} rows are in the corpus: there is nothing to compare.", "Choose another corpus."
        )
    return EmbeddingError(
        f"{conditions.encoder} has read {conditions.n} of {conditions.rows:,} questions: there is nothing to compare.",
        "Choose other pairs." if conditions.rows < LEAST else "Read them first: python -m glan_core embed",
    )


def _measure(
    database: Database, cursor: Cursor, asked: Asked, conditions: Conditions, ways: _Ways
) -> tuple[Measured, ...]:
    chosen = encoder_in_use(cursor)
    drawn = _draw(cursor, asked.rows, conditions, chosen)
    of_reference = None
    if asked.reference is not None:
        of_reference = _draw(cursor, asked.reference, conditions, chosen)
        if len(of_reference.ids) < LEAST_REFERENCE:
            raise EmbeddingError(
                f"A reference wants {LEAST_REFERENCE} rows, and {len(of_reference.ids)} were drawn: as many as are "
                f"measured ({conditions.n:,}) and can be drawn of it.",
                "Measure more rows, choose a larger reference, or none.",
            )
    sample = Sample(drawn.texts, _vectors(database, cursor, drawn, chosen, ways), drawn.arrival)
    reference = None if of_reference is None else _vectors(database, cursor, of_reference, chosen, ways)
    splits = SPLITS if asked.has_intervals else 0
    measured = ways.compute(
        measure,
        sample,
        seed=asked.seed,
        reference=reference,
        splits=splits,
        on_progress=lambda done, total: ways.on_progress(step_at(done), done, total),
    )
    shared = 0 if of_reference is None else len(set(drawn.ids) & set(of_reference.ids))
    return tuple(_with_rows(each, drawn.ids, shared) for each in measured)


def _draw(cursor: Cursor, rows: RowSet, conditions: Conditions, chosen: ChosenEncoder) -> DrawnRows:
    return draw_rows(
        cursor, rows, n=conditions.n, seed=conditions.seed, encoder=chosen.encoder.encoder, content=chosen.content
    )


def _vectors(database: Database, cursor: Cursor, drawn: DrawnRows, chosen: ChosenEncoder, ways: _Ways) -> np.ndarray:
    """Give the vector of each row; equal texts share one. Rows of a corpus that have none are read."""
    encoder = chosen.encoder
    if len(drawn.numbers):
        numbers, place = np.unique(drawn.numbers, return_inverse=True)
        vectors: np.ndarray = read_numbered_vectors(cursor, encoder=encoder.encoder, numbers=numbers)[place]
        return vectors
    embed_missing(
        database,
        drawn.texts,
        encoder=encoder,
        compute=ways.compute,
        find_key=ways.find_key,
        on_progress=lambda done, total: ways.on_progress(READING, done, total),
        is_stopped=ways.is_stopped,
    )
    if ways.is_stopped() and (left := len(list_unembedded_texts(cursor, encoder=encoder.encoder, texts=drawn.texts))):
        raise EmbeddingError(
            f"Reading was stopped with {left:,} texts to go; nothing was measured.",
            "Measure again: what was read is kept.",
        )
    return list_vectors(cursor, encoder=encoder.encoder, texts=drawn.texts)


def _with_rows(measured: Measured, ids: tuple[str, ...], shared: int) -> Measured:
    """Name rows by their ids where they are told by their place, and say how many the reference has too."""
    details = dict(measured.details)
    if "groups" in details:
        details["groups"] = [[ids[row] for row in rows] for rows in details["groups"]]
    if "reference_rows" in details:
        details["shared_rows"] = shared
    return measured._replace(details=details)
