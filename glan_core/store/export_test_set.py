"""Which questions are held out for testing, and what is then too close to them to be trained on?

On the candidates of export_choice.py. What is drawn from the same key concepts or the same two class sessions as a
held-out question is too close, and what shares its words or nearly its meaning.
"""

import numpy as np
import pyarrow as pa

from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.export_choice import leave_out

GRAM_WORDS = 13
"""Words in a row that two questions of different sets may not share: the length that GPT-3's authors settled on."""


def hold_out(cursor: Cursor, questions: int, *, seed: int) -> int:
    """Put so many different questions of each discipline into the test set, at most half of what it has.

    Which of them, a hash of id and seed says; of each its first answer. Gives how many disciplines had too few.
    """
    cursor.execute(
        """
        create or replace temp table export_test as
        with single as (
            select export_candidate.rowid as number, instruction_id, discipline_id, text_key, answer_id
            from export_candidate
            join export_place using (place)
            where reason is null
            qualify row_number() over (partition by discipline_id, text_key order by instruction_id, answer_id) = 1
        ),
        ranked as (
            select
                number,
                row_number() over (
                    partition by discipline_id order by md5(instruction_id || ?), instruction_id
                ) as turn,
                count(*) over (partition by discipline_id) as there
            from single
        )
        select number
        from ranked
        where turn <= least(?, there // 2)
        """,
        [f" {seed} test", questions],
    )
    cursor.execute("update export_candidate set split = 'test' where rowid in (select number from export_test)")
    row = first_row(
        cursor.execute(
            """
            select count(*)
            from (
                select discipline_id
                from export_candidate
                join export_place using (place)
                where reason is null
                group by discipline_id
                having count(*) filter (where split = 'test') < ?
            )
            """,
            [questions],
        )
    )
    return int(row[0]) if row else 0


def leave_out_shared_text(cursor: Cursor) -> None:
    """Leave out of training what asks the same as a held-out question, or shares 13 words in a row with one."""
    leave_out(
        cursor,
        "test_text",
        """
        select rowid
        from export_candidate
        where reason is null and split = 'train'
            and text_key in (select text_key from export_candidate where reason is null and split = 'test')
        """,
    )
    leave_out(
        cursor,
        "test_text",
        f"""
        with worded as (
            select
                candidate.rowid as place,
                candidate.split,
                regexp_extract_all(lower(instruction.text), '[\\p{{L}}\\p{{N}}]+') as words
            from export_candidate as candidate
            join instruction on instruction.instruction_id = candidate.instruction_id
            where candidate.reason is null
        ),
        gram as (
            select
                place,
                split,
                unnest(list_transform(
                    range(1, len(words) - {GRAM_WORDS - 2}),
                    lambda start: hash(array_to_string(words[start:start + {GRAM_WORDS - 1}], ' '))
                )) as gram
            from worded
            where len(words) >= {GRAM_WORDS}
        )
        select distinct place
        from gram
        where split = 'train'
            and gram in (select gram from gram where split = 'test')
        """,  # noqa: S608 - numbers of ours
    )


def leave_out_shared_draws(cursor: Cursor) -> None:
    """Leave out of training what was drawn from the key concepts or the two sessions of a held-out question."""
    cursor.execute(
        """
        create or replace temp table export_draw as
        select
            candidate.rowid as place,
            candidate.split,
            instruction.strategy = 'two_sessions' as has_two_sessions,
            list_sort(list(concept.key_concept_id)) as combination,
            list_sort(list(distinct concept.class_session_id)) as sessions
        from export_candidate as candidate
        join instruction on instruction.instruction_id = candidate.instruction_id
        cross join unnest(instruction.key_concept_ids) as drawn(key_concept_id)
        join key_concept as concept on concept.key_concept_id = drawn.key_concept_id
        where candidate.reason is null
        group by all
        """
    )
    for reason, column, condition in (
        ("test_combination", "combination", "true"),
        ("test_sessions", "sessions", "has_two_sessions"),
    ):
        leave_out(
            cursor,
            reason,
            f"""
            select place
            from export_draw
            where split = 'train' and {condition}
                and {column} in (select {column} from export_draw where split = 'test' and {condition})
            """,  # noqa: S608 - names of ours
        )


def list_vectors_of(cursor: Cursor, split: str, *, encoder: str, content: str) -> np.ndarray:
    """Give the numbers of the vectors that stand for what is taken so far of a set: int64, rising, each once."""
    numbers = cursor.execute(
        """
        select distinct embedded.number
        from export_candidate as candidate
        join embedded_instruction as embedded
            on embedded.instruction_id = candidate.instruction_id and embedded.encoder = ? and embedded.content = ?
        where candidate.reason is null and candidate.split = ?
        order by embedded.number
        """,
        [encoder, content, split],
    ).fetchnumpy()["number"]
    return np.asarray(numbers, np.int64)


def leave_out_vectors(cursor: Cursor, numbers: np.ndarray, *, encoder: str, content: str, reason: str) -> None:
    """Leave out of training the questions that these vectors (int64) stand for."""
    with with_batch(cursor, pa.table({"number": pa.array(numbers, pa.int64())})):
        leave_out(
            cursor,
            reason,
            """
            select candidate.rowid
            from export_candidate as candidate
            join embedded_instruction as embedded
                on embedded.instruction_id = candidate.instruction_id and embedded.encoder = ? and embedded.content = ?
            where candidate.reason is null and candidate.split = 'train'
                and embedded.number in (select number from batch)
            """,
            [encoder, content],
        )


def count_without_neighbours(cursor: Cursor, *, encoder: str, content: str) -> int:
    """Count what is taken so far and has no place in the neighbour graph, so that what means the same was not found."""
    row = first_row(
        cursor.execute(
            """
            select count(*)
            from export_candidate
            where reason is null
                and instruction_id not in (
                    select embedded.instruction_id
                    from embedded_instruction as embedded
                    join neighbourhood
                        on neighbourhood.encoder = embedded.encoder
                        and neighbourhood.content = embedded.content
                        and neighbourhood.number = embedded.number
                    where embedded.encoder = ? and embedded.content = ?
                )
            """,
            [encoder, content],
        )
    )
    return int(row[0]) if row else 0


def count_without_vector(cursor: Cursor, *, encoder: str, content: str) -> int:
    """Count what is taken so far and was never read by an encoder."""
    row = first_row(
        cursor.execute(
            """
            select count(*)
            from export_candidate
            where reason is null
                and instruction_id not in (
                    select instruction_id from embedded_instruction where encoder = ? and content = ?
                )
            """,
            [encoder, content],
        )
    )
    return int(row[0]) if row else 0
