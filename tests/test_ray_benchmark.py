"""Does benchmarks.ray_engine count what the middle of a run made, and nothing of its start and its end?"""

import pytest

from benchmarks.ray_engine import rate_in_the_middle


def test_a_slow_start_and_a_slow_end_do_not_count():
    start = [0.0, 30.0]
    middle = [40.0, 40.5, 41.0, 41.5]
    assert rate_in_the_middle([*start, *middle, 90.0, 120.0]) == pytest.approx(
        4 / 50
    )  # to the first of the last quarter
    assert rate_in_the_middle([*start, *middle, 42.0, 120.0]) == pytest.approx(2.0)
