"""How does CSV hold a taxonomy: one row a node?

    id,parent_id,level,name,description,status,target,origin,position
    mtxdvjmvdlrhbqgy,,field,Social Science,Investigates how people think.,kept,500,paper,2
    r1,mtxdvjmvdlrhbqgy,sub_field,Society and culture,,,,,

Rows may stand in any order, and columns other than name be left out. An id that does not have the form of one, such as
`r1`, names a row within the file alone. Removed nodes are not written. An empty cell says nothing.

A spreadsheet would take a cell that begins with = + - @ (or their wide forms, a tab or a return) for a formula. Such a
cell is written with an apostrophe before it, which a spreadsheet shows as text, and read without it. A cell that has
apostrophes there already gets one more, so that it reads back the same.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from glan_core.entities import LEVELS, TaxonomyNode
from glan_core.spreadsheet_cells import guarded, unguarded
from glan_core.taxonomy_files.branches import FileBranch, walk, without_removed
from glan_core.taxonomy_files.file_nodes import Cell, FileNode, Problem, Problems, file_node, is_node_id, refusal, shown

_COLUMNS = ("id", "parent_id", "level", "name", "description", "status", "target", "origin", "position")
_DELIMITERS = ",;\t"  # spreadsheets of some countries save CSV with semicolons


class _Row(NamedTuple):
    line: int
    cells: dict[str, str]
    """By column; those that say something."""


def write_table(branches: Sequence[FileBranch]) -> str:
    """Write every column of all nodes that are not removed, each node before those below it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(node) for node in walk(without_removed(branches)))
    return text.getvalue()


def read_table(text: str, problems: Problems) -> list[FileNode]:
    """Give the nodes of a table, fields first.

    Raises TaxonomyFileError for broken CSV or a header that is not understood; all else that is wrong is noted in
    `problems`: levels, ids that stand there twice or are nowhere, and nodes that stand below themselves.
    """
    rows = list(_rows(text, problems))
    parents = _parents(rows, problems)
    depths = _depths(parents)
    nodes: list[FileNode] = []
    places: dict[int, int] = {}
    for number in sorted(range(len(rows)), key=lambda number: depths[number]):  # parents come before children
        row, parent, depth = rows[number], parents[number], depths[number]
        if not _fits(row, depth, problems):
            continue
        places[number] = len(nodes)
        nodes.append(
            file_node(
                {column: Cell(row.line, value) for column, value in row.cells.items() if _is_told(column, value)},
                line=row.line,
                parent=None if parent is None else places.get(parent),
                level=LEVELS[depth],
                problems=problems,
            )
        )
    return nodes


def _cells(node: TaxonomyNode) -> list[str]:
    values = (
        *(node.taxonomy_node_id, node.parent_id, node.level, node.name, node.description),
        *(node.status, node.target, node.origin, node.position),
    )
    cells = ["" if value is None else str(value) for value in values]
    return [guarded(cell) for cell in cells]


def _rows(text: str, problems: Problems) -> Iterator[_Row]:
    first_line = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for values in reader:
            if any(value.strip() for value in values):
                if header is None:
                    header = _header(values, line)
                elif len(values) > len(header):
                    problems.add(line, f"the row has {len(values)} cells, and the header {len(header)}.")
                else:
                    yield _Row(
                        line, {column: unguarded(cell) for column, cell in zip(header, values, strict=False) if cell}
                    )
            line = reader.line_num + 1
    except csv.Error as error:
        raise refusal([Problem(line, f"this is not CSV: {error}.")]) from error


def _header(values: Sequence[str], line: int) -> list[str]:
    header = [value.strip().lower() for value in values]
    problems = Problems()
    unknown = [shown(column) for column in header if column not in _COLUMNS]
    if unknown:
        problems.add(line, f"there is no column {', '.join(unknown[:5])}; there are {', '.join(_COLUMNS)}.")
    if len(set(header)) < len(header):
        problems.add(line, "a column stands there twice.")
    if "name" not in header:
        problems.add(line, "there is no column name.")
    problems.refuse()
    return header


def _parents(rows: Sequence[_Row], problems: Problems) -> list[int | None]:
    """Give for each row the number of the row above it."""
    numbers: dict[str, int] = {}
    for number, row in enumerate(rows):
        row_id = row.cells.get("id")
        if row_id is not None and numbers.setdefault(row_id, number) != number and not is_node_id(row_id):
            problems.add(row.line, f"the id {shown(row_id)} stands on line {rows[numbers[row_id]].line} already.")
    for row in rows:
        parent_id = row.cells.get("parent_id")
        if parent_id is not None and parent_id not in numbers:
            problems.add(row.line, f"the parent_id {shown(parent_id)} is the id of no row.")
    return [numbers.get(row.cells.get("parent_id", "")) for row in rows]


def _depths(parents: Sequence[int | None]) -> list[int]:
    """Give how many rows stand above each one; -1 for what stands below itself, and all below that."""
    depths: dict[int, int] = {}
    for number in range(len(parents)):
        path: list[int] = []
        passed: set[int] = set()
        at: int | None = number
        while at is not None and at not in depths and at not in passed:
            path.append(at)
            passed.add(at)
            at = parents[at]
        is_lost = at is not None and (at in passed or depths[at] < 0)
        above = -1 if at is None or is_lost else depths[at]
        for step, passed_number in enumerate(reversed(path), start=1):
            depths[passed_number] = -1 if is_lost else above + step
    return [depths[number] for number in range(len(parents))]


def _fits(row: _Row, depth: int, problems: Problems) -> bool:
    """Say whether a node can stand there; if not, why is noted."""
    name, level = shown(row.cells.get("name", "")), row.cells.get("level")
    if depth < 0:
        problems.add(row.line, f"{name} stands below itself: its parent_id leads round in a circle.")
    elif level is not None and level not in LEVELS:
        problems.add(row.line, f"{name} has the level {shown(level)}, which is none of {', '.join(LEVELS)}.")
        return depth < len(LEVELS)
    elif depth >= len(LEVELS):
        problems.add(row.line, f"{name} stands deeper than the three levels of a taxonomy.")
    elif level is not None and level != LEVELS[depth] and depth > 0:
        problems.add(row.line, f"{name} is a {level}, but its parent_id makes it a {LEVELS[depth]}.")
    elif level is not None and level != LEVELS[depth] and "parent_id" not in row.cells:
        problems.add(row.line, f"{name} is a {level}, but has no parent_id, which only a field may lack.")
    return 0 <= depth < len(LEVELS)


def _is_told(column: str, value: str) -> bool:
    return column not in {"parent_id", "level"} and (column != "id" or is_node_id(value))
