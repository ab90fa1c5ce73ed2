"""How does an export become files, all of them or none?

They are written into a hidden folder beside the place they are meant for, and take that place by being renamed, as
places.py has it.
"""

import contextlib
import functools
import json
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from glan_core.entities import Filter
from glan_core.errors import ExportError
from glan_core.exports.card import card_of
from glan_core.exports.charts import charts_of
from glan_core.exports.choosing import Choice, choose, in_words
from glan_core.exports.curation import read_curation
from glan_core.exports.files import FileWriter, PlacesWriter, write_text
from glan_core.exports.formats import CARD, MANIFEST, ROWS, TEST, TRAIN, file_of
from glan_core.exports.manifest import ExportedFile, Manifest, manifest_of, manifest_to_data
from glan_core.exports.places import Place, at_work, check_place, taking_place
from glan_core.exports.recipe import check_recipe, recipes_of
from glan_core.exports.request import ExportRequest, check_request
from glan_core.exports.spool import Spool
from glan_core.gates import STANDARD_GATES
from glan_core.store.database import Cursor, Database, explained_errors, limited_memory, transaction
from glan_core.store.export_choice import forget_choice
from glan_core.store.export_facts import read_facts
from glan_core.store.export_log import Export, insert_export
from glan_core.store.export_streams import read_answers, read_makers, read_questions
from glan_core.store.exports import (
    LINEAGE_COLUMNS,
    average_text_bytes,
    complete_rows,
    gather_rows,
    join_rows,
    read_shared_parts,
)

_MOST_MEGABYTES = 1_000
"""Of the database while it is exported; the rows under way and the program itself come on top."""
Progress = Callable[[int, int], None]
"""Called with how many pairs are written and how many there are; it may raise, and all is as it was then."""
_MOST_ROWS_AT_ONCE, _LEAST_ROWS_AT_ONCE, _BYTES_AT_ONCE = 60_000, 200, 60_000_000


def export(
    database: Database,
    out: Path,
    request: ExportRequest,
    *,
    on_progress: Progress = lambda *_: None,
    is_replacing: bool = False,
) -> Export:
    """Write an export to `out`, a file or a folder as request.is_one_file says, and keep that it was written.

    An earlier export to the same place is replaced, and other files in their way only if `is_replacing`. Raises
    ExportError and StoreError; all is as it was then.
    """
    return _export(database, out, request, on_progress, is_folder=not request.is_one_file, is_replacing=is_replacing)


def export_folder(
    database: Database, out: Path, request: ExportRequest, *, on_progress: Progress = lambda *_: None
) -> Export:
    """Do the same with a folder, also for a single file."""
    return _export(database, out, request, on_progress, is_folder=True, is_replacing=False)


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
    with _written(cursor, path, request, lambda *_: None, is_folder=False) as manifest:
        return manifest


def _export(
    database: Database,
    out: Path,
    request: ExportRequest,
    on_progress: Progress,
    *,
    is_folder: bool,
    is_replacing: bool,
) -> Export:
    check_request(request)
    check_recipe(request)
    began, out = time.monotonic(), out.absolute()
    cursor = database.cursor()
    try:
        with (
            explained_errors(database.path),
            limited_memory(cursor, _MOST_MEGABYTES),
            _written(cursor, out, request, on_progress, is_folder=is_folder, is_replacing=is_replacing) as manifest,
            database.writing,
        ):
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


@contextlib.contextmanager
def _written(
    cursor: Cursor,
    out: Path,
    request: ExportRequest,
    on_progress: Progress,
    *,
    is_folder: bool,
    is_replacing: bool = False,
) -> Iterator[Manifest]:
    """Write the files, and let them stand in their place if what is done meanwhile does not fail."""
    try:
        with at_work(out, is_folder=is_folder) as place:
            own = check_place(place, is_replacing=is_replacing)
            with transaction(cursor):  # counts and rows of one moment, while runs go on
                on_progress(0, 0)
                choice = choose(cursor, request, check_stop=lambda: on_progress(0, 0))
                _refuse_nothing(choice)
                place.unfinished.mkdir(parents=True)
                manifest = _write_files(cursor, place, request, choice, on_progress)
                forget_choice(cursor)
            with taking_place(place, manifest.files, own, is_replacing=is_replacing):
                yield manifest
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ExportError(f"{out} cannot be written: {reason}.", "Name another place, or free some space.") from error


def _write_files(
    cursor: Cursor, place: Place, request: ExportRequest, choice: Choice, on_progress: Progress
) -> Manifest:
    folder = place.unfinished
    with contextlib.ExitStack() as stack:
        places = PlacesWriter(folder / ROWS) if place.is_folder else None
        if places:
            stack.callback(places.give_up)
        files = [*_write_pairs(cursor, place, request, choice, places, on_progress)]
        if places:
            files.append(places.close())
    curation = read_curation(cursor, request)
    if "hf" in request.formats:
        facts = read_facts(cursor)
        charts = charts_of(facts)
        files += [write_text(folder / chart.file, chart.svg, kind="chart", name=chart.file) for chart in charts]
        files.append(write_text(folder / CARD, card_of(request, choice, facts, curation, charts), kind="card"))
    if request.has_recipe:
        recipes = recipes_of(request, choice, files)
        files += [write_text(folder / name, text, kind="recipe") for name, text in recipes.items()]
    manifest = manifest_of(request, choice, tuple(files), curation=curation)
    text = json.dumps(manifest_to_data(manifest), indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def _write_pairs(
    cursor: Cursor,
    place: Place,
    request: ExportRequest,
    choice: Choice,
    places: PlacesWriter | None,
    on_progress: Progress,
) -> Iterator[ExportedFile]:
    done = 0
    for split, pairs in _sets(choice):
        if not pairs:
            continue
        with contextlib.ExitStack() as stack:
            writers = []
            for format_ in request.formats:
                name = file_of(format_, split, has_test=choice.taken.test > 0) if place.is_folder else place.out.name
                writer = FileWriter(place.unfinished, name, format_=format_, split=split, columns=request.columns)
                stack.callback(writer.give_up)
                writers.append(writer)
            # While some rows are written the next ones are gathered, never more: two lots are all the memory it takes.
            other = stack.enter_context(contextlib.closing(cursor.cursor()))
            pool = stack.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="export"))
            writing = pool.submit(_write_rows, [], None, other, split, None)
            lots = _lots(cursor, place, request, split, pairs, functools.partial(on_progress, done, choice.pairs))
            for rows in stack.enter_context(contextlib.closing(lots)):
                writing.result()
                on_progress(done, choice.pairs)
                done += len(rows)
                writing = pool.submit(_write_rows, writers, places, other, split, rows)
                del rows
            writing.result()
            on_progress(done, choice.pairs)
            yield from [writer.close() for writer in writers]


def _lots(
    cursor: Cursor, place: Place, request: ExportRequest, split: str, pairs: int, check_stop: Callable[[], None]
) -> Generator[pa.Table]:
    """Give the rows of a set in their order, some thousands at a time; `check_stop` may raise."""
    columns, shared = request.columns, read_shared_parts(cursor)
    step = _BYTES_AT_ONCE // max(1, average_text_bytes(cursor))
    step = max(_LEAST_ROWS_AT_ONCE, min(_MOST_ROWS_AT_ONCE, step))
    if pairs <= step:
        yield gather_rows(cursor, split, 0, pairs, columns=columns, shared=shared)
        return
    makers = read_makers(cursor, split, pairs, columns=columns)
    with Spool(place.unfinished, rows_in_lot=step) as questions, Spool(place.unfinished, rows_in_lot=step) as answers:
        for batch in read_questions(cursor, split, has_flags="flags" in columns):
            questions.add(batch)
            check_stop()
        for batch in read_answers(cursor, split):
            answers.add(batch)
            check_stop()
        for lot in range(-(-pairs // step)):
            rows = join_rows(questions.read(lot), answers.read(lot), makers)
            yield complete_rows(cursor, rows, columns=columns, shared=shared)


def _write_rows(
    writers: Sequence[FileWriter], places: PlacesWriter | None, cursor: Cursor, split: str, rows: pa.Table
) -> None:
    for writer in writers:
        writer.write_gathered(cursor, rows)
    if places:
        places.write_gathered(split, rows)
    del rows
    pa.default_memory_pool().release_unused()  # or what one lot took stays taken while the next one is gathered


def _sets(choice: Choice) -> tuple[tuple[str, int], ...]:
    return (TRAIN, choice.taken.train), (TEST, choice.taken.test)


def _refuse_nothing(choice: Choice) -> None:
    if choice.pairs:
        return
    if choice.left_out_for.keys() - {"unanswered"}:
        raise ExportError(
            f"All pairs of this choice are left out: {in_words(choice.left_out_for)}.",
            "Open the gates: --gates none.",
        )
    raise ExportError("No answered pair fits this choice.", "Widen the filter, or generate some first.")
