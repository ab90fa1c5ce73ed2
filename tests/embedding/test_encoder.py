"""A text becomes a vector of unit length, and the same text the same vector."""

import numpy as np
import pytest

from glan_core.embedding.encoder import DIMENSIONS, encode, model_folder

TEXTS = (
    "Derive the lens equation for a thin lens.",
    "How does a thin lens form an image?",
    "Which kings ruled France in the Middle Ages?",
    "Derive the lens equation for a thin lens.",
)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """The vectors of TEXTS, made in one call."""
    return encode(TEXTS)


def test_every_text_becomes_a_row(vectors: np.ndarray):
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert vectors.dtype == np.float32


def test_every_row_has_unit_length(vectors: np.ndarray):
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_equal_texts_of_a_call_have_equal_vectors(vectors: np.ndarray):
    assert np.allclose(vectors[0], vectors[3], atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_among_others(vectors: np.ndarray):
    assert np.allclose(encode(TEXTS[1:2])[0], vectors[1], atol=1e-5)


def test_texts_about_the_same_thing_lie_nearer_than_others(vectors: np.ndarray):
    cosine_similarity = vectors @ vectors.T
    assert cosine_similarity[0, 1] > cosine_similarity[0, 2] + 0.3


def test_no_texts_give_no_rows():
    assert encode([]).shape == (0, DIMENSIONS)


def test_a_text_is_read_up_to_256_tokens():
    beginning = "lens " * 300
    first, second = encode([beginning + "kings of France", beginning + "mirrors"])
    assert np.allclose(first, second, atol=1e-5)


def test_an_empty_text_has_a_vector_of_unit_length():
    assert np.linalg.norm(encode([""])[0]) == pytest.approx(1.0, abs=1e-5)


def test_the_weights_are_those_of_the_installed_package():
    assert (model_folder() / "modules.json").is_file()
