"""Which pairs are to be looked at, in which order, and how many of a sample were found good?

Pairs are known by their places in the table `instruction` (8 bytes each), as in samples.py. What is drawn depends on
the seed and the ids alone: a larger sample of the same seed holds the smaller one, and arrivals push few pairs out.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row

By = Literal["field", "sub_field", "discipline", "subject", "run", "model", "prompt"]
_DRAW = "md5_number_lower(concat($seed::bigint, ':', instruction.instruction_id))"
_FIRST_CHUNK, _LARGEST_CHUNK = 64, 65_536
# The id and the name of what a pair belongs to.
_STRATA: dict[By, tuple[str, str]] = {
    "field": ("path.field_id", "path.field"),
    "sub_field": ("path.sub_field_id", "path.sub_field"),
    "discipline": ("path.discipline_id", "path.discipline"),
    "subject": ("subject.subject_id", "subject.name"),
    "run": ("instruction.run_id", "instruction.run_id"),
    "model": (
        "concat_ws(', ', asked.model, nullif(said.model, asked.model))",
        "concat_ws(', ', asked.model, nullif(said.model, asked.model))",
    ),
    "prompt": (
        "concat_ws(', ', asked.prompt, said.prompt)",
        "concat_ws(', ', asked.prompt, said.prompt)",
    ),
}
_CALLS = """
    left join (
        select model_call_id, model, concat(template, ' ', left(template_fingerprint, 6)) as prompt
        from model_call
    ) as asked on asked.model_call_id = instruction.model_call_id
    left join (
        select
            newest.instruction_id,
            call.model,
            concat(call.template, ' ', left(call.template_fingerprint, 6)) as prompt
        from (
            select instruction_id, arg_max(model_call_id, rowid) as model_call_id
            from answer
            where run_id not in (select run_id from removed_run)
            group by instruction_id
        ) as newest
        join model_call as call on call.model_call_id = newest.model_call_id
    ) as said on said.instruction_id = instruction.instruction_id
"""


class Drawn(NamedTuple):
    """Vectors of some pairs, drawn at random."""

    numbers: np.ndarray
    """int64 of shape (n,): places of pairs, in the order of the draw."""
    vectors: np.ndarray
    """int64 of shape (n,): the numbers of their vectors."""


def shuffled(cursor: Cursor, numbers: np.ndarray, *, seed: int) -> np.ndarray:
    """Give places (int64) in an order that depends on ids and seed alone."""
    with with_batch(cursor, _table(numbers)):
        found = cursor.execute(
            f"""
            select instruction.rowid as number
            from instruction
            where instruction.rowid in (select number from batch)
            order by {_DRAW}, instruction_id
            """,  # noqa: S608 - a text of ours
            {"seed": seed},
        ).fetchnumpy()["number"]
    return np.asarray(found, np.int64)


def draw_sample(cursor: Cursor, numbers: np.ndarray, *, by: By, each: int, seed: int) -> pd.DataFrame:
    """Draw up to `each` of these places (int64) from every branch, run, model or prompt version.

    Columns: number (place), stratum (its id), name, pairs (how many there are of it); in the order of the draw.
    """
    stratum, name = _STRATA[by]
    with with_batch(cursor, _table(numbers)):
        return cursor.execute(
            f"""
            select number, stratum, name, pairs
            from (
                select
                    instruction.rowid as number,
                    instruction.instruction_id,
                    {stratum} as stratum,
                    {name} as name,
                    {_DRAW} as draw,
                    count(*) over (partition by {stratum}) as pairs,
                    row_number() over (partition by {stratum} order by {_DRAW}, instruction.instruction_id) as place
                from instruction
                join syllabus on syllabus.syllabus_id = instruction.syllabus_id
                join subject on subject.subject_id = syllabus.subject_id
                join discipline_path as path on path.discipline_id = subject.discipline_id
                {_CALLS if by in ("model", "prompt") else ""}
                where instruction.rowid in (select number from batch)
            )
            where place <= $each
            order by draw, instruction_id
            """,  # noqa: S608 - texts of ours
            {"seed": seed, "each": each},
        ).df()


def count_verdicts(cursor: Cursor, sample: pd.DataFrame) -> pd.DataFrame:
    """Count what was said of a sample, as draw_sample gives it: the newest review of a pair that stands, none in bulk.

    Columns: stratum, name, pairs, sampled, accepted, edited, rejected; by name.
    """
    batch = pa.table(
        {
            "number": pa.array(sample["number"].to_numpy(np.int64)),
            **{column: pa.array(sample[column].astype(str).tolist(), pa.string()) for column in ("stratum", "name")},
            "pairs": pa.array(sample["pairs"].to_numpy(np.int64)),
        }
    )
    with with_batch(cursor, batch):
        return cursor.execute(
            """
            with looked_at as (
                select instruction_id, arg_max(verdict, number) as verdict
                from standing_review
                where origin <> 'bulk'
                group by instruction_id
            )
            select
                batch.stratum,
                batch.name,
                batch.pairs,
                count(*) as sampled,
                count(*) filter (verdict = 'accepted') as accepted,
                count(*) filter (verdict = 'edited') as edited,
                count(*) filter (verdict = 'rejected') as rejected
            from batch
            join instruction on instruction.rowid = batch.number
            left join looked_at on looked_at.instruction_id = instruction.instruction_id
            group by batch.stratum, batch.name, batch.pairs
            order by batch.name, batch.stratum
            """
        ).df()


def places_of(cursor: Cursor, instruction_ids: Sequence[str]) -> np.ndarray:
    """Give the place of each instruction, in the order of the ids: int64, -1 for one that is not there."""
    batch = pa.table(
        {
            "instruction_id": pa.array(list(instruction_ids), pa.string()),
            "place": pa.array(range(len(instruction_ids)), pa.int64()),
        }
    )
    with with_batch(cursor, batch):
        found = cursor.execute(
            """
            select coalesce(instruction.rowid, -1) as number
            from batch
            left join instruction on instruction.instruction_id = batch.instruction_id
            order by batch.place
            """
        ).fetchnumpy()["number"]
    return np.asarray(found, np.int64)


def judged_worst_first(cursor: Cursor, numbers: np.ndarray) -> np.ndarray:
    """Give those of the places whose pairs have the score of a judge, the lowest first: int64."""
    with with_batch(cursor, _table(numbers)):
        found = cursor.execute(
            """
            select instruction.rowid as number
            from judge_score
            join instruction on instruction.instruction_id = judge_score.instruction_id
            where instruction.rowid in (select number from batch)
            group by instruction.rowid, instruction.instruction_id
            order by min(judge_score.score), instruction.instruction_id
            """
        ).fetchnumpy()["number"]
    return np.asarray(found, np.int64)


def rows_version(cursor: Cursor) -> str:
    """Give what changes when other pairs may fit a filter that asks for no status: not with every review."""
    row = first_row(
        cursor.execute(
            """
            select concat_ws(
                ' ',
                (select count(*) from instruction),
                (select count(*) from answer),
                (select count(*) from quality_flag),
                (select count(*) from tag),
                (select count(*) from edit),
                (select count(*) from judgement),
                (select string_agg(run_id order by run_id) from removed_run)
            )
            """
        )
    )
    return str(row[0]) if row else ""


def has_judgements(cursor: Cursor) -> bool:
    """Say whether a judge has scored any pair."""
    return bool(cursor.execute("select 1 from judgement limit 1").fetchall())


def last_vector(cursor: Cursor, *, encoder: str) -> int:
    """Give the highest number of an encoder's vectors, which rises with each that comes; -1 without any."""
    row = first_row(cursor.execute("select coalesce(max(number), -1) from embedding where encoder = ?", [encoder]))
    return int(row[0]) if row else -1


def draw_vectors(cursor: Cursor, numbers: np.ndarray, *, encoder: str, content: str, seed: int, most: int) -> Drawn:
    """Draw up to `most` of the places (int64) that an encoder has read."""
    with with_batch(cursor, _table(numbers)):
        found = cursor.execute(
            f"""
            select instruction.rowid as number, embedded.number as vector
            from embedded_instruction as embedded
            join instruction on instruction.instruction_id = embedded.instruction_id
            where embedded.encoder = $encoder
                and embedded.content = $content
                and instruction.rowid in (select number from batch)
            order by {_DRAW}, instruction.instruction_id
            limit $most
            """,  # noqa: S608 - a text of ours
            {"encoder": encoder, "content": content, "seed": seed, "most": most},
        ).fetchnumpy()
    return Drawn(np.asarray(found["number"], np.int64), np.asarray(found["vector"], np.int64))


def next_open(
    cursor: Cursor,
    numbers: np.ndarray,
    start: int,
    *,
    statuses: Sequence[str],
    reviewer: str = "",
    passing_over: frozenset[int] = frozenset(),
) -> int | None:
    """Give the first row of `numbers` from `start` on whose pair has one of the statuses; None if there is none.

    With a reviewer, whatever the status: whose pair this one has not decided on. `passing_over` holds places.
    """
    chunk = _FIRST_CHUNK
    while start < len(numbers):
        part = numbers[start : start + chunk]
        found = _open_among(cursor, part, statuses, reviewer) - passing_over
        for place, number in enumerate(part.tolist()):
            if number in found:
                return start + place
        start += chunk
        chunk = min(4 * chunk, _LARGEST_CHUNK)
    return None


def _open_among(cursor: Cursor, part: np.ndarray, statuses: Sequence[str], reviewer: str) -> set[int]:
    condition = (
        "instruction_id not in (select instruction_id from standing_review where reviewer = $reviewer)"
        if reviewer
        else "status in (select unnest($statuses::varchar[]))"
    )
    parameters: dict[str, object] = {"reviewer": reviewer} if reviewer else {"statuses": list(statuses)}
    rows = cursor.execute(
        f"""
        select rowid
        from instruction
        where rowid in (select unnest($part::bigint[])) and {condition}
        """,  # noqa: S608 - one of two texts of ours
        {"part": part.tolist(), **parameters},
    ).fetchall()
    return {int(number) for (number,) in rows}


def _table(numbers: np.ndarray) -> pa.Table:
    return pa.table({"number": pa.array(np.asarray(numbers, np.int64))})
