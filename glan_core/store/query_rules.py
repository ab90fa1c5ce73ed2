"""May this SQL of a visitor be run? Only if it is one statement that reads tables and views of this database.

DuckDB's own parser reads it, and every part of the tree that comes back has to be on a list (query_words.py). This is
one of three walls: the file is opened without access to anything else (database.py), and what passes here is run in a
transaction that may not write (queries.py).
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import duckdb

from glan_core.errors import QueryError
from glan_core.store.database import Cursor
from glan_core.store.query_words import EXPRESSIONS, FUNCTIONS, NODES, TABLE_FUNCTIONS

MOST_CHARACTERS = 20_000
_EXPLAIN = re.compile(r"\s*explain\s+(analyze\s+)?", re.IGNORECASE)
_SYSTEM_NAMES = ("duckdb_", "pragma_", "sqlite_", "pg_")
_READ_ONLY = "A query can only read: SELECT, WITH, FROM, DESCRIBE, SUMMARIZE, EXPLAIN."
_CLOSED = "A query reads this database and nothing else: no files, no network, no settings."
_TABLES = "The names of tables and views stand beside the editor."
_COLUMNS = "The columns of each table stand beside the editor."
_UNKNOWN_COLUMN = re.compile(r'(?:Referenced column "(.+?)" not found|does not have a column named "(.+?)")(.*)')
_MOST_NEAR, _LEAST_ALIKE = 3, 0.6

Tree = dict[str, Any]


def checked_sql(cursor: Cursor, sql: str) -> str:
    """Give the statement as it is to be run, without what follows it; QueryError says why it may not be run."""
    statement, kind = _only_statement(cursor, sql)
    explain = _EXPLAIN.match(statement) if kind == "EXPLAIN" else None
    if kind not in ("SELECT", "EXPLAIN") or (kind == "EXPLAIN" and explain is None):
        raise QueryError(f"{_word_of(kind, statement)} is not run here.", _READ_ONLY)
    _check_tree(cursor, _tree(cursor, statement[explain.end() :] if explain else statement))
    return statement


def _only_statement(cursor: Cursor, sql: str) -> tuple[str, str]:
    if len(sql) > MOST_CHARACTERS:
        raise QueryError(f"A query has at most {MOST_CHARACTERS:,} characters; this one has {len(sql):,}.")
    if "\0" in sql:
        raise QueryError("There is a null character in the query.", "Type the query anew instead of pasting it.")
    try:
        kinds = [str(statement.type).removeprefix("StatementType.") for statement in cursor.extract_statements(sql)]
    except duckdb.Error as error:
        raise explained(error) from error
    except ValueError as error:  # a kind of statement that DuckDB's Python package has no word for, such as CONNECT
        raise QueryError("This kind of statement is not run here.", _READ_ONLY) from error
    if not kinds:
        raise QueryError("There is no query yet.", "Write one, or choose an example.")
    if len(kinds) > 1:
        raise QueryError(f"These are {len(kinds)} statements.", "Only one is run at a time.")
    return _without_end(sql), kinds[0]


def _without_end(sql: str) -> str:
    """Leave out the semicolon and what comments follow it, so that the statement can stand within another one."""
    for start, kind in reversed(duckdb.tokenize(sql)):
        if kind == duckdb.token_type.comment:
            continue
        if sql[start] != ";":
            break
        sql = sql[:start]
    return sql.strip()


def _word_of(kind: str, statement: str) -> str:
    if kind == "MULTI":
        return "PIVOT without its columns, as in ON level IN ('introductory', 'advanced'),"
    word = re.match(r"\W*(\w+)", statement)
    return word[1].upper() if word else kind


def _tree(cursor: Cursor, statement: str) -> Tree:
    try:
        row = cursor.execute("select json_serialize_sql(?)", [statement]).fetchall()[0]
        tree: Tree = json.loads(row[0])
    except duckdb.Error as error:
        raise explained(error) from error
    except RecursionError as error:
        raise QueryError("The query is nested too deeply.", "Write it flatter, with parts named by WITH.") from error
    if tree["error"]:
        raise QueryError("This kind of statement is not run here.", _READ_ONLY)
    return tree


def _check_tree(cursor: Cursor, tree: Tree) -> None:
    parts = tuple(_parts(tree["statements"]))
    named = {name for part in parts for name in _names_given(part)}
    tables = _own_tables(cursor)
    for part in parts:
        _check_kind(part)
        if "function_name" in part:
            _check_function(part, TABLE_FUNCTIONS if part.get("is_table_function") else FUNCTIONS)
        if part.get("type") == "BASE_TABLE":
            _check_table(part, named=named, tables=tables)


def _parts(tree: object) -> Iterator[Tree]:
    """Give every record of the tree, however deep; the function of a table function is marked as one."""
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("type") == "TABLE_FUNCTION" and isinstance(part.get("function"), dict):
                part["function"]["is_table_function"] = True
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _names_given(part: Tree) -> Iterator[str]:
    """Give the names that a WITH clause gives."""
    for entry in part.get("cte_map", {}).get("map", ()):
        name = entry["key"].lower()
        if not re.fullmatch(r"\w+", name) or name.startswith(_SYSTEM_NAMES):
            raise QueryError(f"A part of the query cannot be named {entry['key']!r}.", "Use letters, digits and _.")
        yield name


def _check_kind(part: Tree) -> None:
    kind = part.get("class") or part.get("type") or part.get("info_type")
    if not isinstance(kind, str):  # nothing that has a kind, or a value with its type
        return
    if kind == "PARAMETER":
        raise QueryError("The query holds a placeholder such as ? or $1.", "Write the value itself.")
    if kind == "SHOW_REF" and part["show_type"] == "SHOW_SPECIAL" and part["table_name"].strip('"') != "tables":
        raise QueryError("Only SHOW TABLES is run here.", _TABLES)
    if kind.lower() not in (EXPRESSIONS if "class" in part else NODES):
        word = kind.removesuffix("_QUERY_NODE").replace("_", " ")
        raise QueryError(f"{word} within a query is not run here.", _READ_ONLY)


def _check_function(part: Tree, allowed: frozenset[str]) -> None:
    name = str(part["function_name"])
    is_symbol = not re.search(r"[\w\s]", name) and allowed is FUNCTIONS
    if not is_symbol and name.lower() not in allowed:
        raise QueryError(f"The function {name} is not among those that a query may use.", _CLOSED)


def _check_table(part: Tree, *, named: set[str], tables: frozenset[str]) -> None:
    *places, name = (str(each).lower() for each in part["qualified_name"]["path"])
    if places == ["information_schema"] or (places in ([], ["main"]) and name in tables):
        return
    if places or name not in named:
        written = ".".join(part["qualified_name"]["path"])
        near = _nearest(_like(name, sorted(tables | named)))
        raise QueryError(f"There is no table or view {written!r} in this database.", f"{near}{_TABLES} {_CLOSED}")


def _own_tables(cursor: Cursor) -> frozenset[str]:
    rows = cursor.execute(
        """
        select lower(table_name)
        from information_schema.tables
        where table_catalog = current_database()
            and table_schema = 'main'
        """
    ).fetchall()
    return frozenset(name for (name,) in rows)


def list_column_names(cursor: Cursor) -> tuple[str, ...]:
    """List what the columns of tables and views are called, each once."""
    rows = cursor.execute(
        """
        select distinct lower(column_name) as name
        from information_schema.columns
        where table_catalog = current_database()
            and table_schema = 'main'
        order by name
        """
    ).fetchall()
    return tuple(name for (name,) in rows)


def explained(error: duckdb.Error, *, columns: Sequence[str] = ()) -> QueryError:
    """Give what DuckDB says of a query as an error of ours: its sentence, and the place in the text.

    Of `columns` the nearest are named where a column is not there and DuckDB names none.
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    place = next((number for number, line in enumerate(lines) if line.startswith("LINE ")), len(lines))
    sentence = " ".join(line.strip() for line in lines[:place] if line.strip())
    where = "\n".join(lines[place:])
    if column := _UNKNOWN_COLUMN.search(sentence):
        name = column[1] or column[2]
        near = _nearest(re.findall(r'"([^"]+)"', column[3]) or _like(name, columns))
        return QueryError(f"No column {name!r} is in the tables of this query.", f"{near}{_COLUMNS}", place=where)
    return QueryError(sentence, place=where)


def _like(name: str, names: Sequence[str]) -> list[str]:
    return difflib.get_close_matches(name.lower(), names, n=_MOST_NEAR, cutoff=_LEAST_ALIKE)


def _nearest(names: Iterable[str]) -> str:
    """Give names that may have been meant, as a sentence; empty where there is none."""
    some = list(dict.fromkeys(names))[:_MOST_NEAR]
    return f"Nearest: {', '.join(some)}. " if some else ""
