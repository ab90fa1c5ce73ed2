"""Every form in every container reads back as it was written; what is broken is told by its number."""

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glan_core.corpus_files import BadLine, FileRow, find_layout, read_corpus_file
from glan_core.errors import CorpusFileError
from tests.corpus_files.files import PAIRS, alpaca, chat, columns, sharegpt, write

FORMS: dict[str, Callable[..., list[dict[str, Any]]]] = {
    "alpaca": alpaca,
    "sharegpt": sharegpt,
    "chat": chat,
    "columns": columns,
}


def rows_of(path: Path, **said: str) -> list[FileRow | BadLine]:
    """Read a file to its end."""
    return list(read_corpus_file(path, find_layout(path, **said)))


def pairs_of(path: Path, **said: str) -> list[tuple[str, str]]:
    """Read a file in which nothing is broken."""
    rows = rows_of(path, **said)
    assert all(isinstance(row, FileRow) for row in rows), rows
    return [(row.instruction, row.answer) for row in rows if isinstance(row, FileRow)]


def bad_lines_of(path: Path, **said: str) -> dict[int, str]:
    """Give the reasons of what is broken, by number."""
    return {row.number: row.reason for row in rows_of(path, **said) if isinstance(row, BadLine)}


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("ending", [".jsonl", ".json", ".parquet"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_reads_back_as_it_was_written(tmp_path: Path, form: str, ending: str, mark: bytes):
    path = write(tmp_path / f"rows{ending}", FORMS[form](), mark=mark)
    layout = find_layout(path)
    assert layout.format_ == form
    assert layout.container == {".jsonl": "json_lines", ".json": "json", ".parquet": "parquet"}[ending]
    assert pairs_of(path) == list(PAIRS)


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
@pytest.mark.parametrize("form", ["alpaca", "columns"])
def test_csv_reads_back_as_it_was_written(tmp_path: Path, form: str, mark: bytes):
    path = write(tmp_path / "rows.csv", FORMS[form](), mark=mark)
    layout = find_layout(path)
    assert (layout.container, layout.format_) == ("csv", form)
    assert pairs_of(path) == list(PAIRS)
    lines = path.read_bytes().decode("utf-8-sig").split("\n")
    for row in rows_of(path):
        assert PAIRS[0][0] in lines[1]
        assert isinstance(row, FileRow)
        assert row.instruction.split()[0].strip('"') in lines[row.number - 1]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_csv_may_be_parted_otherwise(tmp_path: Path, delimiter: str):
    path = tmp_path / "rows.csv"
    path.write_text(f"prompt{delimiter}response\nWhy, oh why?{delimiter}So.\n", encoding="utf-8")
    assert pairs_of(path) == [("Why, oh why?", "So.")]


def test_the_input_of_alpaca_follows_its_instruction(tmp_path: Path):
    row = {"instruction": "Add these.", "input": "1 and 2", "output": "3"}
    path = write(tmp_path / "rows.jsonl", [row, {**row, "input": None}, {**row, "input": " "}])
    assert pairs_of(path) == [("Add these.\n\n1 and 2", "3"), ("Add these.", "3"), ("Add these.", "3")]


def test_of_a_conversation_the_first_question_and_its_answer_are_taken(tmp_path: Path):
    turns = [("gpt", "Hello."), ("human", "First?"), ("gpt", "One."), ("human", "Second?"), ("gpt", "Two.")]
    long = {"conversations": [{"from": who, "value": said} for who, said in turns]}
    short = {"conversations": long["conversations"][:3]}
    doubled = {"conversations": [long["conversations"][1], long["conversations"][3], long["conversations"][4]]}
    path = write(tmp_path / "rows.jsonl", [long, short, doubled])
    assert rows_of(path) == [
        FileRow(1, "First?", "One.", True),
        FileRow(2, "First?", "One.", False),
        FileRow(3, "First?\n\nSecond?", "Two.", False),
    ]


def test_turns_may_come_in_parts(tmp_path: Path):
    content = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {}}]
    turns = [{"role": "user", "content": content}, {"role": "assistant", "content": "A cat."}]
    path = write(tmp_path / "rows.jsonl", [{"messages": turns}])
    assert pairs_of(path) == [("What is this?", "A cat.")]


def test_any_two_columns_can_be_named(tmp_path: Path):
    rows = [{"a": "Why?", "b": "unused", "c": 42}]
    for ending in (".jsonl", ".csv", ".parquet"):
        path = write(tmp_path / f"rows{ending}", rows)
        assert pairs_of(path, instruction_column="a", answer_column="c") == [("Why?", "42")]
        with pytest.raises(CorpusFileError, match="cannot be told from: a, b, c"):
            find_layout(path)
        with pytest.raises(CorpusFileError, match="has no column 'd'") as caught:
            find_layout(path, instruction_column="a", answer_column="d")
        assert "a, b, c" in caught.value.hint


def test_two_columns_of_any_name_are_taken_for_question_and_answer(tmp_path: Path):
    path = write(tmp_path / "rows.csv", [{"left": "Why?", "right": "So."}])
    assert pairs_of(path) == [("Why?", "So.")]


def test_a_format_that_does_not_fit_is_said(tmp_path: Path):
    path = write(tmp_path / "rows.jsonl", alpaca())
    with pytest.raises(CorpusFileError, match="do not have the form of chat"):
        find_layout(path, format_="chat")
    with pytest.raises(CorpusFileError, match="no format 'yaml'"):
        find_layout(path, format_="yaml")
    with pytest.raises(CorpusFileError, match="Only one of the two"):
        find_layout(path, answer_column="output")
    with pytest.raises(CorpusFileError, match="columns of its own"):
        find_layout(path, format_="chat", instruction_column="input", answer_column="output")


def test_broken_lines_are_told_by_number_and_the_rest_is_read(tmp_path: Path):
    good = json.dumps({"instruction": "Why?", "output": "So."})
    lines = [
        good.encode(),
        b'{"instruction": "Why?", "output": ',
        b"",
        b'["a", "b"]',
        b'{"instruction": "Why?"}',
        b'{"instruction": "", "output": "So."}',
        b'{"instruction": "Why?", "output": ["So."]}',
        b'{"instruction": "Stra\xdfe?", "output": "So."}',
        b'{"instruction": "\\ud800?", "output": "So."}',
        b"[" * 100_000,
        good.encode(),
    ]
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\r\n".join(lines))
    assert [row.number for row in rows_of(path) if isinstance(row, FileRow)] == [1, 11]
    bad = bad_lines_of(path)
    assert list(bad) == [2, 4, 5, 6, 7, 8, 9, 10]
    assert "not JSON (expecting value at letter" in bad[2]
    assert "not an object" in bad[4]
    assert "nothing in 'output'" in bad[5]
    assert "instruction is empty" in bad[6]
    assert "'output' is a list, not text" in bad[7]
    assert "not text in UTF-8" in bad[8]
    assert "not text in UTF-8" in bad[9]
    assert "nested too deeply" in bad[10]


def test_broken_conversations_are_told(tmp_path: Path):
    def turns(*said: tuple[str, Any]) -> dict[str, Any]:
        return {"messages": [{"role": who, "content": content} for who, content in said]}

    path = write(
        tmp_path / "rows.jsonl",
        [
            turns(("user", "Why?"), ("assistant", "So.")),
            turns(("user", "Why?")),
            turns(("assistant", "So.")),
            turns(("user", "Why?"), ("assistant", None)),
            {"messages": ["Why?", "So."]},
            {"messages": []},
            {"other": 1},
        ],
    )
    bad = bad_lines_of(path)
    assert list(bad) == [2, 3, 4, 5, 6, 7]
    assert "has no answer" in bad[2]
    assert "nobody asks" in bad[3]
    assert "turn 2 holds no text" in bad[4]
    assert "turn 1 is not an object" in bad[5]
    assert "no conversation" in bad[6]
    assert "no conversation" in bad[7]


def test_broken_rows_of_csv_spoil_nothing_but_themselves(tmp_path: Path):
    path = tmp_path / "rows.csv"
    path.write_bytes(
        b'question,answer\nOne?,1\nTwo?,2,3\n"Three"?,3\n\n"Four?\nlong",4\n"Five?,5\nSix?,6\nSev\xe9n?,7\nEight?,8\n'
    )
    assert [(row.number, row.answer) for row in rows_of(path) if isinstance(row, FileRow)] == [
        (2, "1"),
        (6, "4"),
        (9, "6"),
        (11, "8"),
    ]
    bad = bad_lines_of(path)
    assert list(bad) == [3, 4, 8, 10]
    assert "header has 2 cells, and this row 3" in bad[3]
    assert "after" in bad[4] or "between" in bad[4]
    assert "never closed" in bad[8]
    assert "UTF-8" in bad[10]


def test_a_list_that_breaks_off_gives_what_stands_before(tmp_path: Path):
    whole = write(tmp_path / "rows.json", alpaca()).read_text(encoding="utf-8")
    path = tmp_path / "cut.json"
    path.write_text(whole[: whole.rindex('"output"')], encoding="utf-8")
    rows = rows_of(path)
    assert [type(row) for row in rows] == [FileRow, FileRow, FileRow, BadLine]
    assert "nothing from here on could be read" in rows[-1][1]
    path.write_text(whole.rstrip().removesuffix("]"), encoding="utf-8")
    assert bad_lines_of(path) == {5: "the file ends before the list does."}
    path.write_text("[" + json.dumps(alpaca()[0]) + json.dumps(alpaca()[1]) + "]", encoding="utf-8")
    assert "no comma" in bad_lines_of(path)[2]


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".csv", ".parquet"])
def test_an_answer_of_a_megabyte_comes_whole(tmp_path: Path, ending: str):
    long = 'é, "quoted"\n' * 80_000
    pairs = [("Short?", "Yes."), ("Long?", long), ("Short again?", "Yes.")]
    assert pairs_of(write(tmp_path / f"rows{ending}", columns(pairs))) == pairs


def test_a_row_that_is_too_long_is_a_bad_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("glan_core.corpus_files.json_records.LARGEST_ROW", 1_000)
    monkeypatch.setattr("glan_core.corpus_files.json_records._BLOCK", 100)
    pairs = [("Short?", "Yes."), ("Long?", "x" * 5_000), ("Last?", "Yes.")]
    path = write(tmp_path / "rows.jsonl", columns(pairs))
    assert [row.number for row in rows_of(path) if isinstance(row, FileRow)] == [1, 3]
    assert "longer than" in bad_lines_of(path)[2]


def test_files_that_cannot_be_taken_are_told_in_a_sentence(tmp_path: Path):
    def complaint(data: bytes) -> str:
        path = tmp_path / "file"
        path.write_bytes(data)
        with pytest.raises(CorpusFileError) as caught:
            rows_of(path)
        return f"{caught.value.message} {caught.value.hint}"

    with pytest.raises(CorpusFileError, match="There is no file"):
        find_layout(tmp_path / "nowhere")
    with pytest.raises(CorpusFileError, match="is not a file"):
        find_layout(tmp_path)
    assert "is empty" in complaint(b"")
    assert "is empty" in complaint(b"\xef\xbb\xbf \n\n")
    assert "is not text in UTF-8" in complaint('{"instruction": "a", "output": "b"}'.encode("utf-16"))
    assert "is not text in UTF-8" in complaint(b"\x00\x01\x02")
    assert "no Parquet file that can be read" in complaint(b"PAR1 and nothing else")
    assert "nothing below its header" in complaint(b"question,answer\n")
    assert "holds no rows" in complaint(b"[]")
    assert "no row that can be read" in complaint(b"[1, 2]")
    assert "two columns 'a'" in complaint(b"a,a\n1,2\n")
    assert "not JSON" in complaint(b'{\n  "instruction": "a",\n  "output": "b"\n}\n')
