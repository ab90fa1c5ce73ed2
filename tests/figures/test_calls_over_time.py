"""Does the figure show calls under way over time, and what had to be sent again?"""

from datetime import UTC, datetime

import pandas as pd
import plotly.graph_objects as go

from glan_core.figures.calls_over_time import LOST_COLOUR, SENT_AGAIN_COLOUR, calls_over_time
from glan_core.figures.palette import SHADES, Ground

INTERVALS = pd.DataFrame(
    {"seconds": [0.0, 2.0], "under_way": [1.5, 4.0], "ended": [0, 7], "sent_again": [0, 3], "lost": [1, 0]}
)


def draw(ground: Ground = "light") -> go.Figure:
    """Draw two intervals of two seconds from noon on."""
    noon = datetime(2024, 2, 20, 12, tzinfo=UTC)
    return calls_over_time(INTERVALS, began_at=noon, interval_seconds=2.0, ground=ground)


def test_each_interval_stands_at_its_middle_with_its_mean():
    line = draw().data[0]
    assert [moment.isoformat() for moment in line.x] == ["2024-02-20T12:00:01", "2024-02-20T12:00:03"]
    assert list(line.y) == [1.5, 4.0]
    assert "mean of each 2 s" in draw().layout.title.text


def test_what_was_sent_again_and_lost_has_an_axis_and_a_colour_of_its_own():
    _, again, lost = draw().data
    assert (list(again.y), list(lost.y)) == ([0, 3], [1, 0])
    assert {again.yaxis, lost.yaxis} == {"y2"}
    assert (again.marker.color, lost.marker.color) == (SENT_AGAIN_COLOUR, LOST_COLOUR)
    assert SENT_AGAIN_COLOUR != LOST_COLOUR


def test_the_line_has_the_accent_of_its_ground():
    assert draw("light").data[0].line.color == SHADES["light"].accent
    assert draw("dark").data[0].line.color == SHADES["dark"].accent
