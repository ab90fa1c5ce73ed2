"""How many pairs may each node give, so that the set is balanced?"""

from collections.abc import Mapping


def capped(there: Mapping[str, int], most: int) -> dict[str, int]:
    """Let each node give what it has, at most so many."""
    return {node: min(pairs, most) for node, pairs in there.items()}


def spread_evenly(there: Mapping[str, int], total: int) -> dict[str, int]:
    """Spread so many pairs over the nodes as evenly as they allow: small ones give all, the others alike.

    What cannot be divided goes to the first nodes by name, one each. Where there are fewer, all of them go.
    """
    given = dict.fromkeys(there, 0)
    left = min(total, sum(there.values()))
    open_nodes = sorted(there, key=lambda node: (there[node], node))
    while open_nodes:
        share = left // len(open_nodes)
        smallest = open_nodes[0]
        if there[smallest] > share:
            break
        given[smallest] = there[smallest]
        left -= there[smallest]
        open_nodes.pop(0)
    share, rest = divmod(left, len(open_nodes)) if open_nodes else (0, 0)
    for place, node in enumerate(sorted(open_nodes)):
        given[node] = share + (place < rest)
    return given
