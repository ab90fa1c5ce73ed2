"""How do the items of a plan get to actors on other machines?

As parts: Parquet files of some hundred items where the run's shards lie, written before the first call and read by
whichever actor gets the part. A row is an item that is not done yet:

    syllabus_id  code    known                                  growth
    s7d...       266370                                                                 a question to be asked
    s7d...       8257    {"kind":"Instruction","value":{...}}                           one that lacks its answer
                                                                ["d2x...","subjects",9]   a node that has to grow

A node that grows is a part of its own, with all that is drawn below it, so that one actor knows what it grew into. Rows
of pairs that are judged, compared or written anew are those of ray_pair_rows.py.
"""

import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glan_core.engines.ray_pair_rows import has_pairs, pair_of, pair_rows
from glan_core.generation_settings import GenerationSettings
from glan_core.judgements import JudgedPair
from glan_core.planning.plan import Growth, Plan, PlannedInstruction
from glan_core.planning.planned_calls import known_calls
from glan_core.planning.planned_instructions import planned_instruction
from glan_core.regenerations import RejectedPair
from glan_core.runs.journal_lines import entity_of, line_of
from glan_core.runs.shard_files import writing
from glan_core.runs.shard_places import ShardPlace, place_of
from glan_core.store.answers import list_known_answer_ids
from glan_core.store.database import Cursor
from glan_core.store.ingest import Entity
from glan_core.store.instructions import list_instructions, list_known_instruction_ids

_FOLDER = "parts"
_COLUMNS = ("syllabus_id", "code", "known", "growth", "question", "pair")
_LOOK_UP_ROWS = 10_000
_MOST_ROWS = 500  # a part that was lost is looked through again, and few large parts are shared out unevenly
_PARTS_AN_ACTOR = 20


@dataclass(slots=True)
class Parts:
    """What was written."""

    names: list[str] = field(default_factory=list)
    """Of the files, in the order in which they are to be begun."""
    rows_a_part: int = 1
    items_reused: int = 0
    """Rows that the database has already, and their answers."""
    is_cut_short: bool = False
    """Whether there is more to do than was allowed."""

    def count_reused(self, items: int) -> None:
        """Count rows that are there already."""
        self.items_reused += items


@dataclass(frozen=True, slots=True)
class Part:
    """What an actor gets."""

    planned: tuple[PlannedInstruction, ...]
    known: tuple[Entity, ...]
    """What is there already of what follows from the rest: questions among them that were asked before."""
    growths: tuple[Growth, ...] = ()
    judged: tuple[JudgedPair, ...] = ()
    """Pairs to be judged or compared."""
    rejected: tuple[RejectedPair, ...] = ()


def write_parts(
    folder: Path, plan: Plan, *, cursor: Cursor, actors: int, only: frozenset[str] | None, most_pairs: int | None
) -> Parts:
    """Put what is to be done where the run's actors reach it, in place of what was there; DiskError.

    With `only`, nothing else than the items with these ids, and with `most_pairs` no more than so many.
    """
    place = place_of(folder)
    place.files.remove(place.name(_FOLDER))
    in_all = plan.wanted if has_pairs(plan) else len(plan.items)
    parts = Parts(rows_a_part=max(1, min(_MOST_ROWS, in_all // (actors * _PARTS_AN_ACTOR))))
    rows = _rows(plan, cursor, only, parts)
    left = None if most_pairs is None else most_pairs
    with writing(place.files) as write:
        asked = rows if left is None else itertools.islice(rows, left)
        written = 0
        for batch in _batches(asked, parts.rows_a_part):
            parts.names.append(f"items-{len(parts.names):06}.parquet")
            write(place.name(_FOLDER, parts.names[-1]), _part(batch))
            written += len(batch)
        if left is not None:
            left -= written
            parts.is_cut_short = next(rows, None) is not None
        growing: list[str] = []
        for row in _growing(plan, left, parts):
            growing.append(f"grow-{len(growing):06}.parquet")
            write(place.name(_FOLDER, growing[-1]), _part([row]))
        parts.names[:0] = growing
    return parts


def remove_parts(folder: Path) -> None:
    """Remove what write_parts wrote."""
    place = place_of(folder)
    place.files.remove(place.name(_FOLDER))


def read_part(place: ShardPlace, name: str, *, settings: GenerationSettings, seed: int) -> Part:
    """Read one."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pq.read_table(pa.BufferReader(place.files.read(place.name(_FOLDER, name)))).to_pylist()
    known = [json.loads(line) for row in rows if row["known"] for line in row["known"].split("\n") if line]
    pairs = [pair_of(row["pair"]) for row in rows if row["pair"]]
    return Part(
        tuple(
            planned_instruction(row["syllabus_id"], row["code"], settings=settings, seed=seed)
            for row in rows
            if row["syllabus_id"]
        ),
        tuple(entity_of(entry["kind"], entry["value"], {}) for entry in known),
        tuple(Growth(*json.loads(row["growth"])) for row in rows if row["growth"]),
        tuple(pair for pair in pairs if isinstance(pair, JudgedPair)),
        tuple(pair for pair in pairs if isinstance(pair, RejectedPair)),
    )


def _rows(plan: Plan, cursor: Cursor, only: frozenset[str] | None, parts: Parts) -> Iterator[dict[str, Any]]:
    if has_pairs(plan):
        yield from pair_rows(plan, cursor, only=only, on_reused=parts.count_reused)
        return
    coded = plan.items.coded()
    if only is None and not known_calls(cursor, plan.items, seed=plan.request.seed)["instructions"]:
        yield from (_row(syllabus_id, code) for syllabus_id, code in coded)  # ids are for actors to work out
        return
    settings, seed = plan.request.settings, plan.request.seed
    wants_answers = "answers" in plan.request.stages
    while batch := tuple(itertools.islice(coded, _LOOK_UP_ROWS)):
        items = [planned_instruction(*each, settings=settings, seed=seed) for each in batch]
        known = list_known_instruction_ids(cursor, [item.instruction_id for item in items])
        answered = list_known_answer_ids(cursor, [item.answer_id for item in items]) if known else frozenset()
        unanswered = {item.instruction_id for item in items if item.answer_id not in answered} & known
        asked = list_instructions(cursor, sorted(unanswered)) if wants_answers and unanswered else {}
        for (syllabus_id, code), item in zip(batch, items, strict=True):
            if item.instruction_id not in known:
                if only is None or item.instruction_id in only:
                    yield _row(syllabus_id, code)
            elif item.instruction_id in asked and (only is None or item.answer_id in only):
                yield _row(syllabus_id, code, known=line_of(asked[item.instruction_id]).decode())
            else:
                parts.items_reused += 1 + (item.answer_id in answered)


def _growing(plan: Plan, left: int | None, parts: Parts) -> Iterator[dict[str, Any]]:
    for growth in plan.growths:
        if left is not None and growth.instructions > left:
            parts.is_cut_short = True
            growth = growth._replace(instructions=left)
        if left is not None:
            left -= growth.instructions
            if not growth.instructions and "instructions" in plan.request.stages and growth.stage != "taxonomy":
                continue
        yield _row(None, None, growth=json.dumps(list(growth)))


def _row(syllabus_id: str | None, code: int | None, **more: str) -> dict[str, Any]:
    return {"syllabus_id": syllabus_id, "code": code, **more}


def _batches(rows: Iterator[dict[str, Any]], most: int) -> Iterator[list[dict[str, Any]]]:
    """Give as many rows at a time, and more only where those of one question would be torn apart."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        if len(batch) >= most and (batch[-1].get("question") is None or batch[-1]["question"] != row["question"]):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _part(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.uint64() if name == "code" else pa.string()) for name in _COLUMNS])
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file)
    return file.getvalue()
