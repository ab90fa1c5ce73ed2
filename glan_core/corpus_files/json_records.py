"""Which objects stand in a file of JSON, line by line or in one long list?

Files are read piece by piece: never more than one object and one block are held.
"""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO

LARGEST_ROW = 32 * 2**20
"""Bytes or letters of one row; a longer one is a bad line."""
_BLOCK = 2**20
_SPACE = re.compile(r"[ \t\r\n]*")
_REST = "nothing from here on could be read."


class Record(NamedTuple):
    """A row as it stands in the file, or why it could not be read."""

    number: int
    """From 1: of the line, or of the item in a list."""
    values: dict[str, Any] | None
    reason: str = ""


def read_json_lines(path: Path) -> Iterator[Record]:
    """Give the object of each line that is not blank."""
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file), start=1):
            if line is None:
                yield Record(number, None, f"it is longer than {LARGEST_ROW // 2**20} MB.")
            elif not line.isspace():
                yield _record_of_line(number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)


def read_json_list(path: Path) -> Iterator[Record]:
    """Give the objects of a file that is one list; what is broken in it ends it, and is told as the last one."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        window = _Window(file)
        window.next_letter()
        window.place += 1  # the bracket that opens the list
        number = 0
        letter = window.next_letter()
        while letter and letter != "]":
            number += 1
            try:
                value = window.value()
            except (ValueError, RecursionError) as error:
                yield Record(number, None, f"it is not JSON ({_complaint(error)}); {_REST}")
                return
            yield _record(number, value)
            letter = window.next_letter()
            if letter == ",":
                window.place += 1
                letter = window.next_letter()
            elif letter and letter != "]":
                yield Record(number + 1, None, f"there is no comma before it; {_REST}")
                return
        if not letter:
            yield Record(number + 1, None, "the file ends before the list does.")


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Give the lines of a file; None in place of one that is too long."""
    while line := file.readline(LARGEST_ROW):
        if len(line) < LARGEST_ROW or line.endswith(b"\n"):
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(_BLOCK)
        yield None


def _record_of_line(number: int, line: bytes) -> Record:
    try:
        return _record(number, json.loads(line.decode()))
    except UnicodeDecodeError:
        return Record(number, None, "it is not text in UTF-8.")
    except (ValueError, RecursionError) as error:
        return Record(number, None, f"it is not JSON ({_complaint(error)}).")


def _record(number: int, value: object) -> Record:
    if isinstance(value, dict):
        return Record(number, value)
    return Record(number, None, "it is not an object with named values.")


def _complaint(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]} at letter {error.pos + 1}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else "a number is too long"


class _Window:
    """A part of a text file that moves on as it is read."""

    def __init__(self, file: TextIO) -> None:
        self.text = ""
        self.place = 0
        self._file = file
        self._is_at_end = False
        self._decode = json.JSONDecoder().raw_decode

    def next_letter(self) -> str:
        """Go to the next letter that is no space, and give it; empty at the end."""
        while True:
            found = _SPACE.match(self.text, self.place)
            self.place = found.end() if found else self.place
            if self.place < len(self.text):
                return self.text[self.place]
            if self._is_at_end:
                return ""
            self._read_on()

    def value(self) -> Any:
        """Give the value that begins here, and go to its end; ValueError if there is none."""
        while True:
            rest = len(self.text) - self.place
            try:
                value, end = self._decode(self.text, self.place)
            except json.JSONDecodeError as error:
                if self._is_at_end or rest > LARGEST_ROW:
                    raise json.JSONDecodeError(error.msg, self.text[self.place :], error.pos - self.place) from error
            else:
                if end < len(self.text) or self._is_at_end:
                    self.place = end
                    return value
            self._read_on()

    def _read_on(self) -> None:
        block = self._file.read(max(_BLOCK, len(self.text) - self.place))  # what is left doubles: few tries
        self._is_at_end = not block
        self.text = self.text[self.place :] + block
        self.place = 0
