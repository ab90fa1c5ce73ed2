"""import and corpora: datasets of others, taken in, placed in the taxonomy, and held against one's own."""

import shlex
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from glan_core.commands.corpus_comparison import accuracy_data, accuracy_words, comparison_data, comparison_words
from glan_core.commands.options import find_key
from glan_core.commands.output import DatabaseOption, JsonOption, note, settings_with, start_of, tell
from glan_core.commands.progress_display import shown_count
from glan_core.corpora.comparison import compare_corpus
from glan_core.corpora.importing import (
    Imported,
    corpus_named,
    import_corpus,
    preview_corpus,
    remove_corpus,
    restore_corpus,
)
from glan_core.corpora.placing import Placed, place_corpus
from glan_core.corpus_files import FORMATS, Layout, find_layout
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.encoder_choice import encoder_in_use
from glan_core.store.corpora import Corpus, KeptBadLine, list_bad_lines, list_corpora
from glan_core.store.corpus_places import count_places
from glan_core.store.database import open_database

app = typer.Typer(help="The datasets of others that were imported.")
_SHOWN = 10
_SECONDS_BETWEEN = 5.0

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name or the id of a corpus.")]


def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON Lines, JSON, CSV or Parquet.")],
    name: Annotated[str, typer.Option(help="What to call it. Default: the name of the file.")] = "",
    format_: Annotated[
        str | None, typer.Option("--format", help=f"{', '.join(FORMATS)}. Default: told by the first rows.")
    ] = None,
    instruction_column: Annotated[str | None, typer.Option(help="The column with the instruction.")] = None,
    answer_column: Annotated[str | None, typer.Option(help="The column with the answer.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how it would be read, and write nothing.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in the pairs of another project, to hold yours against them; they enter no export and no plan."""
    layout = find_layout(file, format_=format_, instruction_column=instruction_column, answer_column=answer_column)
    note(_layout_words(layout))
    if dry_run:
        preview = preview_corpus(file, layout)
        rows = [{"number": row.number, "instruction": row.instruction, "answer": row.answer} for row in preview.rows]
        lines = [
            line
            for row in preview.rows
            for line in (f"{row.number}: {start_of(row.instruction)}", f"   {start_of(row.answer)}")
        ]
        bad = [line._asdict() for line in preview.bad_lines]
        tell({**_layout_data(layout), "rows": rows, "bad_lines": bad}, as_json, "\n".join(lines))
        return
    with open_database(settings_with(database).database) as opened:
        imported = import_corpus(opened, file, name=name, layout=layout, on_progress=_Progress())
        bad_lines = list_bad_lines(opened.cursor(), imported.corpus.corpus_id)
    tell(
        {
            **_data(imported.corpus),
            "is_new": imported.is_new,
            "was_removed": imported.was_removed,
            "bad_line_list": [line._asdict() for line in bad_lines],
        },
        as_json,
        "\n".join([_imported_words(imported), *_bad_words(imported.corpus, bad_lines)]),
    )
    if imported.is_new and imported.corpus.bad_lines:
        raise typer.Exit(1)


@app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Those that were removed too.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the corpora that are not removed, or all."""
    with open_database(settings_with(database).database) as opened:
        corpora = list_corpora(opened.cursor(), has_removed=all_)
    lines = [
        f"{corpus.name}: {corpus.rows:,} rows of {corpus.file_name}{' (removed)' if corpus.is_removed else ''}"
        for corpus in corpora
    ]
    tell({"corpora": [_data(corpus) for corpus in corpora]}, as_json, "\n".join(lines) or "No corpus was imported yet.")


@app.command()
def show(
    name: NameArgument,
    least_confidence: Annotated[
        float, typer.Option(help="Leave out what is placed with less confidence, 0 to 1, here and there.", min=0, max=1)
    ] = 0.0,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a corpus is and, once it is placed, what it lacks beside your own set."""
    worker = EmbeddingWorker()
    try:
        with open_database(settings_with(database).database) as opened:
            cursor = opened.cursor()
            corpus = corpus_named(cursor, name)
            bad_lines = list_bad_lines(cursor, corpus.corpus_id)
            encoder, content = encoder_in_use(cursor)
            placed = count_places(cursor, corpus.corpus_id, encoder=encoder.encoder, content=content)
            compared = (
                compare_corpus(opened, corpus, least_confidence=least_confidence, compute=worker.compute)
                if placed
                else None
            )
    finally:
        worker.close()
    data: dict[str, Any] = {
        **_data(corpus),
        "bad_line_list": [line._asdict() for line in bad_lines],
        "comparison": None if compared is None else comparison_data(compared),
    }
    words = [f"{corpus.name}: {corpus.rows:,} rows of {corpus.file_name}.", *_bad_words(corpus, bad_lines)]
    words += (
        [f"Its rows have no places yet: python -m glan_core corpora place {shlex.quote(corpus.name)}"]
        if compared is None
        else comparison_words(compared)
    )
    tell(data, as_json, "\n".join(words))


@app.command()
def remove(name: NameArgument, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Let a corpus count nowhere any more; `restore` puts it back."""
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        corpus = corpus_named(cursor, name)
        remove_corpus(cursor, corpus)
    again = f"glan_core corpora restore {corpus.corpus_id}"
    tell(_data(corpus._replace(is_removed=True)), as_json, f"Removed {corpus.name}. To put it back: {again}")


@app.command()
def restore(name: NameArgument, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Put a removed corpus back, with its rows and places."""
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        corpus = corpus_named(cursor, name, has_removed=True)
        put_back = restore_corpus(cursor, corpus)
    done = "is back" if corpus.is_removed else "was not removed"
    tell(_data(put_back), as_json, f"{corpus.name} {done}, with {corpus.rows:,} rows.")


@app.command()
def place(
    name: NameArgument,
    rows: Annotated[int | None, typer.Option(help="So many rows at random. Default: all.", min=1)] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give each row of a corpus the discipline that it is nearest to, with a confidence."""
    worker = EmbeddingWorker()
    try:
        with open_database(settings_with(database).database) as opened:
            corpus = corpus_named(opened.cursor(), name)
            with shown_count("Reading rows", total=min(corpus.rows, rows or corpus.rows)) as show_read:
                placed = place_corpus(
                    opened,
                    corpus,
                    rows=rows,
                    compute=worker.compute,
                    find_key=find_key,
                    on_progress=lambda done, _: show_read(done),
                )
    finally:
        worker.close()
    tell(_placed_data(placed), as_json, _placed_words(placed))


class _Progress:
    """Says every few seconds how many rows are in."""

    def __init__(self) -> None:
        self._said_at = time.monotonic()

    def __call__(self, rows: int) -> None:
        if time.monotonic() - self._said_at >= _SECONDS_BETWEEN:
            self._said_at = time.monotonic()
            note(f"{rows:,} rows are in ...")


def _layout_data(layout: Layout) -> dict[str, Any]:
    return {
        "container": layout.container,
        "format": layout.format_,
        "mapping": dict(layout.columns),
        "columns": list(layout.file_columns),
    }


def _layout_words(layout: Layout) -> str:
    parts = ", ".join(f"{part} from {column!r}" for part, column in layout.columns.items())
    return f"Read as {layout.format_} in {layout.container.replace('_', ' ')}: {parts}."


def _data(corpus: Corpus) -> dict[str, Any]:
    data = corpus._asdict()
    data["format"] = data.pop("format_")
    return {**data, "mapping": dict(corpus.mapping), "imported_at": corpus.imported_at.isoformat()}


def _imported_words(imported: Imported) -> str:
    corpus = imported.corpus
    if not imported.is_new:
        came = "is back" if imported.was_removed else "was imported already"
        return f"{corpus.file_name} {came} as {corpus.name}, with {corpus.rows:,} rows; nothing was added."
    told = f"Imported {corpus.rows:,} rows of {corpus.file_name} as {corpus.name}."
    if corpus.longer_conversations:
        told += f" {corpus.longer_conversations:,} are the beginnings of longer conversations; the rest was left out."
    return told


def _bad_words(corpus: Corpus, bad_lines: tuple[KeptBadLine, ...]) -> list[str]:
    if not corpus.bad_lines:
        return []
    words = [f"{corpus.bad_lines:,} could not be used:"]
    words += [f"  {line.number}: {line.reason}" for line in bad_lines[:_SHOWN]]
    return words + ([f"  and {corpus.bad_lines - _SHOWN:,} more"] if corpus.bad_lines > _SHOWN else [])


def _placed_data(placed: Placed) -> dict[str, Any]:
    return {
        "corpus_id": placed.corpus.corpus_id,
        "name": placed.corpus.name,
        "encoder": placed.encoder,
        "content": placed.content,
        "rows": placed.corpus.rows,
        "placed": placed.placed,
        "embedded": placed.embedded,
        "median_confidence": round(placed.median_confidence, 4),
        "own_pairs": accuracy_data(placed.accuracy),
        "seconds": round(placed.seconds, 3),
    }


def _placed_words(placed: Placed) -> str:
    return (
        f"Placed {placed.placed:,} of {placed.corpus.rows:,} rows of {placed.corpus.name} by {placed.encoder}; the "
        f"median confidence is {placed.median_confidence:.2f}.\n{accuracy_words(placed.accuracy)}"
    )
