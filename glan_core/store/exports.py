"""What does each row of an export hold, with everything that leads back from it?

Rows are brought together for some thousands of places at a time, in a table that only the cursor of the export sees;
DuckDB then writes them as the lines of a format, or hands them on as Arrow.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from glan_core.entities import Filter
from glan_core.store.database import Cursor
from glan_core.store.export_choice import arrange, make_candidates

LINEAGE_COLUMNS = (
    "instruction_id", "answer_id", "field", "sub_field", "discipline", "subject", "level",
    "class_sessions", "key_concepts", "key_concept_ids", "strategy", "status", "flags", "run_id", "seed",
    "instruction_model", "instruction_template", "instruction_template_fingerprint", "answer_model",
    "answer_template", "answer_template_fingerprint",
)  # fmt: skip
"""What a row can say beside its question and its answer."""
EXPORT_COLUMNS = (*LINEAGE_COLUMNS[:2], "instruction", "answer", *LINEAGE_COLUMNS[2:])
_LISTS = ("class_sessions", "key_concepts", "key_concept_ids", "flags")
_OF_PAIR = ("field", "sub_field", "discipline", "subject", "level", "strategy", "status", "run_id")
_ROWS_AT_ONCE = 10_000
_BYTE_ORDER_MARK = "\ufeff"


def gather_rows(cursor: Cursor, split: str, start: int, end: int, *, columns: Sequence[str]) -> None:
    """Bring the rows at the places from `start` up to `end` of a set together, with these columns of lineage."""
    wanted = set(columns)
    selected = ", ".join(f"{_expression(name)} as {name}" for name in columns)
    cursor.execute(
        f"""
        create or replace temp table export_chunk as
        with chunk as materialized (
            select position, instruction_id, answer_id
            from export_row
            where split = ? and position >= ? and position < ?
        ),
        gathered as (
            select chunk.position, pair.*
            from chunk
            join pair on pair.instruction_id = chunk.instruction_id and pair.answer_id = chunk.answer_id
        )
        {_drawn_concepts() if wanted & {"class_sessions", "key_concepts", "key_concept_ids"} else ""}
        {_flags() if "flags" in wanted else ""}
        select gathered.position, gathered.instruction, gathered.answer{f", {selected}" if selected else ""}
        from gathered
        {_joins(wanted)}
        order by gathered.position
        """,  # noqa: S608 - column names of ours
        [split, start, end],
    )


def read_lines(cursor: Cursor, format_: str, *, columns: Sequence[str]) -> Iterator[pa.Array]:
    """Give the gathered rows as lines of a format, each with its end, in batches: arrays of strings."""
    reader = cursor.sql(
        f"select {_line(format_, columns)} as line from export_chunk"  # noqa: S608 - column names of ours
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


def read_table(cursor: Cursor, format_: str, *, columns: Sequence[str]) -> pa.Table:
    """Give the gathered rows as an Arrow table: for `hf` with messages, otherwise with instruction and answer."""
    names = _messages() if format_ == "hf" else ", ".join(_text_columns(columns))
    more = ", ".join(columns) if format_ == "hf" else ""
    table: pa.Table = cursor.sql(
        f"select {names}{', ' + more if more else ''} from export_chunk"  # noqa: S608 - column names of ours
    ).to_arrow_table()
    return table


def read_places(cursor: Cursor, split: str) -> pa.Table:
    """Give which pair stands at which place of a set: split, position, instruction_id, answer_id."""
    table: pa.Table = cursor.sql(
        """
        select split, position, instruction_id, answer_id
        from export_row
        where split = ?
        order by position
        """,
        params=[split],
    ).to_arrow_table()
    return table


def iterate_export_rows(cursor: Cursor, filter_: Filter, *, limit: int | None = None) -> Iterator[dict[str, Any]]:
    """Give the answered pairs of a filter with the columns EXPORT_COLUMNS, ordered by id, the first `limit` of them."""
    make_candidates(cursor, filter_, has_text_keys=False)
    taken = arrange(cursor, "id")
    end = taken.train if limit is None else min(limit, taken.train)
    for start in range(0, end, _ROWS_AT_ONCE):
        gather_rows(cursor, "train", start, min(start + _ROWS_AT_ONCE, end), columns=LINEAGE_COLUMNS)
        yield from read_table(cursor, "parquet", columns=LINEAGE_COLUMNS).to_pylist()


def _expression(column: str) -> str:
    if column in ("instruction_id", "answer_id", *_OF_PAIR):
        return f"gathered.{column}"
    if column == "seed":
        return "run.seed"
    if column in _LISTS:
        source = "flagged" if column == "flags" else "drawn"
        value = f"{source}.{column}"
        if column == "class_sessions":  # each once, in teaching order
            value = f"list_filter({value}, lambda title, i: list_position({value}, title) = i)"
        return f"coalesce({value}, [])"
    call, _, name = column.partition("_")
    return f"{'asked' if call == 'instruction' else 'answered'}.{name}"


def _joins(wanted: set[str]) -> str:
    joins = []
    if wanted & {"class_sessions", "key_concepts", "key_concept_ids"}:
        joins.append("left join drawn on drawn.instruction_id = gathered.instruction_id")
    if "flags" in wanted:
        joins.append("left join flagged on flagged.instruction_id = gathered.instruction_id")
    if "seed" in wanted:
        joins.append("left join run on run.run_id = gathered.run_id")
    for alias, call in (("asked", "instruction"), ("answered", "answer")):
        if wanted & {f"{call}_model", f"{call}_template", f"{call}_template_fingerprint"}:
            joins.append(f"left join model_call as {alias} on {alias}.model_call_id = gathered.{call}_model_call_id")
    return "\n".join(joins)


def _drawn_concepts() -> str:
    return """,
        drawn as (
            select
                link.instruction_id,
                list(concept.name order by session.position, concept.position) as key_concepts,
                list(concept.key_concept_id order by session.position, concept.position) as key_concept_ids,
                list(session.title order by session.position, concept.position) as class_sessions
            from instruction_key_concept as link
            join key_concept as concept on concept.key_concept_id = link.key_concept_id
            join class_session as session on session.class_session_id = concept.class_session_id
            where link.instruction_id in (select instruction_id from chunk)
            group by link.instruction_id
        )"""


def _flags() -> str:
    return """,
        flagged as (
            select instruction_id, list(kind order by kind) as flags
            from quality_flag
            where instruction_id in (select instruction_id from chunk)
            group by instruction_id
        )"""


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
