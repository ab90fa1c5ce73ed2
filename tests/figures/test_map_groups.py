"""Does every group of the map get a colour that can be read, and branches that of their field?"""

from glan_core.figures.map_groups import Group, colours_of_groups, mixed
from glan_core.figures.palette import FIELD_COLOURS, OTHER_COLOUR, colours_of

FIELDS = colours_of(("Natural Science", "History"))


def groups(count: int, field: str = "") -> list[Group]:
    """Give this many groups."""
    return [Group(f"k{n}", f"Group {n}", field) for n in range(count)]


def test_fields_keep_their_colours_however_many_are_there():
    colours = colours_of_groups([Group("h", "History", "History")], fields=FIELDS, ground="light")
    assert colours.of_group == {"h": FIELD_COLOURS[1]}


def test_up_to_eight_groups_have_a_colour_and_a_line_each():
    colours = colours_of_groups(groups(8), fields=FIELDS, ground="light")
    assert list(colours.of_group.values()) == list(FIELD_COLOURS)
    assert [entry.name for entry in colours.entries] == [f"Group {n}" for n in range(8)]


def test_more_than_eight_groups_without_a_field_end_in_grey():
    colours = colours_of_groups(groups(12), fields=FIELDS, ground="light")
    assert colours.of_group["k6"] == FIELD_COLOURS[6]
    assert {colours.of_group[f"k{n}"] for n in range(7, 12)} == {OTHER_COLOUR}
    assert colours.entries[-1].name == "5 others"
    assert {colours.entry_of[f"k{n}"] for n in range(7, 12)} == {7}


def test_many_branches_are_shades_of_their_field_which_the_legend_names():
    branches = [*groups(9, "History"), Group("s", "Optics", "Natural Science")]
    colours = colours_of_groups(branches, fields=FIELDS, ground="light")
    assert [entry.name for entry in colours.entries] == ["Natural Science", "History"]
    assert colours.of_group["s"] == FIELD_COLOURS[0]
    assert colours.of_group["k0"] == FIELD_COLOURS[1]
    assert len({colours.of_group[f"k{n}"] for n in range(9)}) == 3


def test_branches_of_a_removed_field_are_named_as_such():
    colours = colours_of_groups(groups(9), fields=FIELDS, ground="light")
    assert len(colours.entries) == 8
    branches = [*groups(9, "History"), Group("x", "Lost", "")]
    assert colours_of_groups(branches, fields=FIELDS, ground="light").entries[-1].name == "No field"


def test_without_a_group_there_is_no_colour():
    colours = colours_of_groups([], fields=FIELDS, ground="dark")
    assert (colours.of_group, colours.entries) == ({}, ())


def test_colours_are_mixed_channel_by_channel():
    assert mixed("#000000", "#ff8000", 0.5) == "#804000"
    assert mixed("#123456", "#ffffff", 0.0) == "#123456"
