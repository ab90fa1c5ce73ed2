"""How does an outline hold a taxonomy: one name a line, indented by its level?

    Social Science
        Society and culture
            Anthropology

An indent is a tab, or as many spaces as the first indented line has. Names are carried, and no more; removed nodes are
not written. Outer white space is lost; a line break in a name is written as a space. Everything else is part of a name,
also a dash or a number sign at its beginning.
"""

from collections.abc import Sequence

from glan_core.entities import LEVELS
from glan_core.taxonomy_files.branches import FileBranch, kept_alone, walk
from glan_core.taxonomy_files.file_nodes import Cell, FileNode, Problems, file_node, shown
from glan_core.taxonomy_files.text_lines import lines_of, one_line


def write_indented(branches: Sequence[FileBranch]) -> str:
    """Write the names of all nodes that are not removed, indented by tabs."""
    nodes = walk(kept_alone(branches))
    return "".join("\t" * LEVELS.index(node.level) + one_line(node.name).strip() + "\n" for node in nodes)


def read_indented(text: str, problems: Problems) -> list[FileNode]:
    """Give a node for each line that is not blank; what is wrong is noted in `problems`."""
    nodes: list[FileNode] = []
    last_at: list[int] = []
    """The node that was read last at each level, down to where the reading is."""
    unit = ""
    for number, line in enumerate(lines_of(text), start=1):
        name = line.strip()
        if not name:
            continue
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        unit = unit or ("\t" if indent.startswith("\t") else indent.replace("\t", ""))
        depth = len(indent) // len(unit) if unit else 0
        if "\t" in indent and " " in indent:
            problems.add(number, f"{shown(name)} is indented by tabs and spaces together; use one of them.")
        elif indent != unit * depth:
            problems.add(number, f"{shown(name)} is not indented by {_in_words(unit)} a level, as the lines above it.")
        elif depth > len(last_at):
            problems.add(number, f"{shown(name)} is indented too far: a level above it is missing.")
        elif depth >= len(LEVELS):
            problems.add(number, f"{shown(name)} stands deeper than the three levels of a taxonomy.")
        else:
            del last_at[depth:]
            parent = last_at[-1] if last_at else None
            cells = {"name": Cell(number, name)}
            nodes.append(file_node(cells, line=number, parent=parent, level=LEVELS[depth], problems=problems))
            last_at.append(len(nodes) - 1)
    return nodes


def _in_words(unit: str) -> str:
    if unit == "\t":
        return "a tab"
    return "one space" if unit == " " else f"{len(unit)} spaces"
