"""Which homework questions are there, and from which key concepts were they drawn?"""

from collections.abc import Mapping, Sequence
from datetime import datetime

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


def find_first_draws(cursor: Cursor, syllabus_ids: Sequence[str], *, seed: int) -> dict[str, datetime]:
    """Give, by syllabus id, when this seed first drew from it; what it never drew from is left out.

    A run that has not finished may have drawn from any of them; one that writes rejected pairs anew draws nothing.
    """
    rows = cursor.execute(
        """
        with own as (
            select run_id, coalesce((plan ->> 'drawn_at')::timestamptz, started_at) as drawn_at, state
            from run
            where seed = $seed and not contains(coalesce(plan ->> 'stages', ''), '"regenerated_')
        ),
        unfinished as (
            select min(drawn_at) as drawn_at
            from own
            where state <> 'finished'
        ),
        touched as (
            select instruction.syllabus_id, min(own.drawn_at) as drawn_at
            from instruction
            join own on own.run_id = instruction.run_id
            where instruction.syllabus_id in (select unnest($syllabus_ids::varchar[]))
            group by instruction.syllabus_id
        ),
        asked as (
            select unnest($syllabus_ids::varchar[]) as syllabus_id
        )
        select asked.syllabus_id, least(touched.drawn_at, unfinished.drawn_at) as drawn_at
        from asked
        cross join unfinished
        left join touched on touched.syllabus_id = asked.syllabus_id
        where touched.drawn_at is not null or unfinished.drawn_at is not null
        """,
        {"seed": seed, "syllabus_ids": list(syllabus_ids)},
    ).fetchall()
    return dict(rows)


def list_taken_combinations(
    cursor: Cursor,
    syllabus_ids: Sequence[str],
    *,
    other_than_seed: int,
    from_seed: int | None = None,
    since: Mapping[str, datetime] | None = None,
) -> dict[str, frozenset[int]]:
    """Give, by syllabus id, the combinations of instructions whose run had another seed and was not removed.

    As codes of combination_code.py. With `from_seed`, those of this seed and larger ones; with `since`, a time for each
    of the syllabi, those that were made from then on.
    """
    return _combinations(
        cursor, syllabus_ids, seed=other_than_seed, is_of_others=True, from_seed=from_seed, since=since
    )


def list_combinations_of_seed(cursor: Cursor, syllabus_ids: Sequence[str], *, seed: int) -> dict[str, frozenset[int]]:
    """Give, by syllabus id, the combinations of instructions whose run had this seed, removed ones too, as codes."""
    return _combinations(cursor, syllabus_ids, seed=seed, is_of_others=False)


def _combinations(
    cursor: Cursor,
    syllabus_ids: Sequence[str],
    *,
    seed: int,
    is_of_others: bool,
    from_seed: int | None = None,
    since: Mapping[str, datetime] | None = None,
) -> dict[str, frozenset[int]]:
    with_calls = """
            join model_call as call on call.model_call_id = instruction.model_call_id
            join (
                select unnest($syllabus_ids::varchar[]) as syllabus_id, unnest($times::timestamptz[]) as first_draw
            ) as own on own.syllabus_id = instruction.syllabus_id and call.finished_at >= own.first_draw
    """
    run_ids = _runs_meant(cursor, seed=seed, is_of_others=is_of_others, from_seed=from_seed)
    if not run_ids or (since is not None and not since):
        return {}
    # The arithmetic of combination_code.py, once more.
    rows = cursor.execute(
        f"""
        with drawn as (
            select
                instruction.syllabus_id,
                list_sort(list((session.position << 6 | concept.position)::bigint)) as places
            from instruction
            join (select unnest($run_ids::varchar[]) as run_id) as meant on meant.run_id = instruction.run_id
            join instruction_key_concept as link on link.instruction_id = instruction.instruction_id
            join key_concept as concept on concept.key_concept_id = link.key_concept_id
            join class_session as session on session.class_session_id = concept.class_session_id
            {"" if since is None else with_calls}
            where instruction.syllabus_id in (select unnest($syllabus_ids::varchar[]))
            group by instruction.instruction_id, instruction.syllabus_id
            having count(*) <= $most
        )
        select
            syllabus_id,
            list(distinct list_sum(list_transform(places, lambda place, i: place << (12 * (i - 1))))::bigint)
        from drawn
        group by syllabus_id
        """,  # noqa: S608 - with one of two joins that stand above
        {
            "run_ids": run_ids,
            "syllabus_ids": list(syllabus_ids),
            "most": MOST_KEY_CONCEPTS,
            **({} if since is None else {"times": [since[syllabus_id] for syllabus_id in syllabus_ids]}),
        },
    ).fetchall()
    return {syllabus_id: frozenset(drawn) for syllabus_id, drawn in rows}


def _runs_meant(cursor: Cursor, *, seed: int, is_of_others: bool, from_seed: int | None) -> list[str]:
    rows = cursor.execute(
        """
        select run_id
        from run
        where (seed <> $seed) = $is_of_others
            and seed >= coalesce($from_seed::bigint, seed)
            and not ($is_of_others and run_id in (select run_id from removed_run))
            and not contains(coalesce(plan ->> 'stages', ''), '"regenerated_') -- those repeat draws, and take none
        """,
        {"seed": seed, "is_of_others": is_of_others, "from_seed": from_seed},
    ).fetchall()
    return [run_id for (run_id,) in rows]


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
