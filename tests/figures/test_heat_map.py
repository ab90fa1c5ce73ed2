"""Does every cell of the heat map have its number, and its place on the scale?"""

import math

import pytest

from glan_core.figures.heat_map import HeatCell, HeatRow, heat_map
from glan_core.figures.palette import SHADES, channels, contrast

ROWS = [
    HeatRow("Physics", (HeatCell(0, "2 subjects, 0 pairs"), HeatCell(9, "1 subject, 9 pairs"))),
    HeatRow("<i>Optics</i>", (HeatCell(None, "no subject"), HeatCell(1200, "1 subject, 1,200 pairs"))),
]
COLUMNS = ("Introductory", "Advanced")


def test_numbers_stand_on_a_logarithmic_scale_and_what_cannot_hold_pairs_is_left_out():
    cells = heat_map(ROWS, COLUMNS, title="Pairs", ground="light").data[0]
    assert [list(row) for row in cells.z] == [[0, 1], [None, pytest.approx(math.log10(1201))]]
    assert (cells.zmin, cells.zmax) == (0, pytest.approx(math.log10(1201)))


def test_pages_of_one_table_can_share_a_scale():
    cells = heat_map(ROWS[:1], COLUMNS, title="Pairs", most=999, ground="light").data[0]
    assert cells.zmax == 3
    assert heat_map([], COLUMNS, title="Pairs", ground="light").data[0].zmax == 1


def test_every_number_is_written_where_it_stands_and_can_be_read():
    for ground in ("light", "dark"):
        texts = heat_map(ROWS, COLUMNS, title="Pairs", ground=ground).data[1]
        assert list(zip(texts.x, texts.y, texts.text, strict=True)) == [
            (0, 0, "0"),
            (1, 0, "9"),
            (0, 1, ""),
            (1, 1, "1,200"),
        ]
        full = channels(SHADES[ground].fill[2])
        assert contrast(channels(texts.textfont.color[3]), full) >= 4.5


def test_names_are_no_markup_and_the_first_row_is_on_top():
    figure = heat_map(ROWS, COLUMNS, title="Pairs", ground="dark")
    assert list(figure.layout.yaxis.ticktext) == ["Physics", "&lt;i&gt;Optics&lt;/i&gt;"]
    assert tuple(figure.layout.yaxis.range) == (1.5, -0.5)
    assert figure.data[0].customdata[1][1][1] == "1 subject, 1,200 pairs"
