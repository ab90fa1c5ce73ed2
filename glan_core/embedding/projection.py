"""How do many vectors become a map?

UMAP (McInnes, Healy and Melville 2018, arXiv 1802.03426) with a fixed seed lays out a set; what comes later is placed
among the points that are there, which never move. Fewer than 15 points are laid out by their two principal components,
as UMAP needs more points than neighbours.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from glan_core.embedding.landmark_search import LandmarkSearch
from glan_core.embedding.umap_steps import pull, tie_to, tie_together
from glan_core.errors import EmbeddingError

SEED = 42
LEAST_FOR_UMAP = 15
_NEIGHBOURS = 15
_WIDTH = 10.0
"""Of a map before its points pull at each other."""
_SMALL, _EPOCHS_SMALL, _EPOCHS = 10_000, 500, 200  # as umap-learn does: up to 10,000 points 500 epochs
_RATE, _RATE_AGAIN = 1.0, 0.25
_EPOCHS_PLACING, _RATE_PLACING = 100, 0.25


class Layout(NamedTuple):
    """Where each vector lies."""

    method: str
    """`pca` or `umap`."""
    coordinates: np.ndarray
    """float32 of shape (n, 2)."""
    distances: np.ndarray
    """From the nearest other vector, 1 - cosine: float32 of shape (n,); 0 for a vector without company."""


class Places(NamedTuple):
    """Where new vectors lie on a map that stands."""

    coordinates: np.ndarray
    """float32 of shape (m, 2)."""
    distances: np.ndarray
    """From the nearest vector that the map was fitted to, 1 - cosine: float32 of shape (m,)."""


def lay_out(
    vectors: np.ndarray,
    *,
    seed: int = SEED,
    start: np.ndarray | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Layout:
    """Lay out vectors (float32 of shape (n, d), rows of unit length, n >= 1); the same ones give the same map.

    With `start` (float32 of shape (n, 2)), the coordinates on an older map, the new one looks like that one: it begins
    there, with smaller steps. `on_progress` hears how many rounds are done and how many there are.

    Raises EmbeddingError for no vectors, and for values that are not finite.
    """
    _check(vectors)
    if len(vectors) < LEAST_FOR_UMAP:
        return Layout("pca", _principal_components(vectors), _from_nearest_other(vectors))
    neighbours, distances = LandmarkSearch(vectors).find_among_themselves(min(_NEIGHBOURS, len(vectors) - 1))
    ties = tie_together(neighbours, distances)
    epochs = _EPOCHS_SMALL if len(vectors) <= _SMALL else _EPOCHS
    places, rate = (_first_places(vectors, seed), _RATE) if start is None else (_apart(start, seed), _RATE_AGAIN)
    coordinates = pull(places, ties, epochs=epochs, rate=rate, seed=seed, on_progress=on_progress)
    return Layout("umap", coordinates, distances[:, 1])


class Fit:
    """A map that stands: the vectors that it was fitted to and their coordinates. Nothing else is remembered of it."""

    def __init__(self, vectors: np.ndarray, coordinates: np.ndarray, *, method: str, seed: int = SEED) -> None:
        """Make it ready to place what is new.

        `vectors` are float32 of shape (n, d), n >= 1; `coordinates` float32 of shape (n, 2), as `lay_out` gave them or
        turned since. Raises EmbeddingError as `lay_out` does.
        """
        _check(vectors)
        self._vectors = vectors
        self._coordinates = np.array(coordinates, dtype=np.float32)
        self._method = method
        self._seed = seed
        self._nearest = LandmarkSearch(vectors)

    def place(self, new: np.ndarray) -> Places:
        """Give places for new vectors (float32 of shape (m, d), m >= 1); EmbeddingError as `lay_out`."""
        _check(new)
        neighbours, distances = self._nearest.find(new, min(_NEIGHBOURS, len(self._vectors)))
        if self._method == "pca":
            return Places(self._on_their_plane(new), distances[:, 0])
        ties = tie_to(neighbours, distances, landmarks=len(self._vectors))
        strengths = ties.data.reshape(neighbours.shape)
        weights = strengths / strengths.sum(axis=1, keepdims=True)
        start = np.einsum("ij,ijk->ik", weights, self._coordinates[neighbours])
        coordinates = pull(
            start, ties, epochs=_EPOCHS_PLACING, rate=_RATE_PLACING, seed=self._seed, towards=self._coordinates
        )
        return Places(coordinates, distances[:, 0])

    def _on_their_plane(self, new: np.ndarray) -> np.ndarray:
        """Give the points of the plane that lies through the fit, however it has been turned since."""
        centre, middle = self._vectors.mean(axis=0), self._coordinates.mean(axis=0)
        axes = np.linalg.pinv(self._vectors - centre, rcond=1e-4) @ (self._coordinates - middle)
        return np.asarray((new - centre) @ axes + middle, dtype=np.float32)


def _first_places(vectors: np.ndarray, seed: int) -> np.ndarray:
    """Spread vectors by their principal components over a square of 10 x 10, equal ones a hair's breadth apart."""
    places = _apart(_principal_components(vectors), seed)
    lowest, highest = places.min(axis=0), places.max(axis=0)
    return np.asarray(_WIDTH * (places - lowest) / (highest - lowest), dtype=np.float32)


def _apart(places: np.ndarray, seed: int) -> np.ndarray:
    """Move points by next to nothing, as two in the same place would never part."""
    width = float(np.ptp(places, axis=0).max()) or 1.0
    noise = np.random.default_rng(seed).normal(scale=width * 1e-5, size=places.shape)
    return np.asarray(places + noise, dtype=np.float32)


def _principal_components(vectors: np.ndarray) -> np.ndarray:
    centred = vectors - vectors.mean(axis=0)
    if len(vectors) > vectors.shape[1]:
        _, axes = np.linalg.eigh(centred.T @ centred)
        axes = axes[:, ::-1].T[:2].copy()
    else:
        _, _, axes = np.linalg.svd(centred, full_matrices=False)
        axes = axes[:2]
    # An axis may point either way; the larger side up makes it the same on every machine.
    for axis in axes:
        if axis[np.argmax(np.abs(axis))] < 0:
            axis *= -1
    places = np.zeros((len(vectors), 2), np.float32)
    places[:, : len(axes)] = centred @ axes.T
    return places


def _from_nearest_other(vectors: np.ndarray) -> np.ndarray:
    if len(vectors) == 1:
        return np.zeros(1, np.float32)
    return LandmarkSearch(vectors).find_among_themselves(2)[1][:, 1]


def _check(vectors: np.ndarray) -> None:
    if vectors.ndim != 2 or not len(vectors):
        raise EmbeddingError(f"There is nothing to lay out (shape {vectors.shape}).")
    if not np.isfinite(vectors).all():
        raise EmbeddingError("A vector has values that are not finite.", "Embed its text again.")
