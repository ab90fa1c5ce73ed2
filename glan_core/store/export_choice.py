"""Which pairs does an export take, for which reason not the others, and in which order?

In two tables that only the cursor of the export sees. `export_candidate` holds every pair that passed the gates, with
the reason why it is left out as soon as a rule has found one; `export_row` holds what is taken, with its place.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa

from glan_core.entities import SUBJECT_LEVELS, Filter
from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.filters import condition_of

BALANCE_LEVELS = ("field", "sub_field", "discipline", "subject")
ORDERS = ("id", "level", "interleaved")
"""By id; introductory first and subject by subject; introductory first with the subjects taking turns."""
_TEXT_KEY = r"md5_number(trim(regexp_replace(lower(pair.instruction), '\s+', ' ', 'g')))"
_LEVEL_RANK = " ".join(f"when '{level}' then {rank}" for rank, level in enumerate(SUBJECT_LEVELS))

_PAIR = """
    select
        instruction.rowid as question_row,
        answer.rowid as answer_row,
        instruction.instruction_id,
        answer.answer_id,
        instruction.text as instruction,
        answer.text as answer,
        instruction.strategy,
        instruction.status,
        instruction.run_id,
        instruction.model_call_id as instruction_model_call_id,
        answer.model_call_id as answer_model_call_id,
        instruction.syllabus_id,
        export_place.*
    from instruction
    join answer on answer.instruction_id = instruction.instruction_id
    join syllabus on syllabus.syllabus_id = instruction.syllabus_id
    join export_place on export_place.subject_id = syllabus.subject_id
    where instruction.run_id not in (select run_id from removed_run)
        and answer.run_id not in (select run_id from removed_run)
"""
"""The answered ones of the view `pair`, with the places of both parts in their tables."""


class Taken(NamedTuple):
    """How much is taken."""

    train: int
    test: int


def make_candidates(cursor: Cursor, filter_: Filter, *, has_text_keys: bool) -> None:
    """Begin with the answered pairs of a filter; `has_text_keys` where rules will ask which questions are equal."""
    cursor.execute(
        """
        create or replace temp table export_place as
        select
            (row_number() over (order by subject.subject_id))::integer as place,
            subject.subject_id,
            subject.name as subject,
            subject.level,
            path.*
        from kept_subject as subject
        join discipline_path as path on path.discipline_id = subject.discipline_id
        """
    )
    condition = condition_of(filter_)
    cursor.execute(
        f"""
        create or replace temp table export_candidate as
        select
            question_row,
            answer_row,
            instruction_id,
            answer_id,
            place,
            status = 'accepted' as is_accepted,
            {_TEXT_KEY if has_text_keys else "0::uhugeint"} as text_key,
            'train' as split,
            null::varchar as reason
        from ({_PAIR}) as pair
        where {condition.where}
        """,  # noqa: S608 - a text of ours, and a condition built from parameters only
        condition.parameters,
    )


def leave_out_equal(cursor: Cursor) -> None:
    """Keep one of each question, cases and spaces aside: an accepted one first, then by id."""
    leave_out(
        cursor,
        "duplicate",
        """
        select rowid
        from export_candidate
        where reason is null
        qualify row_number() over (
            partition by text_key order by is_accepted desc, instruction_id, answer_id
        ) > 1
        """,
    )


def list_candidates(cursor: Cursor) -> list[str]:
    """List the instruction ids of what no rule has left out yet, each once and in no order."""
    table = cursor.sql("select distinct instruction_id from export_candidate where reason is null").to_arrow_table()
    ids: list[str] = table["instruction_id"].to_pylist()
    return ids


def leave_out_grouped(cursor: Cursor, groups: Sequence[Sequence[str]], *, reason: str) -> None:
    """Keep one of each group of instruction ids, as `leave_out_equal` does."""
    batch = pa.table(
        {
            "instruction_id": pa.array([key for group in groups for key in group], pa.string()),
            "number": pa.array([number for number, group in enumerate(groups) for _ in group], pa.int64()),
        }
    )
    with with_batch(cursor, batch):
        leave_out(
            cursor,
            reason,
            """
            select candidate.rowid
            from export_candidate as candidate
            join batch on batch.instruction_id = candidate.instruction_id
            where reason is null
            qualify dense_rank() over (
                partition by batch.number order by is_accepted desc, candidate.instruction_id
            ) > 1
            """,
        )


def count_by_node(cursor: Cursor, level: str) -> dict[str, int]:
    """Count what is still to be trained on by the id of its node at a level."""
    rows = cursor.execute(
        f"""
        select {_node_column(level)} as node_id, count(*)
        from export_candidate
        join export_place using (place)
        where reason is null and split = 'train'
        group by node_id
        order by node_id
        """  # noqa: S608 - one of four columns
    ).fetchall()
    return dict(rows)


def leave_out_beyond(cursor: Cursor, allowed: Mapping[str, int], *, level: str, seed: int) -> None:
    """Keep so many pairs of each node to train on; which of them, a hash of id and seed says."""
    batch = pa.table(
        {"node_id": pa.array(list(allowed), pa.string()), "most": pa.array(list(allowed.values()), pa.int64())}
    )
    with with_batch(cursor, batch):
        leave_out(
            cursor,
            "balance",
            f"""
            select candidate.rowid
            from export_candidate as candidate
            join export_place using (place)
            join batch on batch.node_id = export_place.{_node_column(level)}
            where reason is null and split = 'train'
            qualify row_number() over (
                partition by batch.node_id
                order by md5(candidate.instruction_id || ?), candidate.instruction_id, candidate.answer_id
            ) > batch.most
            """,  # noqa: S608 - one of four columns
            [f" {seed}"],
        )


def leave_out_below(cursor: Cursor, node_id: str, most: int, *, seed: int) -> None:
    """Keep so many pairs below a node or subject to train on, chosen as in `leave_out_beyond`."""
    leave_out(
        cursor,
        "quota",
        """
        select rowid
        from export_candidate
        where reason is null and split = 'train'
            and place in (
                select place from export_place where ? in (field_id, sub_field_id, discipline_id, subject_id)
            )
        qualify row_number() over (order by md5(instruction_id || ?), instruction_id, answer_id) > ?
        """,
        [node_id, f" {seed}", most],
    )


def count_reasons(cursor: Cursor) -> dict[str, int]:
    """Count what the rules left out, by reason."""
    rows = cursor.execute(
        "select reason, count(*) from export_candidate where reason is not null group by reason order by reason"
    ).fetchall()
    return dict(rows)


def arrange(cursor: Cursor, order: str) -> Taken:
    """Give each pair that is taken its place within its set, and count them; the candidates are forgotten."""
    within = "candidate.instruction_id, candidate.answer_id"
    teaching = f"session.position, concept.position, {within}"
    rank = f"case place.level {_LEVEL_RANK} end"
    orders = {
        "id": within,
        "level": f"{rank}, place.subject_id, {teaching}",
        "interleaved": f"{rank}, turn, candidate.subject_id",
    }
    joins = """
        join export_place as place on place.place = candidate.place
        join instruction on instruction.instruction_id = candidate.instruction_id
        left join key_concept as concept on concept.key_concept_id = instruction.key_concept_ids[1]
        left join class_session as session on session.class_session_id = concept.class_session_id
    """
    turned = f"""
        select
            candidate.*,
            place.subject_id,
            row_number() over (partition by candidate.split, place.place order by {teaching}) as turn
        from export_candidate as candidate
        {joins}
        where candidate.reason is null
    """  # noqa: S608 - names of ours
    more = {"id": "", "level": joins, "interleaved": "join export_place as place on place.place = candidate.place"}
    row = first_row(
        cursor.execute(
            """
            select count(*) filter (where split = 'train'), count(*) filter (where split = 'test')
            from export_candidate
            where reason is null
            """
        )
    )
    taken = Taken(*row) if row else Taken(0, 0)
    cursor.execute(
        f"""
        create or replace temp table export_row as
        select
            split,
            (row_number() over () - 1 - if(split = 'test', ?, 0))::integer as position,
            question_row,
            answer_row,
            instruction_id,
            answer_id,
            place
        from (
            select candidate.*
            from {f"({turned})" if order == "interleaved" else "export_candidate"} as candidate
            {more[order]}
            where candidate.reason is null
            order by candidate.split = 'test', {orders[order]}
        )
        """,  # noqa: S608 - names of ours
        [taken.train],
    )
    cursor.execute("drop table temp.export_candidate")
    return taken


def forget_choice(cursor: Cursor) -> None:
    """Give back the memory of all that was worked out on this cursor."""
    for table in ("candidate", "test", "draw", "row", "place", "maker", "chunk", "told"):
        cursor.execute(f"drop table if exists temp.export_{table}")


def leave_out(cursor: Cursor, reason: str, rows: str, parameters: Sequence[object] = ()) -> None:
    """Say of the candidates that a query gives by their rowid why they are left out."""
    cursor.execute(
        f"update export_candidate set reason = ? where rowid in ({rows})",  # noqa: S608 - SQL of this module
        [reason, *parameters],
    )


def _node_column(level: str) -> str:
    if level not in BALANCE_LEVELS:
        raise ValueError(f"pairs are not counted by {level!r}")
    return f"{level}_id"
