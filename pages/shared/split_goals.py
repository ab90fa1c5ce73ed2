"""Which part does each thing go to, while the parts are still being named?

Parts are lines of a text. What was dealt stays with its part when that is renamed, moved to another line or joined by
others.
"""

from collections.abc import Mapping, Sequence

STAYS = -1
"""The goal of what goes to no part."""


def renumbered(goals: Mapping[str, int], *, before: Sequence[str], now: Sequence[str]) -> dict[str, int]:
    """Give the goals by what is dealt, as places in `now`, of goals that were places in `before`.

    A part keeps what it has where its name is still there, or where it is the one name that was replaced by another.
    """
    lost = [name for name in before if name not in now]
    new = [name for name in now if name not in before]
    places = {place: now.index(name) for place, name in enumerate(before) if name in now}
    if len(lost) == len(new) == 1:
        places[before.index(lost[0])] = now.index(new[0])
    return {child: places.get(goal, STAYS) for child, goal in goals.items()}
