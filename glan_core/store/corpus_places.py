"""Which discipline is each row of a corpus nearest to, and what is that worked out from?"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from glan_core.encoders import Content
from glan_core.ids import stable_id
from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row, transaction
from glan_core.store.read_texts import text_of


class TaughtName(NamedTuple):
    """The name of a subject or key concept, and the discipline that it belongs to."""

    discipline_id: str
    is_key_concept: bool
    name: str


class Places(NamedTuple):
    """Rows of a corpus with their nearest discipline; all arrays are of shape (n,)."""

    numbers: np.ndarray
    """int64, of corpus_row."""
    discipline_ids: Sequence[str]
    similarities: np.ndarray
    """float32, cosines."""
    confidences: np.ndarray
    """float32, 0 to 1."""


class OwnVectors(NamedTuple):
    """Which vector of an encoder stands for each own question that it has read; both of shape (n,).

    Where it reads instructions, questions that have no answer yet count too; where it reads answers, only pairs do.
    """

    numbers: np.ndarray
    """int64, of the embedding."""
    discipline_ids: Sequence[str]


def list_taught_names(cursor: Cursor) -> tuple[TaughtName, ...]:
    """List the names of subjects and of the key concepts of all syllabi, each once a discipline; of kept nodes only.

    A discipline without subjects is named itself, as if it were its only one.
    """
    rows = cursor.execute(
        """
        select path.discipline_id, false, subject.name
        from kept_subject as subject
        join discipline_path as path on path.discipline_id = subject.discipline_id
        union
        select discipline_id, false, discipline
        from discipline_path
        where discipline_id not in (select discipline_id from kept_subject)
        union
        select path.discipline_id, true, key_concept.name
        from key_concept
        join class_session on class_session.class_session_id = key_concept.class_session_id
        join syllabus on syllabus.syllabus_id = class_session.syllabus_id
        join kept_subject as subject on subject.subject_id = syllabus.subject_id
        join discipline_path as path on path.discipline_id = subject.discipline_id
        order by all
        """
    ).fetchall()
    return tuple(TaughtName(*row) for row in rows)


def list_own_vectors(cursor: Cursor, *, encoder: str, content: Content) -> OwnVectors:
    """Give the own questions that an encoder has read as this content, in the order of their vectors."""
    found = cursor.execute(
        """
        select embedded_instruction.number, pair.discipline_id
        from embedded_instruction
        join (select distinct instruction_id, discipline_id from pair) as pair
            on pair.instruction_id = embedded_instruction.instruction_id
        where embedded_instruction.encoder = ? and embedded_instruction.content = ?
        order by embedded_instruction.number, embedded_instruction.instruction_id
        """,
        [encoder, content],
    ).fetchnumpy()
    return OwnVectors(np.asarray(found["number"], np.int64), list(found["discipline_id"]))


def list_row_numbers(cursor: Cursor, corpus_id: str, *, limit: int | None = None) -> np.ndarray:
    """Give the numbers of all rows, or of a random `limit` of them: int64, rising.

    The sample is that of the lowest ids, which are hashes: the same every time, and part of every larger one.
    """
    found = cursor.execute(
        """
        select number
        from (select number from corpus_row where corpus_id = ? order by corpus_row_id limit ?)
        order by number
        """,
        [corpus_id, 2**62 if limit is None else limit],
    ).fetchnumpy()
    return np.asarray(found["number"], np.int64)


def list_row_texts(cursor: Cursor, corpus_id: str, *, content: Content, numbers: np.ndarray) -> list[str]:
    """Give the texts of rows with these numbers (int64 of shape (n,), rising), in that order."""
    rows = cursor.execute(
        f"""
        select {text_of(content, instruction="instruction", answer="answer")}
        from corpus_row
        where corpus_id = ? and number between ? and ? and number in (select unnest(?::bigint[]))
        order by number
        """,  # noqa: S608
        [corpus_id, int(numbers[0]), int(numbers[-1]), numbers.tolist()],
    ).fetchall()
    return [text for (text,) in rows]


def replace_places(
    cursor: Cursor, corpus_id: str, *, encoder: str, content: Content, places: Places, reference: str
) -> None:
    """Put these places in place of all that the corpus had by this encoder and content.

    `reference` is a mark of what the rows were compared with, as `corpora.placing.Reference.stamp`.
    """
    size = len(places.numbers)
    batch = pa.table(
        {
            "corpus_id": pa.array([corpus_id] * size, pa.string()),
            "encoder": pa.array([encoder] * size, pa.string()),
            "content": pa.array([content] * size, pa.string()),
            "number": pa.array(places.numbers, pa.int64()),
            "discipline_id": pa.array(places.discipline_ids, pa.string()),
            "similarity": pa.array(places.similarities, pa.float32()),
            "confidence": pa.array(places.confidences, pa.float32()),
        }
    )
    names = ", ".join(batch.column_names)
    with transaction(cursor):
        cursor.execute(
            "delete from corpus_place where corpus_id = ? and encoder = ? and content = ?",
            [corpus_id, encoder, content],
        )
        cursor.execute(
            "delete from corpus_placing where corpus_id = ? and encoder = ? and content = ?",
            [corpus_id, encoder, content],
        )
        with with_batch(cursor, batch):
            cursor.execute(f"insert into corpus_place ({names}) select {names} from batch")  # noqa: S608
        cursor.execute("insert into corpus_placing values (?, ?, ?, ?)", [corpus_id, encoder, content, reference])


def count_places(cursor: Cursor, corpus_id: str, *, encoder: str, content: Content) -> int:
    """Count the rows of a corpus that have a place by this encoder and content."""
    row = first_row(
        cursor.execute(
            "select count(*) from corpus_place where corpus_id = ? and encoder = ? and content = ?",
            [corpus_id, encoder, content],
        )
    )
    return int(row[0]) if row else 0


def find_reference(cursor: Cursor, corpus_id: str, *, encoder: str, content: Content) -> str:
    """Give the mark of what the rows of a corpus were compared with; empty where nobody kept it."""
    row = first_row(
        cursor.execute(
            "select reference from corpus_placing where corpus_id = ? and encoder = ? and content = ?",
            [corpus_id, encoder, content],
        )
    )
    return str(row[0]) if row else ""


def list_places(cursor: Cursor, corpus_id: str, *, encoder: str, content: Content) -> pd.DataFrame:
    """List the placed rows in the order of the file, number, discipline_id, confidence; disciplines may be removed."""
    return cursor.execute(
        """
        select number, discipline_id, confidence
        from corpus_place
        where corpus_id = ? and encoder = ? and content = ?
        order by number
        """,
        [corpus_id, encoder, content],
    ).df()


def count_by_band(
    cursor: Cursor, corpus_id: str, *, encoder: str, content: Content, begins: Sequence[float]
) -> pd.DataFrame:
    """Count the placed rows of each discipline by band of confidence, where there are any.

    Columns: discipline_id, band, rows. Band 0 ends where the second of `begins`, which rise from 0, begins.
    """
    band = " + ".join(["0", *("(confidence >= ?)::integer" for _ in begins[1:])])
    return cursor.execute(
        f"""
        select discipline_id, {band} as band, count(*) as rows
        from corpus_place
        where corpus_id = ? and encoder = ? and content = ?
        group by all
        order by all
        """,  # noqa: S608 - a text of ours
        [*begins[1:], corpus_id, encoder, content],
    ).df()


def places_stamp(cursor: Cursor, corpus_id: str, *, encoder: str, content: Content) -> str:
    """Give a mark that changes with the places of a corpus and with what they were found by."""
    row = first_row(
        cursor.execute(
            """
            select count(*), bit_xor(hash(number, discipline_id, confidence))
            from corpus_place
            where corpus_id = ? and encoder = ? and content = ?
            """,
            [corpus_id, encoder, content],
        )
    )
    reference = find_reference(cursor, corpus_id, encoder=encoder, content=content)
    return stable_id("places", corpus_id, encoder, content, reference, *(row or ()))


def list_by_row_id(cursor: Cursor, corpus_id: str, numbers: np.ndarray) -> np.ndarray:
    """Give these numbers of rows, int64, by the ids of the rows: these are hashes, so the first are a random sample."""
    with with_batch(cursor, pa.table({"number": pa.array(numbers, pa.int64())})):
        found = cursor.execute(
            """
            select number
            from corpus_row
            where corpus_id = ? and number in (select number from batch)
            order by corpus_row_id
            """,
            [corpus_id],
        ).fetchnumpy()
    return np.asarray(found["number"], np.int64)


def list_row_instructions(cursor: Cursor, corpus_id: str, numbers: Sequence[int]) -> dict[int, str]:
    """Give the instructions of rows by their numbers."""
    rows = cursor.execute(
        """
        select number, instruction
        from corpus_row
        where corpus_id = ? and number in (select unnest(?::bigint[]))
        """,
        [corpus_id, list(numbers)],
    ).fetchall()
    return dict(rows)


def count_placed_by_discipline(
    cursor: Cursor, corpus_id: str, *, encoder: str, content: Content, least_confidence: float
) -> pd.DataFrame:
    """Count the placed rows of each kept discipline, also those without any, in the order of their paths.

    Columns: discipline_id, field_id, field, sub_field_id, sub_field, discipline, rows, mean_confidence (missing without
    rows). Rows of less confidence are left out, and so are those of disciplines that have been removed since.
    """
    return cursor.execute(
        """
        select
            path.discipline_id,
            path.field_id,
            path.field,
            path.sub_field_id,
            path.sub_field,
            path.discipline,
            count(place.number)::bigint as rows,
            avg(place.confidence) as mean_confidence
        from discipline_path as path
        left join corpus_place as place
            on place.discipline_id = path.discipline_id
            and place.corpus_id = ?
            and place.encoder = ?
            and place.content = ?
            and place.confidence >= ?
        group by all
        order by path.field, path.sub_field, path.discipline, path.discipline_id
        """,
        [corpus_id, encoder, content, least_confidence],
    ).df()
