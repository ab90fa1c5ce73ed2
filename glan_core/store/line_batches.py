"""How do thousands of lines of a journal get into a table at once, without an object of Python for each?

    {"kind":"Answer","value":{"answer_id":"p4w...","instruction_id":"k2f...","text":"Because ...", ...}}

DuckDB takes lines of one kind apart by itself, in a tenth of the time. It does so for lines as journals of this release
and the ones before have them; what is unlike them is not guessed at but refused whole, and is read one by one instead.
"""

import dataclasses
import json
from typing import Any, NamedTuple

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


class KnownRowsError(Exception):
    """Rows that were said to be new, and some are there already; caught by whoever said so."""


class LineRows(NamedTuple):
    """What lines of one kind hold."""

    columns: pa.Table
    """Those of the table of that kind, a row for each line, in their order."""
    marks: pa.Table | None = None
    """Of calls: which shared texts they refer to."""


def line_start(kind: type) -> str:
    """Give how a line of a kind begins."""
    return f'{{"kind":"{kind.__name__}","value":{{'


class LineReader:
    """Takes lines apart for the tables that a cursor is at.

    A thread that does so while another one inserts has a cursor of its own (`memory_cursor`): one at the file would
    keep that from moving its log (see Database.tidy).
    """

    def __init__(self, tables: Cursor, own: Cursor | None = None) -> None:
        self._types = {kind: column_types(tables, table) for kind, (table, _, _) in _TABLES.items()}
        self._cursor = tables if own is None else own

    def read(self, kind: type, lines: pa.Array, *, first: str) -> LineRows:
        """Give what those of the lines hold that are of one of LINE_KINDS, as `first` is.

        Raises UnusualLinesError for lines of another form.
        """
        types = self._types[kind]
        names, defaults = _names(kind, first)
        values = {name: _value(name, types) for name in names} | defaults
        key = _TABLES[kind][1]
        # Here as a part of the only query, since a second one would take longer than all that it looks at.
        values[key] = f"case when {_unusual(kind, names)} then error('a line of another form') else value.{key} end"
        # In small batches, so that DuckDB has something to share among its threads.
        batch = pa.Table.from_batches(pa.table({"line": lines}).to_batches(_LINES_AT_ONCE))
        try:
            with with_batch(self._cursor, batch):
                columns = self._cursor.sql(
                    f"""
                    select {", ".join(f"{value} as {name}" for name, value in values.items())}
                    from (
                        select from_json_strict(line, '{_form(names, types)}').value as value,
                            len(json_keys(line, '$.value')) as names
                        from batch
                        where starts_with(line, '{line_start(kind)}')
                    )
                    """  # noqa: S608 - names of our own schema
                ).to_arrow_table()
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            raise UnusualLinesError(str(error)) from error
        return LineRows(columns, self._marks(columns) if kind is ModelCall else None)

    def _marks(self, calls: pa.Table) -> pa.Table:
        with with_batch(self._cursor, calls):
            return self._cursor.sql(
                """
                select distinct unnest(regexp_extract_all(messages, '"shared_text_id":"([^"]*)"', 1)) as mark
                from batch
                """
            ).to_arrow_table()


def insert_rows(cursor: Cursor, kind: type, rows: LineRows, *, are_new: bool) -> None:
    """Insert what lines held, as the insert function of their kind does; in a transaction.

    With `are_new` nothing is looked up first, which takes a third of the time. Raises KnownRowsError if one is there
    already or comes twice, and UnusualLinesError for rows that the table refuses; some may be in the table then.
    """
    if rows.marks is not None and _are_unknown(cursor, rows.marks):
        raise UnusualLinesError("a shared text is not there")
    table, key, on_conflict = _TABLES[kind]
    names = ", ".join(rows.columns.column_names)
    are_new = are_new and kind is not SharedText  # every process that works on a run writes them anew
    batch = rows.columns
    if not are_new:
        batch = batch.append_column("number", pa.array(range(len(batch)), pa.int64()))
    try:
        with with_batch(cursor, batch):
            rest = "" if are_new else f"{_newest(cursor, key)} on conflict do {on_conflict}"
            cursor.execute(f"insert into {table} ({names}) select {names} from batch {rest}")  # noqa: S608 - as above
    except duckdb.ConstraintException as error:
        raise (KnownRowsError if are_new else UnusualLinesError)(str(error)) from error
    except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
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


def _unusual(kind: type, names: tuple[str, ...]) -> str:
    """Give a condition for what from_json_strict lets pass and reading line by line would not, or would otherwise."""
    unusual = [f"names <> {len(names)}", f"value.{_TABLES[kind][1]} is null"]
    if kind is ModelCall:
        unusual += ["value.finished_at not like '%_+__:__'", 'value.messages::varchar not like \'[{"role":"%\'']
    return " or ".join(unusual)


def _are_unknown(cursor: Cursor, marks: pa.Table) -> bool:
    with with_batch(cursor, marks):
        row = first_row(
            cursor.execute("select count(*) from batch where mark not in (select shared_text_id from shared_text)")
        )
    return bool(row and row[0])


def _newest(cursor: Cursor, key: str) -> str:
    """Give a condition that keeps the last line about each id, where there are several."""
    row = first_row(cursor.execute(f"select count(*) - count(distinct {key}) from batch"))  # noqa: S608
    if not row or not row[0]:
        return ""
    return f"where number in (select max(number) from batch group by {key})"  # noqa: S608
