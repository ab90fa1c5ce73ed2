"""demo: the pairs that came with the release, taken out or put back."""

from collections.abc import Callable

import typer

from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, tell
from glan_core.demo import put_back_demo, remove_demo
from glan_core.store.database import Cursor, open_database
from glan_core.store.demo_pairs import demo_standing

app = typer.Typer(help="Take the demo pairs out of a database, or put them back.")


@app.command()
def remove(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Take the demo pairs out of every page, count and export; nothing is deleted."""
    _change(remove_demo, database, as_json)


@app.command()
def add(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Put the demo pairs back, or in for the first time."""
    _change(put_back_demo, database, as_json)


def _change(change: Callable[[Cursor], None], database: DatabaseOption, as_json: bool) -> None:
    path = settings_with(database).database
    with open_database(path) as opened:
        cursor = opened.cursor()
        change(cursor)
        standing = demo_standing(cursor)
    pairs = standing.pairs if standing and not standing.is_removed else 0
    sentence = f"{path} has {pairs:,} demo pairs." if pairs else f"{path} has no demo pairs."
    tell({"database": str(path), "demo_pairs": pairs}, as_json, sentence)
