"""Does the histogram of nearest cosines show every pair, and those that are too near apart from the others?"""

import pytest

from glan_core.figures.nearest_histogram import nearest_histogram
from glan_core.figures.palette import SHADES


def test_shares_add_up_and_near_ones_stand_out():
    figure = nearest_histogram([0.2, 0.4, 0.9, 1.0], [1, 5, 2], near=0.9, ground="light")
    (bars,) = figure.data
    assert sum(bars.y) == pytest.approx(100)
    assert list(bars.y) == pytest.approx([12.5, 62.5, 25])
    shades = SHADES["light"]
    assert list(bars.marker.color) == [shades.faint_text, shades.faint_text, shades.accent]
    assert figure.layout.shapes[0].x0 == 0.9
    assert figure.layout.xaxis.range[0] == 0.2


def test_nothing_counted_gives_an_empty_chart():
    figure = nearest_histogram([0.0, 0.5, 1.0], [0, 0], near=0.95, ground="dark")
    assert list(figure.data[0].y) == [0, 0]
