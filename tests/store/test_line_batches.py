"""Lines are taken apart in a database of their own, and what they hold goes in whole or is refused."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from glan_core.calls import Message, ModelCall
from glan_core.entities import Answer, Instruction
from glan_core.runs.journal_lines import line_of
from glan_core.store.database import memory_cursor
from glan_core.store.ingest import Entity, ingest, ingest_lines
from glan_core.store.journals import find_journal_bytes
from glan_core.store.line_batches import (
    KnownRowsError,
    LineReader,
    UnusualLinesError,
    insert_rows,
    line_start,
)
from glan_core.store.model_calls import find_model_call
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call

SYLLABUS = "A syllabus of light: rays, lenses, waves."


@pytest.fixture
def reader(small: Small) -> Iterator[LineReader]:
    with memory_cursor() as own:
        yield LineReader(small.cursor, own)


def lines_of(*entities: Entity) -> list[str]:
    return [line_of(entity).decode() for entity in entities]


def read(reader: LineReader, kind: type, lines: list[str]):
    first = next(line for line in lines if line.startswith(line_start(kind)))
    return reader.read(kind, pa.array(lines), first=first)


def take_in(small: Small, reader: LineReader, *entities: Entity) -> None:
    lines = lines_of(*entities)
    rows = {kind: read(reader, kind, lines) for kind in {type(entity) for entity in entities}}
    ingest_lines(small.database, small.cursor, rows, (), run_id="run", journal_bytes=len(entities))


def test_of_lines_of_many_kinds_those_of_one_are_read_in_their_order(reader: LineReader):
    lines = lines_of(answer("b"), instruction("a"), model_call("a"), answer("a"))
    rows = read(reader, Answer, lines)
    assert rows.columns["answer_id"].to_pylist() == [answer("b").answer_id, answer("a").answer_id]
    assert rows.marks is None


def test_calls_tell_which_shared_texts_they_refer_to_and_what_only_looks_like_one_is_none(reader: LineReader):
    sharing = model_call("a", messages=(Message("user", f"Look: {SYLLABUS}"),), shared_texts=(SYLLABUS,))
    quoting = model_call("b", messages=(Message("user", '{"shared_text_id":"quoted"}'),))
    rows = read(reader, ModelCall, lines_of(sharing, quoting))
    assert rows.marks is not None
    assert [len(mark) for mark in rows.marks["mark"].to_pylist()] == [16]


@pytest.mark.parametrize(
    ("found", "instead"),
    [
        ('"text":', '"more":1,"text":'),
        ('"text":', '"text":"twice","text":'),
        ('"text":', '"essay":'),
        ('"value":{', '"value":{{'),
        ('"answer_id":"answer-a"', '"answer_id":null'),
    ],
    ids=["one name more", "a name twice", "another name", "no JSON", "no id"],
)
def test_a_line_of_another_form_is_refused_with_all_others(reader: LineReader, found: str, instead: str):
    lines = lines_of(answer("b"), answer("a"))
    assert found in lines[1]
    lines[1] = lines[1].replace(found, instead)
    with pytest.raises(UnusualLinesError):
        read(reader, Answer, lines)


def test_rows_that_were_said_to_be_new_and_are_there_are_told(small: Small, reader: LineReader):
    ingest(small.cursor, [answer("a")])
    rows = read(reader, Answer, lines_of(answer("b"), answer("a")))
    with pytest.raises(KnownRowsError):
        insert_rows(small.cursor, Answer, rows, are_new=True)
    assert small.cursor.execute("select count(*) from answer").fetchall() == [(1,)]


def test_what_is_there_already_stays_and_what_is_new_comes_in(small: Small, reader: LineReader):
    ingest(small.cursor, [answer("a"), model_call("a")])
    later = model_call("a", reply="Because.", finished_at=NOON.replace(hour=13))
    take_in(small, reader, answer("a", text="Another one."), answer("b"), later)
    found = small.cursor.execute("select text from answer order by answer_id").fetchall()
    assert found == [(answer("a").text,), (answer("b").text,)]
    assert find_model_call(small.cursor, "a") == later
    assert find_journal_bytes(small.cursor, "run") == 3


def test_of_an_id_that_comes_twice_the_last_line_counts(small: Small, reader: LineReader):
    later = model_call("a", reply="Because.", finished_at=NOON.replace(hour=13))
    take_in(small, reader, model_call("a"), model_call("b"), later)
    assert find_model_call(small.cursor, "a") == later
    assert find_model_call(small.cursor, "b") == model_call("b")


def test_of_rows_that_a_table_refuses_nothing_is_in(small: Small, reader: LineReader):
    lines = [line.replace('"one_session"', '"three_sessions"') for line in lines_of(instruction("a"))]
    rows = {
        Answer: read(reader, Answer, lines_of(answer("a"))),
        Instruction: read(reader, Instruction, lines),
    }
    with pytest.raises(UnusualLinesError):
        ingest_lines(small.database, small.cursor, rows, [model_call("a")], run_id="run", journal_bytes=9)
    counts = "select count(*) from (select answer_id from answer union all select model_call_id from model_call)"
    assert small.cursor.execute(counts).fetchall() == [(0,)]
    assert find_journal_bytes(small.cursor, "run") == 0
