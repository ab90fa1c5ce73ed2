"""How does a sentence-transformers model read many texts fast?

Texts are read in the order of their length in tokens and in batches of about as many tokens, so that little is padded
and a batch stays in the processor's cache. Where the processor computes with 16-bit numbers (bfloat16), that takes half
the time or less; recall.py says what it costs, and text_vectors.py whether it is done.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from glan_core.embedding.recall import recall_at_10
from glan_core.errors import EmbeddingError

Precision = Literal["float32", "bfloat16"]
BATCH_TOKENS = 1024
"""Of a batch, with what pads the shorter texts. Twice or half as many take 5 % longer, four times as many 30 %."""
_BF16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}  # as /proc/cpuinfo names it; the last one on ARM
_LOAD_ERRORS = (ImportError, OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError)


def encode_in(folder: str, texts: Sequence[str], *, precision: Precision = "float32") -> np.ndarray:
    """Embed texts with the model in a folder: float32 of shape (len(texts), d), rows of unit length, in their order.

    What is longer than the model reads is read up to there. Raises EmbeddingError if the model does not load.
    """
    import torch

    model = _model(folder, precision)
    texts = list(texts)
    if not texts:
        return np.empty((0, model.get_embedding_dimension() or 0), np.float32)
    vectors = None
    prompt = model.prompts.get(model.default_prompt_name) if model.default_prompt_name else None
    with torch.inference_mode():
        for rows in _batches(_count_tokens(model, texts)):
            features = model.preprocess([texts[row] for row in rows], prompt=prompt)
            embedded = model(features)["sentence_embedding"].float()
            found = torch.nn.functional.normalize(embedded, dim=1).numpy()
            if vectors is None:
                vectors = np.empty((len(texts), found.shape[1]), np.float32)
            vectors[rows] = found
    assert vectors is not None  # there is a batch, as there is a text
    return vectors


def dimensions_of(folder: str) -> int:
    """Give how many numbers the vectors of the model in a folder have; EmbeddingError if it does not load."""
    return int(encode_in(folder, ["How long is a vector?"]).shape[1])


def has_bfloat16() -> bool:
    """Say whether this processor computes with 16-bit numbers, as Linux tells; elsewhere nobody knows, so no."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    flags = {flag for line in text.splitlines() if line.startswith(("flags", "Features")) for flag in line.split()}
    return bool(flags & _BF16_FLAGS)


def measure_bfloat16(folder: str, texts: Sequence[str]) -> float:
    """Give the share of the 10 nearest neighbours among the texts (11 or more) that 16-bit numbers keep, 0 to 1."""
    return recall_at_10(encode_in(folder, texts), encode_in(folder, texts, precision="bfloat16"))


def _batches(tokens: np.ndarray) -> Iterator[np.ndarray]:
    """Give rows, shortest first, in batches that hold at most BATCH_TOKENS once padded, or one text."""
    order = np.argsort(tokens, kind="stable")
    start = 0
    for end in range(1, len(order) + 1):
        is_full = end == len(order) or (end + 1 - start) * tokens[order[end]] > BATCH_TOKENS
        if is_full:
            yield order[start:end]
            start = end


def _count_tokens(model: Any, texts: Sequence[str]) -> np.ndarray:
    """Give what the model reads of each text, in tokens; of a model without a usual tokenizer, in letters."""
    limit = model.max_seq_length
    if not callable(model.tokenizer):
        return np.array([len(text) for text in texts])
    options = {"truncation": True, "max_length": limit} if limit else {}
    read = model.tokenizer(list(texts), return_attention_mask=False, return_token_type_ids=False, **options)
    return np.array([len(tokens) for tokens in read["input_ids"]])


@lru_cache(maxsize=2)  # one model in both precisions, or two models
def _model(folder: str, precision: Precision) -> Any:
    try:
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it would draw over the progress of whoever called
        # What is in the folder is all that is read: asking a hub for news would wait behind a firewall.
        model = SentenceTransformer(folder, device="cpu", local_files_only=True)
        model.eval()
        return model.to(torch.bfloat16) if precision == "bfloat16" else model
    except _LOAD_ERRORS as error:
        raise EmbeddingError(
            f"The encoder in {folder} does not load: {type(error).__name__}: {' '.join(str(error).split())[:300]}",
            "It is to be the folder of a sentence-transformers model. Run: python -m glan_core doctor",
        ) from error
