"""Are numbers, money and times written alike wherever they stand?"""

import pytest

from glan_core.amounts import Range
from pages.shared.formats import between, count_of, duration, money, short_count, two_digits


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (40, 80, "40–80 s"),
        (69, 540, "1.1–9 min"),
        (240, 540, "4–9 min"),
        (1800, 9000, "0.5–2.5 h"),
        (7, 7.2, "7 s"),
    ],
)
def test_a_range_of_times_has_one_unit(low: float, high: float, written: str) -> None:
    assert between(Range(low, low, high), duration) == written


def test_ranges_of_numbers_and_money_name_their_unit_once() -> None:
    assert between(Range(12_000, 15_000, 18_000), short_count) == "12–18 k"
    assert between(Range(2, 3, 5), money) == "$2.00–5.00"
    assert between(Range(850, 900, 1300), short_count) == "850 – 1.3 k"


def test_one_of_a_noun_is_told_in_the_singular() -> None:
    assert [count_of(number, "call") for number in (0, 1, 1200)] == ["0 calls", "1 call", "1,200 calls"]


def test_a_number_that_is_not_known_is_a_dash() -> None:
    assert [two_digits(number) for number in (None, 0, 0.256)] == ["–", "0.00", "0.26"]
