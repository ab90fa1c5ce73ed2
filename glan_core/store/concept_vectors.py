"""Which vectors stand for key concepts and for pairs, and which subject does each of them belong to?

Of each kept subject the current syllabus counts, the newest that has class sessions: nothing else can be drawn from.
What a removed run has made, and what lies below a removed node, is left out.

An encoder reads a key concept by its bare name. Where a question is about one, that finds it best; session and subject
beside it would only help where questions are not about what they were drawn from (benchmarks/gaps.py measures both).
"""

import pandas as pd
import pyarrow as pa

from glan_core.ids import content_id, stable_id
from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row

_CURRENT = """
    current_syllabus as (
        select syllabus.syllabus_id, subject.subject_id, subject.name, subject.discipline_id
        from syllabus
        join kept_subject as subject on subject.subject_id = syllabus.subject_id
        where syllabus.syllabus_id in (select syllabus_id from class_session)
        qualify row_number() over (
            partition by syllabus.subject_id
            order by syllabus.version desc, syllabus.syllabus_id
        ) = 1
    )
"""


def list_concept_vectors(cursor: Cursor, *, encoder: str) -> pd.DataFrame:
    """List the key concepts that can be drawn from, in teaching order, with the vector of each one's name.

    Columns: key_concept_id, concept, class_session, subject_id, subject, discipline_id, discipline, sub_field_id,
    sub_field, field_id, field; drawn, the pairs that were drawn from it; and number, of its vector: -1 as long as the
    encoder has not read the name.
    """
    concepts = cursor.execute(
        f"""
        with {_CURRENT},
        drawn as (
            select unnest(key_concept_ids) as key_concept_id, count(*) as pairs
            from instruction
            where not exists (from removed_run where removed_run.run_id = instruction.run_id)
            group by 1
        )
        select
            concept.key_concept_id, concept.name as concept, session.title as class_session,
            subject.subject_id, subject.name as subject,
            path.discipline_id, path.discipline, path.sub_field_id, path.sub_field, path.field_id, path.field,
            coalesce(drawn.pairs, 0) as drawn
        from current_syllabus as subject
        join discipline_path as path on path.discipline_id = subject.discipline_id
        join class_session as session on session.syllabus_id = subject.syllabus_id
        join key_concept as concept on concept.class_session_id = session.class_session_id
        left join drawn on drawn.key_concept_id = concept.key_concept_id
        order by path.field, path.sub_field, path.discipline, subject.name, subject.subject_id,
            session.position, concept.position
        """  # noqa: S608 - a text of ours
    ).df()
    numbers = _numbers_of(cursor, concepts["concept"].unique().tolist(), encoder=encoder)
    concepts["number"] = concepts["concept"].map(numbers).fillna(-1).astype("int64")
    return concepts


def list_pair_vectors(cursor: Cursor, *, encoder: str, content: str) -> pd.DataFrame:
    """List the questions that an encoder has read as this content: instruction_id, subject_id and the vector's number.

    Where it reads instructions, those without an answer are listed too; where it reads answers, only pairs are.
    By number, then instruction_id.
    """
    return cursor.execute(
        """
        select instruction.instruction_id, subject.subject_id, embedded.number
        from embedded_instruction as embedded
        join instruction on instruction.instruction_id = embedded.instruction_id
        join syllabus on syllabus.syllabus_id = instruction.syllabus_id
        join kept_subject as subject on subject.subject_id = syllabus.subject_id
        join discipline_path as path on path.discipline_id = subject.discipline_id
        where embedded.encoder = ?
            and embedded.content = ?
            and not exists (from removed_run where removed_run.run_id = instruction.run_id)
        order by embedded.number, instruction.instruction_id
        """,
        [encoder, content],
    ).df()


def list_drawn_links(cursor: Cursor, *, encoder: str, content: str) -> pd.DataFrame:
    """List which pairs were drawn from which key concepts: pair (a number of its own), number, key_concept_id.

    By the number of its vector, then by pair; removed runs are left out.
    """
    return cursor.execute(
        """
        select instruction.rowid as pair, embedded.number, unnest(instruction.key_concept_ids) as key_concept_id
        from embedded_instruction as embedded
        join instruction on instruction.instruction_id = embedded.instruction_id
        where embedded.encoder = ?
            and embedded.content = ?
            and not exists (from removed_run where removed_run.run_id = instruction.run_id)
        order by embedded.number, instruction.rowid
        """,
        [encoder, content],
    ).df()


def count_unread_concepts(cursor: Cursor, *, encoder: str) -> int:
    """Count the key concepts that can be drawn from and whose name an encoder has not read."""
    concepts = list_concept_vectors(cursor, encoder=encoder)
    return int((concepts["number"] < 0).sum())


def has_read_concepts(cursor: Cursor, *, encoder: str) -> bool:
    """Say whether an encoder has read the name of a key concept; true as well where there is none to read."""
    numbers = list_concept_vectors(cursor, encoder=encoder)["number"]
    return numbers.empty or bool((numbers >= 0).any())


def count_unread_pairs(cursor: Cursor, *, encoder: str, content: str) -> int:
    """Count the pairs of kept runs and nodes that an encoder has not read as this content.

    As an answer, or both, only what has one can be read.
    """
    row = first_row(
        cursor.execute(
            """
            select count(distinct pair.instruction_id)
            from pair
            where (? = 'instruction' or pair.answer_id is not null)
                and not exists (
                    from embedded_instruction as embedded
                    where embedded.instruction_id = pair.instruction_id
                        and embedded.encoder = ?
                        and embedded.content = ?
                )
            """,
            [content, encoder, content],
        )
    )
    return int(row[0]) if row else 0


def meanings_stamp(cursor: Cursor, *, encoder: str, content: str) -> str:
    """Give a mark that changes with all that key concepts and pairs are compared by: vectors, places, removed runs."""
    row = first_row(
        cursor.execute(
            """
            select
                (
                    select concat_ws(' ', count(*), bit_xor(hash(hash(instruction_id, number))))
                    from embedded_instruction
                    where encoder = $encoder and content = $content
                ),
                (select count(*) from embedding where encoder = $encoder),
                (select count(*) from instruction),
                (select count(*) from key_concept),
                (select bit_xor(hash(hash(run_id, is_removed))) from run),
                (select bit_xor(hash(hash(taxonomy_node_id, parent_id, name, status))) from taxonomy_node),
                (select bit_xor(hash(hash(subject_id, discipline_id, name, status))) from subject),
                (select bit_xor(hash(hash(syllabus_id, subject_id))) from syllabus)
            """,
            {"encoder": encoder, "content": content},
        )
    )
    return stable_id("meanings", encoder, content, *(row or ()))


def _numbers_of(cursor: Cursor, texts: list[str], *, encoder: str) -> dict[str, int]:
    """Give the numbers of the vectors of texts, by text; those without one are left out."""
    text_of = {content_id(text): text for text in texts}
    with with_batch(cursor, pa.table({"content_id": pa.array(text_of, pa.string())})):
        found = cursor.execute(
            """
            select batch.content_id, embedding.number
            from batch
            join embedding on embedding.content_id = batch.content_id and embedding.encoder = ?
            """,
            [encoder],
        ).fetchall()
    return {text_of[key]: number for key, number in found}
