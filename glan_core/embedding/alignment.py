"""How is a new map turned so that it looks like the old one?"""

import numpy as np


def turn_towards(coordinates: np.ndarray, *, common: np.ndarray, old: np.ndarray) -> np.ndarray:
    """Turn, mirror and shift a map (float32 of shape (n, 2)) so that points it has in common with an old one lie near.

    `common` are the rows of those points (integers of shape (m,)), `old` where they lay (shape (m, 2)). It is never
    stretched: distances on the new map stay what they are. Without common points it is given as it is.
    """
    from scipy.linalg import orthogonal_procrustes

    if not len(common):
        return coordinates
    new = coordinates[common].astype(np.float64)
    middle, old_middle = new.mean(axis=0), old.astype(np.float64).mean(axis=0)
    turn, _ = orthogonal_procrustes(new - middle, old - old_middle)
    return np.asarray((coordinates - middle) @ turn + old_middle, dtype=np.float32)
