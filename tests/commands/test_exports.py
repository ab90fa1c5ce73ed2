"""export and exports, from a terminal: several files at once, what was written, written again, compared."""

import json
import shutil
from pathlib import Path

import pytest

from glan_core.store.database import open_database
from tests.conftest import Small
from tests.exports.pairs import add_pair, add_pairs, begin
from tests.small_curriculum import small_curriculum
from tests.terminal import Ran, Terminal


@pytest.fixture
def filled(terminal: Terminal) -> Terminal:
    """A terminal whose database holds four pairs of Physics and two of Chemistry."""
    with open_database(terminal.database) as database:
        small = Small(database, database.cursor(), small_curriculum())
        begin(small)
        for key, concept in zip("abcd", ("phase", "coherence", "telescope", "aperture"), strict=True):
            add_pair(small, key, concept)
        add_pairs(small, "xy", "acid")
    return terminal


def done(ran: Ran) -> Ran:
    """Give what was printed by a command that did its work."""
    assert ran.code == 0, ran.err
    return ran


def test_several_formats_with_a_test_set_go_into_a_folder(filled: Terminal, tmp_path: Path):
    out = tmp_path / "out"
    ran = done(
        filled.run(
            *("export", out, "--format", "chat,hf", "--test-per-discipline", "1", "--recipe", "--json"),
            *("--duplicates", "exact", "--order", "interleaved", "--title", "Mine", "--licence", "mit", "--seed", "3"),
        )
    )
    assert (ran.data["train"], ran.data["test"], ran.data["left_out_for"]) == (3, 2, {"test_combination": 1})
    assert {each["file"] for each in ran.data["files"]} == {
        str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()
    } - {"manifest.json"}
    assert "license: mit" in (out / "README.md").read_text(encoding="utf-8")


def test_a_balance_and_quotas_are_taken_from_the_command_line(filled: Terminal, tmp_path: Path):
    ran = done(filled.run("export", tmp_path / "a.jsonl", "--balance", "discipline:cap=2", "--json"))
    assert (ran.data["pairs"], ran.data["left_out_for"]) == (4, {"balance": 2})
    ran = done(filled.run("export", tmp_path / "b.csv", "--format", "csv", "--quota", "Physics=1", "--json"))
    assert (ran.data["pairs"], ran.data["file"]) == (3, "b.csv")


def test_columns_can_be_chosen(filled: Terminal, tmp_path: Path):
    done(filled.run("export", tmp_path / "a.jsonl", "--columns", "discipline,level"))
    first = json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert first["metadata"] == {"discipline": "Physics", "level": "introductory"}


def test_a_gate_set_is_taken_by_its_name(filled: Terminal, tmp_path: Path):
    ran = filled.run("export", tmp_path / "a.jsonl", "--gates", "accepted only")
    assert ran.code == 2
    assert "6 unaccepted" in ran.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--balance", "discipline"), "is no balance"),
        (("--quota", "Physics"), "is no quota"),
        (("--format", "xml"), "no export format"),
        (("--columns", "field", "--no-lineage"), "leaves out what"),
        (("--view", "nosuchview"), "no saved view"),
        (("--view", "x", "--filter", "{}"), "exclude each other"),
        (("--scope", "Physics", "--filter", "{}"), "exclude --scope"),
        (("--scope", "Physics", "--view", "x"), "exclude --scope"),
        (("--filter", '{"has_answer": false}'), "pairs without an answer"),
        (("--format", "csv", "--recipe"), "none of the formats has them"),
    ],
    ids=str,
)
def test_what_cannot_be_understood_is_a_sentence_and_a_hint(
    filled: Terminal, tmp_path: Path, options: tuple[str, ...], said: str
):
    ran = filled.run("export", tmp_path / "out", *options)
    assert ran.code == 2
    assert said in ran.err
    assert "hint: " in ran.err
    assert not (tmp_path / "out").exists()


def test_exports_are_listed_repeated_and_compared(filled: Terminal, tmp_path: Path):
    assert "Nothing was exported yet." in done(filled.run("exports", "list")).out
    first = done(filled.run("export", tmp_path / "one", "--format", "hf", "--json")).data
    again = done(filled.run("exports", "repeat", first["export_id"][:6], tmp_path / "two", "--json")).data
    assert {each["file"]: each["sha256"] for each in first["files"]} == {
        each["file"]: each["sha256"] for each in again["files"]
    }
    with open_database(filled.database) as database:
        database.cursor().execute("update instruction set status = 'rejected' where instruction_id = 'a'")
    third = done(filled.run("exports", "repeat", first["export_id"], tmp_path / "three", "--json")).data
    found = done(filled.run("exports", "compare", first["export_id"], third["export_id"], "--json")).data
    assert found["rows"] == {"both": 5, "gone": 1, "added": 0, "moved": 0}
    assert found["settings"] == []
    said = done(filled.run("exports", "compare", first["export_id"], third["export_id"])).out
    assert "6 -> 5  train" in said
    assert "5 pairs in both, 1 gone" in said
    shutil.rmtree(tmp_path / "three")
    listed = done(filled.run("exports", "list")).out.splitlines()
    assert (len(listed), listed[0].endswith("three  (gone)")) == (3, True)
    assert "There is no export" in filled.run("exports", "compare", "zzz", "zzz").err


def test_a_file_of_somebody_elses_is_written_over_only_if_asked(filled: Terminal, tmp_path: Path):
    notes = tmp_path / "notes.txt"
    notes.write_text("Dear to me.")
    for command in (("export", notes), ("exports", "repeat", exported_once(filled, tmp_path), notes)):
        ran = filled.run(*command)
        assert (ran.code, notes.read_text()) == (2, "Dear to me.")
        assert "hint: Name another file, or write over it: --replace." in ran.err
    done(filled.run("export", notes, "--replace"))
    done(filled.run("export", notes))  # what an export wrote, the next one replaces


def exported_once(filled: Terminal, tmp_path: Path) -> str:
    """Export somewhere, and give the id."""
    return str(done(filled.run("export", tmp_path / "first.jsonl", "--json")).data["export_id"])
