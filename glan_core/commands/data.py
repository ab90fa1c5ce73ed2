"""init, ingest, doctor: a database made, filled and looked at."""

from typing import Annotated

import typer

from glan_core.commands.output import DatabaseOption, JsonOption, RunsOption, settings_with, tell
from glan_core.demo import DEMO_FOLDER
from glan_core.doctor import examine
from glan_core.errors import StoreError
from glan_core.runs.ingesting import take_in_journals
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
