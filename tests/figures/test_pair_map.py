"""Does the map show every pair once, in the colour of its group, and nothing as markup?"""

import pandas as pd
import plotly.graph_objects as go
import pytest

from glan_core.entities import Window
from glan_core.figures.map_frame import Frame, box_of, window_around
from glan_core.figures.map_groups import Group, colours_of_groups
from glan_core.figures.pair_map import pair_map
from glan_core.figures.palette import FIELD_COLOURS, SHADES, Ground, colours_of
from glan_core.map_labels import Label

FIELDS = colours_of(("Natural Science", "Agriculture", "History"))
COLUMNS = ("x", "y", "group", "instruction", "place")
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
WINDOW = Window(-1.0, -1.0, 5.0, 12.0)
NO_HITS = pd.DataFrame(columns=["x", "y", "instruction"])
POINTS = pd.DataFrame(
    [
        (0.0, 1.0, "a", "Why is grass green?", "Agronomy · Grasses"),
        (2.0, 3.0, "n", "Is 1 < 2 & <b>bold</b>?", "R & D · <Logic>"),
        (4.0, 11.0, "n", "How does a lens work?", "Physics · Optics"),
    ],
    columns=COLUMNS,
)


def draw(
    points: pd.DataFrame = POINTS,
    *,
    hits: pd.DataFrame = NO_HITS,
    outline: tuple[tuple[float, float], ...] = (),
    labels: tuple[Label, ...] = (),
    ground: Ground = "light",
) -> go.Figure:
    """Draw the map of these points by field."""
    groups = [
        Group("n", "Natural Science", "Natural Science"),
        Group("a", "Agriculture", "Agriculture"),
        Group("h", "History", "History"),
    ]
    colours = colours_of_groups(groups, fields=FIELDS, ground=ground)
    frame = Frame(window=WINDOW, ground=ground, height=600, labels=labels, outline=outline)
    return pair_map(points, colours=colours, hits=hits, frame=frame)


def many(count: int) -> pd.DataFrame:
    """Give this many points of one field."""
    return pd.DataFrame([(float(n), 0.0, "h", "Why? " * 40, "Chronicles") for n in range(count)], columns=COLUMNS)


def test_every_pair_is_drawn_once_where_it_was_placed():
    drawn = [(x, y) for trace in draw().data for x, y in zip(trace.x, trace.y, strict=True)]
    assert sorted(drawn) == [(0.0, 1.0), (2.0, 3.0), (4.0, 11.0)]


def test_groups_come_in_their_order_and_only_those_with_pairs():
    assert [trace.name for trace in draw().data] == ["Natural Science", "Agriculture"]


def test_a_field_keeps_its_colour_whether_or_not_the_others_have_pairs():
    (history,) = draw(many(1)).data
    assert history.marker.color == FIELD_COLOURS[2]


def test_words_are_not_markup():
    text = draw().data[0].text[0]
    assert text == "Is 1 &lt; 2 &amp; &lt;b&gt;bold&lt;/b&gt;?<br><b>R &amp; D · &lt;Logic&gt;</b>"


def test_a_long_question_is_cut_after_three_lines():
    tooltip = draw(POINTS.assign(instruction="word " * 500)).data[0].text[0]
    assert tooltip.count("<br>") == 3
    assert "…<br><b>" in tooltip


def test_tooltips_of_many_points_are_one_line_so_that_less_is_sent():
    (few,), (more,) = draw(many(5_000)).data, draw(many(5_001)).data
    assert few.text[0].count("<br>") == 3
    assert "<br>" not in more.text[0]


def test_points_of_a_small_set_are_larger():
    sizes = [draw(many(count)).data[0].marker.size for count in (200, 1_000, 3_000, 8_000, 8_001)]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 5


def test_what_was_found_gets_a_ring():
    hits = pd.DataFrame([(4.0, 11.0, "How does a lens work?")], columns=["x", "y", "instruction"])
    ring = draw(hits=hits).data[-1]
    assert (ring.name, list(ring.x), list(ring.y), ring.marker.symbol) == ("Found", [4.0], [11.0], "circle-open")


def test_the_selection_is_drawn_as_a_closed_outline():
    (shape,) = draw(outline=SQUARE).layout.shapes
    assert shape.path == "M 0,0 L 1,0 L 1,1 L 0,1 Z"


def test_without_a_selection_nothing_is_outlined():
    assert not draw().layout.shapes


def test_the_figure_shows_the_window_and_has_no_title_for_buttons_to_cover():
    layout = draw().layout
    assert (layout.xaxis.range, layout.yaxis.range) == ((-1.0, 5.0), (-1.0, 12.0))
    assert layout.title.text is None
    assert layout.margin.t >= 30


def test_labels_are_written_letter_by_letter_on_a_ground_of_their_own():
    (label,) = draw(labels=(Label("R & <D>", 1.0, 2.0, 3.0),)).layout.annotations
    assert (label.text, label.x, label.y) == ("R &amp; &lt;D&gt;", 1.0, 2.0)
    assert label.bgcolor == SHADES["light"].background


def test_the_same_points_give_the_same_figure():
    assert draw().to_json() == draw().to_json()


def test_a_map_without_a_point_is_an_empty_figure():
    assert len(draw(POINTS[:0]).data) == 0


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_map_takes_the_colours_of_its_ground(ground: Ground):
    figure = draw(outline=SQUARE, ground=ground)
    assert figure.layout.plot_bgcolor == SHADES[ground].panel
    assert figure.layout.font.color == SHADES[ground].text
    assert figure.layout.shapes[0].line.color == SHADES[ground].text


def test_a_window_leaves_room_around_what_it_shows():
    assert window_around(0.0, 0.0, 100.0, 10.0) == pytest.approx(Window(-3.0, -0.3, 103.0, 10.3))


def test_a_window_around_one_point_has_room_too():
    window = window_around(2.0, 3.0, 2.0, 3.0)
    assert window.left < 2.0 < window.right
    assert window.bottom < 3.0 < window.top


def test_the_box_of_an_outline_is_never_without_an_area():
    box = box_of(((1.0, 1.0), (1.0, 2.0), (1.0, 3.0)))
    assert box.right > box.left
    assert (box.bottom, box.top) == (1.0, 3.0)
