"""Which rows does a file hold, in its order?"""

from collections.abc import Iterator
from pathlib import Path

from glan_core.corpus_files.layouts import Layout, read_records
from glan_core.corpus_files.rows import BadLine, FileRow, shortened, take_row


def read_corpus_file(path: Path, layout: Layout) -> Iterator[FileRow | BadLine]:
    """Give the rows of a file one by one, and those that cannot be used with the reason.

    The file is read as the rows are asked for, and never held whole. CorpusFileError where Parquet breaks off.
    """
    for number, values, reason in read_records(path, layout.container, tuple(layout.columns.values())):
        if values is None:
            yield BadLine(number, shortened(reason))
        else:
            yield take_row(number, values, format_=layout.format_, columns=layout.columns)
