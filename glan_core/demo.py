"""Which pairs are there before anybody has made one?

data/demo holds the pairs that the built-in model made from shipped syllabi, one Parquet file a table, with
their runs, their calls, their vectors and their places on the map. docs/make_demo.py makes them. Their runs say
`is_demo`, so that pages can name them for what they are and exports leave them out.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from glan_core.errors import CurriculumError
from glan_core.settings import PROJECT_FOLDER
from glan_core.store.database import Cursor, transaction
from glan_core.store.demo_pairs import (
    DEMO_TABLES,
    count_strange_demo_pairs,
    demo_standing,
    demo_tables,
    insert_demo_tables,
    set_demo_removed,
)

DEMO_FOLDER = PROJECT_FOLDER / "data" / "demo"


def write_demo(cursor: Cursor, folder: Path) -> dict[str, int]:
    """Write what a database holds of runs and pairs as a demo corpus; gives the number of rows by table.

    Rows are ordered, so that the same database gives the same files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = demo_tables(cursor)
    for table, rows in tables.items():
        pq.write_table(rows, _file(folder, table), compression="zstd", compression_level=19)
    return {table: rows.num_rows for table, rows in tables.items()}


def insert_demo(cursor: Cursor, folder: Path = DEMO_FOLDER) -> None:
    """Put the demo corpus into the database, all or nothing; what is there already stays as it is.

    CurriculumError if a file is missing or broken, or if its pairs belong to other syllabi than those of the database.
    """
    tables = {table: _read(_file(folder, table)) for table in DEMO_TABLES}
    with transaction(cursor):
        insert_demo_tables(cursor, tables)
        strangers = count_strange_demo_pairs(cursor)
        if strangers:
            raise CurriculumError(
                f"{strangers:,} demo pairs were made of syllabi that this database does not hold.",
                "Leave the demo out (init --without-demo), or make it anew: make demo",
            )


def remove_demo(cursor: Cursor) -> None:
    """Take the demo corpus out of every page, count and export; `put_back_demo` undoes it."""
    set_demo_removed(cursor, is_removed=True)


def put_back_demo(cursor: Cursor, folder: Path = DEMO_FOLDER) -> None:
    """Let the demo corpus count again, or put it in for the first time; raises CurriculumError as `insert_demo`."""
    if demo_standing(cursor) is None:
        insert_demo(cursor, folder)
    set_demo_removed(cursor, is_removed=False)


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table}.parquet"


def _read(path: Path) -> pa.Table:
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise CurriculumError(
            f"{path.name} of the demo corpus cannot be read: {type(error).__name__}.",
            f"Restore {path.parent} from the project, or leave it out: init --without-demo",
        ) from error
