"""Which instruction and which answer does one row hold, or why can it not be used?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, get_args

Format = Literal["alpaca", "sharegpt", "chat", "columns"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

_ASKING = {"human", "user"}
_ANSWERING = {"gpt", "assistant", "chatgpt", "model", "bot", "bing", "bard", "claude"}
_KINDS = {list: "a list", dict: "an object", bool: "true or false"}
_LONGEST_REASON = 200


class FileRow(NamedTuple):
    """An instruction with its answer, as the file has it."""

    number: int
    """Of its line in JSON Lines and CSV, of the row in Parquet, of the item in JSON; from 1."""
    instruction: str
    answer: str
    goes_on: bool = False
    """Whether it is the beginning of a longer conversation, of which the rest was left out."""


class BadLine(NamedTuple):
    """A row that cannot be used."""

    number: int
    reason: str
    """What is wrong, to go after `line 4: `."""


class _UnusableError(Exception):
    """Says why a row cannot be used."""


def take_row(
    number: int, values: Mapping[str, Any], *, format_: Format, columns: Mapping[str, str]
) -> FileRow | BadLine:
    """Take instruction and answer out of the values of a row.

    `columns` names the column of each part: instruction and answer, for alpaca also input; for conversations it is one.
    """
    try:
        instruction, answer, goes_on = _TAKERS[format_](values, columns)
        _check("instruction", instruction)
        _check("answer", answer)
    except _UnusableError as error:
        return BadLine(number, shortened(str(error)))
    return FileRow(number, instruction, answer, goes_on)


def shortened(reason: str) -> str:
    """Give a reason in one line of at most 200 letters that any file can hold."""
    line = " ".join(reason.encode("utf-8", "replace").decode().split())
    return line if len(line) <= _LONGEST_REASON else f"{line[: _LONGEST_REASON - 1]}…"


def _check(part: str, text: str) -> None:
    if not text or text.isspace():
        raise _UnusableError(f"the {part} is empty.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _UnusableError(f"the {part} is not text in UTF-8.") from error


def _text(values: Mapping[str, Any], column: str) -> str:
    value = values.get(column)
    if isinstance(value, str):
        return value
    if value is None:
        raise _UnusableError(f"there is nothing in {column!r}.")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise _UnusableError(f"{column!r} is {_KINDS.get(type(value), type(value).__name__)}, not text.")


def _from_columns(values: Mapping[str, Any], columns: Mapping[str, str]) -> tuple[str, str, bool]:
    return _text(values, columns["instruction"]), _text(values, columns["answer"]), False


def _from_alpaca(values: Mapping[str, Any], columns: Mapping[str, str]) -> tuple[str, str, bool]:
    instruction, answer, goes_on = _from_columns(values, columns)
    given = columns.get("input", "")
    if given and values.get(given) is not None:
        text = _text(values, given)
        if text and not text.isspace():
            instruction = f"{instruction}\n\n{text}"
    return instruction, answer, goes_on


def _from_sharegpt(values: Mapping[str, Any], columns: Mapping[str, str]) -> tuple[str, str, bool]:
    return _first_turns(values, columns["conversation"], speaker="from", said="value")


def _from_chat(values: Mapping[str, Any], columns: Mapping[str, str]) -> tuple[str, str, bool]:
    return _first_turns(values, columns["conversation"], speaker="role", said="content")


def _first_turns(values: Mapping[str, Any], column: str, *, speaker: str, said: str) -> tuple[str, str, bool]:
    """Give what was asked before the first answer to it, that answer, and whether more was asked afterwards."""
    turns = values.get(column)
    if not isinstance(turns, list) or not turns:
        raise _UnusableError(f"{column!r} holds no conversation.")
    asked: list[str] = []
    answer: str | None = None
    for place, turn in enumerate(turns, start=1):
        if not isinstance(turn, dict):
            raise _UnusableError(f"turn {place} is not an object.")
        who = str(turn.get(speaker, "")).strip().casefold()
        if who in _ASKING:
            if answer is not None:
                return "\n\n".join(asked), answer, True
            asked.append(_said(turn.get(said), place))
        elif who in _ANSWERING and asked and answer is None:
            answer = _said(turn.get(said), place)
    if not asked:
        raise _UnusableError("nobody asks anything in it.")
    if answer is None:
        raise _UnusableError("its first question has no answer.")
    return "\n\n".join(asked), answer, False


def _said(value: object, place: int) -> str:
    """Give the text of a turn; of one in parts, that of all its text parts."""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        parts = [part.get("text") for part in value if isinstance(part, dict) and part.get("type") == "text"]
        if parts and all(isinstance(part, str) for part in parts):
            return "\n\n".join(str(part) for part in parts)
    raise _UnusableError(f"turn {place} holds no text.")


_TAKERS: dict[Format, Callable[[Mapping[str, Any], Mapping[str, str]], tuple[str, str, bool]]] = {
    "alpaca": _from_alpaca,
    "sharegpt": _from_sharegpt,
    "chat": _from_chat,
    "columns": _from_columns,
}
