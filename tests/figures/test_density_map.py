"""Does a density map colour each cell by what it holds, and send as little for a million pairs as for a few?"""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from glan_core.entities import Window
from glan_core.figures.density_map import branch_density_map, density_map
from glan_core.figures.difference_map import COLOURS, difference_map
from glan_core.figures.map_frame import Frame
from glan_core.figures.map_groups import Group, colours_of_groups
from glan_core.figures.palette import FIELD_COLOURS

FRAME = Frame(window=Window(0.0, 10.0, 4.0, 12.0), ground="light", height=600)
NO_HITS = pd.DataFrame(columns=["x", "y", "instruction"])
SAMPLE = pd.DataFrame([(1.0, 11.0, "Why <b>?")], columns=["x", "y", "instruction"])
CELLS = pd.DataFrame([(0, 0, 5, "a"), (3, 0, 1, "b"), (3, 1, 100, "b")], columns=["column", "row", "pairs", "group"])
GROUPS = [Group("a", "Alpha"), Group("b", "Beta <i>"), Group("c", "Gamma")]


def heat(figure: go.Figure) -> go.Heatmap:
    """Give the cells of a figure."""
    (found,) = (trace for trace in figure.data if trace.type == "heatmap")
    return found


def branches(cells: pd.DataFrame = CELLS, side: int = 4) -> go.Figure:
    """Draw cells by their group."""
    colours = colours_of_groups(GROUPS, fields={}, ground="light")
    return branch_density_map(cells, SAMPLE, colours=colours, hits=NO_HITS, frame=FRAME, side=side)


def test_each_cell_shows_its_count_where_it_lies():
    cells = heat(density_map(CELLS, SAMPLE, hits=NO_HITS, frame=FRAME, side=4))
    assert (cells.z[0][0], cells.z[0][3], cells.z[1][3]) == (5, 1, 100)
    assert np.isnan(cells.z[1][0])
    assert (cells.x0, cells.dx, cells.y0, cells.dy) == (0.5, 1.0, 10.25, 0.5)


def test_the_scale_of_counts_rises_from_one_pair_to_the_fullest_cell():
    cells = heat(density_map(CELLS, SAMPLE, hits=NO_HITS, frame=FRAME, side=4))
    places = [place for place, _ in cells.colorscale]
    assert places == sorted(places)
    assert (places[0], places[-1], cells.zmax) == (0.0, 1.0, 100)
    assert len({colour for _, colour in cells.colorscale}) > 10


@pytest.mark.parametrize("most", [1, 2])
def test_a_set_without_two_pairs_in_a_cell_still_has_a_scale(most: int):
    cells = heat(density_map(CELLS.assign(pairs=most), SAMPLE, hits=NO_HITS, frame=FRAME, side=4))
    assert (cells.colorscale[0][0], cells.colorscale[-1][0]) == (0, 1)


def test_the_sample_lies_above_the_cells_and_its_words_are_not_markup():
    points = density_map(CELLS, SAMPLE, hits=NO_HITS, frame=FRAME, side=4).data[-1]
    assert (list(points.x), list(points.y), points.text[0]) == ([1.0], [11.0], "Why &lt;b&gt;?")


def test_without_a_pair_nothing_is_drawn_but_the_ground():
    empty = density_map(CELLS[:0], SAMPLE[:0], hits=NO_HITS, frame=FRAME, side=4)
    assert np.isnan(heat(empty).z).all()
    assert np.isnan(heat(branches(CELLS[:0])).z).all()


def test_a_cell_has_the_colour_of_its_group_fuller_with_more_pairs():
    cells = heat(branches())
    first, few, most = cells.z[0][0], cells.z[0][3], cells.z[1][3]
    assert 0 < first < 1 < few < most < 2
    assert cells.colorscale[1][1] == FIELD_COLOURS[0]
    assert cells.zmax == 3


def test_the_legend_names_the_groups_that_have_a_cell():
    figure = branches()
    assert [trace.name for trace in figure.data if trace.type == "scatter"] == ["Alpha", "Beta &lt;i&gt;"]
    assert figure.layout.legend.itemclick is False


def test_tooltips_of_cells_tell_how_many_pairs_they_hold():
    cells = heat(branches())
    assert (cells.customdata[0][0], cells.customdata[1][3], cells.customdata[1][0]) == (5, 100, 0)


def test_a_million_pairs_take_less_than_a_megabyte_and_a_half():
    rng = np.random.default_rng(1)
    side = np.arange(256 * 256)
    cells = pd.DataFrame(
        {
            "column": side % 256,
            "row": side // 256,
            "pairs": rng.integers(1, 900, side.size),
            "group": rng.choice(["a", "b", "c"], side.size),
        }
    )
    sample = pd.DataFrame({"x": rng.random(5_000), "y": rng.random(5_000), "instruction": "What is a lens? " * 9})
    colours = colours_of_groups(GROUPS, fields={}, ground="light")
    by_count = density_map(cells, sample, hits=NO_HITS, frame=FRAME)
    by_branch = branch_density_map(cells, sample, colours=colours, hits=NO_HITS, frame=FRAME)
    assert max(len(by_count.to_json()), len(by_branch.to_json())) < 1_500_000


def test_a_difference_is_fullest_where_the_shares_differ_most():
    cells = pd.DataFrame(
        [(0, 0, 8, 0, 0.8), (1, 0, 2, 10, -0.4), (1, 1, 0, 0, 0.0)],
        columns=["column", "row", "first", "second", "difference"],
    )
    figure = difference_map(cells, names=("run <a>", "run b"), hits=NO_HITS, frame=FRAME, side=2)
    cells_drawn = heat(figure)
    assert cells_drawn.z[0][0] == 1
    assert cells_drawn.z[0][1] == pytest.approx(-0.5)
    assert (cells_drawn.colorscale[0][1], cells_drawn.colorscale[-1][1]) == (COLOURS[1], COLOURS[0])
    assert cells_drawn.text[0][1] == "run &lt;a&gt;: 2<br>run b: 10"
    legend = [(trace.name, trace.marker.color) for trace in figure.data if trace.type == "scatter"]
    assert legend == [("More of run &lt;a&gt;", COLOURS[0]), ("More of run b", COLOURS[1])]


def test_two_equal_sets_differ_nowhere():
    cells = pd.DataFrame([(0, 0, 3, 3, 0.0)], columns=["column", "row", "first", "second", "difference"])
    assert heat(difference_map(cells, names=("a", "b"), hits=NO_HITS, frame=FRAME, side=1)).z[0][0] == 0
