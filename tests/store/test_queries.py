"""Does a query of a visitor read, and do nothing else, whatever it says?"""

import contextlib
import hashlib
import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glan_core.errors import QueryError
from glan_core.store.database import Cursor, open_database
from glan_core.store.queries import Limits, list_instruction_ids, run_query
from glan_core.store.query_rules import MOST_CHARACTERS, checked_sql
from glan_core.store.query_words import FUNCTIONS, TABLE_FUNCTIONS
from glan_core.store.table_notes import list_tables
from tests.conftest import Small

GOOD = """
select 1
select instruction_id, upper(instruction) as loud from pair where level = 'introductory' order by loud desc limit 3
from pair
FROM PAIR -- and a comment
select count(*) from main.pair;
select count(*), discipline from pair group by all having count(*) > 1
with long as (from pair where length(answer) > 5), wide(n) as (select count(*) from long) select * from long, wide
with recursive t as (select 1 as n union all select n + 1 from t where n < 5) select * from t
select * from pair a join pair b using (instruction_id) left join answer on answer.instruction_id = a.instruction_id
select unnest(key_concept_ids) from instruction
select concept.name from instruction_key_concept link join key_concept concept using (key_concept_id)
select [x + 1 for x in [1, 2] if x > 1], list_transform([1], lambda e: e * 2), {'a': 1}.a, map {'k': 1}
select messages->>'$[0].content' from model_call
select * exclude (answer), columns('instr.*') from pair
select row_number() over (partition by run_id), lag(strategy) over w from instruction window w as ()
select * from range(5) t(i), generate_series(1, 2) s(j)
select finished_at::date as day, extract(hour from finished_at) from model_call
select instruction ilike '%light%' and instruction ~ 'a' or instruction like 'a\\_%' escape '\\' from pair
pivot pair on level in ('introductory', 'advanced') using count(*) group by discipline
select * from pair using sample 1 rows
values (1, 'a'), (2, 'b')
table pair
describe pair
summarize select instruction from pair
show tables
explain select * from pair
EXPLAIN ANALYZE select * from pair
select * from information_schema.columns
select 'drop table pair; copy pair to ''x''' as text
(select 1) union by name (select 2 as b) except select 3, 4
select case when instruction = '' then 'a' else 'b' end, try_cast(level as integer), coalesce(answer, '') from pair
select distinct on (discipline) discipline, subject from pair
select * from pair where instruction_id in (select instruction_id from quality_flag) and exists (from run)
""".strip().splitlines()

HOSTILE = """
insert into tag values ('a', 'b', now(), false)
update pair set status = 'rejected'
update instruction set text = ''
delete from instruction
truncate instruction
merge into tag using tag as other on tag.tag = other.tag when matched then delete
create table stolen as select * from pair
create temp table stolen as select 1
create or replace view pair as select 1
create macro pair() as 1
create sequence s
create secret s (type http, bearer_token 'x')
create type t as enum ('a')
create index i on tag (tag)
alter table tag add column x integer
comment on table tag is 'x'
drop table instruction
drop view pair
attach 'stolen.duckdb'
attach ':memory:' as m
detach glan
use memory
copy pair to 'stolen.csv'
copy (select 1) to 'stolen.parquet'
copy tag from 'secret.csv'
copy from database glan to other
export database 'stolen'
import database 'stolen'
install httpfs
load httpfs
force install httpfs from 'http://localhost'
update extensions
pragma database_list
pragma enable_profiling
pragma table_info('pair')
set threads = 1
set enable_external_access = true
reset threads
set variable x = 1
set schema = 'main'
call enable_logging(storage = 'file', storage_path = 'stolen.csv')
call pragma_version()
checkpoint
force checkpoint
vacuum
analyze
begin
commit
rollback
prepare q as select 1
execute q
deallocate q
connect 'x'
select 1; select 2
select 1; drop table instruction
drop table instruction; select 1
with gone as (delete from instruction returning *) select * from gone
with gone as (insert into tag values ('a', 'b', now(), false) returning *) from gone
with gone as (update instruction set text = '' returning *) from gone
with a as (with b as (delete from answer returning *) from b) from a
select * from (with gone as (delete from answer returning *) from gone)
select (with gone as (delete from answer returning answer_id) select count(*) from gone)
with out as (copy pair to 'stolen.csv') from out
explain analyze delete from answer
explain analyze copy pair to 'stolen.csv'
explain (analyze) delete from answer
describe delete from answer
from read_csv('secret.csv')
from read_csv_auto('secret.csv')
select * from read_csv(['secret.csv'])
from read_text('secret.csv')
from read_blob('secret.csv')
from read_json('secret.csv')
from read_json_objects('secret.csv')
from read_ndjson('secret.csv')
from read_parquet('secret.csv')
from parquet_scan('secret.csv')
from parquet_metadata('secret.csv')
from read_duckdb('made.duckdb')
from sniff_csv('secret.csv')
from glob('*')
from 'secret.csv'
from "secret.csv"
from 'http://127.0.0.1:9/secret.csv'
from 's3://bucket/secret.parquet'
select * from pair, 'secret.csv'
select (select count(*) from 'secret.csv')
select * from pair where instruction_id in (select column0 from read_csv('secret.csv'))
with "secret.csv" as (select 1) from "secret.csv"
with a as (from read_text('secret.csv')) from a
from pair join read_csv('secret.csv') on true
from pair, lateral (select * from read_text(instruction))
describe from 'secret.csv'
summarize 'secret.csv'
pivot 'secret.csv' on a in (1) using count(*)
select getenv('HOME')
select current_setting('home_directory')
select current_setting('secret_directory')
from duckdb_settings()
from duckdb_secrets()
from which_secret('s3://x', 's3')
from duckdb_databases()
from duckdb_databases
from pragma_database_list
from duckdb_logs
from pg_catalog.pg_settings
from system.main.duckdb_tables
from sqlite_master
with duckdb_databases as (select 1) from duckdb_databases
show databases
show all tables
from query('drop table instruction')
from query('select 1')
from query_table('instruction')
from query_table('secret.csv')
from json_execute_serialized_sql('{}')
select json_serialize_plan('from ''secret.csv''')
pragma json_execute_serialized_sql('{}')
from enable_logging(storage := 'file', storage_path := 'stolen.csv')
from enable_profiling(save_location := 'stolen.json')
from truncate_duckdb_logs()
select write_log('x')
from checkpoint()
from force_checkpoint()
from arrow_scan(1, 2, 3)
from arrow_scan_dumb(1, 2, 3)
from pandas_scan(1)
from python_map_function(1)
from seq_scan()
from register_external_resource('a', 'b', 'c', 'd', null, null)
from create_external_resource('a', null, 'b', 'c', true, 1, 1)
select nextval('s')
select setval('s', 1)
select setseed(0.5)
select getvariable('x')
select sleep_ms(1000)
select pg_sleep(1)
select finalize('x'::blob)
select invoke(lambda: 1)
select txid_current()
select repeat('x', 1000000000)
select lpad('x', 1000000000, 'y')
select range(1000000000)
select generate_series(1, 1000000000)
select list_resize([1], 1000000000)
select printf('%1000000000d', 1)
select list_aggregate([1], 'sum')
from repeat('x', 10)
from frame_of_python
from small
select ?
select $1
select $name
pivot pair on level using count(*)
selec 1
select
select nosuch from pair
""".strip().splitlines()

frame_of_python = {"a": [1]}


@pytest.fixture
def world(made: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Small:
    """A database with pairs, in a folder with a file that is nobody's business."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.csv").write_text("column0\nsecret\n")
    made.cursor.execute("checkpoint")
    return made


def state_of(world: Small) -> str:
    """Give a fingerprint of every file in the folder and of every table and view."""
    made = hashlib.sha256()
    for path in sorted(world.database.path.parent.rglob("*")):
        made.update(f"{path}{path.stat().st_size}".encode())
        if path.is_file():
            made.update(path.read_bytes())
    for table in list_tables(world.cursor):
        made.update(repr(table).encode())
        made.update(repr(world.cursor.execute(f"from {table.name} order by all").fetchall()).encode())
    return made.hexdigest()


@pytest.mark.parametrize("sql", GOOD)
def test_what_reads_is_run(world: Small, sql: str):
    result = run_query(world.cursor, sql)
    assert list(result.frame.columns)
    assert result.cut == ""


@pytest.mark.parametrize("sql", HOSTILE)
def test_what_does_anything_else_is_refused_with_a_sentence_and_changes_nothing(world: Small, sql: str):
    before = state_of(world)
    with pytest.raises(QueryError) as refused:
        run_query(world.cursor, sql)
    assert refused.value.message
    assert "secret\n" not in str(refused.value)
    assert state_of(world) == before


@pytest.mark.parametrize("sql", [sql for sql in HOSTILE if "secret.csv" in sql or "stolen" in sql or "http" in sql])
def test_files_stay_out_of_reach_for_any_sql_of_this_process(world: Small, sql: str):
    """The wall below the list of words: the open file itself is closed to everything else."""
    own = world.cursor.cursor()
    with contextlib.suppress(duckdb.Error, ValueError):
        assert "secret\n" not in repr(own.execute(sql).fetchall())
    assert [path.name for path in world.database.path.parent.rglob("*stolen*")] == []


@pytest.mark.parametrize(
    "sql",
    [
        sql
        for sql in HOSTILE
        if sql.startswith(("insert", "update ", "delete", "trunc", "merge", "alter", "with gone", "with a as (with"))
        and "extensions" not in sql
    ],
)
def test_tables_stay_as_they_are_in_a_transaction_that_may_not_write(world: Small, sql: str):
    """The wall beside it: even what would pass the list could not write."""
    before = state_of(world)
    own = world.cursor.cursor()
    own.execute("begin transaction read only")
    with pytest.raises(duckdb.Error):
        own.execute(sql).fetchall()
    own.rollback()
    assert state_of(world) == before


FRAGMENTS = [sql for sql in HOSTILE if not sql.startswith(("select nosuch", "select", "selec"))]
WRAPPINGS = (
    "{}", "{};", "/* x */ {}", "-- x\n{}", "({})", "select * from ({})", "with a as ({}) from a", "select exists({})",
    "with a as materialized ({}) select 1", "explain {}", "explain analyze {}", "describe {}", "summarize {}",
    "select 1 union all ({})", "select [1 for x in ({})]", "from pair where instruction_id in ({})", "select 1; {}",
    "with recursive a as (select 1 union all ({})) from a", "select * from pair, lateral ({})", "prepare q as {}",
    "create view v as {}", "copy ({}) to 'stolen.csv'", "select array({})",
)  # fmt: skip


@given(st.sampled_from(FRAGMENTS), st.lists(st.sampled_from(WRAPPINGS), min_size=1, max_size=3), st.randoms())
def test_wrapping_a_refused_statement_does_not_get_it_through(
    closed: Cursor, fragment: str, wrappings: list[str], rng: random.Random
):
    sql = fragment
    for wrapping in wrappings:
        sql = wrapping.format(sql)
    if rng.random() < 0.3:
        sql = "".join(rng.choice((letter.lower(), letter.upper())) for letter in sql)
    with pytest.raises(QueryError):
        checked_sql(closed, sql)


@given(st.text(alphabet="select from*()'\";-,$?\n\\pair\0é", max_size=60))
def test_any_text_is_run_or_refused_and_never_breaks(closed: Cursor, sql: str):
    with contextlib.suppress(QueryError):
        run_query(closed, sql, Limits(rows=10, seconds=2))


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, small_file: Path) -> Iterator[Cursor]:
    """A cursor of one database for all examples."""
    with open_database(Path(shutil.copy(small_file, tmp_path_factory.mktemp("closed") / "glan.duckdb"))) as opened:
        yield opened.cursor()


def test_no_function_with_side_effects_is_on_the_list(cursor: Cursor):
    found = cursor.execute(
        "select distinct lower(function_name) from duckdb_functions() where has_side_effects or stability = 'VOLATILE'"
    ).fetchall()
    assert {name for (name,) in found} & FUNCTIONS == {"error", "random"}


def test_every_function_on_the_list_is_one_of_duckdb(cursor: Cursor):
    found = cursor.execute("select distinct lower(function_name) from duckdb_functions()").fetchall()
    assert (FUNCTIONS | TABLE_FUNCTIONS) - {name for (name,) in found} == set()


def test_the_first_rows_are_given_and_it_is_said_that_there_are_more(world: Small):
    result = run_query(world.cursor, "select * from range(100000) t(i)", Limits(rows=7))
    assert (len(result.frame), result.cut) == (7, "rows")
    assert run_query(world.cursor, "select * from range(7) t(i)", Limits(rows=7)).cut == ""


def test_large_values_are_counted_and_one_row_is_always_given(world: Small):
    sql = "with recursive t as (select 'x' s union all select s || s from t where length(s) < 100000) select s from t"
    result = run_query(world.cursor, sql, Limits(bytes=5))
    assert (len(result.frame), result.cut) == (2, "bytes")
    result = run_query(world.cursor, f"select max(s) as s from ({sql})", Limits(bytes=5))
    assert (len(result.frame), result.cut, len(result.frame["s"][0])) == (1, "", 131072)


def test_what_does_not_come_to_an_end_is_stopped_in_time_and_the_database_goes_on(world: Small):
    started = time.monotonic()
    with pytest.raises(QueryError, match=r"stopped after 0\.5 seconds"):
        run_query(world.cursor, "select count(*) from range(10000000) a, range(10000000) b", Limits(seconds=0.5))
    assert time.monotonic() - started < 20
    assert len(run_query(world.cursor, "from pair").frame) == 3
    world.cursor.execute("insert into tag values ('a', 'b', now(), false)")


def test_a_cross_join_that_is_only_looked_into_comes_at_once(world: Small):
    result = run_query(world.cursor, "select * from range(10000000) a, range(10000000) b")
    assert (len(result.frame), result.cut) == (1_000, "rows")


def test_what_takes_too_much_memory_is_stopped(world: Small):
    sql = "select list(a.range || 'a long text to be kept') from range(10000000) a, range(100) b"
    with pytest.raises(QueryError, match="too much memory"):
        run_query(world.cursor, sql, Limits(seconds=60, memory_bytes=200_000_000))
    assert len(run_query(world.cursor, "from pair").frame) == 3


def test_others_read_and_write_while_a_query_is_at_work(world: Small):
    refused: list[QueryError] = []

    def ask() -> None:
        try:
            run_query(
                world.cursor.cursor(), "select count(*) from range(10000000) a, range(10000000) b", Limits(seconds=3)
            )
        except QueryError as error:
            refused.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    for _ in range(20):
        world.cursor.execute("insert into tag values ('a', 'b', now(), false)")
    assert thread.is_alive()
    thread.join()
    assert "stopped after 3 seconds" in refused[0].message
    assert world.cursor.execute("select count(*) from tag").fetchall() == [(20,)]


def test_values_of_every_kind_become_what_a_table_can_show(world: Small):
    result = run_query(
        world.cursor,
        """
        select 1 as a, 2.5::decimal(5, 2) as b, true as c, 'x' as d, null as e, [1, 2] as f, {'k': 'ü'} as g,
            'ab'::blob as h, date '2026-01-02' as i, timestamptz '2026-01-02 03:04:05+00' as j, 10::hugeint as k,
            interval 3 day as l, 1 as a, 'infinity'::timestamp as m, map {'k': 1} as n
        """,
    )
    assert list(result.frame.columns) == ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "a_2", "m", "n"]
    row = result.frame.iloc[0]
    assert (row["a"], row["b"], bool(row["c"]), row["d"], row["f"], row["g"]) == (
        1,
        2.5,
        True,
        "x",
        "[1, 2]",
        '{"k": "ü"}',
    )
    assert (row["h"], str(row["i"]), row["k"], row["n"]) == ("6162", "2026-01-02", "10", '{"k": 1}')


def test_an_error_says_where_it_is(world: Small):
    with pytest.raises(QueryError) as error:
        run_query(world.cursor, "select instruction,\n  nosuch from pair")
    assert "nosuch" in error.value.message
    assert "^" in error.value.place
    with pytest.raises(QueryError, match="Conversion"):
        run_query(world.cursor, "select instruction::integer from pair")


@pytest.mark.parametrize(
    ("sql", "message", "near"),
    [
        ("select * from pairs", "no table or view 'pairs'", "Nearest: pair"),
        ("with longest as (from pair) from longst", "no table or view 'longst'", "Nearest: longest"),
        ("select instruction_i from pair", "No column 'instruction_i'", "instruction_id"),
        ("select pair.levl from pair", "No column 'levl'", "Nearest: level"),
    ],
)
def test_what_is_misspelled_gets_the_nearest_names(world: Small, sql: str, message: str, near: str):
    with pytest.raises(QueryError, match=message) as raised:
        run_query(world.cursor, sql)
    assert near in raised.value.hint


def test_a_name_like_no_other_gets_none(world: Small):
    with pytest.raises(QueryError) as raised:
        run_query(world.cursor, "from zzzzzzzz")
    assert raised.value.hint.startswith("The names of tables")


def test_a_query_that_is_too_long_too_deep_or_empty_is_refused(world: Small):
    with pytest.raises(QueryError, match="at most"):
        checked_sql(world.cursor, "select " + "1," * MOST_CHARACTERS + "1")
    with pytest.raises(QueryError):
        checked_sql(world.cursor, "select " + "(" * 5000 + "1" + ")" * 5000)
    for sql in ("", "  ", "-- nothing", ";"):
        with pytest.raises(QueryError, match="no query yet"):
            checked_sql(world.cursor, sql)


def test_the_ids_of_a_result_come_whole_and_once(world: Small):
    sql = "select instruction_id, kind from quality_flag union all select instruction_id, 'x' from pair; -- all"
    assert list_instruction_ids(world.cursor, sql) == ("a", "b", "c")
    with pytest.raises(QueryError, match="instruction_id"):
        list_instruction_ids(world.cursor, "select 1 as nothing")
    with pytest.raises(QueryError, match="is not run here"):
        list_instruction_ids(world.cursor, "with a as (delete from instruction returning instruction_id) from a")


def test_tables_and_columns_are_listed_with_what_the_schema_says_of_them(cursor: Cursor):
    tables = {table.name: table for table in list_tables(cursor)}
    assert "side by side" in tables["pair"].note
    assert tables["pair"].is_view
    assert not tables["run"].is_view
    column = next(column for column in tables["run"].columns if column.name == "is_demo")
    assert column == ("is_demo", "boolean", "shipped with the release, not made here")
    assert set(tables) == {
        name for (name,) in cursor.execute("select table_name from information_schema.tables").fetchall()
    }
