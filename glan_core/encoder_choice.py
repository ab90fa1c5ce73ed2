"""Which encoders are there besides the built-in one, and which of them reads what for the map?

An encoder at an endpoint keeps the name of its key; the key itself is looked up by whoever asks (endpoints.py).
"""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from glan_core.embedding.model_folders import check_folder, fetch_folder
from glan_core.embedding.recall import LEAST_TEXTS, recall_at_10
from glan_core.embedding.sentence_encoder import dimensions_of
from glan_core.embedding.static_encoder import distil
from glan_core.embedding.worker import EmbeddingWorker
from glan_core.encoders import BUILT_IN_ENCODER, CONTENTS, Content, Encoder, EncoderChoice, EncoderKind, EncoderRecall
from glan_core.endpoints import check_key_name
from glan_core.errors import EmbeddingError, SettingsError
from glan_core.llm.embeddings import embed_at
from glan_core.settings import check_base_url
from glan_core.store.database import Cursor, Database
from glan_core.store.encoders import (
    find_encoder_choice,
    insert_encoder_choice,
    insert_encoder_recall,
    list_encoders,
    sample_texts,
    save_encoder,
)
from glan_core.text_encoding import HERE, Means, encode_texts, endpoint_of, folder_of, static_folder

LONGEST_NAME = 60
STATIC_SUFFIX = " (static)"
_MOST_MEASURED = 400


class ChosenEncoder(NamedTuple):
    """What makes the vectors of the map, and of which text."""

    encoder: Encoder
    content: Content


def list_all_encoders(cursor: Cursor) -> tuple[Encoder, ...]:
    """List the built-in encoder and those that people added."""
    return (BUILT_IN_ENCODER, *list_encoders(cursor))


def encoder_named(cursor: Cursor, name: str) -> Encoder:
    """Give the encoder of this name, in small or capital letters; SettingsError if there is none."""
    there = list_all_encoders(cursor)
    for encoder in there:
        if encoder.encoder.casefold() == " ".join(name.split()).casefold():
            return encoder
    raise SettingsError(
        f"There is no encoder {name!r}.",
        f"There are: {', '.join(each.encoder for each in there)}. Others can be added.",
    )


def encoder_in_use(cursor: Cursor) -> ChosenEncoder:
    """Give what was chosen last; by default the built-in encoder, which reads instructions."""
    chosen = find_encoder_choice(cursor)
    for encoder in list_all_encoders(cursor):
        if chosen is not None and encoder.encoder == chosen.encoder:
            return ChosenEncoder(encoder, chosen.content)
    return ChosenEncoder(BUILT_IN_ENCODER, "instruction")


def use_encoder(database: Database, encoder: Encoder, content: Content) -> None:
    """Choose what the map shows from now on, also after a restart."""
    cursor = database.cursor()
    with database.writing:
        insert_encoder_choice(cursor, EncoderChoice(encoder.encoder, content), chosen_at=datetime.now(UTC))
    cursor.close()


def content_named(text: str) -> Content:
    """Give `instruction`, `answer` or `both`; SettingsError for anything else."""
    for content in CONTENTS:
        if text.strip().casefold() == content:
            return content
    raise SettingsError(f"{text!r} is nothing that can be embedded.", f"Choose one of: {', '.join(CONTENTS)}.")


def add_encoder(
    database: Database,
    *,
    kind: EncoderKind,
    model: str,
    name: str = "",
    base_url: str = "",
    key_name: str = "",
    means: Means = HERE,
    on_step: Callable[[str], None] = lambda step: None,
) -> Encoder:
    """Try an encoder out and keep it under a name, by default that of its model.

    The kinds are `folder`, `name` (of a model on the hub) and `endpoint`; static ones: `add_static_encoder`. Raises
    SettingsError for what cannot be used, and EmbeddingError or EndpointError if it gives no vector. `on_step` hears
    `fetching` before a model is downloaded, and `trying` before a vector is asked for.
    """
    model = model.strip()
    if not model or not model.isprintable():
        raise SettingsError("The model is missing.", "Name a folder, a model on the hub, or one of the endpoint.")
    draft = Encoder("", kind, model, 0, added_at=datetime.now(UTC))
    if kind == "endpoint":
        draft = dataclasses.replace(draft, base_url=check_base_url(base_url), key_name=check_key_name(key_name))
    if kind == "folder":
        draft = dataclasses.replace(draft, model=check_folder(model))
    called = _checked_name(name or (Path(draft.model).name if kind == "folder" else model))
    draft = dataclasses.replace(draft, encoder=called)
    cursor = database.cursor()
    _check_free(cursor, draft)
    key = means.find_key(draft.key_name) if draft.key_name else ""
    if key and any(key in text for text in (draft.encoder, draft.base_url, draft.model)):
        raise SettingsError("The key itself stands in one of the fields.", "Take it out: its name is enough.")
    encoder = dataclasses.replace(draft, dimensions=_dimensions(draft, means, on_step))
    with database.writing:  # held from the look to the row: somebody may have added another one meanwhile
        _check_free(cursor, encoder)
        _check_dimensions(cursor, encoder)
        save_encoder(cursor, encoder)
    cursor.close()
    return encoder


def add_static_encoder(
    database: Database,
    base: Encoder,
    *,
    content: Content = "instruction",
    means: Means = HERE,
    on_step: Callable[[str], None] = lambda step: None,
) -> Encoder:
    """Make the static encoder of a sentence-transformers model, and measure which neighbours it keeps.

    That is measured on at most 400 texts of the database, if it has 11. `on_step` hears `distil`, then `recall`.
    Raises EmbeddingError for an encoder that is no sentence-transformers model.
    """
    encoder = Encoder(f"{base.encoder}{STATIC_SUFFIX}", "static", base.encoder, 0, added_at=datetime.now(UTC))
    folder = folder_of(base, means=means)
    on_step("distil")
    dimensions = means.compute(distil, folder, static_folder(database.path, base.encoder))
    encoder = dataclasses.replace(encoder, dimensions=dimensions)
    on_step("recall")
    cursor = database.cursor()
    texts = sample_texts(cursor, content=content, limit=_MOST_MEASURED)
    measured = None
    if len(texts) >= LEAST_TEXTS:
        vectors = [encode_texts(each, texts, database=database.path, means=means) for each in (base, encoder)]
        measured = EncoderRecall(recall_at_10(*vectors), len(texts), datetime.now(UTC))
    with database.writing:
        save_encoder(cursor, encoder)
        if measured is not None:
            insert_encoder_recall(cursor, encoder.encoder, measured)
    cursor.close()
    return encoder


def _checked_name(name: str) -> str:
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise SettingsError(f"An encoder wants a name of at most {LONGEST_NAME} letters.", "Any will do.")
    if called.endswith(STATIC_SUFFIX):
        raise SettingsError(f"Names that end in{STATIC_SUFFIX} are those of static encoders.", "Choose another name.")
    return called


def _check_free(cursor: Cursor, draft: Encoder) -> None:
    """Refuse a name that another encoder has: its vectors are kept under it."""
    for there in list_all_encoders(cursor):
        is_same = (there.kind, there.model, there.base_url) == (draft.kind, draft.model, draft.base_url)
        if there.encoder.casefold() == draft.encoder.casefold() and not (is_same and there.encoder == draft.encoder):
            raise SettingsError(f"There is an encoder {there.encoder!r} already.", "Choose another name.")


def _dimensions(draft: Encoder, means: Means, on_step: Callable[[str], None]) -> int:
    if draft.kind == "endpoint":
        on_step("trying")
        return int(embed_at(endpoint_of(draft, means), draft.model, ["How long is a vector?"]).shape[1])
    folder = draft.model
    if draft.kind == "name":
        on_step("fetching")
        worker = EmbeddingWorker()  # of its own: see fetch_folder
        try:
            folder = worker.compute(fetch_folder, draft.model)
        finally:
            worker.close()
    on_step("trying")
    return means.compute(dimensions_of, folder)


def _check_dimensions(cursor: Cursor, encoder: Encoder) -> None:
    """Raise EmbeddingError if there is an encoder of this name whose vectors have another length."""
    for there in list_encoders(cursor):
        if there.encoder == encoder.encoder and there.dimensions != encoder.dimensions:
            raise EmbeddingError(
                f"{encoder.encoder} gives vectors of {encoder.dimensions} numbers now; they were {there.dimensions}.",
                "Its model was changed. Add it under another name.",
            )
