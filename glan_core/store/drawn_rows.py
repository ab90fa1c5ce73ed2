"""Which rows are drawn to be measured, and out of how many?

Rows are the questions of a filter, each with what is read of it, or those of a corpus. All questions count, answered
or not; where answers are read, only those with one can be drawn. They are drawn by a hash of their ids and a seed: the
same ids give the same sample wherever they stand, and a smaller one is the beginning of a larger one.
"""

from typing import NamedTuple

import numpy as np

from glan_core.encoders import Content
from glan_core.entities import Filter
from glan_core.filter_json import filter_from_json, filter_to_json
from glan_core.ids import stable_id
from glan_core.store.corpora import find_corpus
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of
from glan_core.store.numbered_vectors import count_linked
from glan_core.store.read_texts import first_answer, text_of
from glan_core.store.samples import samples_version


class RowSet(NamedTuple):
    """Some rows: the pairs of a filter or, where a corpus is named, all of its rows."""

    scope: Filter = Filter()
    corpus_id: str = ""


class DrawnRows(NamedTuple):
    """A sample of a set, in the order of its draw."""

    ids: tuple[str, ...]
    """Of instructions, or of rows of a corpus."""
    texts: tuple[str, ...]
    """What the encoder reads of each."""
    numbers: np.ndarray
    """int64 of shape (n,): those of the vectors of pairs; empty for a corpus, of which rows may not be read yet."""
    arrival: np.ndarray
    """int64 of shape (n,): larger for what came to the database later, or stands later in the file of a corpus."""


class Drawable(NamedTuple):
    """How many rows a set has."""

    rows: int
    with_vector: int
    """Those that can be drawn: pairs that an encoder has read, and all rows of a corpus, which are read when drawn."""


def row_set_to_text(rows: RowSet) -> str:
    """Write a set as one line: the id of its corpus, or the JSON of its filter."""
    return rows.corpus_id or filter_to_json(rows.scope)


def row_set_from_text(text: str) -> RowSet:
    """Read what `row_set_to_text` wrote; FilterError for a filter of another release."""
    return RowSet(filter_from_json(text)) if text.startswith("{") else RowSet(corpus_id=text)


def dataset_version(cursor: Cursor, *, encoder: str, content: str) -> str:
    """Give letters and digits that change whenever other pairs, or other vectors of them, may be meant."""
    linked = count_linked(cursor, encoder=encoder, content=content)
    return stable_id("dataset", *samples_version(cursor), encoder, content, linked)


def count_drawable(cursor: Cursor, rows: RowSet, *, encoder: str, content: str) -> Drawable:
    """Count the rows of a set, and those of them that can be drawn."""
    if rows.corpus_id:
        corpus = find_corpus(cursor, rows.corpus_id)
        return Drawable(corpus.rows, corpus.rows) if corpus is not None else Drawable(0, 0)
    condition = condition_of(rows.scope)
    row = first_row(
        cursor.execute(
            f"""
            select count(distinct pair.instruction_id), count(distinct read.instruction_id)
            from pair
            left join embedded_instruction as read
                on read.instruction_id = pair.instruction_id and read.encoder = ? and read.content = ?
            where {condition.where}
            """,  # noqa: S608 - the condition is built from parameters only
            [encoder, content, *condition.parameters],
        )
    )
    return Drawable(*row) if row else Drawable(0, 0)


def draw_rows(cursor: Cursor, rows: RowSet, *, n: int, seed: int, encoder: str, content: Content) -> DrawnRows:
    """Draw up to n rows of a set: of pairs those that an encoder has read, of a corpus any."""
    if rows.corpus_id:
        return _draw_corpus_rows(cursor, rows.corpus_id, n=n, seed=seed, content=content)
    condition = condition_of(rows.scope)
    text = text_of(content, instruction="pair.instruction", answer=first_answer("pair.answer", "pair.answer_id"))
    found = cursor.execute(
        f"""
        with drawn as ({_drawn_pairs(condition.where)})
        select drawn.instruction_id, {text} as text, drawn.number, min(instruction.rowid) as arrival
        from drawn
        join pair on pair.instruction_id = drawn.instruction_id
        join instruction on instruction.instruction_id = drawn.instruction_id
        group by drawn.instruction_id, drawn.number, pair.instruction
        order by md5(drawn.instruction_id || ?), drawn.instruction_id
        """,  # noqa: S608 - one of three columns, and a condition built from parameters
        [encoder, content, *condition.parameters, f" {seed}", n, f" {seed}"],
    ).fetchnumpy()
    return DrawnRows(
        tuple(map(str, found["instruction_id"])),
        tuple(map(str, found["text"])),
        np.asarray(found["number"], np.int64),
        np.asarray(found["arrival"], np.int64),
    )


def count_shared(
    cursor: Cursor, one: RowSet, other: RowSet, *, n: int, seed: int, encoder: str, content: Content
) -> int:
    """Count the rows that the draws of up to n rows of two sets, by the same seed, have in common."""
    if one.corpus_id != other.corpus_id:
        return 0  # rows are of one corpus, and never pairs too
    if one.corpus_id:
        return min(n, count_drawable(cursor, one, encoder=encoder, content=content).rows)
    of_one, of_other = condition_of(one.scope), condition_of(other.scope)
    row = first_row(
        cursor.execute(
            f"""
            with of_one as ({_drawn_pairs(of_one.where)}),
            of_other as ({_drawn_pairs(of_other.where)})
            select count(*)
            from of_one
            join of_other on of_other.instruction_id = of_one.instruction_id
            """,  # noqa: S608 - conditions built from parameters only
            [
                value
                for condition in (of_one, of_other)
                for value in (encoder, content, *condition.parameters, f" {seed}", n)
            ],
        )
    )
    return int(row[0]) if row else 0


def _drawn_pairs(where: str) -> str:
    """Give what draws pairs with the numbers of their vectors; it wants encoder, content, `where`, seed and n."""
    return f"""
        select distinct pair.instruction_id, read.number
        from pair
        join embedded_instruction as read
            on read.instruction_id = pair.instruction_id and read.encoder = ? and read.content = ?
        where {where}
        order by md5(pair.instruction_id || ?), pair.instruction_id
        limit ?
    """  # noqa: S608 - a condition built from parameters


def _draw_corpus_rows(cursor: Cursor, corpus_id: str, *, n: int, seed: int, content: Content) -> DrawnRows:
    found = cursor.execute(
        f"""
        select corpus_row_id, {text_of(content, instruction="instruction", answer="answer")} as text, number
        from corpus_row
        where corpus_id = ?
        order by md5(corpus_row_id || ?), corpus_row_id, number
        limit ?
        """,  # noqa: S608 - one of three columns
        [corpus_id, f" {seed}", n],
    ).fetchnumpy()
    return DrawnRows(
        tuple(map(str, found["corpus_row_id"])),
        tuple(map(str, found["text"])),
        np.empty(0, np.int64),
        np.asarray(found["number"], np.int64),
    )
