"""embed: every pair read by an encoder, so that its meaning can be compared."""

from pathlib import Path
from typing import Annotated

import typer

from glan_core.commands.options import find_key
from glan_core.commands.output import DatabaseOption, JsonOption, note, settings_with, tell
from glan_core.commands.progress_display import shown_count
from glan_core.commands.text_engine import RayAddressOption, TextActorsOption, TextEngineOption, spread_by
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.encoder_choice import (
    STATIC_SUFFIX,
    add_encoder,
    add_static_encoder,
    content_named,
    encoder_in_use,
    encoder_named,
    list_all_encoders,
)
from glan_core.encoders import Content, Encoder, EncoderKind
from glan_core.errors import SettingsError
from glan_core.spread_reading import spread_instructions, spread_names
from glan_core.spreading import Spread
from glan_core.store.database import Database, open_database
from glan_core.store.encoders import count_unread_texts, find_encoder_recall, list_names_to_read
from glan_core.text_encoding import Means
from glan_core.text_vectors import Embedded, embed_instructions, embed_names

_STEPS = {"distil": "Reading every token of the vocabulary ...", "recall": "Measuring which neighbours it keeps ..."}


def embed(
    encoder: Annotated[str | None, typer.Option(help="Which encoder. Default: the one chosen for the map.")] = None,
    content: Annotated[
        str | None, typer.Option(help="instruction, answer or both. Default: what was chosen for the map.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="Add an encoder first: a folder, a name on the hub, or with --base-url one of an endpoint."),
    ] = None,
    base_url: Annotated[str, typer.Option(help="Address of the endpoint of --model, usually ending in /v1.")] = "",
    key_name: Annotated[str, typer.Option(help="The environment variable that holds its key; never the key.")] = "",
    static: Annotated[bool, typer.Option("--static", help="Use the fast static encoder made from it.")] = False,
    names: Annotated[bool, typer.Option("--names", help="Also read the names of nodes and key concepts.")] = False,
    engine: TextEngineOption = "local",
    ray_address: RayAddressOption = None,
    actors: TextActorsOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let an encoder read every pair that it has not read yet; interrupted, it goes on where it was."""
    worker = EmbeddingWorker()
    means = Means(worker.compute, find_key)
    try:
        with (
            spread_by(engine, ray_address, actors) as spread,
            open_database(settings_with(database).database) as opened,
        ):
            used = _encoder(opened, encoder, model, base_url, key_name, means)
            read = encoder_in_use(opened.cursor()).content if content is None else content_named(content)
            if static:
                used = _static(opened, used, read, means)
            embedded = _embed(opened, used, read, means, spread)
            named = _embed_names(opened, used, means, spread) if names else None
            recall = find_encoder_recall(opened.cursor(), used.encoder)
    finally:
        worker.close()
    data = {
        "encoder": used.encoder,
        "content": read,
        "embedded": embedded.embedded,
        "known": embedded.known,
        "seconds": round(embedded.seconds, 3),
        "texts_per_second": round(embedded.texts_per_second, 1),
        "names_embedded": named.embedded if named else 0,
        "recall_at_10": round(recall.recall, 4) if recall else None,
    }
    told = [_read_words(used, embedded, "texts of pairs")]
    if named:
        told.append(_read_words(used, named, "names of nodes and key concepts"))
    tell(data, as_json, "\n".join(told))


def _read_words(encoder: Encoder, read: Embedded, what: str) -> str:
    if not read.embedded:
        return f"{encoder.encoder} had nothing left to read among the {what}."
    known = f"; {read.known:,} were known" if read.known else ""
    return f"{encoder.encoder} read {read.embedded:,} {what} in {read.seconds:.1f} s{known}."


def _encoder(
    database: Database, name: str | None, model: str | None, base_url: str, key_name: str, means: Means
) -> Encoder:
    """Give the encoder that the options mean, added if --model says so."""
    cursor = database.cursor()
    if model is None:
        if base_url or key_name:
            raise SettingsError("--base-url and --key-name belong to --model.", "Name the model of the endpoint.")
        return encoder_in_use(cursor).encoder if name is None else encoder_named(cursor, name)
    kind: EncoderKind = "endpoint" if base_url else "folder" if Path(model).expanduser().is_dir() else "name"
    return add_encoder(
        database, kind=kind, model=model, name=name or "", base_url=base_url, key_name=key_name, means=means
    )


def _static(database: Database, base: Encoder, content: Content, means: Means) -> Encoder:
    """Give the static encoder of another one, made if it is not there yet."""
    for there in list_all_encoders(database.cursor()):
        if there.encoder == f"{base.encoder}{STATIC_SUFFIX}":
            return there
    return add_static_encoder(database, base, content=content, means=means, on_step=lambda step: note(_STEPS[step]))


def _embed(database: Database, encoder: Encoder, content: Content, means: Means, spread: Spread | None) -> Embedded:
    total = count_unread_texts(database.cursor(), encoder=encoder.encoder, content=content)
    with shown_count("Reading pairs", total=total) as show:
        if spread:
            return spread_instructions(
                database,
                encoder=encoder,
                content=content,
                spread=spread,
                means=means,
                on_progress=lambda done, _: show(done),
            )
        return embed_instructions(
            database,
            encoder=encoder,
            content=content,
            compute=means.compute,
            find_key=means.find_key,
            on_progress=lambda done, missing: show(total - missing + done),
        )


def _embed_names(database: Database, encoder: Encoder, means: Means, spread: Spread | None) -> Embedded:
    total = len(list_names_to_read(database.cursor()))
    with shown_count("Reading names", total=total) as show:
        if spread:
            return spread_names(
                database, encoder=encoder, spread=spread, means=means, on_progress=lambda done, _: show(done)
            )
        return embed_names(
            database,
            encoder=encoder,
            compute=means.compute,
            find_key=means.find_key,
            on_progress=lambda done, missing: show(total - missing + done),
        )
