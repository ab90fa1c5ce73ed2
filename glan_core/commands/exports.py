"""export, exports: pairs out as files, and what was exported before."""

import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from glan_core.commands.chosen_pairs import FILTER_HELP
from glan_core.commands.output import DatabaseOption, JsonOption, note, settings_with, tell
from glan_core.entities import Filter
from glan_core.errors import ExportError
from glan_core.exports.choosing import in_words
from glan_core.exports.comparison import Changed, compare_exports
from glan_core.exports.formats import FORMATS
from glan_core.exports.request import NEAR, ExportRequest, request_from_data
from glan_core.exports.writing import export as write_export
from glan_core.filter_json import filter_from_json
from glan_core.gates import GATES, SHIPPED_GATE_SETS, STANDARD_GATES, gates_named
from glan_core.scope import resolve_scope
from glan_core.store.database import Cursor, open_database
from glan_core.store.export_choice import BALANCE_LEVELS, ORDERS
from glan_core.store.export_log import Export, find_export, list_exports
from glan_core.store.exports import LINEAGE_COLUMNS
from glan_core.store.saved_views import find_saved_view

app = typer.Typer(help="Exports that were written: listed, compared, written again.")
_NOTES_SECONDS = 1.0

ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Write over files in the way that no export left there; nothing else goes.")
]


def export(
    out: Annotated[Path, typer.Argument(help="The file to write, or the folder where several are written.")],
    format_: Annotated[
        str, typer.Option("--format", help=f"Separated by commas: {', '.join(FORMATS)}. hf is a folder.")
    ] = "chat",
    filter_: Annotated[str | None, typer.Option("--filter", help=FILTER_HELP)] = None,
    view: Annotated[str | None, typer.Option(help="Which pairs: those of a saved view, by its id.")] = None,
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id.")] = None,
    gates: Annotated[
        str,
        typer.Option(
            help="What is left out, separated by commas, none for nothing, or the name of a gate set "
            f"({', '.join(each.name for each in SHIPPED_GATE_SETS)}, or your own). Gates: {', '.join(GATES)}, "
            "judge_below_6. docs/curating.md says what each means."
        ),
    ] = ",".join(STANDARD_GATES),
    duplicates: Annotated[
        str, typer.Option(help="keep all; exact: one of equal questions; near: also one of those that mean the same.")
    ] = "keep",
    near: Annotated[float, typer.Option(help="Cosine from which questions mean nearly the same.")] = NEAR,
    balance: Annotated[
        str,
        typer.Option(
            help="LEVEL:cap=N, at most N a node; LEVEL:even=N, N in all as even as can be. "
            + f"Levels: {', '.join(BALANCE_LEVELS)}."
        ),
    ] = "",
    quota: Annotated[list[str] | None, typer.Option(help="NODE=N: at most N pairs below a node. Repeatable.")] = None,
    test_per_discipline: Annotated[int, typer.Option(help="Questions held out of each discipline.", min=0)] = 0,
    order: Annotated[str, typer.Option(help=f"Of the rows: {', '.join(ORDERS)}.")] = "id",
    seed: Annotated[int, typer.Option(help="Of what is chosen by lot.", min=0)] = 0,
    columns: Annotated[
        str | None, typer.Option(help="What each row says beside question and answer, separated by commas.")
    ] = None,
    lineage: Annotated[bool, typer.Option(help="Whether each pair carries where it comes from.")] = True,
    recipe: Annotated[bool, typer.Option("--recipe", help="Write training scripts beside the files.")] = False,
    title: Annotated[str, typer.Option(help="What the dataset card calls it.")] = "",
    licence: Annotated[str, typer.Option(help="What the dataset card names, such as cc-by-4.0.")] = "",
    replace: ReplaceOption = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write answered pairs to a file or a folder of files, with a manifest."""
    if not lineage and columns is not None:
        raise ExportError("--no-lineage leaves out what --columns asks for.", "Choose one.")
    level, kind, number = _balance(balance)
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        request = ExportRequest(
            filter_=_filter(cursor, filter_, view, scope or []),
            gates=gates_named(cursor, gates),
            formats=_names(format_),
            columns=_columns(columns) if lineage else (),
            duplicates=duplicates,
            near=near,
            balance=kind,
            balance_level=level,
            balance_number=number,
            quotas=tuple(_quota(cursor, text) for text in quota or []),
            test_per_discipline=test_per_discipline,
            order=order,
            seed=seed,
            title=title,
            licence=licence,
            has_recipe=recipe,
        )
        written = write_export(opened, out, request, on_progress=_note_progress, is_replacing=replace)
    _tell_written(written, out, as_json)


@app.command("list")
def list_(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List what was exported, the newest first."""
    with open_database(settings_with(database).database) as opened:
        exports = list_exports(opened.cursor())
    lines = [
        f"{each.export_id}  {each.exported_at:%Y-%m-%d %H:%M}  {each.manifest['pairs']:>10,}  "
        f"{','.join(each.request['formats'])}  {each.path.resolve()}{'' if each.path.exists() else '  (gone)'}"
        for each in exports
    ]
    tell({"exports": [_data(each) for each in exports]}, as_json, "\n".join(lines) or "Nothing was exported yet.")


@app.command()
def repeat(
    export_id: Annotated[str, typer.Argument(help="Its id, or the beginning of it.")],
    out: Annotated[Path, typer.Argument(help="Where to write it now.")],
    replace: ReplaceOption = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write an export again with the same settings, from the pairs as they are now."""
    with open_database(settings_with(database).database) as opened:
        request = request_from_data(_found(opened.cursor(), export_id).request)
        written = write_export(opened, out, request, on_progress=_note_progress, is_replacing=replace)
    _tell_written(written, out, as_json)


@app.command()
def compare(
    before: Annotated[str, typer.Argument(help="An id, or the beginning of one.")],
    after: Annotated[str, typer.Argument(help="Another one.")],
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what has changed from one export to another."""
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        found = compare_exports(_found(cursor, before), _found(cursor, after))
    changes = (*found.settings, *found.counts)
    lines = [f"{_told(change.before)} -> {_told(change.after)}  {change.name}" for change in changes]
    if found.rows is not None:
        rows = found.rows
        lines.append(f"{rows.both:,} pairs in both, {rows.gone:,} gone, {rows.added:,} added, {rows.moved:,} moved")
    else:
        lines.append("Which pairs are in both cannot be told: the list of one is gone, or a newer export stands there.")
    lines.append(f"Files that are equal: {', '.join(found.equal_files) or 'none'}.")
    data = {
        "settings": _changes(found.settings),
        "counts": _changes(found.counts),
        "equal_files": found.equal_files,
        "changed_files": found.changed_files,
        "rows": found.rows._asdict() if found.rows is not None else None,
    }
    tell(data, as_json, "\n".join(lines))


def _filter(cursor: Cursor, text: str | None, view: str | None, scope: list[str]) -> Filter:
    if text is not None and view is not None:
        raise ExportError("--filter and --view exclude each other.", "Choose one.")
    if scope and (text is not None or view is not None):
        raise ExportError("--filter and --view exclude --scope.", "Put all of it into the filter.")
    chosen = Filter() if text is None else filter_from_json(text)
    if view is not None:
        found = find_saved_view(cursor, view)
        if found is None:
            raise ExportError(f"There is no saved view {view!r}.", "Take its id from the address of the page.")
        chosen = found.filter_
    if scope:
        nodes = tuple(resolve_scope(cursor, each).node_id for each in scope)
        chosen = dataclasses.replace(chosen, taxonomy_node_ids=nodes)
    return chosen


def _balance(text: str) -> tuple[str, str, int]:
    if not text:
        return "discipline", "", 0
    level, _, rest = text.partition(":")
    kind, _, number = rest.partition("=")
    if not number.isdigit():
        raise ExportError(f"{text!r} is no balance.", "Write it like discipline:cap=100 or field:even=10000.")
    return level.strip(), kind.strip(), int(number)


def _quota(cursor: Cursor, text: str) -> tuple[str, int]:
    node, _, number = text.rpartition("=")
    if not node or not number.isdigit():
        raise ExportError(f"{text!r} is no quota.", "Write it like Physics=50.")
    return resolve_scope(cursor, node).node_id, int(number)


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _columns(text: str | None) -> tuple[str, ...]:
    return LINEAGE_COLUMNS if text is None else _names(text)


def _found(cursor: Cursor, beginning: str) -> Export:
    found = find_export(cursor, beginning)
    if found is None:
        raise ExportError(f"There is no export {beginning!r}.", "See: python -m glan_core exports list")
    return found


def _data(export_: Export) -> dict[str, Any]:
    return {
        "export_id": export_.export_id,
        "path": str(export_.path),
        "exported_at": export_.exported_at.isoformat(),
        "seconds": export_.seconds,
        **export_.manifest,
    }


def _tell_written(written: Export, out: Path, as_json: bool) -> None:
    manifest = written.manifest
    files = manifest["files"]
    size = sum(each["bytes"] for each in files)
    held_out = f", {manifest['test']:,} of them held out" if manifest["test"] else ""
    what = f"{size:,} bytes" if len(files) == 1 else f"{len(files)} files, {size:,} bytes"
    left_out = manifest["left_out_for"]
    tell(
        {**_data(written), "path": str(out)},
        as_json,
        f"Wrote {manifest['pairs']:,} pairs to {out}{held_out} ({what}); "
        + (f"left out: {in_words(left_out)}." if left_out else "none was left out.")
        + _not_compared(manifest),
    )


def _not_compared(manifest: Mapping[str, Any]) -> str:
    if missing := manifest.get("without_neighbours"):
        return (
            f" Of these, {missing:,} were not held against the others by meaning yet, so near ones may be left: run "
            "`python -m glan_core project`, then this again."
        )
    return ""


def _note_progress(done: int, total: int) -> None:
    if sys.stderr.isatty() and total:
        note(f"{done:,} of {total:,} pairs")


def _changes(changes: tuple[Changed, ...]) -> list[dict[str, Any]]:
    return [change._asdict() for change in changes]


def _told(value: object) -> str:
    return "-" if value is None else str(value)
