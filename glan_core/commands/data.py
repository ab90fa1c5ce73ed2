"""init, export, ingest, doctor: a database made, filled, read out and looked at."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from glan_core.commands.output import DatabaseOption, JsonOption, RunsOption, settings_with, tell
from glan_core.demo import DEMO_FOLDER
from glan_core.doctor import examine
from glan_core.entities import Filter
from glan_core.errors import StoreError
from glan_core.export import GATES, export_pairs, in_words
from glan_core.filter_json import filter_from_json
from glan_core.runs.ingesting import take_in_journals
from glan_core.scope import resolve_scope
from glan_core.settings import runs_folder
from glan_core.starter import create_database, read_curriculum
from glan_core.store.database import open_database
from glan_core.store.reports import totals


def init(
    database: DatabaseOption = None,
    empty: Annotated[bool, typer.Option("--empty", help="Leave curriculum and demo out.")] = False,
    without_demo: Annotated[bool, typer.Option("--without-demo", help="Leave the demo pairs out.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make a database with the starter curriculum and the demo pairs, without these, or an empty one."""
    path = settings_with(database).database
    create_database(
        path,
        curriculum=None if empty else read_curriculum(),
        demo=None if empty or without_demo else DEMO_FOLDER,
    )
    with open_database(path) as opened:
        found = totals(opened.cursor())._asdict()
    holds = f"{found['disciplines']} disciplines and {found['demo_answers']:,} demo pairs"
    tell({"database": str(path), **found}, as_json, f"Made {path} with {holds}.")


def ingest(runs: RunsOption = None, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Take what runs have written into their journals into the database; doing it twice changes nothing."""
    settings = settings_with(database)
    if runs is not None and not runs.is_dir():
        raise StoreError(f"There is no folder {runs}.", "Name the folder that holds the runs.")
    with open_database(settings.database) as opened:
        taken = take_in_journals(opened, runs or runs_folder(settings.database))
    sentence = f"Took in {taken.rows:,} rows of {taken.runs:,} runs."
    tell(taken._asdict(), as_json, "\n".join([sentence, *taken.unreadable]))
    if taken.unreadable:
        raise typer.Exit(1)


def export(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    format_: Annotated[str, typer.Option("--format", help="chat or parquet.")] = "chat",
    filter_: Annotated[str | None, typer.Option("--filter", help='Which pairs, such as {"run_ids": ["..."]}.')] = None,
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id.")] = None,
    gates: Annotated[str, typer.Option(help="What is left out, separated by commas; none for nothing.")] = ",".join(
        GATES
    ),
    lineage: Annotated[bool, typer.Option(help="Whether each pair carries where it comes from.")] = True,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write answered pairs to a file, with a manifest beside it."""
    settings = settings_with(database)
    with open_database(settings.database) as opened:
        cursor = opened.cursor()
        chosen = filter_from_json(filter_) if filter_ else Filter()
        if scope:
            nodes = tuple(resolve_scope(cursor, text).node_id for text in scope)
            chosen = dataclasses.replace(chosen, taxonomy_node_ids=nodes)
        names = tuple(name.strip() for name in gates.split(",") if name.strip() and name.strip() != "none")
        manifest = export_pairs(cursor, out, format_=format_, filter_=chosen, gates=names, has_lineage=lineage)
    tell(
        {**manifest._asdict(), "path": str(out)},
        as_json,
        f"Wrote {manifest.pairs:,} pairs to {out} ({manifest.bytes:,} bytes); "
        + (f"left out: {in_words(manifest.left_out_for)}." if manifest.left_out else "none was left out."),
    )


def doctor(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Say what works on this machine, and how to mend what does not."""
    checks = examine(settings_with(database))
    lines = []
    for check in checks:
        lines.append(f"{check.state:<8}{check.name}: {check.detail}")
        if check.hint and check.state != "ok":
            lines.append(f"        {check.hint}")
    tell({"checks": [check._asdict() for check in checks]}, as_json, "\n".join(lines))
    if any(check.state == "broken" for check in checks):
        raise typer.Exit(1)
