"""Which pairs hold text of which benchmark, and how would another threshold judge?"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import pandas as pd
import pyarrow as pa

from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.kept_instructions import KEPT_INSTRUCTIONS

HitKind = Literal["exact", "words", "meaning"]
HIT_KINDS: tuple[HitKind, ...] = ("exact", "words", "meaning")


class ContaminatedText(NamedTuple):
    """A pair that holds an item of a benchmark, or comes near to one in meaning."""

    instruction_id: str
    kind: HitKind
    content: str
    """Where it was found: instruction, answer or both."""
    number: int
    """Of the benchmark_item."""
    words: int
    """In a row; 0 for meaning."""
    similarity: float
    """The cosine for meaning, else the share of the item's words, 0 to 1."""


class CurvePoint(NamedTuple):
    """How many pairs would count from a similarity on."""

    similarity: float
    pairs: int


class BenchmarkReport(NamedTuple):
    """How many pairs hold text of a benchmark; those of removed runs and nodes do not count."""

    benchmark_id: str
    pairs: int
    """Pairs with a hit of whatever kind."""
    items: int
    """Items that were hit."""
    exact: int
    words: int
    meaning: int
    """Pairs by kind; one may be of several."""


def insert_hits(cursor: Cursor, benchmark_id: str, hits: Sequence[ContaminatedText]) -> None:
    """Add hits; of a pair and kind the first stays. Call it with `Database.writing` held."""
    batch = pa.table(
        {
            "instruction_id": pa.array([hit.instruction_id for hit in hits], pa.string()),
            "kind": pa.array([hit.kind for hit in hits], pa.string()),
            "content": pa.array([hit.content for hit in hits], pa.string()),
            "number": pa.array([hit.number for hit in hits], pa.int64()),
            "words": pa.array([hit.words for hit in hits], pa.int64()),
            "similarity": pa.array([hit.similarity for hit in hits], pa.float64()),
        }
    )
    with with_batch(cursor, batch):
        cursor.execute(
            """
            insert into contamination (benchmark_id, instruction_id, kind, content, number, words, similarity)
            select ?, instruction_id, kind, content, number, words, similarity
            from batch
            where not exists (
                from contamination as known
                where known.benchmark_id = ?
                    and known.instruction_id = batch.instruction_id
                    and known.kind = batch.kind
                    and known.content = batch.content
            )
            """,
            [benchmark_id, benchmark_id],
        )


def forget_hits(cursor: Cursor, benchmark_id: str, kinds: Sequence[HitKind]) -> None:
    """Drop what was found of a benchmark, before it is looked for anew."""
    cursor.execute(
        "delete from contamination where benchmark_id = ? and kind in (select unnest(?::varchar[]))",
        [benchmark_id, list(kinds)],
    )


def settle_contaminated(cursor: Cursor) -> None:
    """Let just those pairs be flagged that hold text of a benchmark that is not removed; what was lifted stays lifted.

    Call it with `Database.writing` held.
    """
    cursor.execute(
        """
        delete from quality_flag
        where kind = 'contaminated'
            and instruction_id not in (
                select instruction_id
                from contamination
                where benchmark_id in (select benchmark_id from benchmark where not is_removed)
            )
        """
    )
    cursor.execute(
        """
        insert into quality_flag (instruction_id, kind, detail)
        select
            hit.instruction_id,
            'contaminated',
            arg_min(
                format('{}, item {}: ', benchmark.name, hit.number)
                || case hit.kind
                    when 'exact' then 'the same question'
                    when 'words' then format('{} words in a row', hit.words)
                    else format('a cosine of {:.2f}', hit.similarity)
                end,
                row(list_position(['exact', 'words', 'meaning'], hit.kind), -hit.similarity, benchmark.name, hit.number)
            )
        from contamination as hit
        join benchmark on benchmark.benchmark_id = hit.benchmark_id and not benchmark.is_removed
        where hit.instruction_id not in (select instruction_id from lifted_flag where kind = 'contaminated')
        group by hit.instruction_id
        on conflict do nothing
        """
    )


def report_benchmark(cursor: Cursor, benchmark_id: str) -> BenchmarkReport:
    """Count what was found of a benchmark."""
    row = first_row(
        cursor.execute(
            f"""
            select
                count(distinct instruction_id),
                count(distinct number),
                count(distinct instruction_id) filter (kind = 'exact'),
                count(distinct instruction_id) filter (kind = 'words'),
                count(distinct instruction_id) filter (kind = 'meaning')
            from contamination
            where benchmark_id = ? and instruction_id in ({KEPT_INSTRUCTIONS})
            """,  # noqa: S608 - a text of ours
            [benchmark_id],
        )
    )
    assert row is not None  # an aggregate always gives a row
    return BenchmarkReport(benchmark_id, *row)


def list_hits(
    cursor: Cursor, benchmark_id: str, *, kinds: Sequence[HitKind] = HIT_KINDS, first: int = 0, limit: int
) -> pd.DataFrame:
    """List hits, the surest first, `limit` of them from the `first` (0) on.

    Columns: instruction_id, kind, content, number, words, similarity, instruction, answer, discipline, subject,
    question and item_answer (of the benchmark), is_flagged, is_lifted.
    """
    return cursor.execute(
        f"""
        with listed as (
            select *, list_position(['exact', 'words', 'meaning'], kind) as place
            from contamination
            where benchmark_id = ?
                and kind in (select unnest(?::varchar[]))
                and instruction_id in ({KEPT_INSTRUCTIONS})
            order by place, similarity desc, words desc, instruction_id, content
            limit ? offset ?
        )
        select
            listed.instruction_id, listed.kind, listed.content, listed.number, listed.words, listed.similarity,
            pair.instruction, pair.answer, pair.discipline, pair.subject,
            item.question, item.answer as item_answer,
            listed.instruction_id in (select instruction_id from quality_flag where kind = 'contaminated')
                as is_flagged,
            listed.instruction_id in (select instruction_id from lifted_flag where kind = 'contaminated') as is_lifted
        from listed
        join benchmark_item as item on item.benchmark_id = listed.benchmark_id and item.number = listed.number
        join (
            select * from pair where instruction_id in (select instruction_id from listed)
            qualify row_number() over (partition by instruction_id order by answer_id) = 1
        ) as pair on pair.instruction_id = listed.instruction_id
        order by listed.place, listed.similarity desc, listed.words desc, listed.instruction_id, listed.content
        """,  # noqa: S608 - a text of ours
        [benchmark_id, list(kinds), limit, first],
    ).df()


def count_hits(cursor: Cursor, benchmark_id: str, kinds: Sequence[HitKind] = HIT_KINDS) -> int:
    """Count what `list_hits` lists."""
    row = first_row(
        cursor.execute(
            f"""
            select count(*)
            from contamination
            where benchmark_id = ?
                and kind in (select unnest(?::varchar[]))
                and instruction_id in ({KEPT_INSTRUCTIONS})
            """,  # noqa: S608 - a text of ours
            [benchmark_id, list(kinds)],
        )
    )
    return int(row[0]) if row else 0


def replace_curve(
    cursor: Cursor, benchmark_id: str, points: Sequence[CurvePoint], *, encoder: str, content: str
) -> None:
    """Keep how many pairs are how near to a benchmark. Call it with `Database.writing` held."""
    cursor.execute("delete from contamination_curve where benchmark_id = ?", [benchmark_id])
    batch = pa.table(
        {
            "similarity": pa.array([point.similarity for point in points], pa.float64()),
            "pairs": pa.array([point.pairs for point in points], pa.int64()),
        }
    )
    with with_batch(cursor, batch):
        cursor.execute(
            """
            insert into contamination_curve (benchmark_id, encoder, content, similarity, pairs)
            select ?, ?, ?, similarity, pairs from batch
            """,
            [benchmark_id, encoder, content],
        )


class Curve(NamedTuple):
    """What other thresholds would find, and what it rests on."""

    encoder: str
    content: str
    points: tuple[CurvePoint, ...]


def find_curve(cursor: Cursor, benchmark_id: str) -> Curve | None:
    """Give the threshold curve of a benchmark; None if meaning was not compared."""
    rows = cursor.execute(
        """
        select encoder, content, similarity, pairs
        from contamination_curve
        where benchmark_id = ?
        order by similarity
        """,
        [benchmark_id],
    ).fetchall()
    if not rows:
        return None
    points = tuple(CurvePoint(similarity, pairs) for _, _, similarity, pairs in rows)
    return Curve(str(rows[0][0]), str(rows[0][1]), points)
