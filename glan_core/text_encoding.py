"""How does an encoder read some texts, wherever it runs?

Models on this machine run where `compute` says, in a process of its own as a rule; an endpoint is asked from here, so
that its key goes nowhere else.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from glan_core.embedding.encoder import encode, model_folder
from glan_core.embedding.model_folders import find_folder
from glan_core.embedding.sentence_encoder import Precision, encode_in
from glan_core.embedding.static_encoder import encode_static
from glan_core.encoders import Encoder
from glan_core.errors import CallError, EmbeddingError, EndpointError
from glan_core.ids import stable_id
from glan_core.llm.embeddings import embed_at
from glan_core.llm.endpoint import Endpoint

T = TypeVar("T")


class Compute(Protocol):
    """Something that calls a function, here or in another process."""

    def __call__(self, function: Callable[..., T], *arguments: Any, **options: Any) -> T:
        """Give what the function gives."""
        ...


def compute_here(function: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Call a function in this process."""
    return function(*arguments, **options)


def key_of_environment(name: str) -> str:
    """Give the key of this name from the environment; empty where there is none."""
    return os.environ.get(name, "").strip()


class Means(NamedTuple):
    """What an encoder needs besides texts."""

    compute: Compute = compute_here
    find_key: Callable[[str], str] = key_of_environment
    """Gives the key of a name; empty where there is none."""


HERE = Means()
"""This process, and the keys of the environment."""


def static_folder(database: Path, base: str) -> str:
    """Give the folder of the static encoder of a database that was made from `base`, an encoder's name."""
    return str(database.with_suffix(".encoders") / stable_id("static_encoder", base))


def encode_texts(
    encoder: Encoder, texts: Sequence[str], *, database: Path, means: Means, precision: Precision = "float32"
) -> np.ndarray:
    """Give the vectors of texts: float32 of shape (len(texts), encoder.dimensions), rows of unit length.

    Raises EmbeddingError and, for an endpoint, EndpointError and CallError.
    """
    vectors = _encode(encoder, list(texts), database, means, precision)
    if vectors.shape != (len(texts), encoder.dimensions):
        raise EmbeddingError(
            f"{encoder.encoder} gives vectors of {vectors.shape[1]} numbers now; they were {encoder.dimensions}.",
            "Its model was changed. Add it again under another name.",
        )
    if not np.isfinite(vectors).all():
        raise EmbeddingError(
            f"{encoder.encoder} gave a vector with values that are not finite.", "Try again, or choose another encoder."
        )
    return vectors


def folder_of(encoder: Encoder, *, means: Means = HERE) -> str:
    """Give the folder of a sentence-transformers model; EmbeddingError if the encoder is none or it is not there."""
    match encoder.kind:
        case "built_in":
            return str(model_folder())
        case "folder":
            return encoder.model
        case "name":
            return means.compute(find_folder, encoder.model)
    raise EmbeddingError(f"{encoder.encoder} is no sentence-transformers model.", "Choose one that is.")


def endpoint_of(encoder: Encoder, means: Means) -> Endpoint:
    """Give where an encoder answers, with its key; EndpointError if the key that it names is not there."""
    key = means.find_key(encoder.key_name) if encoder.key_name else ""
    if encoder.key_name and not key:
        raise EndpointError(
            f"The encoder {encoder.encoder!r} cannot be used: {encoder.key_name} is not set.",
            "Start with it as an environment variable; the app reads .streamlit/secrets.toml too.",
        )
    return Endpoint(encoder.base_url, key, key_name=encoder.key_name)


def _encode(encoder: Encoder, texts: list[str], database: Path, means: Means, precision: Precision) -> np.ndarray:
    if not texts:
        return np.empty((0, encoder.dimensions), np.float32)
    if encoder.kind == "endpoint":
        try:
            return embed_at(endpoint_of(encoder, means), encoder.model, texts)
        except CallError as error:
            tries = f" It was sent {error.tries} times." if error.tries > 1 else ""
            raise EndpointError(f"{error.message}{tries}", error.hint or "What was embedded is kept.") from error
    if encoder.kind == "static":
        return means.compute(encode_static, static_folder(database, encoder.model), texts)
    if encoder.kind == "built_in" and precision == "float32":
        return means.compute(encode, texts)
    return means.compute(encode_in, folder_of(encoder, means=means), texts, precision=precision)
