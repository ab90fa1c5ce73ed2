"""`import` takes a file in, and `corpora` lists, places, shows and removes it; errors are a sentence and a hint."""

import json
from pathlib import Path

import pytest

from tests.corpus_files.files import PAIRS, alpaca, columns, write
from tests.terminal import Terminal, complaint, held_by_another


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of four rows."""
    return write(tmp_path / "other.jsonl", alpaca())


def test_a_file_is_imported_listed_shown_and_removed(terminal: Terminal, file: Path):
    imported = terminal.run("import", file, "--name", "Other set", "--json")
    assert imported.code == 0
    assert imported.data["rows"] == 4
    assert imported.data["is_new"] is True
    assert (imported.data["format"], imported.data["container"]) == ("alpaca", "json_lines")
    assert "Read as alpaca in json lines: instruction from 'instruction'" in imported.err
    assert [corpus["name"] for corpus in terminal.run("corpora", "list", "--json").data["corpora"]] == ["Other set"]
    assert "Other set: 4 rows of other.jsonl" in terminal.run("corpora", "list").out
    shown = terminal.run("corpora", "show", "other set", "--json").data
    assert (shown["name"], shown["comparison"], shown["bad_line_list"]) == ("Other set", None, [])
    removed = terminal.run("corpora", "remove", "Other set", "--json")
    assert removed.data["is_removed"] is True
    assert "No corpus was imported yet." in terminal.run("corpora", "list").out


def test_the_same_file_again_adds_nothing(terminal: Terminal, file: Path):
    terminal.run("import", file)
    before = terminal.rows()
    again = terminal.run("import", file, "--json")
    assert (again.code, again.data["is_new"]) == (0, False)
    assert "was imported already as other" in terminal.run("import", file).out
    assert terminal.rows() == before


def test_bad_lines_are_told_by_number_and_the_exit_code_is_1(terminal: Terminal, file: Path):
    file.write_text(file.read_text(encoding="utf-8") + "oops\n" * 12, encoding="utf-8")
    ran = terminal.run("import", file, "--json")
    assert (ran.code, ran.data["rows"], ran.data["bad_lines"]) == (1, 4, 12)
    assert [line["number"] for line in ran.data["bad_line_list"]] == list(range(5, 17))
    words = terminal.run("corpora", "show", "other").out
    assert "12 could not be used:\n  5: it is not JSON" in words
    assert "and 2 more" in words


def test_a_dry_run_shows_the_mapping_and_writes_nothing(terminal: Terminal, tmp_path: Path):
    before = terminal.rows()
    file = write(tmp_path / "other.csv", columns())
    asked = terminal.run("import", file, "--dry-run", "--json").data
    assert asked["mapping"] == {"instruction": "question", "answer": "answer"}
    assert asked["columns"] == ["id", "question", "answer"]
    assert asked["rows"][0] == {"number": 2, "instruction": PAIRS[0][0], "answer": PAIRS[0][1]}
    turned = terminal.run(
        "import", file, "--dry-run", "--instruction-column", "answer", "--answer-column", "question", "--json"
    ).data
    assert turned["rows"][0]["instruction"] == PAIRS[0][1]
    assert terminal.rows() == before


def test_what_cannot_be_imported_is_said(terminal: Terminal, file: Path, tmp_path: Path):
    assert "There is no file" in complaint(terminal.run("import", tmp_path / "nowhere.csv", "--json"))[0]
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert "empty.csv is empty" in complaint(terminal.run("import", empty))[0]
    empty.write_bytes("a,b\n1,2\n".encode("utf-16"))
    assert "not text in UTF-8" in complaint(terminal.run("import", empty))[0]
    ran = terminal.run("import", file, "--instruction-column", "a", "--answer-column", "b")
    said, hint = (line for line in ran.err.splitlines() if line.startswith(("error", "hint")))
    assert (ran.code, "has no column 'a'" in said, "instruction, input, output" in hint) == (2, True, True)
    assert "There is no corpus 'x'" in complaint(terminal.run("corpora", "show", "x"))[0]
    assert "There is no corpus 'x'" in complaint(terminal.run("corpora", "place", "x", "--json"))[0]


def test_a_database_that_another_process_holds_is_a_sentence(terminal: Terminal, file: Path):
    with held_by_another(terminal.database) as process_id:
        ran = terminal.run("import", file)
        assert ran.code == 2
        assert f"is in use by another process (process {process_id})" in ran.err
        assert "Traceback" not in ran.err
    assert terminal.run("import", file).code == 0


def test_nothing_of_a_file_reaches_the_terminal_as_an_order(terminal: Terminal, tmp_path: Path):
    file = write(tmp_path / "other.jsonl", alpaca([("\x1b[31mred\x07", "So.")]))
    assert "\x1b" not in terminal.run("import", file, "--dry-run").out
    file = write(tmp_path / "bad.jsonl", [*alpaca(), {"\x1b[31m": 1, "instruction": "Why?", "output": ["\x1b"]}])
    ran = terminal.run("import", file)
    assert "\x1b" not in ran.out + ran.err


def test_rows_are_placed_and_compared(terminal: Terminal, file: Path):
    terminal.run("import", file)
    placed = terminal.run("corpora", "place", "other", "--json")
    assert placed.code == 0
    assert (placed.data["placed"], placed.data["rows"], placed.data["embedded"]) == (4, 4, 4)
    assert placed.data["own_pairs"] is None
    assert "Reading rows: 4 of 4" in placed.err
    compared = terminal.run("corpora", "show", "other", "--json").data["comparison"]
    assert (compared["rows"], compared["own_pairs"], compared["n"]) == (4, 0, 0)
    assert sum(each["rows"] for each in compared["disciplines"]) == 4
    assert {each["field"] for each in compared["fields"]} == {"Natural Science", "Agriculture"}
    words = terminal.run("corpora", "show", "other").out
    assert "4 of its rows have a place by all-MiniLM-L6-v2" in words
    json.dumps(compared, allow_nan=False)
    one = terminal.run("corpora", "place", "other", "--rows", "1", "--json").data
    assert (one["placed"], one["embedded"]) == (1, 0)
