"""The nearest discipline is the one with the largest cosine, and its confidence is right as often as it says."""

import numpy as np
import pytest

from glan_core.insight.nearest_disciplines import (
    accuracy_of,
    fit_sharpness,
    nearest_disciplines,
    reference_of,
)

AXES = np.eye(3, dtype=np.float32)


def test_a_reference_weighs_its_parts_alike():
    both = reference_of(np.array([[1, 0], [0, 1], [0, 0]]), np.array([[0, 1], [0, 0], [0, 0]]))
    assert both == pytest.approx(np.array([[0.5**0.5, 0.5**0.5], [0, 1], [0, 0]]))
    assert both.dtype == np.float32


def test_the_nearest_has_the_largest_cosine():
    text = np.array([[0.8, 0.6, 0.0]], np.float32)
    found = nearest_disciplines(text, AXES, sharpness=10)
    assert found.disciplines.tolist() == [0]
    assert found.similarities == pytest.approx([0.8])
    assert found.confidences == pytest.approx([np.exp(8) / (np.exp(8) + np.exp(6) + 1)])


def test_what_is_equally_near_to_all_has_no_more_than_their_share():
    found = nearest_disciplines(np.full((1, 3), 3**-0.5, np.float32), AXES)
    assert found.confidences == pytest.approx([1 / 3])


def test_accuracy_counts_own_disciplines():
    texts = np.array([[0.8, 0.6, 0], [0.6, 0.8, 0], [0, 0, 1]], np.float32)
    assert accuracy_of(texts, np.array([0, 0, 2]), AXES) == (3, pytest.approx(2 / 3), 1.0)
    assert accuracy_of(texts[:0], np.array([], np.int64), AXES).texts == 0


def test_fitted_confidence_is_right_as_often_as_it_says():
    random = np.random.default_rng(1)
    own = random.integers(0, 20, 4_000)
    axes = np.eye(20, dtype=np.float32)
    texts = axes[own] * 0.9 + random.normal(0, 0.35, (4_000, 20))
    texts = (texts / np.linalg.norm(texts, axis=1, keepdims=True)).astype(np.float32)
    sharpness = fit_sharpness(texts, own, axes)
    found = nearest_disciplines(texts, axes, sharpness=sharpness)
    assert (found.disciplines == own).mean() == pytest.approx(found.confidences.mean(), abs=0.03)
