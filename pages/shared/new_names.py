"""How is a list of names read that somebody typed or pasted?"""

from glan_core.edits import NewNode


def new_nodes(text: str) -> list[NewNode]:
    """Read one node a line, `Name` or `Name: description`; marks of a list before it are left out."""
    return [_new_node(line) for line in text.splitlines() if line.strip()]


def _new_node(line: str) -> NewNode:
    name, _, description = line.strip().removeprefix("- ").removeprefix("* ").partition(": ")
    return NewNode(name.strip(), description.strip())
