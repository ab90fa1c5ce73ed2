r"""How does Markdown hold a taxonomy: a heading for each name, its description below it?

    # Social Science

    Investigates how people think, organize, govern, trade and settle.

    ## Society and culture

    ### Anthropology

Names and descriptions are carried, and no more; removed nodes are not written. What Markdown would take for its own is
written with a backslash before it (`\*`) and read without. Outer white space, and blank lines around a description, are
lost; a line break in a name is written as a space.
"""

import re
from collections.abc import Sequence

from glan_core.entities import LEVELS
from glan_core.taxonomy_files.branches import FileBranch, kept_alone, walk
from glan_core.taxonomy_files.file_nodes import LEVEL_WORDS, Cell, FileNode, Problems, file_node
from glan_core.taxonomy_files.text_lines import lines_of, one_line

_HEADING = re.compile(r" {0,3}(#+)(?:[ \t]+(.*))?")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")  # CommonMark allows `## Name ##`
_MARKUP = re.compile(r"[\\`*_\[\]<>]|#$")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LINE_START = re.compile(r"^(\s*)#")


def write_headings(branches: Sequence[FileBranch]) -> str:
    """Write the names and descriptions of all nodes that are not removed."""
    parts = []
    for node in walk(kept_alone(branches)):
        parts.append(f"{'#' * (LEVELS.index(node.level) + 1)} {_escaped(one_line(node.name))}")
        if node.description.strip():
            parts.append("\n".join(_escaped(line) for line in lines_of(node.description.strip())))
    return "".join(f"{part}\n\n" for part in parts)[:-1]


def read_headings(text: str, problems: Problems) -> list[FileNode]:
    """Give a node for each heading; what is wrong is noted in `problems`."""
    nodes: list[FileNode] = []
    descriptions: list[list[str]] = []
    last_at: list[int] = []
    """The node that was read last at each level, down to where the reading is."""
    for number, line in enumerate(lines_of(text), start=1):
        heading = _HEADING.match(line)
        if heading is None:
            if descriptions:
                descriptions[-1].append(line)
            elif line.strip():
                problems.add(number, "there is text before the first heading.")
        elif heading.end() < len(line):
            problems.add(number, "a heading needs a space after its number signs.")
        elif len(heading.group(1)) > len(LEVELS):
            problems.add(number, "this heading is deeper than the three levels of a taxonomy.")
        elif len(heading.group(1)) > len(last_at) + 1:
            above = LEVEL_WORDS[LEVELS[len(heading.group(1)) - 2]]
            problems.add(number, f"this heading needs a {above} above it, with one number sign less.")
        else:
            depth = len(heading.group(1)) - 1
            del last_at[depth:]
            cells = {"name": Cell(number, _unescaped(_CLOSING.sub("", heading.group(2) or "")).strip())}
            parent = last_at[-1] if last_at else None
            nodes.append(file_node(cells, line=number, parent=parent, level=LEVELS[depth], problems=problems))
            last_at.append(len(nodes) - 1)
            descriptions.append([])
    return [
        node._replace(description=_unescaped("\n".join(lines)).strip() or None)
        for node, lines in zip(nodes, descriptions, strict=True)
    ]


def _escaped(line: str) -> str:
    return _LINE_START.sub(r"\1\\#", _MARKUP.sub(r"\\\g<0>", line))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
