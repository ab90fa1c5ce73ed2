"""How do reviewers work outside of the app? Pairs go out as a CSV file, and come back with verdicts.

    instruction_id,version,field,discipline,subject,instruction,answer,reviewer,verdict,reasons,comment,...
    gq4z...,x7k2...,Natural Science,Physics,Optics,What is a lens?,A lens ...,Ada,rejected,unclear; too_easy,Vague,,

A verdict is accepted, rejected or edited; an empty one is passed over. A new text stands in edited_instruction or
edited_answer, and makes the verdict `edited`. `version` tells whether the pair still says what the reviewer read.
A cell that a spreadsheet would take for a formula gets an apostrophe in front, which is taken off again.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple, cast

from glan_core.errors import ReviewError
from glan_core.ids import stable_id
from glan_core.reviewing import Decision, check_decision, decide_each
from glan_core.spreadsheet_cells import guarded, unguarded
from glan_core.store.database import Cursor, Database
from glan_core.store.edited_texts import PairText, find_pair_text, list_edits_of
from glan_core.store.reviews import list_standing_reviews_of
from glan_core.store.samples import read_samples

_READ_ONLY = (
    "instruction_id",
    "version",
    "field",
    "sub_field",
    "discipline",
    "subject",
    "level",
    "instruction",
    "answer",
)
_TO_FILL = ("reviewer", "verdict", "reasons", "comment", "edited_instruction", "edited_answer")
COLUMNS = (*_READ_ONLY, *_TO_FILL)
_ROWS_AT_ONCE = 1_000
_LONGEST_CELL = 10_000_000
_VERDICTS = ("accepted", "rejected", "edited")


class BadLine(NamedTuple):
    """A row of a file that could not be used."""

    number: int
    """Of its row as a spreadsheet counts, from 1; the names of the columns are row 1."""
    reason: str


class TakenIn(NamedTuple):
    """What became of a file."""

    rows: int
    added: int
    """Reviews that are new."""
    known: int
    """Rows that say what their reviewer has said before."""
    empty: int
    """Rows without a verdict."""
    bad_lines: tuple[BadLine, ...]
    batch_id: str
    """Takes them back all at once; empty where nothing was added."""


def write_reviews(cursor: Cursor, numbers: list[int], path: Path, *, is_replacing: bool = False) -> int:
    """Write pairs, by their places in the table, as a file to fill in, and give how many; ReviewError if it cannot be.

    A file that is there is replaced if nobody has filled it in yet, and otherwise only if `is_replacing`. It is written
    under another name first, so that a full disk leaves nothing half.
    """
    if not is_replacing and path.exists() and not _is_empty_form(path):
        raise ReviewError(
            f"{path} is there already, and is not as `review export` left it: it may hold what reviewers said.",
            "Take it in with `review import`, name another file, or write over it: --replace.",
        )
    unfinished = path.with_name(f"{path.name}.unfinished")
    written = 0
    try:
        with unfinished.open("w", encoding="utf-8-sig", newline="") as file:  # the mark that spreadsheets look for
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            for start in range(0, len(numbers), _ROWS_AT_ONCE):
                for row in read_samples(cursor, numbers[start : start + _ROWS_AT_ONCE]).itertuples():
                    writer.writerow([guarded(cell) for cell in _cells(cursor, row)])
                    written += 1
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise ReviewError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error
    return written


def read_reviews(database: Database, path: Path, *, reviewer: str = "", at: datetime) -> TakenIn:
    """Take in a file that reviewers filled in; the same file again adds nothing.

    `reviewer` stands for rows that name none. Rows that cannot be used are told, and the others are kept. Raises
    ReviewError if the file cannot be read at all.
    """
    cursor = database.cursor()
    said: dict[tuple[str, str], tuple[int, Decision]] = {}
    bad_lines: list[BadLine] = []
    rows = known = empty = 0
    try:
        for number, cells in _rows(path):
            rows += 1
            try:
                decision = _decision(cells, reviewer)
                if decision is None:
                    empty += 1
                elif (decision := _new(cursor, decision, cells.get("version", ""))) is None:
                    known += 1
                else:
                    key = (decision.instruction_id, decision.reviewer)
                    before = said.get(key)
                    if before and before[1] != decision:
                        bad_lines.append(BadLine(before[0], f"Row {number} says otherwise of the same pair."))
                    said[key] = (number, decision)
                    known += bool(before and before[1] == decision)
            except ReviewError as error:
                bad_lines.append(BadLine(number, _told(error)))
    finally:
        cursor.close()
    batch_id = stable_id("file", at.isoformat(), [list(key) for key in said]) if said else ""
    decide_each(database, [decision for _, decision in said.values()], at=at, origin="file", batch_id=batch_id or None)
    return TakenIn(rows, len(said), known, empty, tuple(sorted(bad_lines)), batch_id)


def _told(error: ReviewError) -> str:
    """Say what is wrong and, of a word that is not known, which ones are."""
    return f"{error.message} {error.hint}" if error.message.startswith("There is no reason") else error.message


def _is_empty_form(path: Path) -> bool:
    """Say whether a file is one that `write_reviews` wrote and nobody has filled in."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            return tuple(reader.fieldnames or ()) == COLUMNS and not any(
                None in row or any((row[name] or "").strip() for name in _TO_FILL) for row in reader
            )
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def _cells(cursor: Cursor, row: object) -> list[str]:
    pair = cast("Mapping[str, object]", row._asdict())  # type: ignore[attr-defined]
    answer = pair["answer"] if isinstance(pair["answer"], str) else ""
    texts = {**pair, "answer": answer, "version": _version(str(pair["instruction"]), answer)}
    return [*(str(texts[column]) for column in _READ_ONLY), *("" for _ in _TO_FILL)]


def _version(instruction: str, answer: str | None) -> str:
    return stable_id("pair_text", instruction, answer or "")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Give the rows, each with its number as a spreadsheet counts: a row may hold several lines."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            dialect = _dialect(file.readline())
            file.seek(0)
            reader = csv.reader(file, delimiter=dialect, strict=True)
            names = [name.strip().casefold() for name in next(reader, [])]
            if missing := [name for name in ("instruction_id", "verdict") if name not in names]:
                raise ReviewError(
                    f"{path.name} has no column {missing[0]!r}.", "`review export` writes a file that has them all."
                )
            for number, row in enumerate(reader, 2):
                if row:  # a line with nothing in it is a row to a spreadsheet as well
                    cells = dict.fromkeys(names, "") | dict(zip(names, row, strict=False))
                    yield number, {name: unguarded(value) for name, value in cells.items() if name}
    except FileNotFoundError as error:
        raise ReviewError(f"There is no file {path}.", "Name a CSV file.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReviewError(f"{path.name} cannot be read as CSV: {error}.", "Save it as CSV in UTF-8.") from error


def _dialect(first_line: str) -> str:
    """Give what parts the cells: some spreadsheets write semicolons."""
    return max(",;\t", key=first_line.count)


def _decision(cells: Mapping[str, str], reviewer: str) -> Decision | None:
    """Give what a row says; None if it says nothing."""
    instruction, answer = (cells.get(name, "") or None for name in ("edited_instruction", "edited_answer"))
    verdict = cells.get("verdict", "").strip().casefold()
    if not verdict and instruction is None and answer is None:
        return None
    if verdict not in ("", *_VERDICTS):
        raise ReviewError(f"{verdict!r} is no verdict: write accepted, rejected or edited.")
    if instruction is not None or answer is not None:
        if verdict == "rejected":
            raise ReviewError("It is rejected and edited at once.")
        verdict = "edited"
    elif verdict == "edited":
        raise ReviewError("It is edited, but holds no edited text.")
    return Decision(
        cells["instruction_id"].strip(),
        cells.get("reviewer", "").strip() or reviewer,
        cast(Literal["accepted", "rejected", "edited"], verdict),
        _reasons(cells.get("reasons", "")),
        cells.get("comment", ""),
        instruction,
        answer,
    )


def _reasons(cell: str) -> tuple[str, ...]:
    """Read reasons as codes (wrong_answer) or as the buttons of the Review page have them (Wrong answer)."""
    parts = (" ".join(part.split()) for part in re.split("[;,]", cell))
    return tuple(part.casefold().replace(" ", "_").replace("-", "_") for part in parts if part)


def _new(cursor: Cursor, decision: Decision, version: str) -> Decision | None:
    """Give a decision checked; None if its reviewer has said the same of the pair before, and that stands."""
    pair = find_pair_text(cursor, decision.instruction_id)
    if pair is not None and _is_known(cursor, decision, pair):
        return None
    checked = check_decision(decision, pair)
    if pair is not None and version and version != _version(pair.instruction, pair.answer):
        raise ReviewError("The pair was edited since the file was written.")
    return checked


def _is_known(cursor: Cursor, decision: Decision, pair: PairText) -> bool:
    reviewer = " ".join(decision.reviewer.split())
    own = [
        review for review in list_standing_reviews_of(cursor, decision.instruction_id) if review.reviewer == reviewer
    ]
    if not own or own[-1].verdict != decision.verdict:
        return False
    newest = own[-1]
    if decision.verdict == "edited":
        edits = {edit.review_id: edit for edit in list_edits_of(cursor, decision.instruction_id)}
        edit = edits[newest.review_id]
        wanted = (decision.instruction or edit.instruction_before, decision.answer or edit.answer_before)
        if wanted != (edit.instruction_after, edit.answer_after):
            return False
    return set(newest.reasons) == set(decision.reasons) and newest.comment == decision.comment.strip()
