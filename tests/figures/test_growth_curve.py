"""Does the curve of growth show what was measured, and the interval where it ends?"""

import pytest

from glan_core.figures.growth_curve import Ahead, growth_curve


def test_points_law_and_interval_stand_where_they_belong():
    ahead = Ahead(1_300, 90.0, 84.0, 99.0)
    figure = growth_curve(
        ([100, 200, 300], [10.0, 18.0, 25.0]), ([100.0, 1_300.0], [10.0, 90.0]), ahead, name="<b>Words", ground="dark"
    )
    law, measured, expected = figure.data
    assert (list(measured.x), list(measured.y)) == ([100, 200, 300], [10.0, 18.0, 25.0])
    assert (law.x[-1], law.y[-1]) == (expected.x[0], expected.y[0]) == (1_300, 90.0)
    assert expected.y[0] + expected.error_y.array[0] == pytest.approx(99)
    assert expected.y[0] - expected.error_y.arrayminus[0] == pytest.approx(84)
    assert "<b>" not in figure.layout.yaxis.title.text
