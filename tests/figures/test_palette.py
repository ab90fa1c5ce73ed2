"""The figures and the app around them show the same colours."""

import tomllib
from typing import Any, get_args

import pytest

from glan_core.figures.palette import FIELD_COLOURS, OTHER_COLOUR, SHADES, Ground, colours_of
from glan_core.settings import PROJECT_FOLDER

THEME: dict[str, Any] = tomllib.loads((PROJECT_FOLDER / ".streamlit" / "config.toml").read_text())["theme"]


def test_the_fields_have_the_chart_colours_of_the_theme():
    assert list(FIELD_COLOURS) == THEME["chartCategoricalColors"]


@pytest.mark.parametrize("ground", get_args(Ground))
@pytest.mark.parametrize(
    ("shade", "option"),
    [
        ("background", "backgroundColor"),
        ("panel", "secondaryBackgroundColor"),
        ("text", "textColor"),
        ("faint_text", "grayTextColor"),
        ("line", "borderColor"),
    ],
)
def test_a_ground_is_that_of_the_theme(ground: Ground, shade: str, option: str):
    assert getattr(SHADES[ground], shade) == THEME[ground][option]


def test_the_accent_on_light_ground_is_that_of_the_theme():
    assert SHADES["light"].accent == THEME["light"]["primaryColor"]


def test_the_accent_on_dark_ground_is_that_of_links():
    assert SHADES["dark"].accent == THEME["dark"]["linkColor"]


@pytest.mark.parametrize("ground", get_args(Ground))
def test_what_is_full_has_the_colour_of_the_accent(ground: Ground):
    assert SHADES[ground].fill[-1] == SHADES[ground].accent


def test_a_name_has_the_colour_of_its_place():
    assert colours_of(["Natural Science", "Agriculture"]) == {
        "Natural Science": FIELD_COLOURS[0],
        "Agriculture": FIELD_COLOURS[1],
    }


def test_no_two_of_eight_names_share_a_colour():
    assert len(set(colours_of("abcdefgh").values())) == 8


def test_names_beyond_the_eighth_share_a_grey():
    colours = colours_of("abcdefghij")
    assert (colours["i"], colours["j"]) == (OTHER_COLOUR, OTHER_COLOUR)
    assert OTHER_COLOUR not in FIELD_COLOURS
