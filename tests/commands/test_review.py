"""`review` writes files for annotators, takes them in, and says how good each branch is."""

import csv
from pathlib import Path

import pytest

from glan_core.store.database import open_database
from glan_core.store.ingest import ingest
from glan_core.store.runs import save_run
from tests.small_pairs import answer, instruction, model_call, run
from tests.terminal import Terminal, complaint


@pytest.fixture
def three(terminal: Terminal) -> Terminal:
    """A terminal at a database with three pairs of Optics."""
    with open_database(terminal.database) as database:
        cursor = database.cursor()
        save_run(cursor, run())
        rows: list[object] = []
        for key in "abc":
            rows += [model_call(f"call-{key}"), model_call(f"answering-{key}", stage="answers")]
            rows += [instruction(key), answer(key)]
        ingest(cursor, rows)  # type: ignore[arg-type]
    return terminal


def fill(path: Path, **verdicts: str) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows([{**row, "verdict": verdicts.get(row["instruction_id"], "")} for row in rows])


def test_a_file_goes_out_and_its_verdicts_come_in_once(three: Terminal, tmp_path: Path):
    path = tmp_path / "pairs.csv"
    assert three.run("review", "export", str(path), "--json").data["pairs"] == 3
    fill(path, a="accepted", b="rejected")
    taken = three.run("review", "import", str(path), "--reviewer", "Ada", "--json").data
    assert (taken["added"], taken["known"], taken["empty"], taken["bad_lines"]) == (2, 0, 1, [])
    again = three.run("review", "import", str(path), "--reviewer", "Ada")
    assert again.out == "Took in 0 reviews of 3 rows; 2 were known, 1 holds no verdict.\n"
    rest = three.run("review", "export", str(tmp_path / "rest.csv"), "--json").data
    assert (rest["pairs"], rest["of"]) == (1, 1)  # what was reviewed stays behind


def test_a_bad_line_ends_with_1_and_is_told(three: Terminal, tmp_path: Path):
    path = tmp_path / "pairs.csv"
    three.run("review", "export", str(path))
    fill(path, a="perhaps", b="accepted")
    ran = three.run("review", "import", str(path), "--reviewer", "Ada", "--json")
    assert ran.code == 1
    assert ran.data["added"] == 1
    assert [line["reason"] for line in ran.data["bad_lines"]] == [
        "'perhaps' is no verdict: write accepted, rejected or edited."
    ]


def test_a_sample_tells_each_branch_with_its_interval(three: Terminal, tmp_path: Path):
    path = tmp_path / "pairs.csv"
    three.run("review", "export", str(path), "--each", "3", "--by", "field")
    fill(path, a="accepted", b="accepted", c="rejected")
    three.run("review", "import", str(path), "--reviewer", "Ada")
    data = three.run("review", "sample", "--by", "field", "--json").data
    (row,) = data["rows"]
    assert (row["name"], row["reviewed"], row["share"], row["says"]) == ("Natural Science", 3, 0.6667, "open")
    assert (row["lower"], row["upper"]) == (0.2077, 0.9385)  # 2 of 3, by Wilson's formula
    told = three.run("review", "sample", "--by", "field").out
    assert "67 %  21 to 94 %  Natural Science (n = 3; open 80 %, 32 more tell)" in told


def test_what_cannot_be_done_is_a_sentence(three: Terminal, tmp_path: Path):
    assert "cannot be drawn of each 'colour'" in complaint(three.run("review", "sample", "--by", "colour"))[0]
    assert "There is no file" in complaint(three.run("review", "import", str(tmp_path / "nope.csv")))[0]


def test_a_file_that_was_filled_in_is_written_over_only_if_asked(three: Terminal, tmp_path: Path):
    path = tmp_path / "pairs.csv"
    three.run("review", "export", str(path))
    fill(path, a="accepted")
    before = path.read_bytes()
    ran = three.run("review", "export", str(path))
    assert (ran.code, path.read_bytes()) == (2, before)
    assert "is there already" in complaint(ran)[0]
    assert three.run("review", "export", str(path), "--replace").code == 0


def test_a_filter_and_a_scope_exclude_each_other(three: Terminal, tmp_path: Path):
    ran = three.run("review", "export", str(tmp_path / "x.csv"), "--filter", "{}", "--scope", "Physics")
    assert ran.code == 2
    assert "--filter excludes --scope" in complaint(ran)[0]
