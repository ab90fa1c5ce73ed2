"""neighbours: the pairs next to a pair in meaning."""

from typing import Annotated

import typer

from glan_core.commands.hits import lines_of, rows_of
from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, tell
from glan_core.encoder_choice import encoder_in_use
from glan_core.held_vectors import HeldVectors
from glan_core.nearest_pairs import nearest_pairs
from glan_core.store.database import open_database


def neighbours(
    instruction_id: Annotated[str, typer.Argument(metavar="ID", help="The id of a pair, as search prints it.")],
    limit: Annotated[int, typer.Option(help="How many pairs at most.", min=1)] = 10,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the pairs nearest to a pair in meaning, nearest first."""
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        encoder, content = encoder_in_use(cursor)
        held = HeldVectors(encoder=encoder.encoder, content=content)
        hits = nearest_pairs(cursor, held, instruction_id, limit=limit)
        rows = rows_of(cursor, hits, score="cosine")
    data = {"instruction_id": instruction_id, "encoder": encoder.encoder, "content": content, "hits": rows}
    tell(data, as_json, lines_of(rows, score="cosine", nothing="There is no other pair to compare with."))
