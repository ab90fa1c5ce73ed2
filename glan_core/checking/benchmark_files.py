"""Which questions does the file of a benchmark hold, and which answers to them?

JSON Lines, JSON, CSV and Parquet, or a folder of such files. A question is enough; an answer may be text, a number, or
a list:

    {"question": "A farmer has 12 cows ...", "answer": "He has 17."}
    {"prompt": "def add(a, b):", "canonical_solution": "return a + b"}
    {"question": "Who wrote Hamlet?", "answers": {"text": ["Shakespeare"]}}
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from glan_core.corpus_files import find_layout, list_columns
from glan_core.corpus_files.layouts import read_records
from glan_core.errors import CorpusFileError
from glan_core.store.benchmarks import BenchmarkItem

ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".parquet")
_QUESTIONS = (
    *("question", "instruction", "prompt", "problem", "query", "input", "goal", "text", "sentence", "context"),
)
_ANSWERS = (
    *("answer", "answers", "solution", "canonical_solution", "output", "response", "completion", "target"),
    *("best_answer", "correct_answer", "final_answer", "label"),
)
_LONGEST = 1_000_000  # letters of a question or an answer


class ReadItems(NamedTuple):
    """What the files of a benchmark hold."""

    items: tuple[BenchmarkItem, ...]
    bad_lines: int
    """Rows without a question that can be read."""
    columns: tuple[str, str]
    """The column of the question, and that of the answer; empty where there is none."""


def benchmark_columns(path: Path) -> tuple[str, ...]:
    """List the columns of a file, or of the first one in a folder; CorpusFileError if it cannot be read."""
    return list_columns(_files(path)[0])


def guess_columns(columns: tuple[str, ...]) -> tuple[str, str]:
    """Tell by their names which columns hold question and answer; empty where none has such a name."""
    called = {name.strip().casefold(): name for name in reversed(columns)}
    question = next((called[name] for name in _QUESTIONS if name in called), "")
    return question, next((called[name] for name in _ANSWERS if name in called and called[name] != question), "")


def read_benchmark(path: Path, *, question_column: str = "", answer_column: str = "") -> ReadItems:
    """Read the items of a file, or of all files in a folder and below it, by name.

    Columns that are not named are told by what they are called. Raises CorpusFileError for a file that cannot be read,
    has no such column, or holds no question, and DiskError for one that may not be read.
    """
    items: list[BenchmarkItem] = []
    bad, used = 0, ("", "")
    for file in _files(path):
        used = _columns(file, question_column, answer_column)
        for values in _rows(file, used):
            question = "" if values is None else _text(values.get(used[0]))
            if not question.strip():
                bad += 1
                continue
            answer = _text((values or {}).get(used[1])) if used[1] else ""
            items.append(BenchmarkItem(len(items) + 1, question[:_LONGEST], answer[:_LONGEST]))
    if not items:
        raise CorpusFileError(f"{path.name} holds no question in the column {used[0]!r}.", "Name another column.")
    return ReadItems(tuple(items), bad, used)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix.casefold() in ENDINGS and file.is_file())
    if not found:
        raise CorpusFileError(f"There is no file in {path} that can be read.", f"It may hold: {', '.join(ENDINGS)}.")
    return found


def _columns(file: Path, question: str, answer: str) -> tuple[str, str]:
    there = list_columns(file)
    guessed = guess_columns(there)
    for name in filter(None, (question, answer)):
        if name not in there:
            raise CorpusFileError(f"{file.name} has no column {name!r}.", f"Its columns are: {', '.join(there[:12])}.")
    if not question and not guessed[0]:
        raise CorpusFileError(
            f"Which column of {file.name} holds the question cannot be told from: {', '.join(there[:12])}.",
            "Name it with --question-column.",
        )
    asked = question or guessed[0]
    return asked, answer or (guessed[1] if guessed[1] != asked else "")


def _rows(file: Path, columns: tuple[str, str]) -> Iterator[Mapping[str, Any] | None]:
    layout = find_layout(file, instruction_column=columns[0], answer_column=columns[1] or columns[0])
    for record in read_records(file, layout.container, [name for name in columns if name]):
        yield record.values


def _text(value: object) -> str:
    """Give what stands in a cell as text: of lists and objects all texts in them, one a line."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, Mapping):
        return "\n".join(filter(None, (_text(each) for each in value.values())))
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, (_text(each) for each in value)))
    return str(value)
