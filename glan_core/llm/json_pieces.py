"""Which JSON objects stand in a text, and what in it is none?

    Here it is:
    {"name": "Rays",}            {"name": "Rays"}
    oops                         Line 3 is not JSON.
    {"name": "Waves"}            {"name": "Waves"}
    {"name": "Opt                The last object was cut off.

What is valid is read as it stands. What is not is mended object by object, so one bad object costs no other: first as
a Python literal, then by json-repair, which knows missing quotes, commas and comments. It is never given a text whose
brackets do not close, because it would make whole objects of halves.
"""

import ast
import itertools
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

CUT_OFF = "The last object was cut off."

_DECODER = json.JSONDecoder(strict=False)  # models break lines within texts
_OPENING, _CLOSING = "{[", "}]"
# Ten times a long class session: what is longer is no single object, and mending takes time that grows with length.
_MOST_CHARACTERS_TO_MEND = 10_000
_MOST_MENDED = 200
# No list of this program has so many objects that cannot be read; a reply of nothing but brackets has, and each costs.
_MOST_UNREADABLE = 1000
_WRAPPER = re.compile(r"\{\s*[\"'“]?\w+[\"'”]?\s*:\s*[\[{]")
_NEW_OBJECT = re.compile(r"\n\s*\{")  # its own brackets are not the ones that close
_KEY = re.compile(r"[^\W\d][\w -]{0,40}")
# What may stand between objects without being one: fences, comments, numbers, and the brackets and name of the list.
_AROUND = re.compile(r"```+\s*\w*|//.*|^\s*(?:\d+[.)]|[-*•])\s*|[\"'“]?\w+[\"'”]?\s*:\s*(?=[\[{])|[\s\[\]{},;]+")
_BEGINS_OBJECT = re.compile(r"\{\s*(?:[\"'“]|\w+\s*:|$)")


class Pieces(NamedTuple):
    """What a text holds."""

    values: tuple[dict[str, Any], ...]
    """The objects in their order."""
    left_out: tuple[str, ...]
    """What else there is between them, a short sentence each."""


class _Piece(NamedTuple):
    start: int
    end: int
    value: dict[str, Any]


def pieces_of(text: str) -> Pieces:
    """Give the JSON objects of a text, the outermost ones where they are valid as a whole."""
    ends = _ends_of_brackets(text)
    pieces = list(_pieces(text, ends))
    return Pieces(tuple(piece.value for piece in pieces), tuple(_left_out(text, pieces, ends)))


def _pieces(text: str, ends: dict[int, int]) -> Iterator[_Piece]:
    invalid = 0
    place = text.find("{")
    while place >= 0 and invalid < _MOST_UNREADABLE:
        piece = _valid(text, place)
        if piece is None:
            invalid += 1
            if not _WRAPPER.match(text, place) and invalid <= _MOST_MENDED:
                piece = _mended(text, place, ends.get(place))
        if piece is not None:
            yield piece
        # Where nothing could be read an object around objects may be damaged, or cut off: look inside it.
        place = text.find("{", piece.end if piece else place + 1)


def _valid(text: str, place: int) -> _Piece | None:
    try:
        value, end = _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        return None
    return _Piece(place, end, value)


def _mended(text: str, place: int, end: int | None) -> _Piece | None:
    """Give an object that is not valid JSON, as far as its brackets or its line reach; None if it is not plain."""
    line_end = text.find("\n", place)
    line = text[place : line_end if line_end >= 0 else len(text)].rstrip(" \t\r,")
    candidates = [] if end is None else [end]
    if line.endswith("}"):  # where a quote is missing or too many, brackets cannot be told from text, but a line can
        is_whole = all(line.count(left) == line.count(right) for left, right in zip(_OPENING, _CLOSING, strict=True))
        candidates.insert(0 if is_whole else len(candidates), place + len(line))
    for candidate in candidates:
        damaged = text[place:candidate]
        if len(damaged) > _MOST_CHARACTERS_TO_MEND or _NEW_OBJECT.search(damaged):
            continue
        value = _python_literal(damaged) or _repaired(damaged)
        if isinstance(value, dict) and value and all(isinstance(key, str) and _KEY.fullmatch(key) for key in value):
            return _Piece(place, candidate, value)
    return None


def _python_literal(damaged: str) -> Any:
    if "\\" in damaged:  # Python would warn of an escape that it does not know
        return None
    try:
        value = ast.literal_eval(damaged)
        json.dumps(value)  # sets and bytes are no data
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
    return value


def _repaired(damaged: str) -> Any:
    if ":" not in damaged:  # a brace in prose or a formula
        return None
    try:
        import json_repair  # a tenth of a second, that only damaged replies are worth

        value = json_repair.loads(damaged)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict) and re.match(r"\{\s*'", damaged):
        # Between single quotes an apostrophe can push the closing quote into the text: {'name': 'Newton's laws'}.
        return {key: text.removesuffix("'") if isinstance(text, str) else text for key, text in value.items()}
    return value


def _ends_of_brackets(text: str) -> dict[int, int]:
    """Give, by opening bracket, the place after the one that closes it; those in texts do not count."""
    ends: dict[int, int] = {}
    open_places: list[int] = []
    quote, is_escaped, before = "", False, ""
    for place, letter in enumerate(text):
        if quote:
            if is_escaped:
                is_escaped = False
            elif letter == "\\":
                is_escaped = True
            elif letter == quote:
                quote = ""
        elif letter in _OPENING:
            open_places.append(place)
        elif letter in _CLOSING and open_places:
            if text[open_places[-1]] == _OPENING[_CLOSING.index(letter)]:
                ends[open_places.pop()] = place + 1
        elif open_places and (letter == '"' or (letter == "'" and before in "{[,:")):
            quote = letter  # an apostrophe within a word opens no text
        if not letter.isspace():
            before = letter
    return ends


def _left_out(text: str, pieces: list[_Piece], ends: dict[int, int]) -> Iterator[str]:
    """Say which lines between the objects, or with the beginning of one outside of them, could not be read."""
    line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
    last = pieces[-1].end if pieces else 0
    begun = (match.start() for match in _BEGINS_OBJECT.finditer(text, last))
    cut_off = next((place for place in begun if place not in ends), len(text))
    starts = [0, *(piece.end for piece in pieces)]
    stops = [*(piece.start for piece in pieces), cut_off]
    unread: set[int] = set()
    for number, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        is_between = 0 < number < len(pieces)
        place = start
        for line in text[start:stop].splitlines(keepends=True):
            if _AROUND.sub("", line) and (is_between or _BEGINS_OBJECT.search(line)):
                unread.add(bisect_right(line_starts, place))
            place += len(line)
    for _, group in itertools.groupby(enumerate(sorted(unread)), key=lambda entry: entry[1] - entry[0]):
        lines = [line for _, line in group]
        yield f"Line {lines[0]} is not JSON." if len(lines) == 1 else f"Lines {lines[0]} to {lines[-1]} are not JSON."
    if cut_off < len(text):
        yield CUT_OFF
