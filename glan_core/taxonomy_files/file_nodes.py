"""What does a taxonomy file say of a node, and what may it say?

Every format is read into the same record, and held to the same rules. What breaks one is gathered as problems, and a
file with any is refused whole:

    line 4: 'Physics' has the status 'gone', which is none of kept, pending, removed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, cast

from glan_core.entities import LARGEST_TARGET, LONGEST_DESCRIPTION, LONGEST_NAME
from glan_core.errors import TaxonomyFileError

FORMATS = {"yaml": ".yaml", "json": ".json", "csv": ".csv", "markdown": ".md", "outline": ".txt"}
"""Format names with the file ending each is given."""
LEVEL_WORDS = {"field": "field", "sub_field": "sub-field", "discipline": "discipline"}
MOST_PROBLEMS_SHOWN = 20
Status = Literal["kept", "pending", "removed"]

_STATUSES = ("kept", "pending", "removed")
_ORIGINS = ("paper", "starter", "user", "model")
_ORIGIN_OURS = "ours"  # how data/curriculum/taxonomy.yaml says `starter`
_LEAST = {"target": 0, "position": 1}
_MOST = {"target": LARGEST_TARGET, "position": 1_000_000_000}  # positions are stored in 32 bits
_ID = re.compile(r"[a-z2-7]{16}")
_WHOLE_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
_LINE_BREAK = re.compile("[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_NO_CHARACTER = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_NOT_IN_A_DESCRIPTION = re.compile("[\x00\ud800-\udfff]")


class FileNode(NamedTuple):
    """A node as a file has it; None where the file does not say."""

    line: int
    """Where it begins, from 1."""
    node_id: str | None
    parent: int | None
    """Place of its parent in the tuple of nodes, which is before its own; None for a field."""
    level: str
    name: str
    description: str | None = None
    status: Status | None = None
    target: int | None = None
    origin: str | None = None
    position: int | None = None


class Cell(NamedTuple):
    """One value as it stands in the file."""

    line: int
    text: str


class Problem(NamedTuple):
    """What is wrong on a line."""

    line: int
    what: str
    """A sentence that goes on from `line 4:`."""


class Problems:
    """What is wrong with a file, gathered so that one reading tells all of it."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, line: int, what: str) -> None:
        """Note a problem."""
        self._found.append(Problem(line, what))

    def refuse(self) -> None:
        """Raise TaxonomyFileError if there is any problem."""
        if self._found:
            raise refusal(self._found)


def refusal(problems: Iterable[Problem]) -> TaxonomyFileError:
    """Give the error for a file with these problems, which are told in the order of their lines."""
    told = [f"line {problem.line}: {problem.what}" for problem in sorted(problems, key=lambda problem: problem.line)]
    beginning = "The taxonomy file cannot be taken" if len(told) == 1 else f"The taxonomy file has {len(told)} problems"
    return TaxonomyFileError(
        f"{beginning}: {told[0]}",
        "Nothing was changed. Correct the file and read it again.",
        problems=tuple(told[:MOST_PROBLEMS_SHOWN]),
        number_of_problems=len(told),
    )


def file_node(cells: Mapping[str, Cell], *, line: int, parent: int | None, level: str, problems: Problems) -> FileNode:
    """Make a node of the cells that the file has for it, by column; what breaks a rule is noted and left out.

    `cells` may hold `name`, `id`, `description`, `status`, `target`, `origin` and `position`. The name is taken as it
    stands, since what else is wrong has to be told with it.
    """
    name = cells["name"].text if "name" in cells else ""
    _check_name(name, line=cells["name"].line if "name" in cells else line, level=level, problems=problems)
    origin = _choice(cells, "origin", (*_ORIGINS, _ORIGIN_OURS), problems)
    return FileNode(
        line=line,
        node_id=_node_id(cells, problems),
        parent=parent,
        level=level,
        name=name,
        description=_description(cells, problems),
        status=cast("Status | None", _choice(cells, "status", _STATUSES, problems)),
        target=_number(cells, "target", problems),
        origin="starter" if origin == _ORIGIN_OURS else origin,
        position=_number(cells, "position", problems),
    )


def is_node_id(text: str) -> bool:
    """Say whether a text has the form that ids.stable_id gives."""
    return _ID.fullmatch(text) is not None


def name_key(name: str) -> str:
    """Give what two names have in common that no two siblings may share: letter case and outer space aside."""
    return name.strip().casefold()


def shown(text: str) -> str:
    """Quote a text from a file, at most its first 60 characters."""
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def _check_name(name: str, *, line: int, level: str, problems: Problems) -> None:
    if not name.strip():
        problems.add(line, f"a {LEVEL_WORDS[level]} has no name.")
    elif len(name) > LONGEST_NAME:
        problems.add(line, f"{shown(name)} has {len(name)} characters; a name has at most {LONGEST_NAME}.")
    if _LINE_BREAK.search(name):
        problems.add(line, f"{shown(name)} has a line break in it; a name stands on one line.")
    elif _NO_CHARACTER.search(name):
        problems.add(line, f"{shown(name)} has a character in it that cannot be shown.")


def _node_id(cells: Mapping[str, Cell], problems: Problems) -> str | None:
    cell = cells.get("id")
    if cell is None or is_node_id(cell.text):
        return cell.text if cell else None
    problems.add(cell.line, f"{shown(cell.text)} is not an id; leave the id of a new node out.")
    return None


def _description(cells: Mapping[str, Cell], problems: Problems) -> str | None:
    cell = cells.get("description")
    if cell is not None and _NOT_IN_A_DESCRIPTION.search(cell.text):
        problems.add(cell.line, f"the description {shown(cell.text)} has a character in it that cannot be shown.")
    if cell is not None and len(cell.text.strip()) > LONGEST_DESCRIPTION:
        problems.add(
            cell.line,
            f"a description has {len(cell.text.strip()):,} characters; it has at most {LONGEST_DESCRIPTION:,}.",
        )
    return cell.text if cell else None


def _choice(cells: Mapping[str, Cell], column: str, choices: Sequence[str], problems: Problems) -> str | None:
    cell = cells.get(column)
    if cell is None or cell.text in choices:
        return cell.text if cell else None
    problems.add(cell.line, f"the {column} {shown(cell.text)} is none of {', '.join(choices)}.")
    return None


def _number(cells: Mapping[str, Cell], column: str, problems: Problems) -> int | None:
    cell = cells.get(column)
    if cell is None:
        return None
    if _WHOLE_NUMBER.fullmatch(cell.text) and _LEAST[column] <= int(cell.text) <= _MOST[column]:
        return int(cell.text)
    problems.add(
        cell.line,
        f"the {column} {shown(cell.text)} is not a whole number from {_LEAST[column]} to {_MOST[column]:,}.",
    )
    return None
