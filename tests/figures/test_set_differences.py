"""Differences are drawn with their intervals, those beyond chance apart, and names are no markup."""

import pytest

from glan_core.figures.set_differences import SetDifference, set_differences

ROWS = (
    SetDifference("Vendi score", 12.0, 5.0, 20.0, is_clear=True),
    SetDifference("NovelSum", -1.0, -4.0, 3.0, is_clear=False),
    SetDifference("<b>Words</b>", -9.0, -12.0, -7.0, is_clear=True),
)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_each_number_is_a_point_with_its_interval(ground: str):
    figure = set_differences(ROWS, first="Run <i>one</i>", second="two", ground=ground)
    clear, unclear = figure.data
    assert (list(clear.x), list(clear.y)) == ([12.0, -9.0], [0, 2])
    assert (list(unclear.x), list(unclear.y)) == ([-1.0], [1])
    assert (list(clear.error_x.array), list(clear.error_x.arrayminus)) == ([8.0, 2.0], [7.0, 3.0])
    assert clear.marker.color != unclear.marker.color
    assert clear.customdata[0] == "Vendi score: +12.0 % (+5.0 to +20.0)"
    assert list(figure.layout.yaxis.range) == [2.5, -0.5]  # the first on top


def test_names_are_shown_as_they_are():
    figure = set_differences(ROWS, first="<i>one</i>", second="two", ground="light")
    shown = [figure.layout.title.text, *figure.layout.yaxis.ticktext, *figure.data[0].customdata]
    assert not any("<" in text for text in shown)
