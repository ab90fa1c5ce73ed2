"""Does the figure draw the corners it is given, the chosen curve above all others?"""

from glan_core.figures.lorenz import Curve, lorenz
from glan_core.figures.palette import SHADES

FIELDS = Curve("Field", [0, 0.5, 1], [0, 0.25, 1])
DISCIPLINES = Curve("<b>Discipline</b>", [0, 0.8, 1], [0, 0, 1])


def test_shares_are_drawn_in_percent_and_the_diagonal_says_all_the_same():
    diagonal, others, chosen = lorenz(FIELDS, [DISCIPLINES], ground="light").data
    assert (list(diagonal.x), list(diagonal.y)) == ([0, 100], [0, 100])
    assert (list(others.x), list(others.y)) == ([0, 80, 100], [0, 0, 100])
    assert (list(chosen.x), list(chosen.y)) == ([0, 50, 100], [0, 25, 100])


def test_the_chosen_curve_comes_last_and_has_the_accent():
    for ground in ("light", "dark"):
        figure = lorenz(FIELDS, [DISCIPLINES], ground=ground)
        assert figure.data[-1].line.color == SHADES[ground].accent
        assert figure.data[1].line.color == SHADES[ground].faint_text


def test_names_are_no_markup():
    assert lorenz(FIELDS, [DISCIPLINES], ground="light").data[1].name == "&lt;b&gt;Discipline&lt;/b&gt;"
