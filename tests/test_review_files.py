"""Do reviews go out and come back as CSV, whatever a spreadsheet and an annotator make of it?"""

import csv
from pathlib import Path

import pytest

from glan_core.entities import Filter
from glan_core.errors import ReviewError
from glan_core.review_files import COLUMNS, read_reviews, write_reviews
from glan_core.reviewing import REASONS, Decision, decide, take_back
from glan_core.store.ingest import ingest
from glan_core.store.review_batches import list_batches
from glan_core.store.reviews import list_reviews, list_standing_verdicts
from glan_core.store.runs import save_run
from glan_core.store.samples import find_samples
from tests.conftest import Small
from tests.small_pairs import NOON, answer, instruction, model_call, run

ODD = '=1+1\n"quoted", with a comma; مرحبا 🙂'


@pytest.fixture
def four(small: Small) -> Small:
    """Four answered questions of Optics, one of them full of what breaks tables."""
    save_run(small.cursor, run())
    rows: list[object] = []
    for key in "abcd":
        text = {"text": ODD} if key == "a" else {}
        rows += [model_call(f"call-{key}"), model_call(f"answering-{key}", stage="answers")]
        rows += [instruction(key, **text), answer(key, text="-5 degrees" if key == "b" else f"Answer to {key}.")]
    ingest(small.cursor, rows)  # type: ignore[arg-type]
    return small


def write(small: Small, folder: Path) -> Path:
    path = folder / "pairs.csv"
    assert write_reviews(small.cursor, find_samples(small.cursor, Filter(), "oldest").tolist(), path) == 4
    return path


def filled(path: Path, **by_id: dict[str, str]) -> Path:
    """Fill cells in, as an annotator does."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update(by_id.get(row["instruction_id"], {}))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def said(small: Small) -> dict[str, str]:
    return {each.instruction_id: each.verdict for each in list_standing_verdicts(small.cursor)}


def test_a_file_holds_every_text_as_it_is_and_no_formula(four: Small, tmp_path: Path):
    path = write(four, tmp_path)
    assert path.read_bytes().startswith("\ufeff".encode())
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["instruction_id"]: row for row in csv.DictReader(file)}
    assert rows["a"]["instruction"] == f"'{ODD}"
    assert rows["b"]["answer"] == "'-5 degrees"
    assert rows["c"]["discipline"] == "Physics"
    assert {row["verdict"] for row in rows.values()} == {""}


def test_what_was_filled_in_is_kept_and_the_same_file_again_adds_nothing(four: Small, tmp_path: Path):
    path = filled(
        write(four, tmp_path),
        a={"verdict": "Accepted ", "reviewer": "Ada"},
        b={"verdict": "rejected", "reasons": "unclear; too_easy", "comment": "Vague"},
        c={"edited_answer": "'=better"},
    )
    taken = read_reviews(four.database, path, reviewer="Bo", at=NOON)
    assert (taken.rows, taken.added, taken.known, taken.empty, taken.bad_lines) == (4, 3, 0, 1, ())
    assert said(four) == {"a": "accepted", "b": "rejected", "c": "edited"}
    (review,) = list_reviews(four.cursor, "b")
    assert (review.reviewer, review.reasons, review.comment, review.origin) == (
        "Bo",
        ("unclear", "too_easy"),
        "Vague",
        "file",
    )
    assert four.cursor.execute("select answer from pair where instruction_id = 'c'").fetchall() == [("=better",)]
    again = read_reviews(four.database, path, reviewer="Bo", at=NOON)
    assert (again.added, again.known, again.empty, again.bad_lines) == (0, 3, 1, ())
    assert len(list_batches(four.cursor, limit=9)) == 1


def test_a_corrected_row_replaces_what_its_reviewer_said(four: Small, tmp_path: Path):
    path = filled(write(four, tmp_path), a={"verdict": "accepted"}, b={"verdict": "accepted"})
    read_reviews(four.database, path, reviewer="Bo", at=NOON)
    taken = read_reviews(four.database, filled(path, a={"verdict": "rejected"}), reviewer="Bo", at=NOON)
    assert (taken.added, taken.known) == (1, 1)
    assert said(four) == {"a": "rejected", "b": "accepted"}


def test_a_file_can_be_taken_back_whole(four: Small, tmp_path: Path):
    path = filled(write(four, tmp_path), a={"verdict": "accepted"}, c={"edited_instruction": "Better?"})
    taken = read_reviews(four.database, path, reviewer="Bo", at=NOON)
    assert take_back(four.database, taken.batch_id, reviewer="Bo", at=NOON) == 2
    assert said(four) == {}
    assert four.cursor.execute("select instruction from pair where instruction_id = 'c'").fetchall() == [
        ("Question c?",)
    ]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"verdict": "maybe"}, "'maybe' is no verdict"),
        ({"verdict": "rejected", "edited_answer": "x"}, "rejected and edited at once"),
        ({"verdict": "edited"}, "holds no edited text"),
        ({"verdict": "rejected", "reasons": "ugly"}, "There is no reason 'ugly'"),
        ({"verdict": "accepted", "instruction_id": "nope"}, "There is no pair 'nope'"),
        ({"verdict": "accepted", "reviewer": "x" * 80}, "cannot be a reviewer"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_the_others_are_kept(
    four: Small, tmp_path: Path, cells: dict[str, str], reason: str
):
    path = filled(write(four, tmp_path), c=cells, d={"verdict": "accepted"})
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    taken = read_reviews(four.database, path, reviewer="Bo", at=NOON)
    assert taken.added == 1
    (bad,) = taken.bad_lines
    assert reason in bad.reason
    assert rows[bad.number - 2]["instruction_id"] in ("c", "nope")  # as a spreadsheet counts, its heads being row 1
    assert said(four) == {"d": "accepted"}


def test_reasons_are_read_in_the_words_of_the_buttons_and_unknown_ones_name_the_others(four: Small, tmp_path: Path):
    path = filled(
        write(four, tmp_path),
        a={"verdict": "rejected", "reasons": "Wrong answer; off-topic,too_easy"},
        b={"verdict": "rejected", "reasons": "boring"},
    )
    taken = read_reviews(four.database, path, reviewer="Bo", at=NOON)
    assert list_reviews(four.cursor, "a")[0].reasons == ("wrong_answer", "off_topic", "too_easy")
    (bad,) = taken.bad_lines
    assert bad.reason == f"There is no reason 'boring'. There are: {', '.join(REASONS)}."


def test_rows_are_counted_as_a_spreadsheet_does_also_after_an_empty_line(four: Small, tmp_path: Path):
    path = tmp_path / "gaps.csv"
    path.write_text('instruction_id,verdict,comment\na,accepted,"two\nlines"\n\nb,perhaps\n', encoding="utf-8")
    taken = read_reviews(four.database, path, reviewer="Bo", at=NOON)
    assert (taken.rows, taken.added, [line.number for line in taken.bad_lines]) == (2, 1, [4])


def test_without_any_name_a_row_cannot_be_used(four: Small, tmp_path: Path):
    path = filled(write(four, tmp_path), **{key: {"verdict": "accepted"} for key in "abcd"})
    taken = read_reviews(four.database, path, at=NOON)
    assert (taken.added, taken.bad_lines[0].number, len(taken.bad_lines)) == (0, 2, 4)


def test_a_pair_that_was_edited_meanwhile_is_told(four: Small, tmp_path: Path):
    path = filled(write(four, tmp_path), b={"verdict": "accepted"})
    decide(four.database, Decision("b", "Cy", "edited", answer="New."), at=NOON)
    taken = read_reviews(four.database, path, reviewer="Bo", at=NOON)
    assert [line.reason for line in taken.bad_lines] == ["The pair was edited since the file was written."]


def test_semicolons_part_the_cells_as_well(four: Small, tmp_path: Path):
    path = tmp_path / "semicolons.csv"
    path.write_text("Instruction_ID;Verdict;reviewer\na;accepted;Ada\nb;rejected;Ada\n", encoding="utf-8")
    assert read_reviews(four.database, path, at=NOON).added == 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b\n1,2\n", "has no column 'instruction_id'"),
        (b"", "has no column 'instruction_id'"),
        (b"instruction_id,verdict\n\xff\xfe,x\n", "cannot be read as CSV"),
        (b'instruction_id,verdict\n"a"b,"accepted\n', "cannot be read as CSV"),
    ],
)
def test_a_file_that_is_none_is_told(four: Small, tmp_path: Path, data: bytes, message: str):
    path = tmp_path / "file.csv"
    path.write_bytes(data)
    with pytest.raises(ReviewError, match=message):
        read_reviews(four.database, path, reviewer="Bo", at=NOON)


def test_a_file_that_is_not_there_is_told(four: Small, tmp_path: Path):
    with pytest.raises(ReviewError, match="There is no file"):
        read_reviews(four.database, tmp_path / "nope.csv", at=NOON)
    with pytest.raises(ReviewError, match="cannot be written"):
        write_reviews(four.cursor, [], tmp_path / "nowhere" / "pairs.csv")
    assert list(tmp_path.glob("*.unfinished")) == []


def test_of_two_rows_of_one_reviewer_the_later_counts_and_the_other_is_told(four: Small, tmp_path: Path):
    path = tmp_path / "twice.csv"
    path.write_text("instruction_id,reviewer,verdict\na,Ada,accepted\na,Ada,rejected\nb,Ada,accepted\nb,Ada,accepted\n")
    taken = read_reviews(four.database, path, at=NOON)
    assert (taken.added, taken.known) == (2, 1)
    assert taken.bad_lines == ((2, "Row 3 says otherwise of the same pair."),)
    assert said(four) == {"a": "rejected", "b": "accepted"}


def test_a_file_that_somebody_filled_in_is_not_written_over_unless_asked(four: Small, tmp_path: Path):
    path = tmp_path / "pairs.csv"
    numbers = find_samples(four.cursor, Filter(), "oldest").tolist()
    assert write_reviews(four.cursor, numbers, path) == 4
    assert write_reviews(four.cursor, numbers[:2], path) == 2  # nobody has filled it in
    filled = path.read_text(encoding="utf-8-sig").replace(",,,,,", ",,,,I am not sure,", 1)
    for text in (filled, "My own notes.", ""):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ReviewError, match="is there already") as raised:
            write_reviews(four.cursor, numbers, path)
        assert "--replace" in raised.value.hint
        assert path.read_text(encoding="utf-8") == text
    assert "I am not sure" in filled
    assert write_reviews(four.cursor, numbers, path, is_replacing=True) == 4
