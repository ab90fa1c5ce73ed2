"""Does the coverage figure give each field its share?"""

from glan_core.figures.field_coverage import FieldCoverage, field_coverage
from glan_core.figures.palette import FIELD_COLOURS

FIELDS = (FieldCoverage("Natural Science", 4, 1), FieldCoverage("<i>New</i>", 0, 0))


def test_bars_are_shares_in_percent_and_an_empty_field_has_none() -> None:
    assert list(field_coverage(FIELDS, ground="light").data[1].x) == [25.0, 0.0]


def test_each_field_has_its_own_colour() -> None:
    assert list(field_coverage(FIELDS, ground="light").data[1].marker.color) == list(FIELD_COLOURS[:2])


def test_names_are_not_markup_and_numbers_stand_beside_the_bars() -> None:
    figure = field_coverage(FIELDS, ground="dark")
    assert list(figure.layout.yaxis.ticktext) == ["Natural Science", "&lt;i&gt;New&lt;/i&gt;"]
    assert [note.text for note in figure.layout.annotations] == ["1 of 4", "0 of 0"]
