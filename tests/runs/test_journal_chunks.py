"""A journal that is taken in by chunks of lines brings what it brings line by line, mistakes included."""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from glan_core.calls import Message
from glan_core.entities import QualityFlag
from glan_core.errors import StoreError
from glan_core.runs.journal import Journal, read_journal
from glan_core.runs.journal_chunks import take_in_lines
from glan_core.store.database import Database, open_database
from glan_core.store.ingest import Entity, ingest_journal
from glan_core.store.journals import find_journal_bytes
from glan_core.store.model_calls import find_model_call
from tests.runs.test_journal import ENTITIES
from tests.small_pairs import NOON, answer, instruction, model_call

SYLLABUS = "A syllabus of light: rays, lenses, waves."
ALL = 1_000_000


class Two(NamedTuple):
    """Two databases alike."""

    by_chunks: Database
    by_lines: Database


@pytest.fixture
def two(small_file: Path, tmp_path: Path) -> Iterator[Two]:
    paths = [Path(shutil.copy(small_file, tmp_path / f"{name}.duckdb")) for name in ("chunks", "lines")]
    with open_database(paths[0]) as by_chunks, open_database(paths[1]) as by_lines:
        yield Two(by_chunks, by_lines)


def write(folder: Path, *entities: Entity) -> Path:
    with Journal(folder) as journal:
        journal.append(*entities)
    return folder / "journal.jsonl"


def take_in(two: Two, path: Path, *, start: int = 0, chunk_bytes: int = 400) -> None:
    end = path.stat().st_size
    lines = take_in_lines(
        two.by_chunks, two.by_chunks.cursor(), path, start=start, end=end, run_id="run", chunk_bytes=chunk_bytes
    )
    entries = read_journal(path, start=start)
    same = ingest_journal(two.by_lines, two.by_lines.cursor(), entries, run_id="run", journal_bytes=end)
    assert lines == same


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    cursor = database.cursor()
    tables = [name for (name,) in cursor.execute("select table_name from duckdb_tables() order by 1").fetchall()]
    found = {table: sorted(cursor.execute(f"from {table}").fetchall(), key=str) for table in tables}
    calls = [find_model_call(cursor, row[0]) for row in found["model_call"]]  # JSON is the same in any spelling
    return found | {"model_call": [(call,) for call in calls], "glan_database": []}


def sharing(name: str) -> Entity:
    messages = (Message("system", "You teach."), Message("user", f"Look: {SYLLABUS} Then ask {name}."))
    return model_call(name, messages=messages, shared_texts=(SYLLABUS,))


@pytest.mark.parametrize("chunk_bytes", [50, 1_000, ALL], ids=["line by line", "some lines", "all lines"])
def test_entities_of_all_kinds_come_in_alike(two: Two, tmp_path: Path, chunk_bytes: int):
    path = write(tmp_path / "run", *ENTITIES, sharing("one"), sharing("two"))
    take_in(two, path, chunk_bytes=chunk_bytes)
    assert rows(two.by_chunks) == rows(two.by_lines)
    assert find_journal_bytes(two.by_chunks.cursor(), "run") == path.stat().st_size


def test_what_was_taken_in_before_is_passed_over_though_later_lines_refer_to_it(two: Two, tmp_path: Path):
    write(tmp_path / "run", sharing("one"), instruction("one"))
    path = tmp_path / "run" / "journal.jsonl"
    take_in(two, path, chunk_bytes=ALL)
    before = path.stat().st_size
    lines = write(tmp_path / "more", sharing("two"), answer("one")).read_bytes().splitlines(keepends=True)
    path.write_bytes(path.read_bytes() + b"".join(lines[1:]))  # its shared text is there already
    take_in(two, path, start=before, chunk_bytes=ALL)
    assert rows(two.by_chunks) == rows(two.by_lines)
    assert find_model_call(two.by_chunks.cursor(), "two") == sharing("two")


@pytest.mark.parametrize("chunk_bytes", [50, ALL], ids=["in chunks of their own", "in one chunk"])
def test_a_later_line_about_the_same_call_replaces_the_earlier_one(two: Two, tmp_path: Path, chunk_bytes: int):
    settled = model_call("a", error_kind="empty", error_message="It is empty.")
    path = write(tmp_path / "run", model_call("a"), instruction("a"), settled)
    take_in(two, path, chunk_bytes=chunk_bytes)
    assert rows(two.by_chunks) == rows(two.by_lines)
    assert find_model_call(two.by_chunks.cursor(), "a") == settled


def test_an_older_outcome_does_not_replace_a_newer_one(two: Two, tmp_path: Path):
    newer = model_call("a", reply="Because.", finished_at=NOON.replace(hour=13))
    take_in(two, write(tmp_path / "newer", newer), chunk_bytes=ALL)
    take_in(two, write(tmp_path / "older", model_call("a")), chunk_bytes=ALL)
    assert find_model_call(two.by_chunks.cursor(), "a") == newer


def test_twice_is_as_good_as_once(two: Two, tmp_path: Path):
    path = write(tmp_path / "run", *ENTITIES)
    take_in(two, path, chunk_bytes=ALL)
    before = rows(two.by_chunks)
    take_in(two, path, chunk_bytes=ALL)
    assert rows(two.by_chunks) == before


def test_a_flag_that_a_person_lifted_is_not_raised_again(two: Two, tmp_path: Path):
    for database in two:
        database.cursor().execute("insert into lifted_flag values ('a', 'truncated', '', '', now())")
    take_in(two, write(tmp_path / "run", instruction("a"), QualityFlag("a", "truncated")), chunk_bytes=ALL)
    assert rows(two.by_chunks)["quality_flag"] == []


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.pop("address"),
        lambda value: [value.pop(name) for name in ("address", "tries", "left_out")],
        lambda value: value.update(messages=[[turn["role"], turn["content"]] for turn in value["messages"]]),
        lambda value: value.update(finished_at="2024-02-20T12:00:00.000001+02:00"),
        lambda value: value.update(parameters={"b": [1, {"a": None}], "a": 1e-7, "é": "\x1f\ud83d\ude00"}),
    ],
    ids=["no address", "of an early release", "of the first release", "another zone", "other parameters"],
)
def test_a_call_in_another_form_comes_in_alike(two: Two, tmp_path: Path, change):
    path = write(tmp_path / "run", model_call("a"), instruction("a"), model_call("b"), answer("a"))
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for entry in entries:
        if entry["kind"] == "ModelCall":
            change(entry["value"])
    path.write_text("".join(json.dumps(entry, separators=(",", ":")) + "\n" for entry in entries), encoding="utf-8")
    take_in(two, path, chunk_bytes=ALL)
    assert rows(two.by_chunks) == rows(two.by_lines)
    assert len(rows(two.by_chunks)["model_call"]) == 2


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b'{"kind":"Answer","value":{"answer_id":"x"}}',
        b'{"kind":"Answer","value":{"answer_id":"x","instruction_id":"a","text":"t","run_id":"r","model_call_id":"c",'
        b'"more":1}}',
        b'{"kind":"Essay","value":{}}',
        b'{"kind":"Answer","value":{"answer_id":"x","text":"\xff"}}',
        b'{"kind":"ModelCall","value":{"messages":[{"role":"user","content":[{"shared_text_id":"nowhere"}]}]}}',
    ],
    ids=["no JSON", "too little", "too much", "unknown kind", "not UTF-8", "unknown text"],
)
def test_a_line_that_is_no_entry_is_told_by_its_number_and_what_came_before_is_in(
    two: Two, tmp_path: Path, line: bytes
):
    path = write(tmp_path / "run", model_call("a"), answer("a"), answer("b"))
    first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second + line + b"\n" + third)
    with pytest.raises(StoreError, match=r"^Line 3 of .* is not a journal entry"):
        take_in(two, path, chunk_bytes=len(first + second) + 5)
    assert rows(two.by_chunks)["answer"] == [dataclasses.astuple(answer("a"))]
    assert find_journal_bytes(two.by_chunks.cursor(), "run") == len(first + second)


def test_a_call_whose_shared_text_is_nowhere_is_told(two: Two, tmp_path: Path):
    path = write(tmp_path / "run", sharing("one"))
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[1])
    with pytest.raises(StoreError, match="Line 1 of"):
        take_in(two, path, chunk_bytes=ALL)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_any_text_comes_in_alike(two: Two, tmp_path: Path, texts: list[str]):
    for database in two:
        for table in ("model_call", "instruction", "answer", "journal"):
            database.cursor().execute(f"delete from {table}")
    shutil.rmtree(tmp_path / "run", ignore_errors=True)
    entities = [
        entity
        for number, text in enumerate(texts)
        for entity in (
            model_call(f"call{number}", reply=text, messages=(Message("user", text),), parameters={text: text}),
            instruction(f"i{number}", text=text),
            answer(f"i{number}", text=text),
        )
    ]
    take_in(two, write(tmp_path / "run", *entities), chunk_bytes=ALL)
    assert rows(two.by_chunks) == rows(two.by_lines)
