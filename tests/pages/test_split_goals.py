"""Does everything stay with its part while the parts are renamed, moved and joined by others?"""

import pytest

from pages.shared.split_goals import STAYS, renumbered

GOALS = {"x": 0, "y": 1, "z": STAYS}


@pytest.mark.parametrize(
    ("now", "goals"),
    [
        (("A", "B"), (0, 1)),
        (("B", "A"), (1, 0)),
        (("New", "A", "B"), (1, 2)),
        (("A", "Renamed"), (0, 1)),
        (("Renamed", "B"), (0, 1)),
        (("B",), (STAYS, 0)),
        (("C", "D"), (STAYS, STAYS)),
        ((), (STAYS, STAYS)),
    ],
)
def test_goals_follow_their_parts(now: tuple[str, ...], goals: tuple[int, int]):
    assert renumbered(GOALS, before=("A", "B"), now=now) == {"x": goals[0], "y": goals[1], "z": STAYS}


def test_the_first_names_take_nothing():
    assert renumbered({}, before=(), now=("A",)) == {}
