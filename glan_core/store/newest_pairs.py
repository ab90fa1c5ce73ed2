"""How many of the newest questions of each node are new beside all that came before?"""

from datetime import datetime
from typing import Literal, NamedTuple

from glan_core.store.database import Cursor, first_row

NodeLevel = Literal["discipline", "subject"]


class NewestPairs(NamedTuple):
    """The questions of a node that came last."""

    pairs: int
    """So many are looked at."""
    compared: int
    """Those of them that the encoder has read and the neighbour graph holds."""
    new: int
    """Those of the compared ones that no former question is near to."""


def count_newest(
    cursor: Cursor,
    *,
    level: NodeLevel,
    encoder: str,
    content: str,
    near: float,
    newest: int,
    before: datetime | None = None,
) -> dict[str, NewestPairs]:
    """Count, by the id of the node, the newest questions of each discipline or subject that has any.

    Where answers are read, only questions that have one count. Former questions are those of all nodes. Near is a
    cosine of `near` or more by the neighbour graph, which lists the 15 nearest of each; an equal text is near too. With
    `before` nothing counts whose call was finished later. Removed runs and nodes count nowhere.
    """
    answered = "and exists (from kept_answer where kept_answer.instruction_id = instruction.instruction_id)"
    timely = "join model_call as call on call.model_call_id = instruction.model_call_id and call.finished_at < $before"
    rows = cursor.execute(
        f"""
        with came as (
            select
                {"subject.subject_id" if level == "subject" else "subject.discipline_id"} as node_id,
                instruction.rowid as arrival,
                embedded.number
            from instruction
            join syllabus on syllabus.syllabus_id = instruction.syllabus_id
            join kept_subject as subject on subject.subject_id = syllabus.subject_id
            join discipline_path as path on path.discipline_id = subject.discipline_id
            {"" if before is None else timely}
            left join embedded_instruction as embedded
                on embedded.instruction_id = instruction.instruction_id
                and embedded.encoder = $encoder and embedded.content = $content
            where not exists (from removed_run where removed_run.run_id = instruction.run_id)
                {"" if content == "instruction" else answered}
        ),
        first as (
            select number, min(arrival) as arrival
            from came
            where number is not null
            group by number
        ),
        newest as (
            select node_id, arrival, number
            from came
            qualify row_number() over (partition by node_id order by arrival desc) <= $newest
        ),
        listed as (
            select newest.node_id, newest.arrival, newest.number, near.number is not null as is_compared,
                near.neighbours, near.similarities
            from newest
            left join neighbourhood as near
                on near.encoder = $encoder and near.content = $content and near.number = newest.number
        ),
        nearby as (
            select arrival, unnest(neighbours) as neighbour, unnest(similarities) as similarity
            from listed
            where similarities[1] >= $near::float
        ),
        repeated as (
            select nearby.arrival
            from nearby
            join first on first.number = nearby.neighbour and first.arrival < nearby.arrival
            where nearby.similarity >= $near::float
            union
            select listed.arrival
            from listed
            join first on first.number = listed.number and first.arrival < listed.arrival
        )
        select
            node_id,
            count(*) as pairs,
            count(*) filter (where is_compared) as compared,
            count(*) filter (where is_compared and repeated.arrival is null) as new
        from listed
        left join repeated on repeated.arrival = listed.arrival
        group by node_id
        order by node_id
        """,  # noqa: S608 - pieces that all stand above
        {
            "encoder": encoder,
            "content": content,
            "near": near,
            "newest": newest,
            **({} if before is None else {"before": before}),
        },
    ).fetchall()
    return {node_id: NewestPairs(*counts) for node_id, *counts in rows}


def newest_version(cursor: Cursor, *, encoder: str, content: str) -> tuple[object, ...]:
    """Give what changes whenever count_newest may count otherwise."""
    row = first_row(
        cursor.execute(
            """
            select
                (select count(*) from instruction),
                (select count(*) from answer),
                (select count(*) from edit),
                (select coalesce(string_agg(run_id order by run_id), '') from removed_run),
                (select count(*) from embedded_instruction where encoder = $encoder and content = $content),
                (select count(*) from neighbourhood where encoder = $encoder and content = $content)
            """,
            {"encoder": encoder, "content": content},
        )
    )
    return tuple(row or ())
