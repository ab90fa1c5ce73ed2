"""How is a taxonomy written to a file?"""

from collections.abc import Callable, Sequence

from glan_core.entities import TaxonomyNode
from glan_core.errors import TaxonomyFileError
from glan_core.taxonomy_files.branches import FileBranch, branches_of
from glan_core.taxonomy_files.file_nodes import FORMATS
from glan_core.taxonomy_files.headings import write_headings
from glan_core.taxonomy_files.indented import write_indented
from glan_core.taxonomy_files.nested import write_json, write_yaml
from glan_core.taxonomy_files.table import write_table

_WRITERS: dict[str, Callable[[Sequence[FileBranch]], str]] = {
    "yaml": write_yaml,
    "json": write_json,
    "csv": write_table,
    "markdown": write_headings,
    "outline": write_indented,
}


def write_taxonomy_file(nodes: Sequence[TaxonomyNode], *, format_: str) -> str:
    """Write nodes, given in any order, in one of FORMATS; the same nodes give the same text.

    yaml and json hold every node with all its columns. The others leave out removed nodes and all below them: csv holds
    every column of the rest, markdown names and descriptions, outline names. Raises TaxonomyFileError for an unknown
    format, and for a node whose parent is not among the nodes.
    """
    if format_ not in FORMATS:
        raise TaxonomyFileError(f"There is no taxonomy format {format_!r}.", f"Use one of: {', '.join(FORMATS)}.")
    return _WRITERS[format_](branches_of(nodes))
