"""Does the square show who met whom, in teaching order, and nothing as markup?"""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from glan_core.figures.co_draw import TaughtConcept, co_draw
from glan_core.figures.palette import SHADES, Ground

TAUGHT = (
    TaughtConcept("a", "mirror", 1, "Rays & <b>light</b>", 1),
    TaughtConcept("b", "lens", 2, "Rays & <b>light</b>", 1),
    TaughtConcept("c", "phase <i>", 1, "Waves", 2),
)
TOGETHER = pd.DataFrame([("a", "a", 4), ("a", "c", 2)], columns=["first_id", "second_id", "instructions"])


def draw(*, together: pd.DataFrame = TOGETHER, ground: Ground = "light") -> go.Figure:
    """Draw the three key concepts."""
    return co_draw(TAUGHT, together, ground=ground)


def many(sessions: int, concepts: int) -> list[TaughtConcept]:
    """Give this many class sessions of this many key concepts."""
    return [
        TaughtConcept(f"{session}-{place}", "concept", place, f"Session {session}", session)
        for session in range(1, sessions + 1)
        for place in range(1, concepts + 1)
    ]


def test_who_met_is_marked_on_both_sides_of_the_diagonal():
    numbers = np.array(draw().data[0].z)
    assert (numbers[0, 2], numbers[2, 0], numbers[0, 1]) == (2, 2, 0)


def test_the_diagonal_holds_what_was_drawn_alone_and_only_that():
    beside, diagonal = (np.array(trace.z) for trace in draw().data)
    assert np.isnan(beside.diagonal()).all()
    assert diagonal.diagonal().tolist() == [4, 0, 0]
    assert np.isnan(diagonal[0, 1])


def test_rows_and_columns_are_in_teaching_order_with_their_places():
    trace = draw().data[0]
    assert list(trace.x) == list(trace.y) == ["1.1 mirror", "1.2 lens", "2.1 phase &lt;i&gt;"]
    assert draw().layout.yaxis.autorange == "reversed"


def test_a_line_stands_between_class_sessions_each_way():
    (down, across) = draw().layout.shapes
    assert (down.x0, down.x1) == (1.5, 1.5)
    assert (across.y0, across.y1) == (1.5, 1.5)


def test_class_sessions_are_named_short_and_not_as_markup():
    texts = [annotation.text for annotation in draw().layout.annotations]
    assert texts == ["1", "Rays &amp; &lt;b&gt;light&lt;… 1", "2", "Waves 2"]


def test_the_title_says_what_is_counted_and_what_the_diagonal_is():
    title = draw().layout.title
    assert "number" in title.text
    assert "diagonal" in title.subtitle.text


def test_the_scale_ends_with_the_largest_number_and_none_has_a_colour_of_its_own():
    axis = draw().layout.coloraxis
    assert list(axis.colorbar.ticktext) == ["0", "1", "2", "3", "4"]
    assert (axis.cmax, axis.colorscale[0][1], axis.colorscale[1][1]) == (
        4,
        SHADES["light"].fill[0],
        SHADES["light"].fill[0],
    )
    assert axis.colorscale[2][1] == SHADES["light"].fill[1]


def test_a_syllabus_that_nothing_was_drawn_from_can_be_drawn():
    figure = draw(together=TOGETHER[:0])
    assert list(figure.layout.coloraxis.colorbar.ticktext) == ["0"]


def test_key_concepts_of_another_syllabus_are_left_out():
    other = pd.DataFrame([("a", "z", 9)], columns=TOGETHER.columns)
    assert np.nanmax(np.array(draw(together=other).data[0].z)) == 0


def test_a_long_syllabus_numbers_at_most_fifteen_sessions_above_the_square():
    figure = co_draw(many(30, 5), TOGETHER[:0], ground="dark")
    numbers = [annotation.text for annotation in figure.layout.annotations if annotation.text.isdigit()]
    assert numbers == [str(session) for session in range(1, 31, 2)]


def test_key_concepts_of_one_name_stay_apart():
    trace = co_draw(many(2, 5), TOGETHER[:0], ground="light").data[0]
    assert len(set(trace.x)) == 10


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_square_takes_the_colours_of_its_ground(ground: Ground):
    layout = draw(ground=ground).layout
    assert layout.font.color == SHADES[ground].text
    assert layout.coloraxis.colorscale[-1][1] == SHADES[ground].fill[2]
