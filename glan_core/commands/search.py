"""search: pairs that mean what a text says, or that hold its words."""

from typing import Annotated, Literal

import typer

from glan_core.commands.hits import lines_of, rows_of
from glan_core.commands.output import DatabaseOption, JsonOption, settings_with, tell
from glan_core.encoder_choice import encoder_in_use
from glan_core.entities import Filter
from glan_core.held_vectors import HeldVectors
from glan_core.scope import resolve_scope
from glan_core.searching import refresh, search_by_meaning, search_by_text, words_of
from glan_core.store.database import open_database
from glan_core.text_encoding import HERE, encode_texts


def search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    by: Annotated[
        Literal["meaning", "text"], typer.Option(help="What the pairs mean, or the words that they hold.")
    ] = "meaning",
    scope: Annotated[list[str] | None, typer.Option(help="Only below this node: name, path or id. Repeatable.")] = None,
    limit: Annotated[int, typer.Option(help="How many pairs at most.", min=1)] = 10,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find pairs by what they mean, nearest first, or by words that must all occur in question or answer."""
    words_of(text)
    score = "cosine" if by == "meaning" else "share_of_words"
    with open_database(settings_with(database).database) as opened:
        cursor = opened.cursor()
        encoder, content = encoder_in_use(cursor)
        nodes = tuple(resolve_scope(cursor, name).node_id for name in scope or ())
        filter_ = Filter(taxonomy_node_ids=nodes)
        if by == "meaning":
            held = HeldVectors(encoder=encoder.encoder, content=content)
            refresh(cursor, held)  # without vectors there is no need to load the encoder
            query = encode_texts(encoder, [text], database=opened.path, means=HERE)[0]
            hits = search_by_meaning(cursor, held, query, filter_=filter_, limit=limit)
        else:
            hits = search_by_text(cursor, text, filter_=filter_, limit=limit)
        rows = rows_of(cursor, hits, score=score)
    read_by = {"encoder": encoder.encoder, "content": content} if by == "meaning" else {}
    tell(
        {"text": text, "by": by, **read_by, "hits": rows},
        as_json,
        lines_of(rows, score=score, nothing="No pair was found."),
    )
