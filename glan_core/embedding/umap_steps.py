"""How does UMAP pull points towards what they are tied to?

These are umap-learn's own steps, called one by one. Its class finds neighbours with pynndescent, whose functions take a
minute to compile in each new process, and keeps the fit in an object that is lost with the process; here faiss finds
the neighbours, a fit is nothing but vectors and coordinates, and what is compiled stays on disk.
"""

import contextlib
import re
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

_SPREAD, _LEAST_DISTANCE = 1.0, 0.1
_NEGATIVE_SAMPLES = 5
_REPULSION = 1.0


def tie_together(neighbours: np.ndarray, distances: np.ndarray) -> Any:
    """Give how strongly each of n points is tied to each other one: a scipy coo_matrix, (n, n), symmetric, 0 to 1.

    `neighbours` are int32 of shape (n, k), each row beginning with the point itself; `distances` are float32.
    """
    umap = _compiled()
    graph, _, _ = umap.umap_.fuzzy_simplicial_set(
        neighbours, neighbours.shape[1], None, "cosine", knn_indices=neighbours, knn_dists=distances
    )
    return graph.tocoo()


def tie_to(neighbours: np.ndarray, distances: np.ndarray, *, landmarks: int) -> Any:
    """Give how strongly each of m new points is tied to landmarks: a coo_matrix, (m, landmarks), its strongest 1.

    UMAP's transform measures ties against the strongest of the whole batch. Here each point's own is the measure, so
    that a place does not depend on what comes along with it.
    """
    from scipy.sparse import coo_matrix

    umap = _compiled()
    widths, nearest = umap.umap_.smooth_knn_dist(distances, float(neighbours.shape[1]), local_connectivity=0.0)
    rows, columns, strengths, _ = umap.umap_.compute_membership_strengths(
        neighbours, distances, widths, nearest, bipartite=True
    )
    own = strengths.reshape(neighbours.shape)
    own /= own.max(axis=1, keepdims=True)
    return coo_matrix((own.ravel(), (rows, columns)), shape=(len(neighbours), landmarks))


def pull(
    start: np.ndarray,
    ties: Any,
    *,
    epochs: int,
    rate: float,
    seed: int,
    towards: np.ndarray | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Move points (float32 of shape (n, 2)) until those that are tied lie together; the argument stays as it is.

    They pull at each other, or at `towards` (float32 of shape (landmarks, 2)), which stands still. `rate` is the length
    of the first steps, which shrink to nothing. `on_progress` hears how many epochs are done and how many there are.
    """
    umap = _compiled()
    graph = ties.copy()
    graph.data[graph.data < graph.data.max() / epochs] = 0.0
    graph.eliminate_zeros()
    a, b = _curve()
    points = np.array(start, dtype=np.float32, order="C")
    others = points if towards is None else np.array(towards, dtype=np.float32, order="C")
    pulled = umap.layouts.optimize_layout_euclidean(
        points,
        others,
        graph.row,
        graph.col,
        epochs,
        len(others),
        umap.umap_.make_epochs_per_sample(graph.data, epochs),
        a,
        b,
        np.random.RandomState(seed).randint(-(2**31) + 1, 2**31 - 2, 3).astype(np.int64),
        _REPULSION,
        rate,
        _NEGATIVE_SAMPLES,
        tqdm_kwds=None if on_progress is None else _bar(on_progress),
        move_other=towards is None,
    )
    return np.asarray(pulled, dtype=np.float32)


class _Listener:
    """Takes what a progress bar would write, and tells the numbers."""

    def __init__(self, on_progress: Callable[[int, int], None]) -> None:
        self._tell = on_progress

    def write(self, text: str) -> None:
        found = re.search(r"(\d+)/(\d+)", text)
        if found:
            self._tell(int(found[1]), int(found[2]))

    def flush(self) -> None:
        """Nothing is kept back."""


def _bar(on_progress: Callable[[int, int], None]) -> dict[str, Any]:
    return {"disable": False, "file": _Listener(on_progress), "bar_format": "{n_fmt}/{total_fmt}", "mininterval": 0.5}


def warm_up() -> None:
    """Import UMAP and have everything compiled that a layout and a placement call; later calls find it done."""
    neighbours = np.array([[0, 1, 2], [1, 0, 2], [2, 1, 0]], np.int32)
    distances = np.array([[0.0, 0.1, 0.2]] * 3, np.float32)
    start = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], np.float32)
    pull(start, tie_together(neighbours, distances), epochs=2, rate=1.0, seed=0)
    pull(start, tie_to(neighbours, distances, landmarks=3), epochs=2, rate=0.25, seed=0, towards=start)


@cache
def _compiled() -> Any:
    """Import UMAP once, with its slow functions told to keep what is compiled."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what umap-learn could do with tensorflow
        import umap.layouts
        import umap.umap_

    for function in (
        umap.umap_.smooth_knn_dist,
        umap.umap_.compute_membership_strengths,
        umap.layouts._nb_optimize_layout_euclidean_single_epoch,
    ):
        # Where numba finds no folder to write to, each process compiles anew: slower by 20 s, and nothing else.
        with contextlib.suppress(RuntimeError):
            function.enable_caching()
    return umap


@cache
def _curve() -> tuple[float, float]:
    a, b = _compiled().umap_.find_ab_params(_SPREAD, _LEAST_DISTANCE)
    return float(a), float(b)
