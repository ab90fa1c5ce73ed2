"""Which homework questions are there, and from which key concepts were they drawn?"""

from collections.abc import Sequence

from glan_core.combination_code import MOST_KEY_CONCEPTS
from glan_core.entities import Instruction, Strategy
from glan_core.store.batches import insert_batch
from glan_core.store.database import Cursor, first_row


def insert_instructions(cursor: Cursor, instructions: Sequence[Instruction]) -> None:
    """Add instructions with their key concepts; those that are there already stay as they are."""
    distinct = {instruction.instruction_id: instruction for instruction in instructions}.values()
    insert_batch(
        cursor,
        "instruction",
        [
            {
                "instruction_id": instruction.instruction_id,
                "syllabus_id": instruction.syllabus_id,
                "strategy": instruction.strategy.value,
                "text": instruction.text,
                "run_id": instruction.run_id,
                "key_concept_ids": list(instruction.key_concept_ids),
                "model_call_id": instruction.model_call_id,
                "status": instruction.status,
            }
            for instruction in distinct
        ],
    )


def list_instructions(cursor: Cursor, instruction_ids: Sequence[str]) -> dict[str, Instruction]:
    """Give the instructions with these ids, by id; unknown ids are left out."""
    rows = cursor.execute(
        """
        select instruction_id, syllabus_id, strategy, text, key_concept_ids, run_id, model_call_id, status
        from instruction
        where instruction_id in (select unnest(?::varchar[]))
        """,
        [list(instruction_ids)],
    ).fetchall()
    return {
        row[0]: Instruction(row[0], row[1], Strategy(row[2]), row[3], tuple(row[4]), row[5], row[6], row[7])
        for row in rows
    }


def list_known_instruction_ids(cursor: Cursor, instruction_ids: Sequence[str]) -> frozenset[str]:
    """Give those of the ids that are there."""
    rows = cursor.execute(
        "select instruction_id from instruction where instruction_id in (select unnest(?::varchar[]))",
        [list(instruction_ids)],
    ).fetchall()
    return frozenset(instruction_id for (instruction_id,) in rows)


def count_instructions_below(cursor: Cursor, node_id: str, *, run_id: str) -> int:
    """Count what a run has made below a discipline or subject."""
    row = first_row(
        cursor.execute(
            """
            select count(*)
            from instruction
            join syllabus on syllabus.syllabus_id = instruction.syllabus_id
            join subject on subject.subject_id = syllabus.subject_id
            where instruction.run_id = $run_id
                and (subject.subject_id = $node_id or subject.discipline_id = $node_id)
            """,
            {"run_id": run_id, "node_id": node_id},
        )
    )
    return int(row[0]) if row else 0


def list_taken_combinations(
    cursor: Cursor, syllabus_ids: Sequence[str], *, other_than_seed: int
) -> dict[str, frozenset[int]]:
    """Give, by syllabus id, the combinations of instructions whose run had another seed and was not removed.

    As codes of combination_code.py.
    """
    return _combinations(cursor, syllabus_ids, seed=other_than_seed, is_of_others=True)


def list_combinations_of_seed(cursor: Cursor, syllabus_ids: Sequence[str], *, seed: int) -> dict[str, frozenset[int]]:
    """Give, by syllabus id, the combinations of instructions whose run had this seed, removed ones too, as codes."""
    return _combinations(cursor, syllabus_ids, seed=seed, is_of_others=False)


def _combinations(
    cursor: Cursor, syllabus_ids: Sequence[str], *, seed: int, is_of_others: bool
) -> dict[str, frozenset[int]]:
    # The arithmetic of combination_code.py, once more.
    rows = cursor.execute(
        """
        with meant as (
            select run_id
            from run
            where (run.seed <> $seed) = $is_of_others
                and not ($is_of_others and run_id in (select run_id from removed_run))
        ),
        drawn as (
            select
                instruction.syllabus_id,
                list_sort(list((session.position << 6 | concept.position)::bigint)) as places
            from instruction
            join meant on meant.run_id = instruction.run_id
            join instruction_key_concept as link on link.instruction_id = instruction.instruction_id
            join key_concept as concept on concept.key_concept_id = link.key_concept_id
            join class_session as session on session.class_session_id = concept.class_session_id
            where instruction.syllabus_id in (select unnest($syllabus_ids::varchar[]))
            group by instruction.instruction_id, instruction.syllabus_id
            having count(*) <= $most
        )
        select
            syllabus_id,
            list(distinct list_sum(list_transform(places, lambda place, i: place << (12 * (i - 1))))::bigint)
        from drawn
        group by syllabus_id
        """,
        {
            "seed": seed,
            "is_of_others": is_of_others,
            "syllabus_ids": list(syllabus_ids),
            "most": MOST_KEY_CONCEPTS,
        },
    ).fetchall()
    return {syllabus_id: frozenset(drawn) for syllabus_id, drawn in rows}


def count_combinations_used(cursor: Cursor, syllabus_ids: Sequence[str]) -> int:
    """Count the distinct combinations of key concepts that instructions of these syllabi were drawn from."""
    row = first_row(
        cursor.execute(
            """
        select count(distinct list_sort(key_concept_ids))
        from instruction
        where syllabus_id in (select unnest(?::varchar[]))
            and not exists (from removed_run where removed_run.run_id = instruction.run_id)
        """,
            [list(syllabus_ids)],
        )
    )
    return int(row[0]) if row else 0


def count_instructions_of(cursor: Cursor, run_id: str) -> int:
    """Count the instructions that a run has made."""
    row = first_row(cursor.execute("select count(*) from instruction where run_id = ?", [run_id]))
    return int(row[0]) if row else 0


def list_instruction_texts(cursor: Cursor, run_id: str, *, limit: int) -> tuple[str, ...]:
    """Give the texts of the first instructions of a run in the order of their ids, which are hashes."""
    rows = cursor.execute(
        "select text from instruction where run_id = ? order by instruction_id limit ?", [run_id, limit]
    ).fetchall()
    return tuple(text for (text,) in rows)
