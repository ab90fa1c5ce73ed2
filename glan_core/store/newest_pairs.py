"""How many of the newest questions of each node are new beside all that came before?"""

from datetime import datetime
from typing import Literal, NamedTuple

import numpy as np

from glan_core.store.database import Cursor, first_row
from glan_core.store.numbered_vectors import read_numbered_vectors

NodeLevel = Literal["discipline", "subject"]
FULL = 15
"""A list of the neighbour graph holds no more."""
_ROWS_AT_ONCE = 20_000
_ASKED_AT_ONCE = 500


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
    cosine of `near` or more by the neighbour graph; an equal text is near too. A list of the graph has room for 15:
    where near ones that came later fill it, the vectors of all former ones are asked, so that what comes later changes
    nothing. With `before` nothing counts whose call was finished later. Removed runs and nodes count nowhere.

    Raises EmbeddingError if a vector is missing.
    """
    of = {"encoder": encoder, "content": content, **({} if before is None else {"before": before})}
    came = _came(level, content, is_timely=before is not None)
    found = cursor.execute(
        f"""
        with {came},
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
            listed.arrival,
            number,
            is_compared,
            is_compared and repeated.arrival is null as is_new,
            is_new and len(neighbours) >= $full and similarities[-1] >= $near::float as is_in_question
        from listed
        left join repeated on repeated.arrival = listed.arrival
        order by node_id, listed.arrival
        """,  # noqa: S608 - pieces that all stand below
        {**of, "near": near, "newest": newest, "full": FULL},
    ).df()
    in_question = found[found["is_in_question"].fillna(value=False).astype(bool)]
    if len(in_question):
        asked = in_question[["arrival", "number"]].to_numpy(np.int64)
        found.loc[in_question.index[_have_former(cursor, came, of, asked, near=near)], "is_new"] = False
    counts = found.groupby("node_id").agg(
        pairs=("arrival", "size"), compared=("is_compared", "sum"), new=("is_new", "sum")
    )
    return {str(node_id): NewestPairs(*map(int, row)) for node_id, *row in counts.itertuples()}


def _came(level: NodeLevel, content: str, *, is_timely: bool) -> str:
    """Give `came`, the questions that count, and `first`, with which of them each vector came, for a `with` of SQL."""
    answered = "and exists (from kept_answer where kept_answer.instruction_id = instruction.instruction_id)"
    timely = "join model_call as call on call.model_call_id = instruction.model_call_id and call.finished_at < $before"
    return f"""
        came as (
            select
                {"subject.subject_id" if level == "subject" else "subject.discipline_id"} as node_id,
                instruction.rowid as arrival,
                embedded.number
            from instruction
            join syllabus on syllabus.syllabus_id = instruction.syllabus_id
            join kept_subject as subject on subject.subject_id = syllabus.subject_id
            join discipline_path as path on path.discipline_id = subject.discipline_id
            {timely if is_timely else ""}
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
        )
    """  # noqa: S608 - pieces that all stand above


def _have_former(cursor: Cursor, came: str, of: dict[str, object], asked: np.ndarray, *, near: float) -> np.ndarray:
    """Say which of the questions `asked`, by arrival and number, a former one of the graph is near to: bool of (n,)."""
    encoder = str(of["encoder"])
    former = cursor.execute(
        f"""
        with {came}
        select number, arrival
        from first
        where arrival < $last
            and number in (select number from neighbourhood where encoder = $encoder and content = $content)
        order by number
        """,  # noqa: S608 - a text of ours
        {**of, "last": int(asked[:, 0].max())},
    ).fetchnumpy()
    arrivals, numbers = (np.asarray(former[name], np.int64) for name in ("arrival", "number"))
    own, place_of = np.unique(asked[:, 1], return_inverse=True)
    vectors = read_numbered_vectors(cursor, encoder=encoder, numbers=own)[place_of]
    has = np.zeros(len(asked), bool)
    for start in range(0, len(numbers), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        others = read_numbered_vectors(cursor, encoder=encoder, numbers=numbers[part])
        left = np.flatnonzero(~has)
        for some in np.split(left, range(_ASKED_AT_ONCE, len(left), _ASKED_AT_ONCE)):
            is_near = vectors[some] @ others.T >= np.float32(near)
            has[some] = (is_near & (arrivals[part] < asked[some, :1])).any(axis=1)
    return has


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
                (
                    select concat_ws(' ', count(*), bit_xor(hash(hash(instruction_id, number))))
                    from embedded_instruction
                    where encoder = $encoder and content = $content
                ),
                (select count(*) from neighbourhood where encoder = $encoder and content = $content)
            """,
            {"encoder": encoder, "content": content},
        )
    )
    return tuple(row or ())
