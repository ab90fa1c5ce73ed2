"""Does the icicle show what it is given, and nothing more?"""

import pytest

from glan_core.figures.icicle import IcicleNode, icicle
from glan_core.figures.palette import SHADES, Ground, channels, contrast

NODES = (
    IcicleNode("root", "", "All fields", "Taxonomy", 12, "12 pairs"),
    IcicleNode("a", "root", "Physics & <b>more</b>", "Field", 9, "9 pairs"),
    IcicleNode("b", "root", "History", "Field", 0, "0 pairs"),
)


def test_every_node_is_a_cell_below_its_parent() -> None:
    trace = icicle(NODES, title="Number of pairs", is_share=False, ground="light").data[0]
    assert list(trace.ids) == ["root", "a", "b"]
    assert list(trace.parents) == ["", "root", "root"]


def test_names_are_not_markup() -> None:
    trace = icicle(NODES, title="Number of pairs", is_share=False, ground="light").data[0]
    assert trace.labels[1] == "Physics &amp; &lt;b&gt;more&lt;/b&gt;"


def test_the_title_is_shown() -> None:
    assert icicle(NODES, title="Fill", is_share=True, ground="dark").layout.title.text == "Fill"


def test_shares_are_marked_in_percent_and_more_than_all_counts_as_all() -> None:
    shares = [node._replace(number=number) for node, number in zip(NODES, (None, 2.5, 0.25), strict=True)]
    marker = icicle(shares, title="Fill", is_share=True, ground="light").data[0].marker
    assert list(marker.colorbar.ticktext) == ["0%", "25%", "50%", "75%", "100%"]
    assert list(marker.colors) == [None, 1.0, 0.25]


def test_the_colour_bar_is_marked_with_counts_and_ends_with_the_largest_below_the_root() -> None:
    bar = icicle(NODES, title="Number of pairs", is_share=False, ground="light").data[0].marker.colorbar
    assert list(bar.ticktext) == ["0", "1", "9"]


def test_a_taxonomy_without_any_count_can_be_drawn() -> None:
    empty = [node._replace(number=0) for node in NODES]
    assert list(
        icicle(empty, title="Number of pairs", is_share=False, ground="dark").data[0].marker.colorbar.ticktext
    ) == ["0"]


def test_many_leaves_make_a_taller_figure() -> None:
    many = [NODES[0], *(IcicleNode(str(number), "root", "x", "Field", 0, "") for number in range(60))]
    assert (
        icicle(many, title="Number of pairs", is_share=False, ground="light").layout.height
        > icicle(NODES, title="Number of pairs", is_share=False, ground="light").layout.height
    )


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_a_name_can_be_read_on_every_cell(ground: Ground) -> None:
    shares = [NODES[0], *(IcicleNode(str(step), "root", "x", "Field", step / 20, "") for step in range(21))]
    trace = icicle(shares, title="Fill", is_share=True, ground=ground).data[0]
    low, middle, high = (channels(colour) for colour in SHADES[ground].fill)
    for share, ink in zip(trace.marker.colors[1:], trace.textfont.color[1:], strict=True):
        start, end, part = (low, middle, share * 2) if share < 0.5 else (middle, high, share * 2 - 1)
        cell = [first + (last - first) * part for first, last in zip(start, end, strict=True)]
        assert contrast(channels(ink), cell) >= 4.5
