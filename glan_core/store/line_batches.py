"""How do thousands of lines of a journal get into a table at once, without an object of Python for each?

    {"kind":"Answer","value":{"answer_id":"p4w...","instruction_id":"k2f...","text":"Because ...", ...}}

DuckDB takes lines of one kind apart by itself, in a tenth of the time. It does so for lines as journals of this release
and the ones before have them; what is unlike them is not guessed at but refused whole, and is read one by one instead.
"""

import dataclasses
import json
from typing import Any

import duckdb
import pyarrow as pa

from glan_core.calls import ModelCall, SharedText
from glan_core.entities import Answer, Instruction
from glan_core.store.batches import column_types, with_batch
from glan_core.store.database import Cursor, first_row
from glan_core.store.model_calls import LATER_OUTCOME

_TABLES: dict[type, tuple[str, str, str]] = {
    SharedText: ("shared_text", "shared_text_id", "nothing"),
    ModelCall: ("model_call", "model_call_id", LATER_OUTCOME),
    Instruction: ("instruction", "instruction_id", "nothing"),
    Answer: ("answer", "answer_id", "nothing"),
}
"""By kind: its table, the key of that, and what is done with a row that is there."""

_LINES_AT_ONCE = 2_048

LINE_KINDS = tuple(_TABLES)
"""Kinds of which runs write so many that they come as lines."""


class UnusualLinesError(Exception):
    """Lines that are to be read one by one; caught by whoever has them."""


def insert_lines(cursor: Cursor, kind: type, lines: pa.Array) -> None:
    """Insert what lines of one of LINE_KINDS hold, as the insert function of that kind does; in a transaction.

    Raises UnusualLinesError for lines of another form, of which some may be in the table then.
    """
    if not len(lines):
        return
    table, key, on_conflict = _TABLES[kind]
    names, defaults = _names(kind, lines[0].as_py())
    types = column_types(cursor, table)
    numbers = pa.array(range(len(lines)), pa.int64())
    # In small batches, so that DuckDB has something to share among its threads.
    batch = pa.Table.from_batches(pa.table({"number": numbers, "line": lines}).to_batches(_LINES_AT_ONCE))
    try:
        with with_batch(cursor, batch):
            cursor.execute(
                """
                create or replace temp table journal_value as
                select number, len(json_keys(line, '$.value')) as names, from_json_strict(line, ?).value as value
                from batch
                """,
                [_form(names, types)],
            )
        _check(cursor, kind, names, key)
        values = {**{name: _value(name, types) for name in names}, **defaults}
        cursor.execute(
            f"""
            insert into {table} ({", ".join(values)})
            select {", ".join(values.values())}
            from journal_value
            {_newest(cursor, key)}
            on conflict do {on_conflict}
            """  # noqa: S608 - names of our own schema
        )
        cursor.execute("drop table journal_value")
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.ConstraintException) as error:
        raise UnusualLinesError(str(error)) from error


def _names(kind: type, first: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Give what the lines say, and SQL for what they do not: a column that came with a later release."""
    fields = {field.name: field for field in dataclasses.fields(kind) if field.name != "shared_texts"}
    try:
        names = tuple(json.loads(first)["value"])
    except (ValueError, KeyError, TypeError) as error:
        raise UnusualLinesError(str(error)) from error
    left_out = [field for name, field in fields.items() if name not in names]
    if not fields.keys() >= set(names) or any(field.default is dataclasses.MISSING for field in left_out):
        raise UnusualLinesError(f"the line names {', '.join(names)}")
    return names, {field.name: _literal(field.default) for field in left_out}


def _literal(default: Any) -> str:
    if default is None:
        return "null"
    return str(default) if isinstance(default, int) else f"'{default}'"


def _form(names: tuple[str, ...], types: dict[str, str]) -> str:
    """Give what from_json_strict is to find: every name once, each with a value of its type or null."""
    value: dict[str, Any] = {}
    for name in names:
        type_ = types[name]
        # A time is taken as text first, as one without a zone would be taken for one of this machine's.
        value[name] = ["VARCHAR"] if type_ == "VARCHAR[]" else "VARCHAR" if type_.startswith("TIMESTAMP") else type_
    return json.dumps({"kind": "VARCHAR", "value": value})


def _value(name: str, types: dict[str, str]) -> str:
    return f"value.{name}::timestamptz" if types[name].startswith("TIMESTAMP") else f"value.{name}"


def _check(cursor: Cursor, kind: type, names: tuple[str, ...], key: str) -> None:
    """Refuse what from_json_strict lets pass and reading line by line would not, or would read otherwise."""
    unusual = [f"names <> {len(names)}", f"value.{key} is null"]
    if kind is ModelCall:
        unusual += ["value.finished_at not like '%_+__:__'", 'value.messages::varchar not like \'[{"role":"%\'']
    row = first_row(
        cursor.execute(f"select count(*) from journal_value where {' or '.join(unusual)}")  # noqa: S608
    )
    if row and row[0]:
        raise UnusualLinesError(f"{row[0]} lines are of another form")
    if kind is ModelCall and _has_unknown_marks(cursor):
        raise UnusualLinesError("a shared text is not there")


def _has_unknown_marks(cursor: Cursor) -> bool:
    row = first_row(
        cursor.execute(
            """
            select count(*)
            from (
                select distinct unnest(regexp_extract_all(value.messages, '"shared_text_id":"([^"]*)"', 1)) as mark
                from journal_value
            )
            where mark not in (select shared_text_id from shared_text)
            """
        )
    )
    return bool(row and row[0])


def _newest(cursor: Cursor, key: str) -> str:
    """Give a condition that keeps the last line about each id, where there are several."""
    row = first_row(cursor.execute(f"select count(*) - count(distinct value.{key}) from journal_value"))  # noqa: S608
    if not row or not row[0]:
        return ""
    return f"where number in (select max(number) from journal_value group by value.{key})"  # noqa: S608
