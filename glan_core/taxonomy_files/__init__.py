"""How does a taxonomy become a file, and a file a taxonomy again?

    text = write_taxonomy_file(nodes, format_="yaml")
    file_nodes = read_taxonomy_file(text.encode(), format_="yaml")
    differences = taxonomy_differences(nodes, file_nodes)      # what an import would change
    print("\\n".join(differences_in_words(nodes, differences)))

No database is touched: whoever holds one applies the differences there.
"""

from glan_core.taxonomy_files.differences import (
    AddedNode,
    ChangedNode,
    MovedNode,
    RenamedNode,
    TaxonomyDifferences,
    apply_differences,
    taxonomy_differences,
)
from glan_core.taxonomy_files.file_nodes import FORMATS, FileNode
from glan_core.taxonomy_files.preview import differences_in_words
from glan_core.taxonomy_files.reading import read_taxonomy_file
from glan_core.taxonomy_files.writing import write_taxonomy_file

__all__ = [
    "FORMATS",
    "AddedNode",
    "ChangedNode",
    "FileNode",
    "MovedNode",
    "RenamedNode",
    "TaxonomyDifferences",
    "apply_differences",
    "differences_in_words",
    "read_taxonomy_file",
    "taxonomy_differences",
    "write_taxonomy_file",
]
