"""What does each row of an export hold, with everything that leads back from it?

Rows are brought together for some thousands of places at a time as an Arrow table, and DuckDB writes them as the lines
of a format. What is there of each pair stands in export_choice.py's tables.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from glan_core.entities import Filter
from glan_core.store.batches import with_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.export_choice import arrange, make_candidates
from glan_core.store.export_streams import Makers

LINEAGE_COLUMNS = (
    "instruction_id", "answer_id", "field", "sub_field", "discipline", "subject", "level",
    "class_sessions", "key_concepts", "key_concept_ids", "strategy", "status", "flags", "run_id", "seed",
    "instruction_model", "instruction_template", "instruction_template_fingerprint", "answer_model",
    "answer_template", "answer_template_fingerprint",
)  # fmt: skip
"""What a row can say beside its question and its answer."""
EXPORT_COLUMNS = (*LINEAGE_COLUMNS[:2], "instruction", "answer", *LINEAGE_COLUMNS[2:])
_LISTS = ("class_sessions", "key_concepts", "key_concept_ids")
_OF_PLACE = ("field", "sub_field", "discipline", "subject", "level")
_OF_INSTRUCTION = ("strategy", "status", "run_id")
_OF_CALLS = {
    f"{call}_{name}": alias
    for call, alias in (("instruction", "asked"), ("answer", "answered"))
    for name in ("model", "template", "template_fingerprint")
}
_ROWS_AT_ONCE = 10_000
_BYTE_ORDER_MARK = "\ufeff"


class SharedParts(NamedTuple):
    """What rows point to instead of holding it each."""

    places: pa.Table
    """Row n is place n + 1."""
    makers: pa.Table
    """Models and prompts; row n is maker n + 1."""
    seeds: pa.Table
    """By run_id."""


def read_shared_parts(cursor: Cursor) -> SharedParts:
    """Find out once, for all rows that are taken, what they share."""
    cursor.execute(
        """
        create or replace temp table export_maker as
        select model, template, template_fingerprint, (row_number() over ())::integer as maker
        from (select distinct model, template, template_fingerprint from model_call)
        """
    )
    return SharedParts(
        cursor.sql("from export_place order by place").to_arrow_table().combine_chunks(),
        cursor.sql("from export_maker order by maker").to_arrow_table().combine_chunks(),
        cursor.sql("select run_id, seed from run").to_arrow_table().combine_chunks(),
    )


def average_text_bytes(cursor: Cursor) -> int:
    """Give about how long question and answer of a row are together, from the first of them."""
    row = first_row(
        cursor.execute(
            """
            select avg(strlen(instruction.text) + strlen(answer.text))
            from export_row as row
            join instruction on instruction.rowid = row.question_row
            join answer on answer.rowid = row.answer_row
            where row.position < 200
            """
        )
    )
    return int(row[0] or 0) if row else 0


def gather_rows(
    cursor: Cursor, split: str, start: int, end: int, *, columns: Sequence[str], shared: SharedParts
) -> pa.Table:
    """Give the rows at the places from `start` up to `end` of a set, as `complete_rows` does."""
    # As a table DuckDB knows how few they are, and does not build a hash table of all texts to find them.
    cursor.execute(
        """
        create or replace temp table export_chunk as
        select row.*, instruction.model_call_id as asked_call, answer.model_call_id as answered_call
        from export_row as row
        join instruction on instruction.rowid = row.question_row
        join answer on answer.rowid = row.answer_row
        where split = ? and position >= ? and position < ?
        """,
        [split, start, end],
    )
    table: pa.Table = cursor.sql(
        f"""
        with made as materialized (
            select call.model_call_id, maker.maker
            from model_call as call
            join export_maker as maker using (model, template, template_fingerprint)
            where call.model_call_id in (
                select asked_call from export_chunk union all select answered_call from export_chunk
            )
        )
        select
            chunk.position,
            chunk.instruction_id,
            chunk.answer_id,
            chunk.place,
            instruction.strategy,
            instruction.status,
            instruction.run_id,
            instruction.key_concept_ids,
            coalesce(flagged.flags, '') as flags,
            coalesce(asked.maker, 0) as asked,
            coalesce(answered.maker, 0) as answered,
            instruction.text as instruction,
            answer.text as answer
        from export_chunk as chunk
        join instruction on instruction.rowid = chunk.question_row
        join answer on answer.rowid = chunk.answer_row
        left join ({_FLAGGED}) as flagged on flagged.instruction_id = chunk.instruction_id
        left join made as asked on asked.model_call_id = chunk.asked_call
        left join made as answered on answered.model_call_id = chunk.answered_call
        """  # noqa: S608 - a text of ours
    ).to_arrow_table()
    # Sorted here and not by DuckDB, which would carry the texts through its sort.
    return complete_rows(cursor, table.take(pc.sort_indices(table["position"])), columns=columns, shared=shared)


def join_rows(questions: pa.Table, answers: pa.Table, makers: Makers) -> pa.Table:
    """Put together what export_streams.py gave of the same rows, both ordered by position."""
    positions = questions["position"].to_numpy()
    rows = questions
    for name in ("place", "answer_id", "answer"):
        rows = rows.append_column(name, answers[name])
    rows = rows.append_column("asked", pa.array(makers.asked[positions]))
    return rows.append_column("answered", pa.array(makers.answered[positions]))


def complete_rows(cursor: Cursor, rows: pa.Table, *, columns: Sequence[str], shared: SharedParts) -> pa.Table:
    """Give rows their columns, from what they point to; question, answer, both ids and the position are there too."""
    made = {name: rows[name] for name in ("position", "instruction_id", "answer_id", "instruction", "answer")}
    for name in columns:
        if name in _OF_PLACE:
            made[name] = pc.take(shared.places[name], pc.subtract(rows["place"], 1))
        elif name == "seed":
            numbers = pc.index_in(rows["run_id"], value_set=shared.seeds["run_id"])
            made[name] = pc.take(shared.seeds["seed"], numbers)
        elif name in _OF_CALLS:
            known = pa.concat_arrays([pa.array([""]), *shared.makers[name.partition("_")[2]].chunks])
            made[name] = pc.take(known, rows[_OF_CALLS[name]])
        elif name in (*_OF_INSTRUCTION, "flags"):
            made[name] = rows[name]
    if set(columns).isdisjoint(_LISTS):
        return pa.table(made)
    return _with_concepts(cursor, pa.table({**made, "key_concept_ids": rows["key_concept_ids"]}))


def read_lines(cursor: Cursor, rows: pa.Table, format_: str, *, columns: Sequence[str]) -> Iterator[pa.Array]:
    """Give gathered rows as lines of a format, each with its end, in batches: arrays of strings."""
    # In small batches, so that DuckDB has something to share among its threads.
    with with_batch(cursor, pa.Table.from_batches(rows.to_batches(max_chunksize=_ROWS_AT_ONCE))):
        reader = cursor.sql(
            f"select {_line(format_, columns)} as line from batch"  # noqa: S608 - column names of ours
        ).to_arrow_reader(_ROWS_AT_ONCE)
        for batch in reader:
            yield batch.column(0)


def heading_of(format_: str, columns: Sequence[str]) -> str:
    """Give what stands before the first line of a file, with its end; most formats have nothing there.

    A CSV begins with a byte order mark: without one spreadsheets take it for another encoding than UTF-8.
    """
    if format_ != "csv":
        return ""
    return f"{_BYTE_ORDER_MARK}{','.join(_csv_columns(columns))}\r\n"


def read_table(cursor: Cursor, rows: pa.Table, format_: str, *, columns: Sequence[str]) -> pa.Table:
    """Give gathered rows as a table of a format: for `hf` with messages, otherwise with instruction and answer."""
    if format_ != "hf":
        return rows.select(_text_columns(columns))
    with with_batch(cursor, rows):
        table: pa.Table = cursor.sql(
            f"select {', '.join((_messages(), *columns))} from batch"  # noqa: S608 - column names of ours
        ).to_arrow_table()
    return table


def iterate_export_rows(cursor: Cursor, filter_: Filter, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Give the answered pairs of a filter with the columns EXPORT_COLUMNS, ordered by id, the first `limit` of them."""
    make_candidates(cursor, filter_, has_text_keys=False)
    taken = arrange(cursor, "id")
    shared = read_shared_parts(cursor)
    end = taken.train if limit is None else min(limit, taken.train)
    for start in range(0, end, _ROWS_AT_ONCE):
        last = min(start + _ROWS_AT_ONCE, end)
        rows = gather_rows(cursor, "train", start, last, columns=LINEAGE_COLUMNS, shared=shared)
        yield from rows.select(EXPORT_COLUMNS).to_pylist()


_FLAGGED = """
    select instruction_id, string_agg(kind, ', ' order by kind) as flags
    from quality_flag
    where instruction_id in (select instruction_id from export_chunk)
    group by instruction_id
"""


def _with_concepts(cursor: Cursor, rows: pa.Table) -> pa.Table:
    """Add what the ids of key concepts stand for: names, and the titles of their class sessions, each once.

    By position and not by joins: millions of short lists are taken apart and put together again in one go.
    """
    lists = rows["key_concept_ids"].combine_chunks()
    ids, lengths = lists.flatten(), pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    with with_batch(cursor, pa.table({"key_concept_id": ids.unique()})):
        known = cursor.sql(
            """
            select concept.key_concept_id, concept.name, session.title
            from key_concept as concept
            join class_session as session on session.class_session_id = concept.class_session_id
            where concept.key_concept_id in (select key_concept_id from batch)
            order by session.position, concept.position, concept.key_concept_id
            """
        ).to_arrow_table()
    found = pc.index_in(ids, value_set=known["key_concept_id"].combine_chunks())
    is_known = found.is_valid().to_numpy(zero_copy_only=False)
    owners = np.repeat(np.arange(len(lists)), lengths)[is_known]
    places = found.drop_null().to_numpy()
    found = pa.array(places[np.lexsort((places, owners))])  # in teaching order, as those that are known stand
    titles = known["title"].combine_chunks().dictionary_encode()
    codes = titles.indices.take(found).to_numpy(zero_copy_only=False)
    is_new = np.ones(len(codes), bool)
    is_new[1:] = (owners[1:] != owners[:-1]) | (codes[1:] != codes[:-1])
    made = {
        "key_concept_ids": _lists(known["key_concept_id"].combine_chunks().take(found), owners, len(lists)),
        "key_concepts": _lists(known["name"].combine_chunks().take(found), owners, len(lists)),
        "class_sessions": _lists(titles.dictionary.take(pa.array(codes[is_new])), owners[is_new], len(lists)),
    }
    columns = {**{name: rows[name] for name in rows.column_names}, **made}
    return pa.table(columns)


def _lists(values: pa.Array, owners: np.ndarray, rows: int) -> pa.Array:
    """Give each row the values that it owns; `owners` rises."""
    ends = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=rows))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(ends), values)


def _line(format_: str, columns: Sequence[str]) -> str:
    if format_ == "csv":
        cells = (_csv_cell(name) for name in _csv_columns(columns))
        return " || ',' || ".join(cells) + r" || e'\r\n'"
    metadata = f", 'metadata': {_struct(columns)}" if columns else ""
    parts = {
        "chat": "'messages': [{'role': 'user', 'content': instruction}, {'role': 'assistant', 'content': answer}]",
        "sharegpt": "'conversations': [{'from': 'human', 'value': instruction}, {'from': 'gpt', 'value': answer}]",
        "alpaca": "'instruction': instruction, 'input': '', 'output': answer",
    }
    return f"to_json({{{parts[format_]}{metadata}}})::varchar || chr(10)"


def _struct(columns: Sequence[str]) -> str:
    return "{" + ", ".join(f"'{name}': {name}" for name in columns) + "}"


def _messages() -> str:
    return "[{'role': 'user', 'content': instruction}, {'role': 'assistant', 'content': answer}] as messages"


def _text_columns(columns: Sequence[str]) -> list[str]:
    """Give the columns in the order that they always had: ids before the texts."""
    return [name for name in EXPORT_COLUMNS if name in columns or name in ("instruction", "answer")]


def _csv_columns(columns: Sequence[str]) -> list[str]:
    return _text_columns(columns)


def _csv_cell(name: str) -> str:
    """Quote a cell; one that a spreadsheet would take for a formula begins with an apostrophe.

    So does one that begins with an apostrophe already: to read a cell back, take one away where there is one.
    """
    text = f"to_json({name})::varchar" if name in _LISTS else f"coalesce({name}::varchar, '')"
    starts = r"'^[=+\-@''\t\r\n]'"
    safe = f"if(regexp_matches({text}, {starts}), '''' || {text}, {text})"
    return f"""'"' || replace({safe}, '"', '""') || '"'"""
