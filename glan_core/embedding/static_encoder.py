"""How are millions of texts embedded on a processor without a graphics card?

By a static encoder (model2vec): every token of a model's vocabulary is read once by the model, and a text is the
weighted mean of its tokens then. That reads tens of thousands of texts a second, knows nothing of word order, and finds
part of the neighbours that the model finds; recall.py says which part.
"""

import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from glan_core.errors import EmbeddingError

DIMENSIONS = 256
"""At most: the principal components of the token vectors that are kept."""
_POOLINGS = {"cls": "first", "lasttoken": "last"}  # as sentence-transformers and model2vec call it; else the mean
_ERRORS = (ImportError, OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, IndexError)


def distil(model_folder: str, folder: str) -> int:
    """Make a static encoder of a sentence-transformers model, offline, and give its number of dimensions.

    It is kept in `folder`, whole or not at all. Half a minute for a vocabulary of 30,000 tokens and a small model.
    Raises EmbeddingError for a model without a vocabulary of tokens.
    """
    try:
        from model2vec.distill import distill_from_model
        from sentence_transformers import SentenceTransformer

        full = SentenceTransformer(model_folder, device="cpu", local_files_only=True)
        transformer = full.transformers_model
        if transformer is None:
            raise TypeError("it holds no transformer")
        pooling = str(getattr(full[1], "pooling_mode", "mean")) if len(full) > 1 else "mean"
        made = distill_from_model(
            transformer,
            full.tokenizer,
            device="cpu",
            pca_dims=DIMENSIONS,
            pooling=_POOLINGS.get(pooling, "mean"),
        )
        unfinished = Path(folder).with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        made.save_pretrained(unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    except _ERRORS as error:
        raise EmbeddingError(
            f"No static encoder can be made of {model_folder}: {type(error).__name__}: "
            f"{' '.join(str(error).split())[:300]}",
            "It wants a transformer model with a vocabulary of tokens, such as all-MiniLM-L6-v2.",
        ) from error
    return int(made.dim)


def encode_static(folder: str, texts: Sequence[str]) -> np.ndarray:
    """Embed texts with the static encoder in a folder: float32 of shape (len(texts), d), rows of unit length.

    Texts are read up to 512 tokens. One without any known token, such as an empty one, gets the mean of all tokens.
    Raises EmbeddingError if there is no encoder.
    """
    model = _model(folder)
    if not texts:
        return np.empty((0, model.dim), np.float32)
    vectors = np.asarray(model.encode(list(texts), use_multiprocessing=False), np.float32)
    vectors[~vectors.any(axis=1)] = np.asarray(model.embedding, np.float32).mean(axis=0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.finfo(np.float32).tiny), np.float32)


@lru_cache(maxsize=2)
def _model(folder: str) -> Any:
    try:
        from model2vec import StaticModel

        if not Path(folder).is_dir():  # it would be taken for a name on a hub
            raise FileNotFoundError(folder)
        return StaticModel.from_pretrained(folder)
    except _ERRORS as error:
        raise EmbeddingError(
            f"The static encoder in {folder} does not load: {type(error).__name__}: {error}.", "Make it again."
        ) from error
