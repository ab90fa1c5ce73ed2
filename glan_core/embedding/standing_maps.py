"""Which maps does this process have at hand, so that what is new is placed at once?

The vectors and coordinates of a map of 50,000 landmarks are 77 MB: they are handed over once, not with each call.
"""

import numpy as np

from glan_core.embedding.projection import Fit, Places
from glan_core.embedding.umap_steps import warm_up

_MOST = 2
_at_hand: dict[str, Fit] = {}


def take_to_hand(projection_id: str, vectors: np.ndarray, coordinates: np.ndarray, *, method: str, seed: int) -> None:
    """Have a map at hand: the landmarks' vectors and coordinates as `Fit` takes them. The last two are kept."""
    fit = Fit(vectors, coordinates, method=method, seed=seed)
    while len(_at_hand) >= _MOST:
        _at_hand.pop(next(iter(_at_hand)))
    _at_hand[projection_id] = fit
    if method == "umap":
        warm_up()


def is_at_hand(projection_id: str) -> bool:
    """Say whether `place_on` knows the map."""
    return projection_id in _at_hand


def place_on(projection_id: str, new: np.ndarray) -> Places | None:
    """Give places on a map for new vectors, as `Fit.place` does; None if the map is not at hand."""
    fit = _at_hand.get(projection_id)
    return fit.place(new) if fit else None
