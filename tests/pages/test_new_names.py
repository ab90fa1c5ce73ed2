"""Is a pasted list read as the names and descriptions it holds?"""

import pytest

from glan_core.edits import NewNode
from pages.shared.new_names import new_nodes


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("", []),
        (" \n\t\n", []),
        ("Optics", [NewNode("Optics")]),
        ("- Optics\n* Acoustics\n", [NewNode("Optics"), NewNode("Acoustics")]),
        ("Optics: Light: and waves", [NewNode("Optics", "Light: and waves")]),
        ("Optics:light", [NewNode("Optics:light")]),
        ("  - Optics :  Light. ", [NewNode("Optics", "Light.")]),
    ],
)
def test_one_node_a_line(text: str, nodes: list[NewNode]):
    assert new_nodes(text) == nodes
