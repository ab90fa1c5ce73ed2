"""A benchmark is read from whatever file it comes in, once."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from glan_core.checking.benchmark_files import benchmark_columns, guess_columns, read_benchmark
from glan_core.checking.benchmarks import add_benchmark, benchmark_named, remove_benchmark
from glan_core.errors import CorpusFileError, SettingsError
from glan_core.store.benchmarks import list_benchmarks, list_items
from glan_core.store.database import Database

ROWS = [
    {"question": "Who wrote Hamlet?", "answers": {"text": ["Shakespeare", "W. S."], "start": [3, 4]}},
    {"question": "How many are 2 and 2?", "answers": 4},
    {"question": "  ", "answers": "none"},
    {"question": None, "answers": None},
]


def _jsonl(path: Path, rows: list[dict] = ROWS) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_questions_are_read_with_answers_of_any_form(tmp_path: Path):
    read = read_benchmark(_jsonl(tmp_path / "quiz.jsonl"))
    assert [tuple(item) for item in read.items] == [
        (1, "Who wrote Hamlet?", "Shakespeare\nW. S.\n3\n4"),
        (2, "How many are 2 and 2?", "4"),
    ]
    assert (read.bad_lines, read.columns) == (2, ("question", "answers"))


@pytest.mark.parametrize("ending", ["json", "csv", "parquet"])
def test_every_container_is_read(tmp_path: Path, ending: str):
    rows = [{"prompt": "Say «hi», please.", "solution": "hi"}, {"prompt": "Say no.", "solution": "no"}]
    path = tmp_path / f"quiz.{ending}"
    if ending == "json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    elif ending == "csv":
        path.write_text('prompt,solution\n"Say «hi», please.",hi\nSay no.,no\n', encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    read = read_benchmark(path)
    assert [(item.question, item.answer) for item in read.items] == [("Say «hi», please.", "hi"), ("Say no.", "no")]


def test_all_files_of_a_folder_are_one_benchmark(tmp_path: Path):
    (tmp_path / "quiz" / "deep").mkdir(parents=True)
    _jsonl(tmp_path / "quiz" / "b.jsonl", [{"question": "B?"}])
    _jsonl(tmp_path / "quiz" / "deep" / "c.jsonl", [{"problem": "C?", "solution": "c"}])
    _jsonl(tmp_path / "quiz" / "a.jsonl", [{"question": "A?"}])
    (tmp_path / "quiz" / "README.md").write_text("No question here.", encoding="utf-8")
    read = read_benchmark(tmp_path / "quiz")
    assert [(item.number, item.question, item.answer) for item in read.items] == [
        (1, "A?", ""),
        (2, "B?", ""),
        (3, "C?", "c"),
    ]
    assert benchmark_columns(tmp_path / "quiz") == ("question",)


def test_columns_can_be_named(tmp_path: Path):
    path = _jsonl(tmp_path / "quiz.jsonl", [{"stem": "Why?", "key": "So.", "question": "not this"}])
    read = read_benchmark(path, question_column="stem", answer_column="key")
    assert [(item.question, item.answer) for item in read.items] == [("Why?", "So.")]
    with pytest.raises(CorpusFileError, match="no column 'other'"):
        read_benchmark(path, question_column="other")


def test_columns_are_told_by_their_names():
    assert guess_columns(("id", "Question", "Label")) == ("Question", "Label")
    assert guess_columns(("prompt", "canonical_solution", "test")) == ("prompt", "canonical_solution")
    assert guess_columns(("a", "b")) == ("", "")


@pytest.mark.parametrize(
    ("rows", "message"),
    [([{"a": "x", "b": "y", "c": "z"}], "cannot be told"), ([{"question": " "}], "holds no question")],
)
def test_a_file_without_questions_is_refused(tmp_path: Path, rows: list[dict], message: str):
    with pytest.raises(CorpusFileError, match=message):
        read_benchmark(_jsonl(tmp_path / "quiz.jsonl", rows))


def test_a_file_or_folder_that_holds_nothing_is_refused(tmp_path: Path, database: Database):
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "missing.jsonl"):
        with pytest.raises(CorpusFileError):
            add_benchmark(database, path)
    assert list_benchmarks(database.cursor()) == ()


def test_the_same_questions_are_the_same_benchmark(database: Database, tmp_path: Path):
    first = add_benchmark(database, _jsonl(tmp_path / "quiz.jsonl"))
    again = add_benchmark(database, _jsonl(tmp_path / "copy.jsonl"), name="Other name")
    assert (first.is_new, again.is_new) == (True, False)
    assert again.benchmark.benchmark_id == first.benchmark.benchmark_id
    (kept,) = list_benchmarks(database.cursor())
    assert (kept.name, kept.items, kept.bad_lines, kept.file_name) == ("Other name", 2, 2, "quiz.jsonl")
    assert len(list_items(database.cursor(), kept.benchmark_id)) == 2


def test_a_name_is_given_once(database: Database, tmp_path: Path):
    added = add_benchmark(database, _jsonl(tmp_path / "quiz.jsonl"))
    other = _jsonl(tmp_path / "other.jsonl", [{"question": "Why?"}])
    with pytest.raises(SettingsError, match="already"):
        add_benchmark(database, other, name=" QUIZ ")
    remove_benchmark(database, added.benchmark)
    assert add_benchmark(database, other, name="QUIZ").is_new
    assert benchmark_named(database.cursor(), "quiz").name == "QUIZ"
    with pytest.raises(SettingsError) as raised:
        benchmark_named(database.cursor(), "sums")
    assert raised.value.hint == "There are: QUIZ."
