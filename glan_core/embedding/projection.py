"""How do many vectors become a map?

UMAP (McInnes, Healy and Melville 2018, arXiv 1802.03426) with a fixed seed lays out a set; what comes later is placed
among the points that are there, which never move. Fewer than 15 points are laid out by their two principal components,
as UMAP needs more points than neighbours.
"""

import warnings
from typing import Any, NamedTuple

import numpy as np

from glan_core.errors import EmbeddingError

SEED = 42
_NEIGHBOURS = 15
_LEAST_FOR_UMAP = 15


class Layout(NamedTuple):
    """Where each vector lies."""

    method: str
    """`pca` or `umap`."""
    coordinates: np.ndarray
    """float32 of shape (n, 2)."""


def lay_out(vectors: np.ndarray, *, seed: int = SEED) -> Layout:
    """Lay out vectors (float32 of shape (n, d), rows of unit length, n >= 1); the same ones give the same map.

    Raises EmbeddingError for none, and for values that are not finite.
    """
    _check(vectors)
    if len(vectors) < _LEAST_FOR_UMAP:
        return Layout("pca", _principal_components(vectors, vectors))
    return Layout("umap", np.asarray(_umap(len(vectors), seed).fit_transform(vectors), dtype=np.float32))


def place(new: np.ndarray, *, among: np.ndarray, coordinates: np.ndarray, method: str, seed: int = SEED) -> np.ndarray:
    """Give places (float32 of shape (m, 2)) for new vectors on the map that `lay_out` made of `among`.

    `coordinates` are the places of `among`, row by row; they are not changed.
    """
    _check(new)
    if method == "pca":
        return _principal_components(among, new)
    # Zero epochs rebuild the neighbour graph only; the map itself is the stored one.
    model = _umap(len(among), seed, init=coordinates.astype(np.float32), n_epochs=0).fit(among)
    model.embedding_ = coordinates.astype(np.float32)
    model.n_epochs = None
    return np.asarray(model.transform(new), dtype=np.float32)


def _umap(rows: int, seed: int, **options: Any) -> Any:
    import umap

    # A seed makes UMAP run on one core and say so each time.
    warnings.filterwarnings("ignore", message="n_jobs value 1 overridden")
    warnings.filterwarnings("ignore", message="Spectral initialisation failed")
    return umap.UMAP(n_neighbors=min(_NEIGHBOURS, rows - 1), metric="cosine", random_state=seed, n_jobs=1, **options)


def _principal_components(fitted: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    centre = fitted.mean(axis=0)
    _, _, axes = np.linalg.svd(fitted - centre, full_matrices=False)
    axes = axes[:2]
    # An axis may point either way; the larger side up makes it the same on every machine.
    for axis in axes:
        if axis[np.argmax(np.abs(axis))] < 0:
            axis *= -1
    places = np.zeros((len(vectors), 2), np.float32)
    places[:, : len(axes)] = (vectors - centre) @ axes.T
    return places


def _check(vectors: np.ndarray) -> None:
    if vectors.ndim != 2 or not len(vectors):
        raise EmbeddingError(f"There is nothing to lay out (shape {vectors.shape}).")
    if not np.isfinite(vectors).all():
        raise EmbeddingError("A vector has values that are not finite.", "Embed its text again.")
