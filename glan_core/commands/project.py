"""project: every pair given its place on the map, or the map laid out anew."""

import time
from typing import Annotated, Any, Literal

import typer

from glan_core.commands.options import find_key
from glan_core.commands.output import DatabaseOption, JsonOption, note, settings_with, tell
from glan_core.corpora.importing import corpus_named
from glan_core.corpora.map_placing import PlacedOnMap, place_corpus_on_map
from glan_core.encoder_choice import encoder_in_use, encoder_named
from glan_core.encoders import Content, Encoder
from glan_core.errors import SettingsError
from glan_core.layout_advice import advise
from glan_core.neighbour_graph import extend_graph
from glan_core.placement import Placed, place_all
from glan_core.store.database import Database, open_database
from glan_core.store.projections import layout_figures

_STEPS = {
    "embedding": "reading texts",
    "reading": "reading rows",
    "layout": "laying out",
    "ready": "getting ready to place",
    "placing": "placing",
}
_LINE_SECONDS = 5.0


def project(
    anew: Annotated[
        bool, typer.Option("--anew", help="Lay out the whole map anew, turned towards the layout that is there.")
    ] = False,
    encoder: Annotated[
        str | None, typer.Option(help="Whose vectors are placed. Default: the one chosen for the map.")
    ] = None,
    content: Annotated[
        Literal["instruction", "answer", "both"] | None,
        typer.Option(help="Which text of a pair is its place to say. Default: what was chosen on the Map page."),
    ] = None,
    corpus: Annotated[
        str | None,
        typer.Option(help="Place the rows of this corpus among the pairs instead, by its name or id; no pair moves."),
    ] = None,
    rows: Annotated[
        int | None, typer.Option(help="With --corpus: so many rows at random. Default: all.", min=1)
    ] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Place every pair that is not on the map yet; what is placed never moves, unless --anew is given."""
    began = time.monotonic()
    if corpus is not None and anew:
        raise SettingsError("--anew lays pairs out, and --corpus places rows.", "Give one of them.")
    if corpus is None and rows is not None:
        raise SettingsError("--rows says how many rows of a corpus are placed.", "Name it: --corpus NAME.")
    with open_database(settings_with(database).database) as opened:
        if corpus is not None:
            by = encoder_named(opened.cursor(), encoder) if encoder is not None else None
            _place_corpus(opened, corpus, rows=rows, encoder=by, content=content, as_json=as_json)
            return
        used = encoder_in_use(opened.cursor()).encoder if encoder is None else encoder_named(opened.cursor(), encoder)
        placed = place_all(opened, encoder=used, content=content, is_anew=anew, on_progress=_Steps())
        if placed.projection is not None:
            note("Comparing each pair with all others")
            extend_graph(opened, encoder=placed.projection.encoder, content=placed.projection.content)
        advice = None
        if placed.projection is not None:
            figures = layout_figures(opened.cursor(), placed.projection.projection_id)
            advice = advise(figures, landmarks=placed.projection.landmarks)
    made = placed.projection
    data = {
        "projection_id": made.projection_id if made else None,
        "method": made.method if made else None,
        "encoder": made.encoder if made else used.encoder,
        "content": made.content if made else content,
        "landmarks": made.landmarks if made else 0,
        "is_new_layout": placed.is_new_layout,
        "embedded": placed.embedded,
        "placed": placed.placed,
        "seconds": round(time.monotonic() - began, 3),
        "is_new_layout_worth_it": bool(advice and advice.is_worth_it),
    }
    sentence = _sentence(placed)
    if advice and advice.is_worth_it:
        sentence = f"{sentence}\n{advice.sentence} Add --anew."
    tell(data, as_json, sentence)


def _place_corpus(
    opened: Database, name: str, *, rows: int | None, encoder: Encoder | None, content: Content | None, as_json: bool
) -> None:
    placed = place_corpus_on_map(
        opened,
        corpus_named(opened.cursor(), name),
        rows=rows,
        encoder=encoder,
        content=content,
        find_key=find_key,
        on_progress=_Steps(),
    )
    tell(_corpus_data(placed), as_json, _corpus_sentence(placed))


def _corpus_data(placed: PlacedOnMap) -> dict[str, Any]:
    return {
        "corpus_id": placed.corpus.corpus_id,
        "name": placed.corpus.name,
        "rows": placed.corpus.rows,
        "projection_id": placed.projection.projection_id,
        "encoder": placed.projection.encoder,
        "content": placed.projection.content,
        "embedded": placed.embedded,
        "placed": placed.placed,
        "points": placed.points,
        "seconds": round(placed.seconds, 3),
    }


def _corpus_sentence(placed: PlacedOnMap) -> str:
    on_map = f"{placed.points:,} of {placed.corpus.rows:,} rows of {placed.corpus.name} are on the map."
    if not placed.placed:
        return f"There was nothing to place: {on_map}"
    rows = "row" if placed.placed == 1 else "rows"
    return f"Placed {placed.placed:,} {rows}; no pair has moved. {on_map}"


def _sentence(placed: Placed) -> str:
    if placed.projection is None:
        return "There are no pairs to place yet."
    if placed.is_new_layout:
        return f"Laid out {placed.projection.landmarks:,} different texts anew; {placed.placed:,} pairs have a place."
    if not placed.placed:
        return "Every pair has its place on the map already, and is compared with all others."
    return f"Placed {placed.placed:,} pairs; none that was there has moved."


class _Steps:
    """Notes each step as it begins, and how far it is every few seconds."""

    def __init__(self) -> None:
        self._step = ""
        self._noted_at = 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step == self._step and now - self._noted_at < _LINE_SECONDS:
            return
        self._step, self._noted_at = step, now
        note(f"{_STEPS[step]}: {done:,} of {total:,}" if total else _STEPS[step])
