"""On which line of a YAML or JSON text does each value stand?

Both are read into the same three records. YAML is read event by event, so that what a taxonomy has no use for
(aliases, tags, deep nesting) is refused before it can cost anything.
"""

import json
import re
from typing import NamedTuple

import yaml

from glan_core.taxonomy_files.file_nodes import Problem, refusal

_DEEPEST = 12  # a taxonomy takes six: three lists of mappings, one in another
_MOST_MAPPINGS = 200_000  # a file of one line is not to hold more than one of many lines may
_NULLS = ("", "~", "null", "Null", "NULL")
_JSON_TOKEN = re.compile(r'\n|"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|[^\s\[\]{},:"]+')


class Scalar(NamedTuple):
    """A text, a number or nothing."""

    line: int
    text: str | None
    """None for null."""
    is_text: bool
    """May be a name: all but numbers and truth values of JSON; YAML is taken at its word, `1984` or `No` included."""
    is_number: bool
    """May be a number, as it has no quotes around it."""


class Items(NamedTuple):
    """A list."""

    line: int
    values: list["Value"]


class Entry(NamedTuple):
    """A key with its value."""

    line: int
    key: str
    value: "Value"


class Entries(NamedTuple):
    """A mapping, in which a key may stand more than once."""

    line: int
    entries: list[Entry]


Value = Scalar | Items | Entries


def read_yaml(text: str) -> Value | None:
    """Read one YAML document; None if there is none.

    Raises TaxonomyFileError, with the line, for broken YAML, aliases, anchors, tags, a second document, and nesting
    that no taxonomy needs.
    """
    document = _Document()
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            _take_event(document, event)
    except yaml.reader.ReaderError as error:
        line = text.encode("utf-8", "replace").count(b"\n", 0, error.position) + 1
        raise refusal([Problem(line, "this is not YAML: there is a character that YAML does not allow.")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise refusal([Problem(line, f"this is not YAML: {error.problem or error.context}.")]) from error
    return document.value


def read_json(text: str) -> Value | None:
    """Read one JSON value; TaxonomyFileError, with the line, for broken JSON and nesting that no taxonomy needs."""
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        raise refusal([Problem(error.lineno, f"this is not JSON: {error.msg}.")]) from error
    except RecursionError:
        pass  # told below, with the line
    document = _Document()
    line = 1
    for match in _JSON_TOKEN.finditer(text):
        token = match.group()
        if token == "\n":
            line += 1
        elif token == "{":
            document.open(Entries(line, []))
        elif token == "[":
            document.open(Items(line, []))
        elif token in "]}":
            document.close()
        elif token[0] == '"':
            words = json.loads(token) if "\\" in token else token[1:-1]
            document.add(Scalar(line, words, is_text=True, is_number=False))
        else:
            document.add(Scalar(line, None if token == "null" else token, is_text=False, is_number=True))
    return document.value


class _Document:
    """A value that is put together from its pieces as they come."""

    def __init__(self) -> None:
        self.value: Value | None = None
        self._open: list[Items | Entries] = []
        self._keys: list[Scalar | None] = []
        """For each open value the key that waits for its own."""
        self._mappings = 0

    def add(self, value: Value) -> None:
        """Put a value where the next one belongs."""
        if not self._open:
            if self.value is not None:
                raise refusal([Problem(value.line, "a second document begins; a file holds one taxonomy.")])
            self.value = value
            return
        inmost, key = self._open[-1], self._keys[-1]
        if isinstance(inmost, Items):
            inmost.values.append(value)
        elif key is not None:
            inmost.entries.append(Entry(key.line, key.text or "", value))
            self._keys[-1] = None
        elif isinstance(value, Scalar):
            self._keys[-1] = value
        else:
            raise refusal([Problem(value.line, "a key has to be a word.")])

    def open(self, value: Items | Entries) -> None:
        """Put a list or mapping there, to which what follows belongs until it is closed."""
        if len(self._open) == _DEEPEST:
            raise refusal([Problem(value.line, "this is nested deeper than the three levels of a taxonomy.")])
        self._mappings += isinstance(value, Entries)
        if self._mappings > _MOST_MAPPINGS:
            raise refusal([Problem(value.line, f"the file has more than {_MOST_MAPPINGS:,} nodes.")])
        self.add(value)
        self._open.append(value)
        self._keys.append(None)

    def close(self) -> None:
        """End the list or mapping that was opened last."""
        self._open.pop()
        self._keys.pop()


def _take_event(document: _Document, event: yaml.Event) -> None:
    line = event.start_mark.line + 1 if event.start_mark else 1
    if isinstance(event, yaml.AliasEvent):
        raise refusal([Problem(line, f"'*{event.anchor}' is an alias; write out what it stands for.")])
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
        if event.anchor is not None:
            raise refusal([Problem(line, f"'&{event.anchor}' is an anchor; leave it out.")])
        if event.tag is not None:
            raise refusal([Problem(line, f"'{event.tag}' is a tag; leave it out.")])
    if isinstance(event, yaml.ScalarEvent):
        is_plain = not event.style
        is_null = is_plain and event.value in _NULLS
        document.add(Scalar(line, None if is_null else event.value, is_text=True, is_number=is_plain))
    elif isinstance(event, yaml.MappingStartEvent):
        document.open(Entries(line, []))
    elif isinstance(event, yaml.SequenceStartEvent):
        document.open(Items(line, []))
    elif isinstance(event, yaml.CollectionEndEvent):
        document.close()
