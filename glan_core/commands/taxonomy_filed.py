"""taxonomy import, taxonomy export: the taxonomy in as a file, and out as one."""

from pathlib import Path
from typing import Annotated

import typer

from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, tell
from glan_core.edits import apply_edit, check_edit, import_nodes
from glan_core.errors import ExportError, TaxonomyFileError
from glan_core.store.database import open_database
from glan_core.store.taxonomy_nodes import list_all_taxonomy_nodes
from glan_core.taxonomy_files import FORMATS, read_taxonomy_file, write_taxonomy_file

FormatOption = Annotated[
    str | None, typer.Option("--format", help=f"{', '.join(FORMATS)}. Default: the file's ending.")
]


def export_file(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    format_: FormatOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the whole taxonomy to a file; one that is there is replaced."""
    with open_database(settings_with(database).database) as opened:
        nodes = list_all_taxonomy_nodes(opened.cursor())
    text = write_taxonomy_file(nodes, format_=_format(out, format_))
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ExportError(f"{out} cannot be written: {reason}.", "Name another file.") from error
    tell({"path": str(out), "nodes": len(nodes)}, as_json, f"Wrote {out}.")


def import_file(
    file: Annotated[Path, typer.Argument(help="The file to take in.")],
    format_: FormatOption = None,
    remove_missing: Annotated[
        bool, typer.Option("--remove-missing", help="Remove the nodes that the file does not name.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    editor: Annotated[str, typer.Option(help="Who changes it: kept in the log.")] = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the taxonomy what a file says, whole or not at all; the differences are told."""
    try:
        data = file.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise TaxonomyFileError(f"{file} cannot be read: {reason}.", "Name a file that is there.") from error
    file_nodes = read_taxonomy_file(data, format_=_format(file, format_))
    with open_database(settings_with(database).database) as opened:
        found = import_nodes(opened.cursor(), file_nodes, removes_missing=remove_missing)
        if dry_run:
            check_edit(opened, found.planned)
        else:
            apply_edit(opened, found.planned, editor=editor)
    label = f"Would change: {found.planned.label}" if dry_run else f"{found.planned.label}."
    tell(
        {"label": found.planned.label, "differences": found.lines, "missing": found.missing, "is_dry_run": dry_run},
        as_json,
        "\n".join([*found.lines, label]),
    )


def _format(path: Path, asked_for: str | None) -> str:
    """Give the format that was asked for, or that of a file's ending."""
    if asked_for is not None:
        if asked_for not in FORMATS:
            raise TaxonomyFileError(f"There is no format {asked_for!r}.", f"Use one of: {', '.join(FORMATS)}.")
        return asked_for
    endings = {ending: name for name, ending in FORMATS.items()} | {".yml": "yaml"}
    if path.suffix.lower() not in endings:
        raise TaxonomyFileError(
            f"{path.name} has no ending that names a format.", f"Say it: --format {', '.join(FORMATS)}."
        )
    return endings[path.suffix.lower()]
