"""The curve of thresholds shows every count and the threshold that is in use."""

import pytest

from glan_core.figures.palette import Ground
from glan_core.figures.threshold_curve import threshold_curve


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_every_count_stands_at_its_threshold(ground: Ground):
    figure = threshold_curve([0.8, 0.9, 1.0], [40, 7, 0], chosen=0.9, name="pairs", ground=ground)
    (trace,) = figure.data
    assert (list(trace.x), list(trace.y)) == ([0.8, 0.9, 1.0], [40, 7, 0])
    (line,) = figure.layout.shapes
    assert (line.x0, line.x1) == (0.9, 0.9)
    assert figure.layout.yaxis.title.text == "Pairs"
