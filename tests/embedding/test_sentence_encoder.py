"""A model in a folder reads texts in whatever batches, and the vectors come back in their order."""

from pathlib import Path

import numpy as np
import pytest

from glan_core.embedding.encoder import encode, model_folder
from glan_core.embedding.sentence_encoder import (
    BATCH_TOKENS,
    _batches,
    dimensions_of,
    encode_in,
    has_bfloat16,
    measure_bfloat16,
)
from glan_core.embedding.static_encoder import encode_static
from glan_core.errors import EmbeddingError

TEXTS = [f"{'What does light do in a lens? ' * (number % 9)}Question {number}." for number in range(60)]


def test_vectors_come_in_the_order_of_the_texts_and_as_one_by_one():
    from sentence_transformers import SentenceTransformer

    found = encode_in(str(model_folder()), TEXTS)
    plain = SentenceTransformer(str(model_folder()), device="cpu", local_files_only=True)
    expected = plain.encode(TEXTS, batch_size=1, normalize_embeddings=True, show_progress_bar=False)
    assert found.dtype == np.float32
    assert np.allclose(found, expected, atol=1e-4)


def test_a_text_of_no_and_one_of_100_000_letters_have_vectors_of_unit_length():
    vectors = encode(["", "lens " * 20_000, "lens"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_16_bit_numbers_keep_the_neighbours_and_the_measure_says_how_many():
    texts = [
        f"{subject} {number}: {verb}"
        for subject in ("Optics", "History", "Cooking")
        for number in range(5)
        for verb in ("explain it", "ask about it")
    ]
    recall = measure_bfloat16(str(model_folder()), texts)
    assert 0.8 < recall <= 1.0
    exact, short = (encode_in(str(model_folder()), texts, precision=p) for p in ("float32", "bfloat16"))
    assert not np.array_equal(exact, short)
    assert (exact * short).sum(axis=1).min() > 0.99
    assert np.allclose(np.linalg.norm(short, axis=1), 1.0, atol=1e-5)


def test_every_row_is_in_one_batch_and_no_batch_is_too_large():
    tokens = np.random.default_rng(1).integers(1, 400, size=500)
    tokens[7] = 5 * BATCH_TOKENS
    batches = list(_batches(tokens))
    assert sorted(np.concatenate(batches).tolist()) == list(range(500))
    assert all(len(rows) == 1 or len(rows) * tokens[rows].max() <= BATCH_TOKENS for rows in batches)
    assert sum(len(rows) * tokens[rows].max() for rows in batches) < 1.05 * tokens.sum()


def test_no_texts_give_no_rows():
    assert encode_in(str(model_folder()), []).shape == (0, 384)
    assert dimensions_of(str(model_folder())) == 384


def test_a_folder_without_a_model_is_an_error(tmp_path: Path):
    with pytest.raises(EmbeddingError, match="does not load"):
        encode_in(str(tmp_path), ["lens"])
    with pytest.raises(EmbeddingError, match="does not load"):
        encode_static(str(tmp_path / "missing"), ["lens"])


@pytest.mark.parametrize(
    ("text", "has_it"),
    [("flags\t: fpu avx512f avx512_bf16 amx", True), ("flags : fpu avx512f", False), ("model name : bf16", False)],
)
def test_the_processor_says_whether_it_has_16_bit_numbers(monkeypatch: pytest.MonkeyPatch, text: str, has_it: bool):
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"processor : 0\n{text}\n")
    assert has_bfloat16() is has_it
