"""A static encoder is made offline of a model in a folder, and every text has a vector of it."""

from pathlib import Path

import numpy as np
import pytest

from glan_core.embedding.static_encoder import distil, encode_static
from glan_core.errors import EmbeddingError
from tests.tiny_encoder import save_tiny_model

TEXTS = ["what is the lens equation", "lens equation the is what", "who ruled in the middle ages"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A static encoder of the tiny model."""
    made = tmp_path_factory.mktemp("static")
    model = save_tiny_model(made / "tiny")
    assert distil(str(model), str(made / "static")) == encode_static(str(made / "static"), ["lens"]).shape[1]
    return str(made / "static")


def test_vectors_have_unit_length_and_know_nothing_of_word_order(folder: str):
    vectors = encode_static(folder, TEXTS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.allclose(vectors[0], vectors[1], atol=1e-5)
    assert vectors[0] @ vectors[2] < 0.99


def test_a_text_of_no_and_one_of_100_000_letters_have_vectors_too(folder: str):
    vectors = encode_static(folder, ["", "lens " * 20_000, "∰"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_rows(folder: str):
    assert len(encode_static(folder, [])) == 0


def test_what_is_no_model_leaves_nothing_behind(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(EmbeddingError, match="No static encoder can be made"):
        distil(str(tmp_path / "empty"), str(tmp_path / "static"))
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
