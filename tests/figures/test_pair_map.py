"""Does the map show every pair once, in the colour of its field, and nothing as markup?"""

import pandas as pd
import plotly.graph_objects as go
import pytest

from glan_core.figures.pair_map import pair_map
from glan_core.figures.palette import FIELD_COLOURS, OTHER_COLOUR, SHADES, Ground

FIELDS = ("Natural Science", "Agriculture", "History")
COLUMNS = ("instruction_id", "x", "y", "instruction", "field", "discipline", "subject")
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
POINTS = pd.DataFrame(
    [
        ("a", 0.0, 1.0, "Why is grass green?", "Agriculture", "Agronomy", "Grasses"),
        ("b", 2.0, 3.0, "Is 1 < 2 & <b>bold</b>?", "Natural Science", "R & D", "<Logic>"),
        ("c", 4.0, 11.0, "How does a lens work?", "Natural Science", "Physics", "Optics"),
    ],
    columns=COLUMNS,
)


def draw(
    points: pd.DataFrame = POINTS,
    *,
    fields: tuple[str, ...] = FIELDS,
    polygon: tuple[tuple[float, float], ...] = (),
    ground: Ground = "light",
) -> go.Figure:
    """Draw the map of these points."""
    return pair_map(points, fields=fields, polygon=polygon, ground=ground)


def many(count: int) -> pd.DataFrame:
    """Give this many points of one field."""
    return pd.DataFrame(
        [(str(n), float(n), 0.0, "Why?", "History", "Chronicles", "Rome") for n in range(count)], columns=COLUMNS
    )


def test_every_pair_is_drawn_once():
    drawn = [instruction_id for trace in draw().data for instruction_id in trace.customdata]
    assert sorted(drawn) == ["a", "b", "c"]


def test_every_pair_lies_where_it_was_placed():
    agriculture = draw().data[1]
    assert (list(agriculture.customdata), list(agriculture.x), list(agriculture.y)) == (["a"], [0.0], [1.0])


def test_fields_come_in_their_order_and_only_those_with_pairs():
    assert [trace.name for trace in draw().data] == ["Natural Science", "Agriculture"]


def test_a_field_keeps_its_colour_whether_or_not_the_others_have_pairs():
    (history,) = draw(many(1)).data
    assert history.marker.color == FIELD_COLOURS[2]


def test_a_field_that_is_not_listed_is_drawn_in_grey():
    (unlisted,) = draw(many(1), fields=FIELDS[:2]).data
    assert (unlisted.name, unlisted.marker.color) == ("History", OTHER_COLOUR)


def test_words_are_not_markup():
    text = draw().data[0].text[0]
    assert text == "Is 1 &lt; 2 &amp; &lt;b&gt;bold&lt;/b&gt;?<br><b>R &amp; D</b>: &lt;Logic&gt;"


def test_a_long_question_is_cut_after_four_lines():
    points = POINTS.assign(instruction="word " * 500)
    assert draw(points).data[0].text[0].count("<br>") == 4


def test_the_title_counts_the_pairs():
    assert draw(many(1200)).layout.title.text.startswith("1,200 pairs")


def test_the_selection_is_drawn_as_a_closed_outline():
    (shape,) = draw(polygon=SQUARE).layout.shapes
    assert shape.path == "M 0,0 L 1,0 L 1,1 L 0,1 Z"


def test_without_a_selection_nothing_is_outlined():
    assert not draw().layout.shapes


def test_no_point_sits_on_the_edge():
    layout = draw().layout
    assert layout.xaxis.range == pytest.approx((-0.16, 4.16))
    assert layout.yaxis.range == pytest.approx((0.6, 11.4))


def test_a_single_point_has_room_around_it():
    low, high = draw(POINTS[:1]).layout.xaxis.range
    assert low < 0.0 < high


def test_points_of_a_small_set_are_larger():
    (few,), (more,) = draw(many(200)).data, draw(many(201)).data
    assert few.marker.size > more.marker.size


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_map_takes_the_colours_of_its_ground(ground: Ground):
    figure = draw(polygon=SQUARE, ground=ground)
    assert figure.layout.plot_bgcolor == SHADES[ground].panel
    assert figure.layout.font.color == SHADES[ground].text
    assert figure.layout.shapes[0].line.color == SHADES[ground].accent
