"""Does the histogram of scores show every score from 1 to 10, and low ones apart from the others?"""

import pytest

from glan_core.figures.palette import SHADES
from glan_core.figures.score_histogram import score_histogram


def test_shares_add_up_and_low_ones_stand_out():
    figure = score_histogram({2: 1, 9: 3}, low=5, ground="light")
    (bars,) = figure.data
    assert list(bars.x) == list(range(1, 11))
    assert sum(bars.y) == pytest.approx(100)
    assert bars.y[8] == pytest.approx(75)
    shades = SHADES["light"]
    assert list(bars.marker.color) == [shades.accent] * 4 + [shades.faint_text] * 6


def test_nothing_judged_gives_an_empty_chart():
    assert list(score_histogram({}, low=5, ground="dark").data[0].y) == [0] * 10
