"""Which nodes does a taxonomy file name, or why can it not be taken?"""

from collections.abc import Callable, Sequence

from glan_core.errors import TaxonomyFileError
from glan_core.taxonomy_files.file_nodes import (
    FORMATS,
    LEVEL_WORDS,
    FileNode,
    Problem,
    Problems,
    name_key,
    refusal,
    shown,
)
from glan_core.taxonomy_files.headings import read_headings
from glan_core.taxonomy_files.indented import read_indented
from glan_core.taxonomy_files.marked_data import read_json, read_yaml
from glan_core.taxonomy_files.nested import read_nested
from glan_core.taxonomy_files.table import read_table

MOST_LINES = 200_000
MOST_BYTES = 32 * 2**20  # 200,000 lines of 160 characters

_READERS: dict[str, Callable[[str, Problems], list[FileNode]]] = {
    "yaml": lambda text, problems: read_nested(read_yaml(text), problems),
    "json": lambda text, problems: read_nested(read_json(text), problems),
    "csv": read_table,
    "markdown": read_headings,
    "outline": read_indented,
}


def read_taxonomy_file(data: bytes, *, format_: str) -> tuple[FileNode, ...]:
    """Read a file of one of FORMATS; a node stands before those below it.

    Raises TaxonomyFileError for an unknown format and, with the line of each problem, for a file that is not UTF-8
    text, is empty or too large, cannot be parsed, or says something that does not fit a taxonomy; then nothing of it is
    taken.
    """
    if format_ not in FORMATS:
        raise TaxonomyFileError(f"There is no taxonomy format {format_!r}.", f"Use one of: {', '.join(FORMATS)}.")
    problems = Problems()
    nodes = _READERS[format_](_text(data), problems)
    _check_ids(nodes, problems)
    _check_siblings(nodes, problems)
    problems.refuse()
    if not nodes:
        raise refusal([Problem(1, "the file names no field.")])
    return tuple(nodes)


def _text(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise refusal([Problem(1, f"the file has {len(data):,} bytes; at most {MOST_BYTES:,} can be read.")])
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    if lines > MOST_LINES:
        raise refusal([Problem(MOST_LINES + 1, f"the file goes on to line {lines:,}; {MOST_LINES:,} can be read.")])
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise refusal([Problem(line, "this is not a text file, or not one in UTF-8.")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refusal([Problem(line, "this is not a text file in UTF-8; save it with that encoding.")]) from error
    if not text.strip():
        raise refusal([Problem(1, "the file is empty.")])
    return text


def _check_ids(nodes: Sequence[FileNode], problems: Problems) -> None:
    first: dict[str, FileNode] = {}
    for node in nodes:
        if node.node_id is not None and first.setdefault(node.node_id, node) is not node:
            problems.add(node.line, f"the id {shown(node.node_id)} stands on line {first[node.node_id].line} already.")


def _check_siblings(nodes: Sequence[FileNode], problems: Problems) -> None:
    """Note siblings of one name. A removed one may share its name, as long as an id says which is which."""
    not_removed: dict[tuple[int | None, str], FileNode] = {}
    without_id: dict[tuple[int | None, str], FileNode] = {}
    for node in nodes:
        others = []
        if node.status != "removed":
            others.append(not_removed.setdefault((node.parent, name_key(node.name)), node))
        if node.node_id is None:
            others.append(without_id.setdefault((node.parent, node.name), node))
        other = next((other for other in others if other is not node), None)
        if other is not None and node.name.strip():
            place = f"below {shown(nodes[node.parent].name)}" if node.parent is not None else "at the top"
            problems.add(
                node.line,
                f"the {LEVEL_WORDS[node.level]} {shown(node.name)} stands {place} on line {other.line} already.",
            )
