"""Does a plot hold the rows that it was given?"""

import pandas as pd
import pytest

from glan_core.figures.query_plot import plottable, query_plot

FRAME = pd.DataFrame(
    {
        "name": pd.Series(["<b>Optics</b>", None, "x" * 60], dtype="object"),
        "pairs": pd.Series([3, 2, None], dtype="Int64"),
        "share": pd.Series([0.5, None, 0.1], dtype="Float64"),
        "kept": pd.Series([True, False, None], dtype="boolean"),
    }
)


def test_only_numbers_can_be_drawn_upwards():
    assert plottable(FRAME) == ("pairs", "share")


@pytest.mark.parametrize("kind", ["bars", "line", "points"])
@pytest.mark.parametrize("ground", ["light", "dark"])
def test_every_row_is_drawn_and_names_are_no_markup(kind, ground):
    figure = query_plot(FRAME, x="name", y="pairs", kind=kind, ground=ground)
    drawn = figure.data[0]
    assert [None if pd.isna(value) else value for value in drawn.y] == [3.0, 2.0, None]
    assert list(drawn.x)[:2] == ["&lt;b&gt;Optics&lt;/b&gt;", "–"]
    assert len(drawn.x[2]) == 40


def test_numbers_over_numbers_stay_numbers():
    figure = query_plot(FRAME, x="share", y="pairs", kind="points", ground="light")
    assert figure.data[0].x[0] == 0.5
