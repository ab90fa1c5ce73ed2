"""How does a file become a corpus?

Row by row, so that a file may be larger than the memory, and in one transaction: a corpus is there whole or not at all.
The same file, read in the same way, is the same corpus: taken in again, nothing is added.
"""

import contextlib
import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from glan_core.corpus_files import BadLine, FileRow, Layout, find_layout, read_corpus_file
from glan_core.errors import CorpusFileError, DiskError, SettingsError
from glan_core.ids import corpus_id
from glan_core.store.corpora import (
    MOST_BAD_LINES,
    Corpus,
    RowBatch,
    find_corpus,
    insert_bad_lines,
    insert_corpus,
    insert_corpus_rows,
    list_corpora,
    set_corpus,
)
from glan_core.store.database import Cursor, Database, explained_errors, transaction

LONGEST_NAME = 60
_ROWS_AT_ONCE = 25_000
_LETTERS_AT_ONCE = 16_000_000
_LEAST_FREE_BYTES = 50_000_000
_ONE_AT_A_TIME = threading.Lock()  # not Database.writing: runs go on meanwhile, as they write other tables
_UNPACKED = {"parquet": 4}  # how much larger the texts are than their file, at a guess


class Preview(NamedTuple):
    """The first rows of a file, before anything is written."""

    rows: tuple[FileRow, ...]
    bad_lines: tuple[BadLine, ...]
    """Among the rows that were looked at."""


class Imported(NamedTuple):
    """What came of an import."""

    corpus: Corpus
    is_new: bool
    """False where the same file was there already; it counts again if it was removed."""
    was_removed: bool = False


def preview_corpus(path: Path, layout: Layout, *, rows: int = 5) -> Preview:
    """Give the first rows of a file, and what could not be used before and between them, at most a hundred."""
    good: list[FileRow] = []
    bad: list[BadLine] = []
    with _readable(path):
        for row in read_corpus_file(path, layout):
            if isinstance(row, FileRow):
                good.append(row)
            else:
                bad.append(row)
            if len(good) >= rows or len(bad) >= 100:
                break
    return Preview(tuple(good), tuple(bad))


def import_corpus(
    database: Database,
    path: Path,
    *,
    name: str = "",
    file_name: str = "",
    layout: Layout | None = None,
    on_progress: Callable[[int], None] = lambda rows: None,
) -> Imported:
    """Take a file in under a name, by default that of the file; rows that cannot be used are listed and left out.

    `file_name` is what it is called if not as `path` is; `layout` is found if not given. `on_progress` hears how many
    rows are in. Raises CorpusFileError for a file that cannot be taken, SettingsError for a name that another corpus
    has, DiskError for too little space and StoreError; then nothing of it is kept.
    """
    file_name = file_name or path.name
    with _readable(path):
        layout = layout or find_layout(path)
        key = corpus_id(_digest(path), f"{layout.container} {layout.format_}", layout.columns)
        called = checked_name(name or Path(file_name).stem[:LONGEST_NAME])
        cursor = database.cursor()
        with _ONE_AT_A_TIME, explained_errors(database.path):
            known = find_corpus(cursor, key)
            if known is not None:
                return _again(cursor, known, called if name else known.name)
            check_free(cursor, called)
            _check_space(database.path, path, layout)
            with transaction(cursor):
                corpus = Corpus(
                    key, called, file_name, layout.container, layout.format_, layout.columns, datetime.now(UTC), 0, 0, 0
                )
                corpus = _insert_rows(cursor, corpus, read_corpus_file(path, layout), on_progress)
                insert_corpus(cursor, corpus)
            database.tidy(cursor)
    return Imported(corpus, is_new=True)


def corpus_named(cursor: Cursor, name: str, *, has_removed: bool = False) -> Corpus:
    """Give the corpus of this name or id, in small or capital letters; SettingsError if there is none."""
    there = list_corpora(cursor, has_removed=has_removed)
    wanted = " ".join(name.split()).casefold()
    for corpus in sorted(there, key=lambda corpus: corpus.is_removed):
        if wanted in (corpus.name.casefold(), corpus.corpus_id):
            return corpus
    names = ", ".join(corpus.name for corpus in there)
    raise SettingsError(
        f"There is no corpus {name!r}.", f"There are: {names}." if names else "Import one first: glan_core import FILE"
    )


def remove_corpus(cursor: Cursor, corpus: Corpus) -> None:
    """Let a corpus count nowhere any more; `restore_corpus`, or importing its file again, brings it back."""
    set_corpus(cursor, corpus.corpus_id, name=corpus.name, is_removed=True)


def restore_corpus(cursor: Cursor, corpus: Corpus) -> Corpus:
    """Let a removed corpus count again, with its rows and places; SettingsError if another one has its name by now."""
    if corpus.is_removed:
        check_free(cursor, corpus.name)
        set_corpus(cursor, corpus.corpus_id, name=corpus.name, is_removed=False)
    return corpus._replace(is_removed=False)


def checked_name(name: str) -> str:
    """Give a name as it is kept; SettingsError for one that is empty, too long or unprintable."""
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise SettingsError(f"A corpus wants a name of 1 to {LONGEST_NAME} letters.", "Give it one with --name.")
    return called


def check_free(cursor: Cursor, name: str) -> None:
    """Refuse a name that another corpus has."""
    for corpus in list_corpora(cursor):
        if corpus.name.casefold() == name.casefold():
            raise SettingsError(
                f"There is a corpus {corpus.name!r} already, from {corpus.file_name}.",
                "Choose another name, or remove that one first.",
            )


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say what is wrong with a file that cannot be read."""
    try:
        yield
    except FileNotFoundError as error:
        raise CorpusFileError(f"There is no file {path}.", "Check its name and folder.") from error
    except PermissionError as error:
        raise DiskError(f"{path} may not be read.", "Check who owns it.") from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _again(cursor: Cursor, known: Corpus, name: str) -> Imported:
    """Let a corpus that is known count, under the name that was given now."""
    if known.is_removed or name != known.name:
        if name.casefold() != known.name.casefold() or known.is_removed:
            check_free(cursor, name)
        set_corpus(cursor, known.corpus_id, name=name, is_removed=False)
    return Imported(known._replace(name=name, is_removed=False), is_new=False, was_removed=known.is_removed)


def _check_space(database: Path, path: Path, layout: Layout) -> None:
    free = shutil.disk_usage(database.parent).free
    wanted = path.stat().st_size * _UNPACKED.get(layout.container, 1) + _LEAST_FREE_BYTES
    if free < wanted:
        raise DiskError(
            f"The disk that holds {database.parent} has {free / 1e6:,.0f} MB left, and {path.name} may take "
            f"{wanted / 1e6:,.0f} MB.",
            "Free some space, then import it again.",
        )


class _Counts:
    """What has come of the rows of a file so far."""

    def __init__(self) -> None:
        self.rows = 0
        self.bad_lines = 0
        self.longer_conversations = 0
        self.kept_bad_lines: list[tuple[int, str]] = []


def _insert_rows(
    cursor: Cursor, corpus: Corpus, rows: Iterator[FileRow | BadLine], on_progress: Callable[[int], None]
) -> Corpus:
    """Insert the rows as they come; gives the corpus with its counts. CorpusFileError if none can be used."""
    counts = _Counts()
    insert_corpus_rows(cursor, corpus.corpus_id, _batches(rows, counts, on_progress))
    if not counts.rows:
        number, reason = counts.kept_bad_lines[0]
        raise CorpusFileError(
            f"None of the {counts.bad_lines:,} rows of {corpus.file_name} can be used. "
            f"The first one, {number}: {reason}",
            "Another format or other columns may fit.",
        )
    insert_bad_lines(cursor, corpus.corpus_id, counts.kept_bad_lines)
    return corpus._replace(
        rows=counts.rows, bad_lines=counts.bad_lines, longer_conversations=counts.longer_conversations
    )


def _batches(
    rows: Iterator[FileRow | BadLine], counts: _Counts, on_progress: Callable[[int], None]
) -> Iterator[RowBatch]:
    """Give the good rows in batches of bounded size, and count all."""
    batch, letters = RowBatch([], [], []), 0
    for row in rows:
        if isinstance(row, BadLine):
            counts.bad_lines += 1
            if counts.bad_lines <= MOST_BAD_LINES:
                counts.kept_bad_lines.append((row.number, row.reason))
            continue
        batch.numbers.append(row.number)
        batch.instructions.append(row.instruction)
        batch.answers.append(row.answer)
        counts.rows += 1
        counts.longer_conversations += row.goes_on
        letters += len(row.instruction) + len(row.answer)
        if len(batch.numbers) >= _ROWS_AT_ONCE or letters >= _LETTERS_AT_ONCE:
            yield batch
            on_progress(counts.rows)
            batch, letters = RowBatch([], [], []), 0
    if batch.numbers:
        yield batch
        on_progress(counts.rows)
