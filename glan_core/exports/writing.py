"""How does an export become files, all of them or none?

They are written into a hidden folder beside the place they are meant for, and take that place by being renamed. What a
killed process left of its hidden folder goes with the next export to the same place.
"""

import contextlib
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from glan_core.exports.charts import charts_of
from glan_core.entities import Filter
from glan_core.errors import ExportError
from glan_core.exports.card import card_of
from glan_core.exports.choosing import Choice, choose, in_words
from glan_core.exports.files import FileWriter, write_table, write_text
from glan_core.exports.formats import CARD, MANIFEST, ROWS, TEST, TRAIN, file_of
from glan_core.exports.manifest import ExportedFile, Manifest, manifest_of, manifest_to_data
from glan_core.exports.recipe import check_recipe, recipes_of
from glan_core.exports.request import ExportRequest, check_request
from glan_core.gates import STANDARD_GATES
from glan_core.store.database import Cursor, Database, explained_errors, transaction
from glan_core.store.export_choice import forget_choice
from glan_core.store.export_facts import read_facts
from glan_core.store.export_log import Export, insert_export
from glan_core.store.exports import LINEAGE_COLUMNS, average_text_bytes, gather_rows, prepare_rows, read_places

Progress = Callable[[int, int], None]
"""Called with how many pairs are written and how many there are; it may raise, and nothing is left then."""
_MOST_ROWS_AT_ONCE, _LEAST_ROWS_AT_ONCE, _BYTES_AT_ONCE = 60_000, 200, 60_000_000


def export(database: Database, out: Path, request: ExportRequest, *, on_progress: Progress = lambda *_: None) -> Export:
    """Write an export to `out`, a file or a folder as request.is_one_file says, and keep that it was written.

    Raises ExportError and StoreError; nothing is left then.
    """
    return _export(database, out, request, on_progress, is_folder=not request.is_one_file)


def export_folder(
    database: Database, out: Path, request: ExportRequest, *, on_progress: Progress = lambda *_: None
) -> Export:
    """Do the same with a folder, also for a single file."""
    return _export(database, out, request, on_progress, is_folder=True)


def export_pairs(
    cursor: Cursor,
    path: Path,
    *,
    format_: str,
    filter_: Filter,
    gates: tuple[str, ...] = STANDARD_GATES,
    has_lineage: bool = True,
) -> Manifest:
    """Write the answered pairs of a filter to one file, whole or not at all, and the manifest beside it.

    Without lineage a row holds nothing but question and answer. Raises ExportError for an unknown format or gate, no
    pairs, or a file that cannot be written.
    """
    columns = LINEAGE_COLUMNS if has_lineage else ()
    request = ExportRequest(filter_=filter_, gates=gates, formats=(format_,), columns=columns)
    check_request(request)
    if not request.is_one_file:
        raise ExportError(f"The format {format_!r} is a folder.", "Use export of glan_core.exports.writing.")
    return _write(cursor, path, request, lambda *_: None, is_folder=False)


def manifest_path(path: Path) -> Path:
    """Give the place of the manifest of an export that is one file."""
    return path.with_name(f"{path.name}.{MANIFEST}")


def _export(database: Database, out: Path, request: ExportRequest, on_progress: Progress, *, is_folder: bool) -> Export:
    check_request(request)
    check_recipe(request)
    began, out = time.monotonic(), out.absolute()
    cursor = database.cursor()
    try:
        with explained_errors(database.path):
            manifest = _write(cursor, out, request, on_progress, is_folder=is_folder)
            with database.writing:
                return insert_export(
                    cursor,
                    out,
                    request=manifest.request,
                    manifest=manifest_to_data(manifest),
                    exported_at=datetime.now(UTC),
                    seconds=round(time.monotonic() - began, 3),
                )
    finally:
        cursor.close()


def _write(cursor: Cursor, out: Path, request: ExportRequest, on_progress: Progress, *, is_folder: bool) -> Manifest:
    unfinished = out.parent / f".{out.name}.{os.getpid()}.{threading.get_ident()}"
    try:
        _check_place(out, is_folder=is_folder)
        with transaction(cursor):  # counts and rows of one moment, while runs go on
            on_progress(0, 0)
            choice = choose(cursor, request, check_stop=lambda: on_progress(0, 0))
            _refuse_nothing(choice)
            _clear_remains(out)
            unfinished.mkdir(parents=True)
            manifest = _write_files(cursor, unfinished, request, choice, on_progress, is_folder=is_folder)
            forget_choice(cursor)
        if is_folder:
            _take_place(unfinished, out)
        else:
            manifest_path(out).unlink(missing_ok=True)  # so that it never stands beside a file that it is not about
            (unfinished / manifest.file).replace(out)
            (unfinished / MANIFEST).replace(manifest_path(out))
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ExportError(f"{out} cannot be written: {reason}.", "Name another place, or free some space.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return manifest


def _write_files(
    cursor: Cursor, folder: Path, request: ExportRequest, choice: Choice, on_progress: Progress, *, is_folder: bool
) -> Manifest:
    files = [*_write_pairs(cursor, folder, request, choice, on_progress, is_folder=is_folder)]
    if is_folder:
        tables = [read_places(cursor, split) for split, pairs in _sets(choice) if pairs]
        files.append(write_table(folder / ROWS, tables, format_="rows"))
    if "hf" in request.formats:
        facts = read_facts(cursor)
        charts = charts_of(facts)
        files += [write_text(folder / chart.file, chart.svg, kind="chart", name=chart.file) for chart in charts]
        files.append(write_text(folder / CARD, card_of(request, choice, facts, charts), kind="card"))
    if request.has_recipe:
        files += [write_text(folder / name, text, kind="recipe") for name, text in recipes_of(request, choice).items()]
    if not is_folder:  # the file stands under the name that it was asked for
        files = [files[0]._replace(file=_only_name(folder))]
    manifest = manifest_of(request, choice, tuple(files))
    text = json.dumps(manifest_to_data(manifest), indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def _write_pairs(
    cursor: Cursor, folder: Path, request: ExportRequest, choice: Choice, on_progress: Progress, *, is_folder: bool
) -> Iterator[ExportedFile]:
    prepare_rows(cursor, request.columns)
    average = max(1, average_text_bytes(cursor))
    step = max(_LEAST_ROWS_AT_ONCE, min(_MOST_ROWS_AT_ONCE, _BYTES_AT_ONCE // average))
    done = 0
    for split, pairs in _sets(choice):
        if not pairs:
            continue
        with contextlib.ExitStack() as stack:
            writers = []
            for format_ in request.formats:
                name = file_of(format_, split, has_test=choice.taken.test > 0) if is_folder else _only_name(folder)
                writer = FileWriter(folder, name, format_=format_, split=split, columns=request.columns)
                stack.callback(writer.give_up)
                writers.append(writer)
            # While some rows are written the next ones are gathered, never more: two lots are all the memory it takes.
            other = stack.enter_context(contextlib.closing(cursor.cursor()))
            pool = stack.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="export"))
            writing = pool.submit(_write_rows, [], other, None)
            for start in range(0, pairs, step):
                end = min(start + step, pairs)
                rows = gather_rows(cursor, split, start, end, columns=request.columns)
                writing.result()
                on_progress(done, choice.pairs)
                writing = pool.submit(_write_rows, writers, other, rows)
                done += end - start
            writing.result()
            on_progress(done, choice.pairs)
            yield from [writer.close() for writer in writers]


def _write_rows(writers: Sequence[FileWriter], cursor: Cursor, rows: pa.Table) -> None:
    for writer in writers:
        writer.write_gathered(cursor, rows)
    del rows
    pa.default_memory_pool().release_unused()  # or what one lot took stays taken while the next one is gathered


def _sets(choice: Choice) -> tuple[tuple[str, int], ...]:
    return (TRAIN, choice.taken.train), (TEST, choice.taken.test)


def _only_name(folder: Path) -> str:
    """Give the name that a hidden folder was made for: .NAME.process.thread."""
    return folder.name[1:].rsplit(".", 2)[0]


def _refuse_nothing(choice: Choice) -> None:
    if choice.pairs:
        return
    if choice.left_out_for.keys() - {"unanswered"}:
        raise ExportError(
            f"All pairs of this choice are left out: {in_words(choice.left_out_for)}.",
            "Open the gates: --gates none.",
        )
    raise ExportError("No answered pair fits this choice.", "Widen the filter, or generate some first.")


def _check_place(out: Path, *, is_folder: bool) -> None:
    if not is_folder and out.is_dir():
        raise ExportError(f"{out} is a folder.", "Name a file in it.")
    if is_folder and out.exists() and not _is_ours(out):
        raise ExportError(f"{out} is there already, and holds something else.", "Name another folder.")


def _is_ours(folder: Path) -> bool:
    """Say whether a folder may be replaced: it is empty, or an export wrote it."""
    return folder.is_dir() and ((folder / MANIFEST).is_file() or not any(folder.iterdir()))


def _take_place(unfinished: Path, out: Path) -> None:
    if not out.exists():
        unfinished.rename(out)
        return
    earlier = out.parent / f"{unfinished.name}.earlier"
    out.rename(earlier)
    try:
        unfinished.rename(out)
    except OSError:
        earlier.rename(out)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _clear_remains(out: Path) -> None:
    """Remove what processes that are gone left of exports to the same place; a folder they moved aside comes back."""
    if not out.parent.is_dir():
        return
    for remains in out.parent.glob(f".{_escaped(out.name)}.*"):
        parts = remains.name[len(out.name) + 2 :].split(".")
        if not parts[0].isdigit() or _is_alive(int(parts[0])):
            continue
        if parts[-1] == "earlier" and not out.exists():
            remains.rename(out)
        else:
            shutil.rmtree(remains, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
