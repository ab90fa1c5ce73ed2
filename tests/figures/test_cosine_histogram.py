"""Does the histogram count every cosine, and draw the line where it is asked for?"""

import numpy as np
import pytest

from glan_core.figures.cosine_histogram import cosine_histogram


def test_every_cosine_is_counted_and_shares_add_up():
    own = np.array([0.01, 0.5, 0.5, 1.0], np.float32)
    nearest = np.array([-0.31, 0.99], np.float32)
    figure = cosine_histogram(own, nearest, threshold=0.5, ground="dark")
    for trace, cosines in zip(figure.data, (own, nearest), strict=True):
        assert sum(trace.customdata) == len(cosines)
        assert sum(trace.y) == pytest.approx(100)
    assert figure.layout.shapes[0].x0 == 0.5


def test_nothing_to_count_and_no_line_give_an_empty_chart():
    empty = np.empty(0, np.float32)
    figure = cosine_histogram(empty, empty, threshold=None, ground="light")
    assert not figure.layout.shapes
    assert sum(sum(trace.y) for trace in figure.data) == 0
