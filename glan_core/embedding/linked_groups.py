"""Which things hang together by links between two of them?"""

import numpy as np


def linked_groups(one: np.ndarray, other: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Give the groups that links (one[i], other[i]) hold together, each rising, the largest first."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    nodes, ends = np.unique(np.concatenate([one, other]), return_inverse=True)
    if not len(nodes):
        return ()
    links = coo_matrix((np.ones(len(one), bool), (ends[: len(one)], ends[len(one) :])), shape=(len(nodes),) * 2)
    labels = connected_components(links, directed=False)[1]
    order = np.argsort(labels, kind="stable")
    groups = np.split(nodes[order], np.flatnonzero(np.diff(labels[order])) + 1)
    return tuple(sorted((tuple(group.tolist()) for group in groups), key=lambda group: (-len(group), group)))
