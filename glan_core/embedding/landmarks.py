"""Which points is a map fitted to, when there are more than it can be fitted to?

A share of each branch that is as large as the branch, but of a small one at least as many as a point has neighbours, so
that it has a neighbourhood of its own on the map. Within a branch the key decides: a hash that is no measure of
anything.
"""

import numpy as np

MOST_LANDMARKS = 50_000
_LEAST_OF_A_BRANCH = 15


def choose_landmarks(keys: np.ndarray, branches: np.ndarray, *, most: int = MOST_LANDMARKS) -> np.ndarray:
    """Give the rows (int64, ascending) of at most `most` points; all of them if they are no more.

    `keys` are uint64 of shape (n,), and the smallest of a branch are taken first; `branches` of shape (n,) name the
    branch of each, as text or numbers. The same points give the same choice in whatever order they come.
    """
    if len(keys) <= most:
        return np.arange(len(keys))
    names, branch_of = np.unique(branches, return_inverse=True)
    wanted = share_out(np.bincount(branch_of, minlength=len(names)), most=most)
    order = np.lexsort((keys, branch_of))
    starts = np.searchsorted(branch_of[order], np.arange(len(names)))
    place_in_branch = np.arange(len(keys)) - starts[branch_of[order]]
    return np.sort(order[place_in_branch < wanted[branch_of[order]]])


def share_out(sizes: np.ndarray, *, most: int) -> np.ndarray:
    """Share out `most` among branches of these sizes (int64 of shape (n,)): 15 each at least, the rest by size.

    A branch that is smaller than its share is taken whole; the shares sum up to `most`, or to all there is.
    """
    least = min(_LEAST_OF_A_BRANCH, most // max(len(sizes), 1))
    shares = np.minimum(sizes, least)
    rest = sizes - shares
    left = min(most - int(shares.sum()), int(rest.sum()))
    if left <= 0:
        return np.asarray(shares)
    exact = rest * (left / rest.sum())
    extra = np.floor(exact).astype(np.int64)
    # What rounding left over goes to the largest remainders, of equal ones to the first.
    by_remainder = np.argsort(-(exact - extra), kind="stable")
    extra[by_remainder[: left - int(extra.sum())]] += 1
    return np.asarray(shares + extra)
